/**
 * Shows a long text page by page, in the program that the reader chose.
 *
 * @param text The text.
 * @returns Whether a pager has shown it; without one, it must be printed.
 */
export async function page(text: string): Promise<boolean> {
  const chosen = Deno.env.get("PAGER");
  // The shell splits what a person may have put there: `less -i`.
  const shell = Deno.build.os === "windows" ? ["cmd", "/c"] : ["/bin/sh", "-c"];
  for (const command of chosen ? [chosen] : ["less -R"]) {
    const child = new Deno.Command(shell[0], {
      args: [shell[1], command],
      stdin: "piped",
    }).spawn();
    const writer = child.stdin.getWriter();
    try {
      await writer.write(new TextEncoder().encode(text));
      await writer.close();
    } catch {
      // The reader has left before the end.
    }
    const { code } = await child.status;
    // 127 is the shell's word for a program that isn't there.
    if (code !== 127) return true;
  }
  return false;
}

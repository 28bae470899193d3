/**
 * Shows a long text page by page, in the program that the reader chose.
 *
 * @param text The text.
 * @returns Whether a pager has shown it; without one, it must be printed.
 */
export async function page(text: string): Promise<boolean> {
  // Ctrl-C is the pager's: it stops a search, for example. If it ended this
  // process, the pager would be left with a terminal that is no longer its own.
  const ignore = () => {};
  Deno.addSignalListener("SIGINT", ignore);
  try {
    return await pageWith(Deno.env.get("PAGER") || "less -R", text);
  } finally {
    Deno.removeSignalListener("SIGINT", ignore);
  }
}

async function pageWith(command: string, text: string): Promise<boolean> {
  // The shell splits what a person may have put there: `less -i`.
  const shell = Deno.build.os === "windows" ? ["cmd", "/c"] : ["/bin/sh", "-c"];
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
  // 127 is the shell's word for a program that isn't there.
  return (await child.status).code !== 127;
}

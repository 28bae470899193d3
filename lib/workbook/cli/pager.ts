/**
 * Shows a long text page by page in the reader's pager.
 *
 * @param text The text.
 * @returns Whether a pager showed it; otherwise, the caller must print it.
 */
export async function page(text: string): Promise<boolean> {
  // Leave Ctrl-C to the pager, where it stops a search, for example. If it
  // ended this process, the pager would lose its terminal.
  const ignore = () => {};
  Deno.addSignalListener("SIGINT", ignore);
  try {
    return await pageWith(Deno.env.get("PAGER") || "less -R", text);
  } finally {
    Deno.removeSignalListener("SIGINT", ignore);
  }
}

async function pageWith(command: string, text: string): Promise<boolean> {
  // Let the shell split a command such as `less -i`.
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
    // The reader quit before the end.
  }
  // The shell exits with 127 if it can't find the program.
  return (await child.status).code !== 127;
}

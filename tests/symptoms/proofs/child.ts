/** How a child process runs. */
export interface ChildOptions {
  /** Arguments for `deno run`. */
  flags?: string[];
  /** A command of the shell that runs first: it may set limits. */
  shell?: string;
  /** The user to be. */
  command?: Pick<Deno.CommandOptions, "uid" | "gid">;
}

/** What code throws in a process of its own. */
export async function thrownByChild(
  code: string,
  { flags = [], shell = ":", command = {} }: ChildOptions = {},
): Promise<Error> {
  const program = `try { ${code} } catch ({ name, code, message }) {
    console.log(JSON.stringify({ name, code, message }));
  }`;
  const url = `data:text/javascript,${encodeURIComponent(program)}`;
  const { stdout } = await new Deno.Command("sh", {
    args: [
      ...["-c", `${shell}; exec "$0" "$@"`, Deno.execPath()],
      ...["run", "-q", "--no-prompt", ...flags, url],
    ],
    // Another user can't go to this folder, or write to Deno's cache.
    cwd: "/",
    env: { DENO_DIR: "/nowhere" },
    stderr: "null",
    ...command,
  }).output();
  const { message, ...rest } = JSON.parse(new TextDecoder().decode(stdout));
  return Object.assign(new Error(message), rest);
}

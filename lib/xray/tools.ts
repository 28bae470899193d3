/** The tools that observe a run. */
export type Tool = "strace" | "tcpdump";

/** What each tool shows, and how to get permission to use it. */
const TOOLS: Record<Tool, { shows: string; allow: string }> = {
  strace: {
    shows: "system calls",
    allow: "this system doesn't let strace trace a program",
  },
  tcpdump: {
    shows: "packets",
    allow: "capturing needs a privilege: run this with sudo, or give tcpdump " +
      "the privilege permanently with sudo setcap cap_net_raw+ep $(command " +
      "-v tcpdump)",
  },
};

/** Thrown if system calls or packets can't be observed here. */
export class CannotLook extends Error {
  /** The name of this class. */
  override name = "CannotLook";

  /**
   * Creates the error for a missing tool.
   *
   * @param tool The tool.
   * @param os The operating system; this one, unless a test asks for another.
   * @returns The error: one line that says what to install.
   */
  static missing(tool: Tool, os: string = Deno.build.os): CannotLook {
    const { shows } = TOOLS[tool];
    const way = os === "linux"
      ? `install ${tool} to see them, for example with sudo apt install ${tool}`
      : tool === "strace"
      ? "only Linux has strace, which shows them"
      : `this system has no ${tool}, which shows them`;
    return new CannotLook(`no ${shows}: ${way}`);
  }

  /**
   * Creates the error for a tool without the necessary permission.
   *
   * @param tool The tool.
   * @param said The tool's error message.
   * @returns The error: one line that says what to do.
   */
  static forbidden(tool: Tool, said: string): CannotLook {
    const { shows, allow } = TOOLS[tool];
    return new CannotLook(`no ${shows}: ${allow} (${said || "it just ended"})`);
  }
}

/**
 * Checks whether `strace` can trace a program here.
 *
 * @returns The reason if it can't, or `undefined` if it can.
 */
export async function whyNoStrace(): Promise<CannotLook | undefined> {
  try {
    const { success, stderr } = await new Deno.Command("strace", {
      args: ["--follow-forks", "--output=/dev/null", "true"],
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).output();
    if (success) return undefined;
    const said = new TextDecoder().decode(stderr);
    return CannotLook.forbidden("strace", firstLine(said));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      return CannotLook.missing("strace");
    }
    throw error;
  }
}

/**
 * Returns the first line of a program's output.
 *
 * @param text The output.
 * @returns The first line.
 */
export function firstLine(text: string): string {
  return text.trim().split("\n")[0].trim();
}

/** The programs that look. */
export type Tool = "strace" | "tcpdump";

/** What each of them shows, and how to be allowed to use it. */
const TOOLS: Record<Tool, { shows: string; allow: string }> = {
  strace: {
    shows: "system calls",
    allow: "this system does not let strace follow a program",
  },
  tcpdump: {
    shows: "packets",
    allow:
      "capturing needs a right: run this with sudo, or give it to tcpdump " +
      "once and for all with sudo setcap cap_net_raw+ep $(command -v tcpdump)",
  },
};

/** Thrown where the kernel or the wire cannot be looked at. */
export class CannotLook extends Error {
  /** The name of this class. */
  override name = "CannotLook";

  /**
   * Says that a program is not there.
   *
   * @param tool The program.
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
   * Says that a program is there but may not do its work.
   *
   * @param tool The program.
   * @param said What it said.
   * @returns The error: one line that says what to do.
   */
  static forbidden(tool: Tool, said: string): CannotLook {
    const { shows, allow } = TOOLS[tool];
    return new CannotLook(`no ${shows}: ${allow} (${said || "it just ended"})`);
  }
}

/**
 * Tries whether `strace` can follow a program here.
 *
 * @returns Why not; nothing if it can.
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
 * Takes the first line of what a program said.
 *
 * @param text What it said.
 * @returns The line.
 */
export function firstLine(text: string): string {
  return text.trim().split("\n")[0].trim();
}

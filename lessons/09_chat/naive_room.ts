import { readLines, writeAll } from "../../lib/net/mod.ts";

/**
 * The chat room you might write first: it writes each line to one member after
 * another. That works until a member doesn't read.
 */
export class NaiveRoom {
  readonly #members = new Set<Deno.Conn>();

  /**
   * Serves a member until it leaves, and then closes its connection.
   *
   * @param conn The member's connection.
   * @param name The name to put in front of the member's lines.
   */
  async join(conn: Deno.Conn, name: string): Promise<void> {
    this.#members.add(conn);
    try {
      for await (const line of readLines(conn)) {
        const bytes = new TextEncoder().encode(`${name}: ${line}\n`);
        for (const member of this.#members) {
          // Here, the room waits for its slowest member.
          if (member !== conn) await writeAll(member, bytes);
        }
      }
    } catch {
      // The member was reset, or the lesson is over.
    }
    this.#members.delete(conn);
    conn[Symbol.dispose]();
  }
}

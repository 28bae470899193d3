import { readLines, writeAll } from "../../lib/net/mod.ts";

/**
 * A chat room as one writes it first: each line goes to one member after the
 * other. It works, until one of them does not read.
 */
export class NaiveRoom {
  readonly #members = new Set<Deno.Conn>();

  /**
   * Lets somebody in until it leaves, and closes the connection then.
   *
   * @param conn The member's connection.
   * @param name Stands in front of its lines.
   */
  async join(conn: Deno.Conn, name: string): Promise<void> {
    this.#members.add(conn);
    try {
      for await (const line of readLines(conn)) {
        const bytes = new TextEncoder().encode(`${name}: ${line}\n`);
        for (const member of this.#members) {
          // Here the room waits for the slowest of its members.
          if (member !== conn) await writeAll(member, bytes);
        }
      }
    } catch {
      // Gone: a reset, or the end of the lesson.
    }
    this.#members.delete(conn);
    conn[Symbol.dispose]();
  }
}

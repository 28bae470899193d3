/** A good answer to the exercise of lesson 9. */

// ---- 9.1 ChatRoom -----------------------------------------------------------

const MAX_UNSENT_BYTES = 1024 * 1024;
const MAX_LINE_BYTES = 64 * 1024;
const LF = 0x0a;

interface Member {
  conn: Deno.Conn;
  /** The lines to write, in order. */
  queue: Uint8Array[];
  /** The size of these lines, and of what's left of the line being written. */
  unsentBytes: number;
  isWriting: boolean;
}

export class ChatRoom {
  #members = new Set<Member>();

  get size(): number {
    return this.#members.size;
  }

  async join(conn: Deno.Conn): Promise<void> {
    const member = { conn, queue: [], unsentBytes: 0, isWriting: false };
    this.#members.add(member);
    try {
      for await (const line of linesOf(conn)) {
        for (const other of this.#members) {
          if (other !== member) this.#send(other, line);
        }
      }
    } catch {
      // Reset, sent a line that's too long, or dropped by #drop().
    }
    this.#drop(member);
  }

  /** Puts a line into a member's queue, without waiting for it to be sent. */
  #send(member: Member, line: Uint8Array): void {
    member.unsentBytes += line.length;
    if (member.unsentBytes > MAX_UNSENT_BYTES) return this.#drop(member);
    member.queue.push(line);
    // One loop per member, so that only one write is pending at a time.
    if (!member.isWriting) this.#writeQueue(member);
  }

  async #writeQueue(member: Member): Promise<void> {
    member.isWriting = true;
    try {
      for (
        let line = member.queue.shift();
        line !== undefined;
        line = member.queue.shift()
      ) {
        while (line.length > 0) {
          const count = await member.conn.write(line);
          member.unsentBytes -= count;
          line = line.subarray(count);
        }
      }
    } catch {
      this.#drop(member);
    }
    member.isWriting = false;
  }

  /** Removes a member. Closing its connection ends the read in `join`. */
  #drop(member: Member): void {
    if (!this.#members.delete(member)) return;
    member.conn.close();
  }
}

/** Yields each line with its `\n`, as bytes, since nothing needs its text. */
async function* linesOf(conn: Deno.Conn): AsyncGenerator<Uint8Array> {
  let rest = new Uint8Array();
  const buffer = new Uint8Array(16 * 1024);
  while (true) {
    const count = await conn.read(buffer);
    // An unfinished line would run into the next one, so drop it.
    if (count === null) return;
    // A new array, because these bytes may be written much later.
    const bytes = new Uint8Array(rest.length + count);
    bytes.set(rest);
    bytes.set(buffer.subarray(0, count), rest.length);
    let start = 0;
    for (
      let end = bytes.indexOf(LF, rest.length);
      end !== -1;
      end = bytes.indexOf(LF, start)
    ) {
      if (end - start > MAX_LINE_BYTES) throw new RangeError("line too long");
      yield bytes.subarray(start, end + 1);
      start = end + 1;
    }
    rest = bytes.subarray(start);
    if (rest.length > MAX_LINE_BYTES) throw new RangeError("line too long");
  }
}

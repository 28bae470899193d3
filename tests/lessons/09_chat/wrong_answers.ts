/** Wrong answers to the exercise of lesson 9, and what must be said of each. */
import type { WrongAnswer } from "../gates.ts";
import { readLines, SendQueue, writeAll } from "../../../lib/net/mod.ts";
import type { ChatRoomClass } from "../../../lessons/09_chat/types.ts";

const MAX_UNSENT_BYTES = 1024 * 1024;

function encode(line: string): Uint8Array {
  return new TextEncoder().encode(`${line}\n`);
}

/** What is right about most of the wrong answers below. */
abstract class RoomOfQueues {
  readonly members = new Map<Deno.Conn, SendQueue>();
  /** The most that a queue may hold. */
  maxBytes = MAX_UNSENT_BYTES;

  get size(): number {
    return this.members.size;
  }

  async join(conn: Deno.Conn): Promise<void> {
    this.enter(conn);
    try {
      for await (const line of this.linesOf(conn)) this.say(line, conn);
    } catch {
      // Gone.
    }
    this.leave(conn);
  }

  enter(conn: Deno.Conn): void {
    const queue = new SendQueue(conn, { maxBytes: this.maxBytes });
    this.members.set(conn, queue);
    queue.ended.then(() => this.leave(conn));
  }

  leave(conn: Deno.Conn): void {
    this.members.get(conn)?.drop();
    this.members.delete(conn);
  }

  linesOf(conn: Deno.Conn): AsyncIterable<string> {
    return readLines(conn);
  }

  say(line: string, from: Deno.Conn): void {
    for (const conn of this.members.keys()) {
      if (conn !== from) this.send(conn, encode(line));
    }
  }

  send(conn: Deno.Conn, bytes: Uint8Array): void {
    if (!this.members.get(conn)?.send(bytes)) this.leave(conn);
  }
}

/** The same without queues, for those that write in some other way. */
abstract class RoomOfConns {
  readonly members = new Set<Deno.Conn>();

  get size(): number {
    return this.members.size;
  }

  async join(conn: Deno.Conn): Promise<void> {
    this.members.add(conn);
    try {
      for await (const line of readLines(conn)) {
        const others = [...this.members].filter((one) => one !== conn);
        await this.sayTo(others, encode(line));
      }
    } catch {
      // Gone.
    }
    this.leave(conn);
  }

  leave(conn: Deno.Conn): void {
    if (this.members.delete(conn)) conn.close();
  }

  abstract sayTo(others: Deno.Conn[], line: Uint8Array): Promise<void> | void;
}

/** Lines, as long as what is kept and what is passed on fits. */
async function* linesWithin(
  conn: Deno.Conn,
  restFits: (rest: string) => boolean,
  lineFits: (line: string) => boolean = () => true,
): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  // One read may bring a whole line, however long.
  const buffer = new Uint8Array(256 * 1024);
  let rest = "";
  while (restFits(rest)) {
    const count = await conn.read(buffer);
    if (count === null) return;
    rest += decoder.decode(buffer.subarray(0, count), { stream: true });
    const lines = rest.split("\n");
    rest = lines.pop()!;
    if (!lines.every(lineFits)) return;
    yield* lines;
  }
}

/** Wrong answers to 9.1. */
export const chatRoomMistakes: WrongAnswer<ChatRoomClass>[] = [
  {
    name: "writes to one after another",
    attempt: class extends RoomOfConns {
      async sayTo(others: Deno.Conn[], line: Uint8Array) {
        for (const other of others) {
          await writeAll(other, line).catch(() => this.leave(other));
        }
      }
    },
    diagnosis: /an `await` on it holds up all that comes after/,
  },
  {
    name: "writes to all at once, and waits for all",
    attempt: class extends RoomOfConns {
      async sayTo(others: Deno.Conn[], line: Uint8Array) {
        await Promise.all(
          others.map((other) =>
            writeAll(other, line).catch(() => this.leave(other))
          ),
        );
      }
    },
    diagnosis: /Promise\.all too waits for the slowest/,
  },
  {
    name: "has two writes at once on one socket",
    attempt: class extends RoomOfConns {
      sayTo(others: Deno.Conn[], line: Uint8Array) {
        for (const other of others) {
          writeAll(other, line).catch(() => this.leave(other));
        }
      }
    },
    diagnosis: /the parts of two lines mix/,
  },
  {
    name: "lets a broken member end the sender's turn",
    attempt: class extends RoomOfConns {
      override async join(conn: Deno.Conn) {
        this.members.add(conn);
        try {
          for await (const line of readLines(conn)) {
            for (const other of this.members) {
              if (other !== conn) await writeAll(other, encode(line));
            }
          }
        } catch (error) {
          if (!(error instanceof Deno.errors.ConnectionReset)) throw error;
        } finally {
          this.leave(conn);
        }
      }
      sayTo() {}
    },
    diagnosis: /join\(\) of ann threw BrokenPipe/,
  },
  {
    name: "throws when a member is reset",
    attempt: class extends RoomOfQueues {
      override async join(conn: Deno.Conn) {
        this.enter(conn);
        try {
          for await (const line of readLines(conn)) this.say(line, conn);
        } finally {
          this.leave(conn);
        }
      }
    },
    diagnosis: /join\(\) of cid threw ConnectionReset/,
  },
  {
    name: "has no limit",
    attempt: class extends RoomOfQueues {
      override maxBytes = Infinity;
    },
    diagnosis: /A queue without a limit fills the memory/,
  },
  {
    name: "leaves lines out instead of the member",
    attempt: class extends RoomOfQueues {
      override send(conn: Deno.Conn, bytes: Uint8Array) {
        this.members.get(conn)?.send(bytes);
      }
    },
    diagnosis: /lets dot miss some without knowing/,
  },
  {
    name: "drops whoever must wait at all",
    attempt: class extends RoomOfQueues {
      override maxBytes = 64 * 1024;
    },
    diagnosis: /A member may be slow for a while/,
  },
  {
    name: "counts all that was ever sent",
    attempt: class extends RoomOfQueues {
      readonly sent = new Map<Deno.Conn, number>();
      override send(conn: Deno.Conn, bytes: Uint8Array) {
        const sent = (this.sent.get(conn) ?? 0) + bytes.length;
        this.sent.set(conn, sent);
        if (sent > MAX_UNSENT_BYTES) return this.leave(conn);
        super.send(conn, bytes);
      }
    },
    diagnosis: /not all that was ever sent/,
  },
  {
    name: "drops a slow member, and leaves its connection open",
    attempt: class extends RoomOfQueues {
      override send(conn: Deno.Conn, bytes: Uint8Array) {
        if (!this.members.get(conn)?.send(bytes)) this.members.delete(conn);
      }
    },
    diagnosis: /still connected.*close its connection/s,
  },
  {
    name: "echoes to the sender",
    attempt: class extends RoomOfQueues {
      override say(line: string) {
        for (const conn of this.members.keys()) this.send(conn, encode(line));
      }
    },
    diagnosis: /not to the one who sent it/,
  },
  {
    name: "puts a name in front",
    attempt: class extends RoomOfQueues {
      override say(line: string, from: Deno.Conn) {
        super.say(`somebody: ${line}`, from);
      }
    },
    diagnosis: /nothing in front of it/,
  },
  {
    name: "passes on what a read gave, line or not",
    attempt: class extends RoomOfQueues {
      override async join(conn: Deno.Conn) {
        this.enter(conn);
        const buffer = new Uint8Array(16 * 1024);
        try {
          for (
            let count = await conn.read(buffer);
            count !== null;
            count = await conn.read(buffer)
          ) {
            for (const other of this.members.keys()) {
              if (other !== conn) this.send(other, buffer.subarray(0, count));
            }
          }
        } catch {
          // Gone.
        }
        this.leave(conn);
      }
    },
    diagnosis: /pass on whole lines|whole, with its \\n/,
  },
  {
    name: "decodes each piece by itself",
    attempt: class extends RoomOfQueues {
      override async *linesOf(conn: Deno.Conn) {
        let rest = "";
        const buffer = new Uint8Array(16 * 1024);
        for (
          let count = await conn.read(buffer);
          count !== null;
          count = await conn.read(buffer)
        ) {
          rest += new TextDecoder().decode(buffer.subarray(0, count));
          const lines = rest.split("\n");
          rest = lines.pop()!;
          yield* lines;
        }
      }
    },
    diagnosis: /a read may end in the middle of a character/,
  },
  {
    name: "leaves the connection of a member that has left open",
    attempt: class extends RoomOfQueues {
      override async join(conn: Deno.Conn) {
        this.enter(conn);
        try {
          for await (const line of readLines(conn)) this.say(line, conn);
        } catch {
          // Gone.
        }
        this.members.delete(conn);
      }
    },
    diagnosis: /its connection is still open/,
  },
  {
    name: "keeps members that have left in its count",
    attempt: class extends RoomOfQueues {
      #joined = 0;
      override get size() {
        return this.#joined;
      }
      override enter(conn: Deno.Conn) {
        this.#joined++;
        super.enter(conn);
      }
    },
    diagnosis: /no longer when it has left/,
  },
  {
    name: "has the members of all rooms in one place",
    attempt: (() => {
      const everybody = new Map<Deno.Conn, SendQueue>();
      return class extends RoomOfQueues {
        override readonly members = everybody;
      };
    })(),
    diagnosis: /there once for all of them/,
  },
  {
    name: "passes on only the last of several lines",
    attempt: class extends RoomOfQueues {
      override async *linesOf(conn: Deno.Conn) {
        let rest = "";
        const buffer = new Uint8Array(16 * 1024);
        for (
          let count = await conn.read(buffer);
          count !== null;
          count = await conn.read(buffer)
        ) {
          rest += new TextDecoder().decode(buffer.subarray(0, count));
          const lines = rest.split("\n");
          rest = lines.pop()!;
          if (lines.length > 0) yield lines.at(-1)!;
        }
      }
    },
    diagnosis: /One read may bring several lines/,
  },
  {
    name: "ignores how much a write took",
    attempt: class extends RoomOfConns {
      readonly last = new Map<Deno.Conn, Promise<unknown>>();
      sayTo(others: Deno.Conn[], line: Uint8Array) {
        for (const other of others) {
          const before = this.last.get(other) ?? Promise.resolve();
          const now = before.then(() => other.write(line))
            .catch(() => this.leave(other));
          this.last.set(other, now);
        }
      }
    },
    diagnosis: /write\(\) says how many bytes it took/,
  },
  {
    name: "has a lower limit for a line",
    attempt: class extends RoomOfQueues {
      override linesOf(conn: Deno.Conn) {
        return readLines(conn, { maxBytes: 50_000 });
      }
    },
    diagnosis: /up to 64 KiB, which is 65536 bytes/,
  },
  {
    name: "takes the spaces off a line",
    attempt: class extends RoomOfQueues {
      override say(line: string, from: Deno.Conn) {
        super.say(line.trim(), from);
      }
    },
    diagnosis: /All has come but the spaces.*do not trim\(\)/s,
  },
  {
    name: "takes the spaces off the end of a line",
    attempt: class extends RoomOfQueues {
      override say(line: string, from: Deno.Conn) {
        super.say(line.trimEnd(), from);
      }
    },
    diagnosis: /the spaces at the end of a line.*do not trimEnd\(\)/s,
  },
  {
    name: "takes the spaces off the beginning of a line",
    attempt: class extends RoomOfQueues {
      override say(line: string, from: Deno.Conn) {
        super.say(line.trimStart(), from);
      }
    },
    diagnosis: /the spaces at the beginning of a line.*do not trimStart\(\)/s,
  },
  {
    name: "takes the spaces off, and leaves out what is empty then",
    attempt: class extends RoomOfQueues {
      override say(line: string, from: Deno.Conn) {
        if (line.trim() !== "") super.say(line.trim(), from);
      }
    },
    diagnosis: /\(\d\d have come\).*All has come but some of the spaces/s,
  },
  {
    name: "passes a line on without its end",
    attempt: class extends RoomOfQueues {
      override send(conn: Deno.Conn, bytes: Uint8Array) {
        super.send(conn, bytes.subarray(0, -1));
      }
    },
    diagnosis: /\(5 have come\).*The text has come, and no line end/s,
  },
  {
    name: "leaves empty lines out",
    attempt: class extends RoomOfQueues {
      override say(line: string, from: Deno.Conn) {
        if (line !== "") super.say(line, from);
      }
    },
    diagnosis: /All has come but the empty line/,
  },
  {
    name: "counts what is unsent in characters",
    attempt: class extends RoomOfQueues {
      override maxBytes = 3 * MAX_UNSENT_BYTES;
    },
    diagnosis: /each of these characters is three/,
  },
  {
    name: "minds the length of an unfinished line only",
    attempt: class extends RoomOfQueues {
      override linesOf(conn: Deno.Conn) {
        return linesWithin(conn, (rest) => encode(rest).length <= 65_537);
      }
    },
    diagnosis: /The limit is on each line, finished or not/,
  },
  {
    name: "measures lines in characters",
    attempt: class extends RoomOfQueues {
      override linesOf(conn: Deno.Conn) {
        const fits = (line: string) => line.length <= 65_536;
        return linesWithin(conn, fits, fits);
      }
    },
    diagnosis: /Measure the line in bytes/,
  },
  {
    name: "takes lines of any length",
    attempt: class extends RoomOfQueues {
      override linesOf(conn: Deno.Conn) {
        return readLines(conn, { maxBytes: Infinity });
      }
    },
    diagnosis: /A line without an end would fill the memory/,
  },
];

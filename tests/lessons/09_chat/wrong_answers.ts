/** Wrong answers to the exercise of lesson 9, and the diagnosis each must get. */
import type { WrongAnswer, WrongAnswers } from "../gates.ts";

type Replacement = [target: string, replacement: string];

const SEND = "if (other !== member) this.#send(other, line);";
const LOOP = `for (const other of this.#members) {
          ${SEND}
        }`;
const COUNT = "const count = await conn.read(buffer);";

/** Writes a line to `other`, without a queue. */
const WRITE = `for (let rest = line; rest.length > 0;) {
  rest = rest.subarray(await other.conn.write(rest));
}`;

/** What takes the place of the answer's `SEND`, for every other member. */
function toOthers(code: string): Replacement {
  return [SEND, `if (other === member) continue; ${code}`];
}

/** The same, with the line as `text`, which the code changes. */
function withText(code: string): Replacement {
  return toOthers(`
    let text = new TextDecoder().decode(line).slice(0, -1);
    ${code}
    this.#send(other, new TextEncoder().encode(text + "\\n"));`);
}

function maxUnsentBytes(code: string): Replacement {
  return ["MAX_UNSENT_BYTES = 1024 * 1024;", `MAX_UNSENT_BYTES = ${code};`];
}

function maxLineBytes(code: string): Replacement {
  return ["MAX_LINE_BYTES = 64 * 1024;", `MAX_LINE_BYTES = ${code};`];
}

const passingOn: WrongAnswer<never>[] = [
  {
    name: "sends a line back to its sender",
    replace: [SEND, "this.#send(other, line);"],
    diagnosis: /not to the member that sent it/,
  },
  {
    name: "puts a name in front",
    replace: withText('text = "ann: " + text;'),
    diagnosis: /nothing in front of it/,
  },
  {
    name: "passes on what a read gave, line or not",
    replace: [COUNT, `${COUNT} if (count) yield buffer.slice(0, count);`],
    diagnosis: /pass on whole lines|whole, with its \\n/,
  },
  {
    name: "decodes each piece by itself",
    replace: [
      COUNT,
      `const count = await conn.read(buffer).then((count) => {
        const text = new TextDecoder().decode(buffer.subarray(0, count ?? 0));
        return count && new TextEncoder().encodeInto(text, buffer).written;
      });`,
    ],
    diagnosis: /a read may end in the middle of a character/,
  },
  {
    name: "passes on only the last of several lines",
    replace: [
      "yield bytes.subarray(start, end + 1);",
      "if (!bytes.includes(LF, end + 1)) yield bytes.subarray(start, end + 1);",
    ],
    diagnosis: /One read may bring several lines/,
  },
  {
    name: "takes the spaces off a line",
    replace: withText("text = text.trim();"),
    diagnosis: /Everything arrived except the spaces.*don't trim\(\)/s,
  },
  {
    name: "takes the spaces off the end of a line",
    replace: withText("text = text.trimEnd();"),
    diagnosis: /the spaces at the end of a line.*don't trimEnd\(\)/s,
  },
  {
    name: "takes the spaces off the beginning of a line",
    replace: withText("text = text.trimStart();"),
    diagnosis: /the spaces at the beginning of a line.*don't trimStart\(\)/s,
  },
  {
    name: "takes the spaces off, and leaves out what is empty then",
    replace: withText("text = text.trim(); if (text === '') continue;"),
    diagnosis: /\(\d\d have arrived\).*Everything arrived except some spaces/s,
  },
  {
    name: "passes a line on without its end",
    replace: toOthers("this.#send(other, line.subarray(0, -1));"),
    diagnosis: /\(5 have arrived\).*without its line ends/s,
  },
  {
    name: "leaves empty lines out",
    replace: toOthers("if (line.length > 1) this.#send(other, line);"),
    diagnosis: /Everything arrived except the empty line/,
  },
  {
    name: "shares one set of members among all rooms",
    replace: [
      "#members = new Set<Member>();",
      "static shared = new Set<Member>(); #members = ChatRoom.shared;",
    ],
    diagnosis: /is shared by all rooms/,
  },
];

const writing: WrongAnswer<never>[] = [
  {
    name: "writes to one member after another",
    replace: toOthers(`try { ${WRITE} } catch { this.#drop(other); }`),
    diagnosis: /an `await` on that write holds up everything after it/,
  },
  {
    name: "writes to all members at once, and waits for all",
    replace: [
      LOOP,
      `await Promise.all([...this.#members].map(async (other) => {
        if (other === member) return;
        try { ${WRITE} } catch { this.#drop(other); }
      }));`,
    ],
    diagnosis: /Promise\.all\(\) waits for the slowest/,
  },
  {
    name: "has two writes pending at once on one socket",
    replace: [
      "if (!member.isWriting) this.#writeQueue(member);",
      "this.#writeQueue(member);",
    ],
    diagnosis: /the parts of two lines mix/,
  },
  {
    name: "ignores how much a write took",
    replace: ["line = line.subarray(count);", "line = line.subarray(0, 0);"],
    diagnosis: /write\(\) returns how many bytes it took/,
  },
];

const leaving: WrongAnswer<never>[] = [
  {
    name: "lets a broken member fail the sender's join()",
    replace: [
      `${LOOP}\n      }\n    } catch {`,
      `for (const other of this.#members) {
         if (other !== member) { ${WRITE} }
       }
     } } catch (error) {
       if (error instanceof Deno.errors.BrokenPipe) throw error;`,
    ],
    diagnosis: /join\(\) of ann threw BrokenPipe/,
  },
  {
    name: "throws when a member is reset",
    replace: ["} catch {\n      // A reset", "} finally {\n      // A reset"],
    diagnosis: /join\(\) of cid threw ConnectionReset/,
  },
  {
    name: "leaves the connection of a member that has left open",
    replace: ["member.conn.close();", ""],
    diagnosis: /its connection is still open/,
  },
  {
    name: "counts members that have left",
    replace: [
      "if (!this.#members.delete(member)) return;",
      "if (member.hasLeft) return; member.hasLeft = true;",
    ],
    diagnosis: /until it has left, however it left/,
  },
];

const limits: WrongAnswer<never>[] = [
  {
    name: "has no limit",
    replace: maxUnsentBytes("Infinity"),
    diagnosis: /A queue without a limit fills.*lets dot miss some/s,
  },
  {
    name: "drops a member that must wait at all",
    replace: maxUnsentBytes("512 * 1024"),
    diagnosis: /A member may be slow for a while/,
  },
  {
    name: "counts all that was ever sent",
    replace: ["member.unsentBytes -= count;", ""],
    diagnosis: /not all that was ever sent/,
  },
  {
    name: "drops a slow member, but leaves its connection open",
    replace: [
      "return this.#drop(member);",
      "return void this.#members.delete(member);",
    ],
    diagnosis: /still connected.*close its connection/s,
  },
  {
    name: "counts what is unsent in characters",
    replace: maxUnsentBytes("3 * 1024 * 1024"),
    diagnosis: /each of these characters is three/,
  },
  {
    name: "has a lower limit for a line",
    replace: maxLineBytes("50_000"),
    diagnosis: /A line of 64 KiB, which is 65536 bytes, isn't too long/,
  },
  {
    name: "takes lines of any length",
    replace: maxLineBytes("Infinity"),
    diagnosis: /A line without an end would fill the memory/,
  },
  {
    name: "limits only unfinished lines",
    replace: [
      'if (end - start > MAX_LINE_BYTES) throw new RangeError("line too long");',
      "",
    ],
    diagnosis: /The limit is on each line, finished or not/,
  },
  {
    name: "measures lines in characters",
    replace: [
      `if (end - start > MAX_LINE_BYTES) throw new RangeError("line too long");
      yield bytes.subarray(start, end + 1);
      start = end + 1;
    }
    rest = bytes.subarray(start);
    if (rest.length > MAX_LINE_BYTES)`,
      `const line = bytes.subarray(start, end + 1);
      if (new TextDecoder().decode(line).length > MAX_LINE_BYTES + 1) return;
      yield line;
      start = end + 1;
    }
    rest = bytes.subarray(start);
    if (new TextDecoder().decode(rest).length > MAX_LINE_BYTES)`,
    ],
    diagnosis: /Measure the line in bytes/,
  },
];

export const wrongAnswers: WrongAnswers = {
  "9.1": [...passingOn, ...writing, ...leaving, ...limits],
};

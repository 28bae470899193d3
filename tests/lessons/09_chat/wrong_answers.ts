/** Wrong answers to the exercise of lesson 9, and the diagnosis each must get. */
import { replacing, type WrongAnswers } from "../gates.ts";

const SEND = "if (other !== member) this.#send(other, line);";
const LOOP = `for (const other of this.#members) {
          ${SEND}
        }`;
const COUNT = "const count = await conn.read(buffer);";
const TOO_LONG =
  'if (end - start > MAX_LINE_BYTES) throw new RangeError("line too long");';

/** Writes a line to `other`, without a queue. */
const WRITE = `for (let rest = line; rest.length > 0;) {
  rest = rest.subarray(await other.conn.write(rest));
}`;

/** Sends every other member the line as `text`, which the code changes. */
function changing(code: string): string {
  return `if (other === member) continue;
    let text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(line)
      .slice(0, -1);
    ${code}
    this.#send(other, new TextEncoder().encode(text + "\\n"));`;
}

export const wrongAnswers: WrongAnswers = {
  "9.1": [
    ...replacing(SEND, {
      "sends a line back to its sender": [
        "this.#send(other, line);",
        /not to the member that sent it/,
      ],
      "puts a name in front": [
        changing('text = "ann: " + text;'),
        /nothing in front of it/,
      ],
      "trims each line": [
        changing("text = text.trim();"),
        /Everything arrived except some spaces.*don't trim\(\)/s,
      ],
      "trims each line, and drops lines that are then empty": [
        changing('text = text.trim(); if (text === "") continue;'),
        /\(\d\d have arrived\).*Everything arrived except some spaces/s,
      ],
      "drops a byte order mark": [
        changing('text = text.replace(/^\\ufeff/, "");'),
        /Everything arrived except a byte order mark/,
      ],
      "passes a line on without its \\n": [
        "if (other !== member) this.#send(other, line.subarray(0, -1));",
        /\(5 have arrived\).*without its line ends/s,
      ],
      "drops empty lines": [
        `if (line.length > 1) ${SEND}`,
        /Everything arrived except the empty line/,
      ],
      "sends text": [
        "if (other !== member) other.conn.write(new TextDecoder().decode(line));",
        /passed the string "hello\\n" to conn\.write\(\), which takes bytes/,
      ],
      "writes to one member after another": [
        `if (other === member) continue;
         try { ${WRITE} } catch { this.#drop(other); }`,
        /an `await` on that write holds up everything after it/,
      ],
      "sends old lines to newcomers": [
        `(this.lines ??= new Set()).add(line);
         if (other === member) continue;
         if (!other.isKnown && this.size > 3) {
           for (const old of this.lines) this.#send(other, old);
         } else this.#send(other, line);
         other.isKnown = true;`,
        /don't keep lines for newcomers/,
      ],
      "stops passing on a line when it has dropped a member": [
        `${SEND} if (!this.#members.has(other)) break;`,
        /after you drop a member, go on with the next one/,
      ],
    }),
    ...replacing(LOOP, {
      "writes to all members at once, and waits for all": [
        `await Promise.all([...this.#members].map(async (other) => {
          if (other === member) return;
          try { ${WRITE} } catch { this.#drop(other); }
        }));`,
        /Promise\.all\(\) waits for the slowest/,
      ],
    }),
    ...replacing("this.#members.add(member);", {
      "adds a member after an await": [
        "await null; this.#members.add(member);",
        /before your first `await`/,
      ],
    }),
    ...replacing("const count = await member.conn.write(line);", {
      "doesn't handle the error of a second promise": [
        `const writing = member.conn.write(line);
        writing.then(() => {});
        const count = await writing;`,
        /catch its error where it happens/,
      ],
    }),
    ...replacing(COUNT, {
      "ends a line at each \\r": [
        `${COUNT} if (count) {
          buffer.forEach((byte, i) => buffer[i] = byte === 13 ? LF : byte);
        }`,
        /Only a \\n ends a line/,
      ],
      "has one decoder for all members": [
        `const count = await conn.read(buffer).then((count) => {
          // deno-lint-ignore no-explicit-any
          const decoder = (globalThis as any).decoder9 ??=
            new TextDecoder("utf-8", { ignoreBOM: true });
          const bytes = buffer.subarray(0, count ?? 0);
          const text = decoder.decode(bytes, { stream: true });
          return count && new TextEncoder().encodeInto(text, buffer).written;
        });`,
        /Each member needs its own TextDecoder/,
      ],
      "passes on whatever a read returns": [
        `${COUNT} if (count) yield buffer.slice(0, count);`,
        /every whole line|whole, with its \\n/,
      ],
      "decodes each chunk separately": [
        `const count = await conn.read(buffer).then((count) => {
          const text = new TextDecoder().decode(buffer.subarray(0, count ?? 0));
          return count && new TextEncoder().encodeInto(text, buffer).written;
        });`,
        /A read may end in the middle of a character/,
      ],
    }),
    ...replacing("yield bytes.subarray(start, end + 1);", {
      "keeps lines as views of the buffer that it reads into": [
        `const at = start - rest.length;
        yield at < 0
          ? bytes.subarray(start, end + 1)
          : buffer.subarray(at, end + 1 - rest.length);`,
        /the next read changes it/,
      ],
      "passes on only the last of several lines": [
        "if (!bytes.includes(LF, end + 1)) yield bytes.subarray(start, end + 1);",
        /A single read may return several lines/,
      ],
    }),
    ...replacing("if (count === null) return;", {
      "passes on an unfinished line": [
        "if (count === null) { if (rest.length > 0) yield rest; return; }",
        /You passed on cid's unfinished line without a \\n/,
      ],
    }),
    ...replacing("#members = new Set<Member>();", {
      "shares one set of members among all rooms": [
        "static shared = new Set<Member>(); #members = ChatRoom.shared;",
        /is shared by all rooms/,
      ],
    }),
    ...replacing("if (!member.isWriting) this.#writeQueue(member);", {
      "has two writes pending on a socket at once": [
        "this.#writeQueue(member);",
        /the parts of two lines mix/,
      ],
    }),
    ...replacing("line = line.subarray(count);", {
      "ignores how much a write took": [
        "line = line.subarray(0, 0);",
        /write\(\) returns how many bytes it took/,
      ],
    }),
    ...replacing(`${LOOP}\n      }\n    } catch {`, {
      "lets a broken member fail the sender's join()": [
        `for (const other of this.#members) {
           if (other !== member) { ${WRITE} }
         }
       } } catch (error) {
         if (error instanceof Deno.errors.BrokenPipe) throw error;`,
        /join\(\) of ann threw BrokenPipe/,
      ],
    }),
    ...replacing("} catch {\n      // Reset,", {
      "throws when a member is reset": [
        "} finally {\n      // Reset,",
        /join\(\) of cid threw ConnectionReset/,
      ],
    }),
    ...replacing("member.conn.close();", {
      "doesn't close the connection of a member that has left": [
        "",
        /its connection is still open/,
      ],
      "closes a connection twice": [
        "member.conn.close(); member.conn.close();",
        /conn\.readable,\s+for example, closes the connection/,
      ],
      "leaves a timer running": [
        "member.conn.close(); setTimeout(() => {}, 60_000);",
        /a timer that you started is still running/,
      ],
    }),
    ...replacing("if (!this.#members.delete(member)) return;", {
      "counts members that have left": [
        "if (member.hasLeft) return; member.hasLeft = true;",
        /until it leaves, however it leaves/,
      ],
    }),
    ...replacing("MAX_UNSENT_BYTES = 1024 * 1024;", {
      "has no limit": [
        "MAX_UNSENT_BYTES = Infinity;",
        /Without a limit, the queue grows.*only skip lines/s,
      ],
      "has a limit of a million bytes": [
        "MAX_UNSENT_BYTES = 1_000_000;",
        /A member may be slow for a while/,
      ],
      "counts what is unsent in characters": [
        "MAX_UNSENT_BYTES = 3 * 1024 * 1024;",
        /each of these characters is 3 bytes/,
      ],
    }),
    ...replacing("member.unsentBytes -= count;", {
      "counts everything it ever sent": ["", /not everything you ever sent/],
      "counts nothing as unsent after a write": [
        "member.unsentBytes = 0;",
        /check how you count/,
      ],
    }),
    ...replacing("while (line.length > 0) {", {
      "doesn't count the line that's being written": [
        `const { length } = line; member.unsentBytes -= length;
        while (line.length > 0) { member.unsentBytes += 0;`,
        /the line that's being written is unsent, too/,
      ],
    }),
    ...replacing("return this.#drop(member);", {
      "drops a slow member, but leaves its connection open": [
        "return void this.#members.delete(member);",
        /still connected.*close its connection/s,
      ],
    }),
    ...replacing("MAX_LINE_BYTES = 64 * 1024;", {
      "has a lower limit for a line": [
        "MAX_LINE_BYTES = 64_000;",
        /A line of 64 KiB \(65536 bytes, without its \\n\) isn't too long/,
      ],
      "accepts lines of any length": [
        "MAX_LINE_BYTES = Infinity;",
        /You kept buffering a line that never ends/,
      ],
    }),
    ...replacing(TOO_LONG, {
      "limits only unfinished lines": [
        "",
        /The limit is on every line, finished or not/,
      ],
      "counts the \\n as part of a line": [
        TOO_LONG.replace("end -", "end + 1 -"),
        /A line of 64 KiB \(65536 bytes, without its \\n\) isn't too long/,
      ],
      "limits what a single read returns": [
        TOO_LONG.replace("end - start", "end"),
        /not on everything that a read returns/,
      ],
    }),
    ...replacing(
      `${TOO_LONG}
      yield bytes.subarray(start, end + 1);
      start = end + 1;
    }
    rest = bytes.subarray(start);
    if (rest.length > MAX_LINE_BYTES)`,
      {
        "measures lines in characters": [
          `const line = bytes.subarray(start, end + 1);
      if (new TextDecoder().decode(line).length > MAX_LINE_BYTES + 1) return;
      yield line;
      start = end + 1;
    }
    rest = bytes.subarray(start);
    if (new TextDecoder().decode(rest).length > MAX_LINE_BYTES)`,
          /Measure the line in bytes/,
        ],
      },
    ),
  ],
};

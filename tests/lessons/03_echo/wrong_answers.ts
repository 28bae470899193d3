/** Wrong answers to the exercises of lesson 3, and what is said of each. */
import type { Echo, Exchange } from "../../../lessons/03_echo/types.ts";
import { readExact, writeAll } from "../../../lib/net/mod.ts";
import type { WrongAnswer, WrongAnswers } from "../gates.ts";

const READ = "const count = await conn.read(buffer);";
const LET_READ = "let count = await conn.read(buffer);";
const AT_END = "if (count === null) return;";
const WRITE = "sent += await conn.write(buffer.subarray(sent, count));";
/** Goes on to read as if it had sent everything. */
const DONE = "sent = count;";

const echo: WrongAnswer<Echo>[] = [
  {
    name: "reads only once",
    replace: [WRITE, `${WRITE} if (sent === count) return;`],
    diagnosis: /returned while the client was still sending/,
  },
  {
    name: "sends the whole buffer, whatever was read",
    replace: [WRITE, `await conn.write(buffer); ${DONE}`],
    diagnosis: /Send buffer\.subarray\(0, count\)/,
  },
  {
    name: "sends back half of what came",
    replace: [READ, `${LET_READ} if (count) count >>= 1;`],
    diagnosis: /3 bytes came, where 6 were due.*Only some of the bytes/s,
  },
  {
    name: "changes the bytes",
    replace: [AT_END, `${AT_END} buffer[0] ^= 0x20;`],
    diagnosis: /Other bytes came back than were sent/,
  },
  {
    name: "sends everything twice",
    replace: [AT_END, `${AT_END} await conn.write(buffer.subarray(0, count));`],
    diagnosis: /Send back each byte once/,
  },
  {
    name: "waits for a line ending before it answers",
    replace: [AT_END, `${AT_END} if (buffer[count - 1] !== 10) continue;`],
    diagnosis: /6 bytes came, where 8 were due\..*whatever it is/s,
  },
  {
    name: "sends old bytes after a write that took a part",
    replace: ["subarray(sent, count)", "subarray(sent, sent + count)"],
    diagnosis: /buffer\.subarray\(sent, count\), and nothing after it/,
  },
  {
    name: "has one buffer for all connections",
    replace: [
      "= new Uint8Array(16 * 1024)",
      "= ((globalThis as any).buffer31 ??= new Uint8Array(16 * 1024))",
    ],
    diagnosis: /went wrong with two in use at the same time/,
  },
  {
    name: "ends its own side, too",
    replace: [AT_END, AT_END.replace(";", " await conn.closeWrite();")],
    diagnosis: /echo\(\) closed your side of the connection/,
  },
  {
    name: "ignores how much write() took",
    replace: [WRITE, `await conn.write(buffer.subarray(0, count)); ${DONE}`],
    diagnosis: /write\(\) returns how many bytes it took/,
  },
  {
    name: "never tests for null",
    replace: [AT_END, ""],
    diagnosis: /read\(\) gives null.*doesn't test for null/,
  },
  {
    name: "takes 0 for the end, and null for an error",
    replace: [AT_END, 'if (count === null) throw new Error("lost");'],
    diagnosis: /null isn't an error, it's how a stream ends/,
  },
  {
    name: "takes the bytes for text",
    replace: [
      AT_END,
      `${AT_END} new TextEncoder()
        .encodeInto(new TextDecoder().decode(buffer), buffer);`,
    ],
    diagnosis: /Not every byte is text/,
  },
  {
    name: "closes the connection, by a pipe",
    attempt: (conn) => conn.readable.pipeTo(conn.writable),
    diagnosis: /closed the connection.*at the end of pipeTo\(\)/s,
  },
  {
    name: "forgets to await the write",
    replace: [WRITE, `conn.write(buffer.subarray(0, count)); ${DONE}`],
    diagnosis: /And await each write before you read into the buffer/,
  },
];

const SEND_ALL = "await Promise.all([sendAll(), receiveAll()]);";
const SEND = "sent += await conn.write(data.subarray(sent));";
const RECEIVE = "received < answer.length;";
const EARLY_END = "if (count === null) {";
const RETURN = "return answer;";

const exchange: WrongAnswer<Exchange>[] = [
  {
    name: "sends everything before it reads",
    replace: [SEND_ALL, "await sendAll(); await receiveAll();"],
    diagnosis: /262144 bytes.*Read while you're still sending/s,
  },
  {
    name: "alternates writes and reads of 1 MiB, which the kernel can hold",
    async attempt(conn, data) {
      const answer = new Uint8Array(data.length);
      for (let at = 0; at < data.length; at += 1024 * 1024) {
        const piece = data.subarray(at, at + 1024 * 1024);
        await writeAll(conn, piece);
        answer.set(await readExact(conn, piece.length), at);
      }
      return answer;
    },
    diagnosis: /262144 bytes.*Read while you're still sending/s,
  },
  {
    name: "returns after the first read",
    replace: [RECEIVE, "received === 0 && answer.length > 0;"],
    diagnosis: /go on until you have as many bytes as you sent/,
  },
  {
    name: "puts every piece at the start of the answer",
    replace: ["answer.subarray(received)", "answer"],
    diagnosis: /Put each piece after the one before/,
  },
  {
    name: "ends its side to learn the end of the answer",
    replace: ["sendAll(),", "sendAll().then(() => conn.closeWrite()),"],
    diagnosis: /The caller needs the connection for the next exchange/,
  },
  {
    name: "stops writing one byte too early",
    replace: ["sent < data.length;", "sent < data.length - 1;"],
    diagnosis: /you have to write the rest/,
  },
  {
    name: "sends the whole buffer that the data is part of",
    replace: [SEND, SEND.replace("data", "new Uint8Array(data.buffer)")],
    diagnosis: /the same bytes as part of a larger buffer/,
  },
  {
    name: "returns what it has when the connection is reset",
    replace: [
      "conn.read(answer.subarray(received))",
      "conn.read(answer.subarray(received)).catch(() => answer.length)",
    ],
    diagnosis: /only a part of the answer.*let its error pass/s,
  },
  {
    name: "starts a read when everything is back",
    replace: [RETURN, `conn.read(new Uint8Array(1)); ${RETURN}`],
    diagnosis: /takes the first bytes of the next exchange/,
  },
  {
    name: "returns what it sent, when as many bytes have come back",
    replace: [RETURN, "return data;"],
    diagnosis: /Return what read\(\) gave you/,
  },
  {
    name: "returns a buffer that is longer than the answer",
    replace: [RETURN, "return new Uint8Array([...answer, 0, 0, 0]);"],
    diagnosis: /Return as many bytes as were sent/,
  },
  {
    name: "goes on waiting when the server ends early",
    replace: [
      EARLY_END,
      `if (!count) await new Promise(() => {}); ${EARLY_END}`,
    ],
    diagnosis: /no more bytes will come, so if you wait/,
  },
  {
    name: "waits for a byte where none was sent",
    replace: [
      SEND_ALL,
      `${SEND_ALL} if (!data.length) await conn.read(new Uint8Array(1));`,
    ],
    diagnosis: /Nothing was sent, so nothing comes back/,
  },
];

/** Both exercises. */
export const wrongAnswers: WrongAnswers = { "3.1": echo, "3.2": exchange };

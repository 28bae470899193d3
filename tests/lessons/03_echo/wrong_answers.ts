/** Wrong answers to the exercises of lesson 3, each with its diagnosis. */
import type { Echo, Exchange } from "../../../lessons/03_echo/types.ts";
import { readExact, writeAll } from "../../../lib/net/mod.ts";
import type { WrongAnswer, WrongAnswers } from "../gates.ts";

const READ = "const count = await conn.read(buffer);";
const LET_READ = "let count = await conn.read(buffer);";
const AT_END = "if (count === null) return;";
const WRITE = "sent += await conn.write(buffer.subarray(sent, count));";
/** Reads again as if everything had been sent. */
const DONE = "sent = count;";

const echo: WrongAnswer<Echo>[] = [
  {
    name: "writes without end, because it forgets what it has sent",
    replace: ["sent += await", "sent = await"],
    diagnosis: /echo\(\) sent more than the expected 1001 bytes/,
  },
  {
    name: "reads only once",
    replace: [WRITE, `${WRITE} if (sent === count) return;`],
    diagnosis: /returned while the client was still sending/,
  },
  {
    name: "sends the whole buffer, no matter how much was read",
    replace: [WRITE, `await conn.write(buffer); ${DONE}`],
    diagnosis: /Send buffer\.subarray\(0, count\)/,
  },
  {
    name: "sends back half of the bytes",
    replace: [READ, `${LET_READ} if (count) count >>= 1;`],
    diagnosis: /Expected 6 bytes, got 3.*Only some of the bytes/s,
  },
  {
    name: "changes the bytes",
    replace: [AT_END, `${AT_END} buffer[0] ^= 0x20;`],
    diagnosis: /The wrong bytes came back/,
  },
  {
    name: "sends everything twice",
    replace: [AT_END, `${AT_END} await conn.write(buffer.subarray(0, count));`],
    diagnosis: /Send back each byte once/,
  },
  {
    name: "waits for a line ending before it answers",
    replace: [AT_END, `${AT_END} if (buffer[count - 1] !== 10) continue;`],
    diagnosis: /Expected 8 bytes, got 6\..*whatever it is/s,
  },
  {
    name: "sends old bytes after a write that took only part",
    replace: ["subarray(sent, count)", "subarray(sent, sent + count)"],
    diagnosis: /buffer\.subarray\(sent, count\), and nothing after that/,
  },
  {
    name: "shares one buffer between all connections",
    replace: [
      "= new Uint8Array(16 * 1024)",
      "= ((globalThis as any).buffer31 ??= new Uint8Array(16 * 1024))",
    ],
    diagnosis: /not with two in use at the same time/,
  },
  {
    name: "closes its own write side, too",
    replace: [AT_END, AT_END.replace(";", " await conn.closeWrite();")],
    diagnosis: /echo\(\) ended your side of the connection/,
  },
  {
    name: "ignores what write() returns",
    replace: [WRITE, `await conn.write(buffer.subarray(0, count)); ${DONE}`],
    diagnosis: /write\(\) returns how many bytes it took/,
  },
  {
    name: "never tests for null",
    replace: [AT_END, ""],
    diagnosis: /read\(\) returns null.*doesn't test for null/,
  },
  {
    name: "treats null as an error",
    replace: [AT_END, 'if (count === null) throw new Error("lost");'],
    diagnosis: /null isn't an error: it's how a stream ends/,
  },
  {
    name: "treats the bytes as text",
    replace: [
      AT_END,
      `${AT_END} new TextEncoder()
        .encodeInto(new TextDecoder().decode(buffer), buffer);`,
    ],
    diagnosis: /Not all bytes are text/,
  },
  {
    name: "closes the connection by using a pipe",
    attempt: (conn) => conn.readable.pipeTo(conn.writable),
    diagnosis: /closed the connection.*at the end of pipeTo\(\)/s,
  },
  {
    name: "forgets to await the write",
    replace: [WRITE, `conn.write(buffer.subarray(0, count)); ${DONE}`],
    diagnosis: /And await each write before you read into the buffer/,
  },
  {
    name: "keeps a queue of views, and overwrites them",
    async attempt(conn) {
      const ring = new Uint8Array(4096);
      let writing = Promise.resolve();
      for (let at = 0;; at = at > 3000 ? 0 : at) {
        const count = await conn.read(ring.subarray(at, at + 1000));
        if (count === null) return await writing;
        const part = ring.subarray(at, at += count);
        writing = writing.then(() => writeAll(conn, part));
      }
    },
    diagnosis: /so must all bytes in a queue/,
  },
  {
    name: "reads into the buffer while it's being written",
    async attempt(conn) {
      const buffer = new Uint8Array(1024);
      let writing = Promise.resolve();
      while (true) {
        const count = await conn.read(buffer);
        await writing;
        if (count === null) return;
        writing = writeAll(conn, buffer.subarray(0, count));
      }
    },
    diagnosis: /await each write before you read into the buffer again/,
  },
];

const SEND_ALL = "await Promise.all([sendAll(), receiveAll()]);";
const SEND = "sent += await conn.write(data.subarray(sent));";
const RECEIVE = "received < answer.length;";
const EARLY_END = "if (count === null) {";
const RETURN = "return answer;";

const exchange: WrongAnswer<Exchange>[] = [
  {
    name: "takes the whole buffer, however much was read",
    replace: [
      "received += count;",
      "received += answer.subarray(received).length;",
    ],
    diagnosis: /only the first `count` bytes of its buffer are new/,
  },
  {
    name: "awaits the writes only after the reads",
    replace: [
      "await Promise.all([sendAll(), receiveAll()]);",
      "const sending = sendAll(); await receiveAll(); await sending;",
    ],
    diagnosis: /never gets to the `await` of the other one/,
  },
  {
    name: "waits for the writes, although the reads have failed",
    replace: [
      "await Promise.all([sendAll(), receiveAll()]);",
      `const ends = await Promise.allSettled([sendAll(), receiveAll()]);
      for (const end of ends) if (end.status === "rejected") throw end.reason;`,
    ],
    diagnosis: /Promise\.allSettled\(\) waits for both/,
  },
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
    name: "closes its write side to find the end of the answer",
    replace: ["sendAll(),", "sendAll().then(() => conn.closeWrite()),"],
    diagnosis: /The caller needs the connection for the next exchange/,
  },
  {
    name: "writes without end, because it forgets what it has sent",
    replace: ["sent += await", "sent = await"],
    diagnosis: /You wrote 1002 bytes, and there are only 1001.*sent \+= await/s,
  },
  {
    name: "stops writing one byte too early",
    replace: ["sent < data.length;", "sent < data.length - 1;"],
    diagnosis: /you have to write the rest/,
  },
  {
    name: "sends the whole buffer that the data is part of",
    replace: [SEND, SEND.replace("data", "new Uint8Array(data.buffer)")],
    diagnosis: /bytes are part of a larger buffer/,
  },
  {
    name: "returns what it has when the connection is reset",
    replace: [
      "conn.read(answer.subarray(received))",
      "conn.read(answer.subarray(received)).catch(() => answer.length)",
    ],
    diagnosis: /only part of the answer.*let its error through/s,
  },
  {
    name: "starts another read when everything is back",
    replace: [RETURN, `conn.read(new Uint8Array(1)); ${RETURN}`],
    diagnosis: /would take the first bytes of the next exchange/,
  },
  {
    name: "returns what it sent, not what came back",
    replace: [RETURN, "return data;"],
    diagnosis: /Return the bytes that read\(\) put into your buffer/,
  },
  {
    name: "returns a buffer that is longer than the answer",
    replace: [RETURN, "return new Uint8Array([...answer, 0, 0, 0]);"],
    diagnosis: /Return as many bytes as you sent/,
  },
  {
    name: "keeps waiting after the server has ended the stream early",
    replace: [
      EARLY_END,
      `if (!count) await new Promise(() => {}); ${EARLY_END}`,
    ],
    diagnosis: /no more bytes will arrive\. If you wait/,
  },
  {
    name: "waits for a byte although it sent none",
    replace: [
      SEND_ALL,
      `${SEND_ALL} if (!data.length) await conn.read(new Uint8Array(1));`,
    ],
    diagnosis: /You sent nothing, so nothing comes back/,
  },
];

/** The wrong answers to each exercise, by its id. */
export const wrongAnswers: WrongAnswers = { "3.1": echo, "3.2": exchange };

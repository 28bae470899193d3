/** Wrong answers to the exercises of lesson 2, each with its diagnosis. */
import type {
  FetchGreeting,
  GreetOnce,
} from "../../../lessons/02_first_connection/types.ts";
import { readToEnd, writeAll } from "../../../lib/net/mod.ts";
import type { WrongAnswer, WrongAnswers } from "../gates.ts";

const ACCEPT = "using conn = await listener.accept();";
const ENCODE = "new TextEncoder().encode(greeting)";
const WRITE = "sent += await conn.write(bytes.subarray(sent));";
const LOOP_END = "bytes.subarray(sent));\n  }";

const greetOnce: WrongAnswer<GreetOnce>[] = [
  {
    name: "leaves a for await loop, which closes the listener",
    replace: [
      ACCEPT,
      "let conn; for await (conn of listener) break; using _conn = conn;",
    ],
    diagnosis: /for await.*break and return close it/s,
  },
  {
    name: "leaves the client's socket open",
    replace: ["using conn", "const conn"],
    diagnosis: /greetOnce\(\) is done, but the connection is still open\./,
  },
  {
    name: "closes its write side, but leaves the socket open",
    replace: [
      ACCEPT,
      `const conn = await listener.accept();
      await using _end = { [Symbol.asyncDispose]: () => conn.closeWrite() };`,
    ],
    diagnosis: /still open: you closed only your side of it/,
  },
  {
    name: "leaves the socket open when the client leaves early",
    async attempt(listener, greeting) {
      const conn = await listener.accept();
      await writeAll(conn, new TextEncoder().encode(greeting));
      conn.close();
    },
    diagnosis: /never reaches a close\(\)/,
  },
  {
    name: "closes the socket twice",
    replace: [LOOP_END, `${LOOP_END}\n  conn.close();\n  conn.close();`],
    diagnosis: /Do you use it after close\(\), or close it twice/,
  },
  {
    name: "ignores what write() returns",
    replace: [WRITE, `${WRITE} break;`],
    diagnosis: /doesn't send the rest unless you write that/,
  },
  {
    name: "doesn't await its write",
    replace: [WRITE, "conn.write(bytes); break;"],
    diagnosis:
      /You called close\(\) while a write\(\)|Write first, await each write/,
  },
  {
    name: "doesn't wait for a client",
    attempt(listener, greeting) {
      listener.accept().then(async (conn) => {
        await writeAll(conn, new TextEncoder().encode(greeting));
        conn.close();
      });
      return Promise.resolve();
    },
    diagnosis: /before a client had connected/,
  },
  {
    name: "sends character codes instead of bytes",
    replace: [ENCODE, "Uint8Array.from(greeting, (c) => c.charCodeAt(0))"],
    diagnosis: /A character code isn't a byte/,
  },
  {
    name: "stops after as many bytes as there are characters",
    replace: ["sent < bytes.length", "sent < greeting.length"],
    diagnosis: /the greeting has \d+ characters/,
  },
  {
    name: "writes without end, because it forgets what it has sent",
    replace: ["sent += await", "sent = await"],
    diagnosis: /greetOnce\(\) sent more than the expected 24 bytes/,
  },
  {
    name: "starts over with each write",
    replace: [WRITE, "sent += await conn.write(bytes);"],
    diagnosis:
      /continue where the last one ended.*how many bytes it took, not characters/s,
  },
  {
    name: "adds a zero, as C does",
    replace: [ENCODE, 'new TextEncoder().encode(greeting + "\\0")'],
    diagnosis: /no line ending, no \\0.*send bytes\.subarray\(0, written\)/,
  },
  {
    name: "encodes the text in pieces, which cut characters in two",
    replace: [
      ENCODE,
      `Uint8Array.from((greeting.match(/[^]{1,1024}/g) ?? [])
        .flatMap((piece) => [...new TextEncoder().encode(piece)]))`,
    ],
    diagnosis: /slice\(\) or an index can cut one in two/,
  },
  {
    name: "trims the greeting",
    replace: [ENCODE, ENCODE.replace("greeting", "greeting.trim()")],
    diagnosis: /Send the whole greeting as it is, white space included/,
  },
  {
    name: "shares one variable between all calls",
    replace: [
      ACCEPT,
      `using own = await listener.accept();
      (globalThis as any).conn21 = own;
      const conn = {
        write: (bytes: any) => (globalThis as any).conn21.write(bytes),
      };`,
    ],
    diagnosis: /The two share something/,
  },
  {
    name: "waits for the client to send something first",
    replace: [ACCEPT, `${ACCEPT} await conn.read(new Uint8Array(1));`],
    diagnosis: /you wait forever: this client sends nothing/,
  },
  {
    name: "waits for the client to close",
    replace: [LOOP_END, `${LOOP_END}\n  await conn.read(new Uint8Array(1));`],
    diagnosis: /Here, it's the server that closes/,
  },
  {
    name: "serves forever",
    replace: [LOOP_END, `${LOOP_END}\n  await greetOnce(listener, greeting);`],
    diagnosis: /called accept\(\) a second time/,
  },
];

const RETURN = "return text + decoder.decode();";

const fetchGreeting: WrongAnswer<FetchGreeting>[] = [
  {
    name: "throws its own error if a read fails",
    replace: [
      "await conn.read(buffer);",
      `await conn.read(buffer).catch((cause) => {
        throw new Error("no greeting", { cause });
      });`,
    ],
    diagnosis:
      /wrong class of error; it should be ConnectionReset.*error through unchanged/s,
  },
  {
    name: "treats a read that doesn't fill the buffer as the end of the stream",
    replace: [
      "{ stream: true });",
      "{ stream: true });\n    if (count < buffer.length) return text;",
    ],
    diagnosis: /what has arrived so far.*isn't full doesn't mean the end/,
  },
  {
    name: "treats a line ending as the end of the stream",
    replace: [
      "{ stream: true });",
      '{ stream: true });\n    if (text.endsWith("\\n")) return text;',
    ],
    diagnosis: /should wait for more bytes\..*neither does a line ending/s,
  },
  {
    name: "treats a pause as the end of the stream",
    replace: [
      "await conn.read(buffer);",
      `await new Promise<number | null>((resolve, reject) => {
      const timer = setTimeout(resolve, 1000, null);
      conn.read(buffer).finally(() => clearTimeout(timer))
        .then(resolve, reject);
    });`,
    ],
    diagnosis: /don't treat a pause as the end/,
  },
  {
    name: "fills one large buffer",
    async attempt(port) {
      using conn = await Deno.connect({ port });
      const buffer = new Uint8Array(1024 * 1024);
      let size = 0;
      for (
        let count;
        (count = await conn.read(buffer.subarray(size))) !== null;
      ) {
        size += count;
      }
      return new TextDecoder().decode(buffer.subarray(0, size));
    },
    diagnosis: /no size is enough for everything a peer may send/,
  },
  {
    name: "uses fetch()",
    attempt: async (port) =>
      await (await fetch(`http://127.0.0.1:${port}`)).text(),
    diagnosis: /sent an HTTP request\..*This server doesn't speak HTTP/s,
  },
  {
    name: "decodes with one decoder for all connections",
    replace: [
      "new TextDecoder()",
      "((globalThis as any).decoder22 ??= new TextDecoder())",
    ],
    diagnosis: /failed on a good stream, after a call that was meant to fail/,
  },
  {
    name: "decodes the whole buffer",
    replace: ["buffer.subarray(0, count)", "buffer"],
    diagnosis: /Decode buffer\.subarray\(0, count\)/,
  },
  {
    name: "decodes each part separately",
    replace: [", { stream: true }", ""],
    diagnosis: /decode\(part, \{ stream: true \}\)/,
  },
  {
    name: "turns each byte into a character",
    replace: [
      "decoder.decode(buffer.subarray(0, count), { stream: true })",
      "String.fromCharCode(...buffer.subarray(0, count))",
    ],
    diagnosis: /You turned each byte into a character/,
  },
  {
    name: "keeps views of a buffer that the next read changes",
    attempt: inPieces(() => BUFFER),
    diagnosis: /Keep a copy, buffer\.slice\(0, count\)/,
  },
  {
    name: "leaves the connection open",
    replace: ["using conn", "const conn"],
    diagnosis: /is done, but the connection is still open/,
  },
  {
    name: "leaves the connection open when a read fails",
    async attempt(port) {
      const conn = await Deno.connect({ port });
      const bytes = await readToEnd(conn);
      conn.close();
      return new TextDecoder().decode(bytes);
    },
    diagnosis: /still open\..*never reaches a close\(\)/s,
  },
  {
    name: "returns what it has when a read fails",
    replace: ["conn.read(buffer)", "conn.read(buffer).catch(() => null)"],
    diagnosis: /but it should throw ConnectionReset.*don't return a part/s,
  },
  {
    name: "connects a second time",
    replace: ["using conn", "await Deno.connect({ port });\n  using conn"],
    diagnosis: /You connected twice/,
  },
  {
    name: "never tests for null",
    // Instead of the endless loop, which would hang the test.
    replace: [RETURN, "await new Promise(() => {});"],
    diagnosis: /read\(\) returns null when the server has ended/,
  },
  {
    name: "treats an empty greeting as a failure",
    replace: [
      RETURN,
      'if (text === "") throw new Error("no"); else return text;',
    ],
    diagnosis: /An empty greeting is valid/,
  },
  {
    name: "connects to a different port",
    replace: ["port })", "port: 1 })"],
    diagnosis: /Connect to the port that you were given/,
  },
  {
    name: "strips the line ending",
    replace: [RETURN, "return text.trimEnd();"],
    diagnosis: /White space is part of the greeting/,
  },
  {
    name: "returns bytes",
    replace: [RETURN, "return new TextEncoder().encode(text);"],
    diagnosis: /Return the text: a TextDecoder makes it/,
  },
  {
    name: "sends something first",
    replace: [
      "const decoder",
      'await conn.write(new TextEncoder().encode("hello?"));\n  const decoder',
    ],
    diagnosis: /Your function should only read/,
  },
];

/** The wrong answers to each exercise, by its id. */
export const wrongAnswers: WrongAnswers = {
  "2.1": greetOnce,
  "2.2": fetchGreeting,
};

const BUFFER = new Uint8Array(1000);

/**
 * Keeps all pieces until the end.
 *
 * @param makeBuffer Returns the buffer for a read; a right answer makes a new
 * one each time.
 * @returns An answer to 2.2.
 */
export function inPieces(
  makeBuffer: () => Uint8Array<ArrayBuffer>,
): FetchGreeting {
  return async (port) => {
    using conn = await Deno.connect({ port });
    const pieces: Uint8Array<ArrayBuffer>[] = [];
    while (true) {
      const buffer = makeBuffer();
      const count = await conn.read(buffer);
      if (count === null) return await new Blob(pieces).text();
      pieces.push(buffer.subarray(0, count));
    }
  };
}

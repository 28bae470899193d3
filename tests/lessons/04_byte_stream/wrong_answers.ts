/** Wrong answers to the exercises of lesson 4, each with its diagnosis. */
import type {
  ReadExact,
  WriteAll,
} from "../../../lessons/04_byte_stream/types.ts";
import type { WrongAnswer, WrongAnswers } from "../gates.ts";

const BUFFER = new Uint8Array(2 ** 20);
let sharedCount = 0;

/** Runs `code` when the peer has closed, before the solution throws. */
function atEnd(code: string): [string, string] {
  return ["if (count === null) {", `if (count === null) { ${code}`];
}

const readExact: WrongAnswer<ReadExact>[] = [
  {
    name: "makes an argument of each byte",
    replace: ["return data;", "return Uint8Array.of(...data);"],
    diagnosis: /a call takes about 100,000/,
  },
  {
    name: "has one buffer for all connections",
    replace: [
      "const data = new Uint8Array(size);",
      "const all: Uint8Array = (globalThis as any).all4 ??= new Uint8Array(2e5);\n" +
      "  const data = all.subarray(0, size);",
    ],
    diagnosis: /changed when later calls|two in use at the same time/,
  },
  {
    name: "reads once and returns what came",
    replace: ["filled += count;", "return data.subarray(0, count);"],
    diagnosis: /even if that's a single byte/,
  },
  {
    name: "reads once and ignores how much came",
    replace: ["filled += count;", "break;"],
    diagnosis: /was never filled/,
  },
  {
    name: "puts each piece at the start of the array",
    replace: ["data.subarray(filled)", "data.subarray(0, size - filled)"],
    diagnosis: /the pieces aren't: read\(\) always writes to the start/,
  },
  {
    name: "treats the end of the stream as success",
    replace: atEnd("return data.subarray(0, filled);"),
    diagnosis: /would take your result for all 8 bytes/,
  },
  {
    name: "counts null as 0 bytes, in an endless loop",
    replace: atEnd("await new Promise(() => {});"),
    diagnosis: /every read\(\) returns null/,
  },
  {
    name: "throws an error of another class",
    replace: ["Deno.errors.UnexpectedEof", "Error"],
    diagnosis: /recognizes a stream that ended early/,
  },
  {
    name: "returns views of one buffer that it reads into again",
    replace: [
      "new Uint8Array(size)",
      "(readExact.buffer ??= new Uint8Array(2 ** 20)).subarray(0, size)",
    ],
    diagnosis: /changed when later calls were made.*view of a buffer/s,
  },
  {
    name: "has one buffer for all calls, and returns copies",
    async attempt(conn, size) {
      for (let filled = 0; filled < size;) {
        const count = await conn.read(BUFFER.subarray(filled, size));
        if (count === null) throw new Deno.errors.UnexpectedEof();
        filled += count;
      }
      return BUFFER.slice(0, size);
    },
    diagnosis: /two in use at the same time/,
  },
  {
    name: "reads past `size` and drops the rest",
    async attempt(conn, size) {
      const data = new Uint8Array(size + 4096);
      for (let filled = 0; filled < size;) {
        filled += await conn.read(data.subarray(filled)) ?? Infinity;
      }
      return data.slice(0, size);
    },
    diagnosis: /Never ask for more bytes than you still need/,
  },
  {
    name: "returns more than it was asked for",
    replace: ["return data;", "return new Uint8Array([...data, 0]);"],
    diagnosis: /an array of exactly the right length/,
  },
  {
    name: "reads before it tests whether it has enough",
    async attempt(conn, size) {
      const data: number[] = [];
      const one = new Uint8Array(1);
      do {
        await conn.read(one);
        data.push(one[0]);
      } while (data.length < size);
      return new Uint8Array(data);
    },
    diagnosis: /you need no read at all/,
  },
  {
    name: "takes a byte when it needs none",
    replace: [
      "let filled = 0;",
      "let filled = 0;\n  if (size === 0) await conn.read(new Uint8Array(1));",
    ],
    diagnosis: /readExact\(\) took bytes from the connection that belong to/,
  },
  {
    name: "decodes the bytes as text",
    replace: [
      "return data;",
      "return new TextEncoder().encode(new TextDecoder().decode(data));",
    ],
    diagnosis: /These bytes may not be text/,
  },
  {
    name: "closes the connection when the peer has closed its side",
    replace: atEnd("conn.close();"),
    diagnosis: /closed the connection.*even after an error/s,
  },
  {
    name: "closes the connection when a read fails",
    replace: [
      "conn.read(data.subarray(filled))",
      "conn.read(data.subarray(filled)).catch((error) => {\n" +
      "      conn.close();\n      throw error;\n    })",
    ],
    diagnosis: /closed the connection.*even after an error/s,
  },
  {
    name: "reads on to see whether there's more than `size`",
    replace: [
      "return data;",
      "if (size > 0 && await conn.read(new Uint8Array(1)) !== null) {\n" +
      '    throw new Error("too much");\n  }\n  return data;',
    ],
    diagnosis: /nothing to throw here.*belongs to the next reader/s,
  },
  {
    name: "treats a reset as the end of the stream",
    replace: [
      "conn.read(data.subarray(filled))",
      "conn.read(data.subarray(filled)).catch(() => null)",
    ],
    diagnosis:
      /threw the wrong class of error; it should be ConnectionReset.*let it through/is,
  },
];

/** The solution's write, which most wrong answers to 4.2 change. */
const WRITE = "written += await conn.write(data.subarray(written));";

/** Runs `code` instead of letting the write's error through. */
function catching(code: string): [string, string] {
  return [
    "conn.write(data.subarray(written))",
    `conn.write(data.subarray(written)).catch(() => { ${code} })`,
  ];
}

/** Runs `code` after the last write of the solution. */
function afterwards(code: string): [string, string] {
  return ["\n  }\n}", `\n  }\n  ${code}\n}`];
}

const writeAll: WrongAnswer<WriteAll>[] = [
  {
    name: "ignores how much the write took",
    replace: ["while (", "if ("],
    diagnosis: /offer the rest until nothing is left/,
  },
  {
    name: "starts over from byte 0",
    replace: ["data.subarray(written)", "data"],
    diagnosis: /not at byte 0 again/,
  },
  {
    name: "writes everything again until one write takes it all",
    replace: [WRITE, "written = await conn.write(data);"],
    diagnosis: /sent more than the expected 10 bytes/,
  },
  {
    name: "starts all writes at once",
    replace: [WRITE, "conn.write(data.subarray(written, written += 4));"],
    diagnosis: /started a write while another one was in progress/,
  },
  {
    name: "counts what it offered instead of what was taken",
    replace: [
      WRITE,
      "await conn.write(data.subarray(written, written += 1024));",
    ],
    diagnosis: /Count what it took/,
  },
  {
    name: "treats the second argument of subarray() as a length",
    replace: [
      "data.subarray(written)",
      "data.subarray(written, data.length - written)",
    ],
    diagnosis: /where the part ends, not how long it is/,
  },
  {
    name: "leaves out the last byte",
    replace: ["data.length", "data.length - 1"],
    diagnosis: /The last byte is missing/,
  },
  {
    name: "doesn't await its write",
    replace: [WRITE, "conn.write(data); break;"],
    diagnosis: /returned while a write was still in progress/,
  },
  {
    name: "closes the connection after the data",
    replace: afterwards("conn.close();"),
    diagnosis: /closed the connection/,
  },
  {
    name: "closes its side after the data",
    replace: afterwards("await conn.closeWrite();"),
    diagnosis: /ended your side of the connection/,
  },
  {
    name: "pipes into the connection, which closes it",
    attempt: (conn, data) =>
      new Blob([data.slice()]).stream().pipeTo(conn.writable),
    diagnosis: /closed the connection.*at the end of pipeTo\(\)/s,
  },
  {
    name: "catches the error of a broken connection and says nothing",
    replace: catching("return Infinity;"),
    diagnosis: /If you catch the error and say nothing/,
  },
  {
    name: "retries on a broken connection, in an endless loop",
    replace: catching("return new Promise(() => {});"),
    diagnosis: /Trying again doesn't help/,
  },
  {
    name: "throws its own error",
    replace: catching('throw new Error("could not write");'),
    diagnosis: /a different error than write\(\) threw/,
  },
  {
    name: "closes a connection whose write failed",
    replace: catching("conn.close(); throw new Deno.errors.BrokenPipe();"),
    diagnosis: /closed the connection.*even after an error/s,
  },
  {
    name: "gives up after 1000 writes",
    replace: [
      "while (written < data.length)",
      "for (let i = 0; i < 1000 && written < data.length; i++)",
    ],
    diagnosis: /offer the rest until nothing is left/,
  },
  {
    name: "throws when a write takes only a part",
    replace: [
      WRITE,
      "if (await conn.write(data) < data.length) throw new Error();\n    break;",
    ],
    diagnosis: /write\(\) took fewer bytes than you offered\? That isn't an/,
  },
  {
    name: "decodes the bytes as text",
    replace: [
      "let written = 0;",
      "data = new TextEncoder().encode(new TextDecoder().decode(data));\n" +
      "  let written = 0;",
    ],
    diagnosis: /bytes that aren't valid UTF-8/,
  },
  {
    name: "sends the whole buffer that `data` is a view of",
    replace: [
      "let written = 0;",
      "let written = 0;\n  data = new Uint8Array(data.buffer);",
    ],
    diagnosis: /part of a larger buffer.*\.buffer/s,
  },
  {
    name: "has one count for all connections",
    async attempt(conn, data) {
      sharedCount = 0;
      while (sharedCount < data.length) {
        const count = await conn.write(data.subarray(sharedCount));
        sharedCount += count;
      }
    },
    diagnosis: /two in use at the same time/,
  },
  {
    name: "moves the rest to the start of `data`",
    replace: [
      WRITE,
      "const count = await conn.write(data.subarray(0, data.length - written));\n" +
      "data.copyWithin(0, count);\n written += count;",
    ],
    diagnosis: /changed its arguments/,
  },
];

/** The wrong answers to each exercise, by its id. */
export const wrongAnswers: WrongAnswers = {
  "4.1": readExact,
  "4.2": writeAll,
};

/** Wrong answers to the exercises of lesson 5, and what must be said of each. */
import type {
  EncodeFrame,
  ReadMessages,
} from "../../../lessons/05_framing/types.ts";
import * as solution from "../../../lessons/05_framing/solution.ts";
import { concat } from "../../../lib/wire/bytes.ts";
import type { WrongAnswer, WrongAnswers } from "../gates.ts";

const STRICT = 'new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })';
const DROPS_BOM: [string, string] = [
  STRICT,
  'new TextDecoder("utf-8", { fatal: true })',
];
const NOT_FATAL: [string, string] = [
  STRICT,
  'new TextDecoder("utf-8", { ignoreBOM: true })',
];

const CUT_CR = "lineOf(withoutCR(line))";
const IF_TOO_LONG =
  "if (withoutCR(pending).length > maxBytes) lineOf(pending);";
const OPTIONS = "{ maxBytes = 65536 } = options";
const LAST_LINE = "if (pending.length > 0) yield lineOf(pending)";

const RECURSION = `const count = (at: number): number =>
      at === bytes.length ? at : count(at + 1);
    count(0);`;

const readLines: WrongAnswer<ReadMessages>[] = [
  {
    name: "decodes its whole buffer, whatever arrived",
    attempt: decodeWholeBuffer,
    diagnosis: /the part of the buffer that read\(\) did not fill/,
  },
  {
    name: "reads into an empty buffer",
    replace: ["new Uint8Array(4096)", "new Uint8Array()"],
    diagnosis: /got an empty buffer 100 times.*`new Uint8Array\(\)`/s,
  },
  {
    name: "doesn't await read()",
    replace: [
      "const count = await conn.read(buffer);",
      "const count = conn.read(buffer) as unknown as number;",
    ],
    diagnosis: /You used the result of conn\.read\(\) before it was there/,
  },
  {
    name: "decodes each read by itself",
    attempt: (conn) =>
      cutText(reads(conn), (bytes) => new TextDecoder().decode(bytes)),
    diagnosis: /The � is half a character/,
  },
  {
    name: "decodes each read by itself, and minds what is not UTF-8",
    attempt: (conn) => cutText(reads(conn), decode),
    diagnosis: /a read may end inside a character/,
  },
  {
    name: "loses what follows the first line of a read",
    replace: [
      "pending = pending.subarray(end + 1);",
      "pending = new Uint8Array();",
    ],
    diagnosis: /keep it, and look at it before you read again/,
  },
  {
    name: "drops the last line if it has no end",
    replace: [LAST_LINE, ""],
    diagnosis: /at null, yield what is left/,
  },
  {
    name: "leaves the \\r",
    replace: [CUT_CR, "lineOf(line)"],
    diagnosis: /take the \\r away/,
  },
  {
    name: "looks for \\r\\n in each read by itself",
    attempt: (conn) =>
      cutText(
        reads(conn),
        (bytes) => decode(bytes).replaceAll("\r\n", "\n"),
        (line) => line,
      ),
    diagnosis: /not in each piece/,
  },
  {
    name: "trims the lines",
    replace: ["decoder.decode(bytes)", "decoder.decode(bytes).trim()"],
    diagnosis: /Remove only the end of the line/,
  },
  {
    name: "takes a \\r off a last line that has no \\n",
    replace: [LAST_LINE, LAST_LINE + '.replace(/\\r$/, "")'],
    diagnosis: /Take a \\r away only in front of a \\n/,
  },
  {
    name: "leaves out empty lines",
    replace: ["yield lineOf(without", "if (end > 0) yield lineOf(without"],
    diagnosis: /an empty line between them, which counts/,
  },
  {
    name: "yields an empty line at the end",
    replace: [LAST_LINE, "yield lineOf(pending)"],
    diagnosis: /After the last message nothing more was sent/,
  },
  {
    name: "reads to the end before it yields anything",
    async *attempt(conn) {
      yield* await Array.fromAsync(solution.readLines(conn));
    },
    diagnosis: /as soon as its end has come/,
  },
  {
    name: "has no limit",
    replace: ["if (bytes.length > maxBytes)", "if (bytes.length > Infinity)"],
    diagnosis: /any client that can connect can fill the memory/,
  },
  {
    name: "looks at the limit only when the line is whole",
    replace: [IF_TOO_LONG, ""],
    diagnosis: /known before its end has come/,
  },
  {
    name: "takes a limit of 0 for none given",
    replace: [OPTIONS, "maxBytes = options.maxBytes || 65536"],
    diagnosis: /takes 0 for a limit that wasn't given/,
  },
  {
    name: "has a cap of its own as well",
    replace: [
      OPTIONS,
      "maxBytes = Math.min(options.maxBytes ?? 2 ** 16, 2 ** 16)",
    ],
    diagnosis: /maxBytes is the only limit/,
  },
  {
    name: "has a lower limit where none is given",
    replace: ["{ maxBytes = 65536 }", "{ maxBytes = 65535 }"],
    diagnosis: /65536 bytes are allowed where no maxBytes is given/,
  },
  {
    name: "counts the limit in characters",
    replace: [
      "if (bytes.length > maxBytes)",
      "if (decoder.decode(bytes).length > maxBytes)",
    ],
    diagnosis: /text\.length counts something else/,
  },
  {
    name: "counts the \\r of a line's end against the limit",
    replace: [CUT_CR, 'lineOf(line).replace(/\\r$/, "")'],
    diagnosis: /a \\r may be a line that is not too long/,
  },
  {
    name: "counts the \\r only where a read ends after it",
    replace: [
      IF_TOO_LONG,
      "if (pending.length > maxBytes) lineOf(pending);",
    ],
    diagnosis: /a read may end just before that/,
  },
  {
    name: "doesn't count a \\r in front of the end",
    replace: [
      LAST_LINE,
      `if (pending.at(-1) === 0x0d) yield decoder.decode(pending);
  else ${LAST_LINE}`,
    ],
    diagnosis: /Look at the limit once more when the stream ends/,
  },
  {
    name: "looks at all lines of a read before it yields the first",
    replace: [
      "pending = joined;",
      `pending = joined;
      for (const line of String.fromCharCode(...joined).split("\\n")) {
        if (line.length > maxBytes + 1) throw new RangeError("too long");
        if (!line.endsWith("\\r") && line.length > maxBytes) lineOf(joined);
      }`,
    ],
    diagnosis: /yield it, before you reject the second/,
  },
  {
    name: "never asks its decoder for what it has kept",
    replace: [
      "decoder.decode(bytes)",
      "decoder.decode(bytes, { stream: true })",
    ],
    diagnosis: /leave out `stream` in the last call/,
  },
  {
    name: "decodes all that came before it looks for a line",
    async *attempt(conn) {
      const decoder = new TextDecoder("utf-8", { fatal: true });
      const stream = { stream: true };
      yield* cutText(reads(conn), (bytes) => decoder.decode(bytes, stream));
      decoder.decode();
    },
    diagnosis: /cut the bytes into lines first/,
  },
  {
    name: "counts all lines together against the limit",
    replace: [
      `function lineOf(bytes: Uint8Array): string {
    if (bytes.length > maxBytes) {`,
      `let total = 0;
  function lineOf(bytes: Uint8Array): string {
    if ((total += bytes.length) > maxBytes) {`,
    ],
    diagnosis: /for each line by itself/,
  },
  {
    name: "ends without a word at a line that is too long",
    attempt: ending(solution.readLines, RangeError),
    diagnosis: /readLines\(\) ended .*where RangeError was due/,
  },
  {
    name: "throws an error of another class",
    replace: ["throw new RangeError(", "throw new Error("],
    diagnosis: /by the class of the error/,
  },
  {
    name: "puts � for what is not UTF-8",
    replace: NOT_FATAL,
    diagnosis: /the damage goes on unseen/,
  },
  {
    name: "drops a byte order mark",
    replace: DROPS_BOM,
    diagnosis: /drops it unless you pass ignoreBOM/,
  },
  {
    name: "takes a reset for the end",
    replace: ["conn.read(buffer)", "conn.read(buffer).catch(() => null)"],
    diagnosis: /Let the error of read\(\) pass/,
  },
  {
    name: "has one list of bytes for all connections",
    attempt: byByte(() => ONE_FOR_ALL),
    diagnosis: /went wrong with two in use at the same time/,
  },
  {
    name: "has one buffer for all connections",
    replace: [
      "const buffer = new Uint8Array(4096)",
      "const buffer = ((globalThis as any).buffer5 ??= new Uint8Array(4096))",
    ],
    diagnosis: /two in use at the same time.* such as a buffer/s,
  },
  {
    name: "gives the object a default, and not maxBytes",
    replace: [
      "const { maxBytes = 65536 } = options",
      "const maxBytes = options.maxBytes ??\n" +
      "    (arguments[1] === undefined ? 65536 : NaN)",
    ],
    diagnosis: /The caller passed \{\}, where maxBytes is undefined/,
  },
  {
    name: "drops a byte order mark of the first line",
    replace: [
      "return decoder.decode(bytes)",
      'return decoder.decode(bytes).replace("\\ufeffone", "one")',
    ],
    diagnosis: /A byte order mark \(ef bb bf\) at the start/,
  },
  {
    name: "counts what it keeps in characters",
    replace: [
      IF_TOO_LONG,
      "if (new TextDecoder().decode(withoutCR(pending)).length > maxBytes) " +
      "lineOf(pending);",
    ],
    diagnosis: /text\.length counts something else/,
  },
  {
    name: "looks for \\n after what it has read, too",
    attempt: searchWholeBuffer,
    diagnosis: /You yielded the same bytes twice/,
  },
  {
    name: "keeps what is left of a line outside the function",
    attempt: keepLeftOver,
    diagnosis: /after a call that failed.*Make it a local variable/s,
  },
  {
    name: "keeps views of its buffer",
    attempt: keepViews,
    diagnosis: /The pieces you keep are views of your read buffer/,
  },
  {
    name: "keeps nothing between reads",
    async *attempt(conn) {
      for await (const bytes of reads(conn)) {
        yield* decode(bytes).replace(/\n$/, "").split("\n");
      }
    },
    diagnosis: /You look at each read by itself/,
  },
  {
    name: "keeps nothing between reads, and drops what isn't whole",
    async *attempt(conn) {
      for await (const bytes of reads(conn)) {
        yield* decode(bytes).split("\n").slice(0, -1);
      }
    },
    diagnosis: /You look at each read by itself/,
  },
  {
    name: "notices one byte late that a line is too long",
    replace: [
      IF_TOO_LONG,
      "if (pending.length > maxBytes + 1) lineOf(pending);",
    ],
    diagnosis: /One byte over the limit may only be a \\r/,
  },
  {
    name: "calls itself for each byte",
    replace: [
      "return decoder.decode(bytes)",
      `${RECURSION} return decoder.decode(bytes)`,
    ],
    diagnosis: /A function there calls itself, once for each byte/,
  },
  {
    name: "makes an argument of each byte",
    replace: [
      "decoder.decode(bytes)",
      "decoder.decode(Uint8Array.of(...bytes))",
    ],
    diagnosis: /a call takes about 100,000/,
  },
  {
    name: "closes the connection when it throws",
    attempt: closing(solution.readLines),
    diagnosis: /readLines\(\) closed the connection/,
  },
  {
    name: "loops over the stream, which closes the connection when it is left",
    attempt: (conn) => cutText(conn.readable, decode),
    diagnosis: /when you leave a loop over it/,
  },
  {
    name: "returns a promise of an array",
    attempt:
      ((conn: Deno.Conn) =>
        Array.fromAsync(solution.readLines(conn))) as unknown as ReadMessages,
    diagnosis: /Declare it as `async function\*`/,
  },
];

const encodeFrame: WrongAnswer<EncodeFrame>[] = [
  {
    name: "writes the length in characters",
    replace: ["setUint32(0, payload.length)", "setUint32(0, text.length)"],
    diagnosis: /counts UTF-16 units/,
  },
  {
    name: "writes the least significant byte first",
    replace: ["payload.length);\n  frame", "payload.length, true);\n  frame"],
    diagnosis: /little-endian/,
  },
  {
    name: "has one byte of length",
    replace: [
      "new DataView(frame.buffer).setUint32(0, payload.length)",
      "frame[3] = payload.length",
    ],
    diagnosis: /a byte can only count to 255/,
  },
  {
    name: "has a length of one byte in all",
    attempt(text) {
      const payload = new TextEncoder().encode(text);
      return Uint8Array.of(payload.length, ...payload);
    },
    diagnosis: /Four bytes of length come first/,
  },
  {
    name: "counts the length's own bytes",
    replace: ["setUint32(0, payload.length)", "setUint32(0, frame.length)"],
    diagnosis: /its own four bytes do not count/,
  },
  {
    name: "writes the length in digits",
    attempt: (text) =>
      new TextEncoder().encode(String(text.length).padStart(4, "0") + text),
    diagnosis: /as a number and not as digits/,
  },
  {
    name: "encodes characters as bytes",
    replace: [
      "new TextEncoder().encode(text)",
      "Uint8Array.from([...text], (char) => char.charCodeAt(0))",
    ],
    diagnosis: /comes the text in UTF-8/,
  },
  {
    name: "returns a buffer that is too long",
    replace: ["new Uint8Array(4 + ", "new Uint8Array(5 + "],
    diagnosis: /with nothing after it/,
  },
  {
    name: "makes an argument of each byte",
    replace: [
      "return frame;",
      "return Uint8Array.of(...frame.subarray(0, 4), ...payload);",
    ],
    diagnosis: /a call takes about 100,000/,
  },
  {
    name: "calls itself for each byte",
    replace: [
      "frame.set(payload, 4);",
      `const copy = (at: number): void => {
        if (at === payload.length) return;
        frame[4 + at] = payload[at];
        copy(at + 1);
      };
      copy(0);`,
    ],
    diagnosis: /A function there calls itself, once for each byte/,
  },
  {
    name: "normalizes the text",
    replace: ["encode(text)", "encode(text.normalize())"],
    diagnosis: /normalize\(\) puts other characters/,
  },
  {
    name: "changes line endings",
    replace: ["encode(text)", 'encode(text.replaceAll("\\r\\n", "\\n"))'],
    diagnosis: /Both characters of a \\r\\n belong to the text/,
  },
  {
    name: "puts a 0 after the text",
    replace: ["encode(text)", 'encode(text + "\\0")'],
    diagnosis: /A frame needs no mark at its end/,
  },
  {
    name: "writes the text as JSON",
    replace: ["encode(text)", "encode(JSON.stringify(text))"],
    diagnosis: /puts quotation marks around the text/,
  },
  {
    name: "trims the text",
    replace: ["encode(text)", "encode(text.trim())"],
    diagnosis: /trim\(\) takes spaces/,
  },
  {
    name: "puts a \\n after the text",
    replace: ["encode(text)", 'encode(text + "\\n")'],
    diagnosis: /A frame needs no delimiter/,
  },
  {
    name: "encodes with encodeURIComponent()",
    replace: [
      "new TextEncoder().encode(text)",
      `Uint8Array.from(
        encodeURIComponent(text).match(/%..|./g) ?? [],
        (one) => one[1] ? parseInt(one.slice(1), 16) : one.charCodeAt(0),
      )`,
    ],
    diagnosis: /encodeURIComponent\(\) throws at half a surrogate pair/,
  },
  {
    name: "leaves out half a surrogate pair",
    replace: ["encode(text)", "encode(text.replace(/\\p{Cs}/gu, ''))"],
    diagnosis: /Half a surrogate pair is a character, too/,
  },
  {
    name: "cuts a long text",
    replace: ["encode(text)", "encode(text).subarray(0, 65536)"],
    diagnosis: /only the first 65536 of 80000 bytes/,
  },
  {
    name: "uses one buffer for all frames",
    replace: [
      "new Uint8Array(4 + payload.length);",
      "((globalThis as any).frame5 ??= new Uint8Array(300_000))" +
      ".subarray(0, 4 + payload.length);",
    ],
    diagnosis: /Make a new array in each call/,
  },
];

const GET_SIZE = "new DataView(header.buffer).getUint32(0)";
const READ_PAYLOAD = "const payload = await readUpTo(size);";

const readFrames: WrongAnswer<ReadMessages>[] = [
  {
    name: "decodes its whole buffer, whatever arrived",
    attempt: decodeWholeBuffer,
    diagnosis: /the part of the buffer that read\(\) did not fill/,
  },
  {
    name: "takes the length for text",
    async *attempt(conn) {
      for await (const bytes of reads(conn)) yield decode(bytes);
    },
    diagnosis: /bytes of a length: they were taken for text/,
  },
  {
    name: "takes the header to come whole",
    replace: [
      "const header = await readUpTo(4);",
      "const header = new Uint8Array(4);\n" +
      "    if (await conn.read(header) === null) return;",
    ],
    diagnosis: /may come in two reads, or in four/,
  },
  {
    name: "takes the text to come whole",
    replace: [
      READ_PAYLOAD,
      "const room = new Uint8Array(size);\n" +
      "    const count = size === 0 ? 0 : await conn.read(room);\n" +
      "    const payload = room.subarray(0, count ?? 0);",
    ],
    diagnosis: /read on until as many bytes are there as its length says/,
  },
  {
    name: "makes an array, and does not take what was read",
    replace: [
      READ_PAYLOAD,
      "await readUpTo(size);\n    const payload = new Uint8Array(size);",
    ],
    diagnosis: /array of the right length and never filled it/,
  },
  {
    name: "loses the frames that came in the same read",
    async *attempt(conn) {
      for await (const bytes of reads(conn)) {
        const size = new DataView(bytes.buffer).getUint32(0);
        yield decode(bytes.subarray(4, 4 + size));
      }
    },
    diagnosis: /What follows the first one is the next ones/,
  },
  {
    name: "decodes each read by itself",
    replace: [
      READ_PAYLOAD,
      `let text = "";
    for (let left = size; left > 0;) {
      const piece = new Uint8Array(left);
      const count = await conn.read(piece) ?? left;
      text += new TextDecoder().decode(piece.subarray(0, count));
      left -= count;
    }
    const payload = new TextEncoder().encode(text);`,
    ],
    diagnosis: /The � is half a character/,
  },
  {
    name: "reads the length in the order of the machine",
    replace: ["getUint32(0)", "getUint32(0, true)"],
    diagnosis: /one read in the wrong order/,
  },
  {
    name: "reads the length with a sign",
    replace: [
      "new DataView(header.buffer).getUint32(0)",
      "Math.max(0, new DataView(header.buffer).getInt32(0))",
    ],
    diagnosis: /it is negative, and under any limit/,
  },
  {
    name: "reads the length with a sign, and makes an array of it",
    replace: ["getUint32(0)", "getInt32(0)"],
    diagnosis: /No array has a negative length/,
  },
  {
    name: "gives the object a default, and not maxBytes",
    replace: [
      "const { maxBytes = 1024 * 1024 } = options",
      "const maxBytes = options.maxBytes ??\n" +
      "    (arguments[1] === undefined ? 1024 * 1024 : NaN)",
    ],
    diagnosis: /The caller passed \{\}, where maxBytes is undefined/,
  },
  {
    name: "takes a line ending off a text",
    replace: ["decode(payload)", 'decode(payload).replace(/\\n$/, "")'],
    diagnosis: /change nothing in it/,
  },
  {
    name: "loses what it reads after the length",
    async *attempt(conn) {
      async function readSome(size: number): Promise<Uint8Array<ArrayBuffer>> {
        let all = new Uint8Array();
        const buffer = new Uint8Array(4096);
        while (all.length < size) {
          const count = await conn.read(buffer);
          if (count === null) throw new Deno.errors.UnexpectedEof();
          all = concat([all, buffer.subarray(0, count)]);
        }
        return all.slice(0, size);
      }
      while (true) {
        const header = await readSome(4);
        const size = new DataView(header.buffer).getUint32(0);
        yield decode(await readSome(size));
      }
    },
    diagnosis: /All bytes are there, but you lost some/,
  },
  {
    name: "reads the length as text",
    replace: [GET_SIZE, "Number(decoder.decode(header))"],
    diagnosis: /You took the length for 0/,
  },
  {
    name: "reads the length as characters",
    replace: [GET_SIZE, "decoder.decode(header).charCodeAt(3)"],
    diagnosis: /bytes that aren't text, such as a length/,
  },
  {
    name: "uses the lower two bytes of the length",
    replace: ["getUint32(0)", "getUint16(2)"],
    diagnosis: /only 2 of the length's four bytes/,
  },
  {
    name: "uses the upper two bytes of the length",
    replace: ["getUint32(0)", "getUint16(0)"],
    diagnosis: /the first two or three of them alone are 0/,
  },
  {
    name: "uses the last byte of the length",
    replace: [GET_SIZE, "header[3]"],
    diagnosis: /only 1 of the length's four bytes/,
  },
  {
    name: "reads each length at the start of its buffer",
    attempt: takeFrames((have) => [new DataView(have.buffer), 0]),
    diagnosis: /Each text was cut with the length of the first frame/,
  },
  {
    name: "makes a DataView of a view's whole buffer",
    attempt: takeFrames((have, at) => [
      new DataView(have.subarray(at).buffer),
      0,
    ]),
    diagnosis: /A subarray\(\) is a view, whose `\.buffer` is all/,
  },
  {
    name: "makes room before it looks at the limit",
    replace: [
      `const size = ${GET_SIZE};`,
      `const size = ${GET_SIZE};\n    new Uint8Array(size);`,
    ],
    diagnosis: /made room for more bytes than the limit allows/,
  },
  {
    name: "has a decoder that keeps half a character",
    replace: ["decode(payload)", "decode(payload, { stream: true })"],
    diagnosis: /none of it gets into the next one/,
  },
  {
    name: "has no limit",
    replace: ["if (size > maxBytes)", "if (size > Infinity)"],
    diagnosis: /any client that can connect can fill the memory/,
  },
  {
    name: "looks at the limit only when the text is there",
    async *attempt(conn, { maxBytes = 1024 * 1024 } = {}) {
      const frames = solution.readFrames(conn, { maxBytes: Infinity });
      for await (const text of frames) {
        if (text.length > maxBytes) throw new RangeError("too long");
        yield text;
      }
    },
    diagnosis: /Compare it with the limit first/,
  },
  {
    name: "takes a limit of 0 for none given",
    replace: [
      "const { maxBytes = 1024 * 1024 } = options",
      "const maxBytes = options.maxBytes || 1024 * 1024",
    ],
    diagnosis: /takes 0 for a limit that wasn't given/,
  },
  {
    name: "has a cap of its own as well",
    replace: [
      "const { maxBytes = 1024 * 1024 } = options",
      "const maxBytes = Math.min(options.maxBytes ?? 2 ** 20, 2 ** 20)",
    ],
    diagnosis: /maxBytes is the only limit/,
  },
  {
    name: "has a lower limit where none is given",
    replace: ["maxBytes = 1024 * 1024", "maxBytes = 65536"],
    diagnosis: /1048576 bytes are allowed where no maxBytes is given/,
  },
  {
    name: "has a higher limit where none is given",
    replace: ["maxBytes = 1024 * 1024", "maxBytes = 1024 ** 3"],
    diagnosis: /1048577 bytes are one more than are allowed/,
  },
  {
    name: "counts the length's own bytes against the limit",
    replace: ["if (size > maxBytes)", "if (size + 4 > maxBytes)"],
    diagnosis: /The four bytes in front do not count/,
  },
  {
    name: "takes an end in mid-frame for the end",
    attempt: ending(solution.readFrames, Deno.errors.UnexpectedEof),
    diagnosis: /in the middle of a frame: something has been lost/,
  },
  {
    name: "yields what there is of a frame at the end",
    replace: ["if (payload.length < size)", "if (payload.length > size)"],
    diagnosis: /Nobody can tell it from a whole one/,
  },
  {
    name: "throws at the end between two frames too",
    replace: ["if (header.length === 0) return;", ""],
    diagnosis: /ended between two messages, which is no error/,
  },
  {
    name: "takes a reset for the end",
    replace: [
      "conn.read(data.subarray(filled))",
      "conn.read(data.subarray(filled)).catch(() => null)",
    ],
    diagnosis: /Let the error of read\(\) pass/,
  },
  {
    name: "throws a TypeError for a frame that is too long",
    replace: ["throw new RangeError(", "throw new TypeError("],
    diagnosis: /by the class of the error/,
  },
  {
    name: "takes an empty frame for the end",
    replace: [
      "const payload =",
      "if (size === 0) return;\n    const payload =",
    ],
    diagnosis: /an empty text, which counts/,
  },
  {
    name: "yields a frame when the next one begins",
    async *attempt(conn, options) {
      let last: string | undefined;
      for await (const text of solution.readFrames(conn, options)) {
        if (last !== undefined) yield last;
        last = text;
      }
      if (last !== undefined) yield last;
    },
    diagnosis: /Yield each text as soon as/,
  },
  {
    name: "closes the connection when it throws",
    attempt: closing(solution.readFrames),
    diagnosis: /readFrames\(\) closed the connection/,
  },
  {
    name: "puts � for what is not UTF-8",
    replace: NOT_FATAL,
    diagnosis: /the damage goes on unseen/,
  },
  {
    name: "drops a byte order mark",
    replace: DROPS_BOM,
    diagnosis: /drops it unless you pass ignoreBOM/,
  },
];

/** The wrong answers of the lesson. */
export const wrongAnswers: WrongAnswers = {
  "5.1": readLines,
  "5.2": encodeFrame,
  "5.3": readFrames,
};

/** The published example: it takes what one read brought for all. */
async function* decodeWholeBuffer(conn: Deno.Conn): AsyncGenerator<string> {
  const buffer = new Uint8Array(1024);
  await conn.read(buffer);
  yield new TextDecoder().decode(buffer);
}

/** Ends where it must throw, and is right otherwise. */
function ending(
  read: ReadMessages,
  // deno-lint-ignore no-explicit-any -- Error classes differ in their own.
  kind: new (...args: any[]) => Error,
): ReadMessages {
  return async function* (conn, options) {
    try {
      yield* read(conn, options);
    } catch (error) {
      if (!(error instanceof kind)) throw error;
    }
  };
}

/** Closes when it throws, and is right otherwise. */
function closing(read: ReadMessages): ReadMessages {
  return async function* (conn, options) {
    try {
      yield* read(conn, options);
    } catch (error) {
      conn.close();
      throw error;
    }
  };
}

/** What each read gives, in an array of its own. */
async function* reads(
  conn: Deno.Conn,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const buffer = new Uint8Array(4096);
  for (
    let count = await conn.read(buffer);
    count !== null;
    count = await conn.read(buffer)
  ) yield buffer.slice(0, count);
}

/** Lines out of pieces of text, each decoded by itself; right but for that. */
async function* cutText(
  pieces: AsyncIterable<Uint8Array>,
  decode: (bytes: Uint8Array) => string,
  clean = (line: string) => line.replace(/\r$/, ""),
): AsyncGenerator<string> {
  let text = "";
  for await (const bytes of pieces) {
    text += decode(bytes);
    const lines = text.split("\n");
    text = lines.pop()!;
    for (const line of lines) yield clean(line);
  }
  if (text !== "") yield text;
}

let leftOver = "";

/** Lines out of bytes; what's left of a line is the next call's, too. */
async function* keepLeftOver(
  conn: Deno.Conn,
  { maxBytes = 65536 }: { maxBytes?: number } = {},
): AsyncGenerator<string> {
  function lineOf(line: string): string {
    if (line.length > maxBytes) throw new RangeError("too long");
    return decode(Uint8Array.from(line, (char) => char.charCodeAt(0)));
  }
  for await (const bytes of reads(conn)) {
    leftOver += String.fromCharCode(...bytes);
    const lines = leftOver.split("\n");
    leftOver = lines.pop()!;
    for (const line of lines) yield lineOf(line.replace(/\r$/, ""));
    if (leftOver.replace(/\r$/, "").length > maxBytes) lineOf(leftOver);
  }
  const last = leftOver;
  leftOver = "";
  if (last !== "") yield lineOf(last);
}

/** Keeps pieces of lines that the next read writes over. */
async function* keepViews(conn: Deno.Conn): AsyncGenerator<string> {
  const buffer = new Uint8Array(4096);
  let pieces: Uint8Array[] = [];
  for (let count; (count = await conn.read(buffer)) !== null;) {
    let rest = buffer.subarray(0, count);
    for (let end; (end = rest.indexOf(0x0a)) !== -1;) {
      yield decode(concat([...pieces, rest.subarray(0, end)]));
      pieces = [];
      rest = rest.subarray(end + 1);
    }
    pieces.push(rest);
  }
  const last = concat(pieces);
  if (last.length > 0) yield decode(last);
}

/** Lines out of one buffer; it also looks at bytes that it has used before. */
async function* searchWholeBuffer(
  conn: Deno.Conn,
  { maxBytes = 65536 }: { maxBytes?: number } = {},
): AsyncGenerator<string> {
  const buffer = new Uint8Array(maxBytes + 2);
  let filled = 0;
  for (
    let count;
    (count = await conn.read(buffer.subarray(filled))) !== null;
  ) {
    filled += count;
    for (let end; (end = buffer.indexOf(0x0a)) !== -1;) {
      const line = buffer.subarray(0, end);
      yield decode(line.at(-1) === 0x0d ? line.subarray(0, -1) : line);
      buffer.copyWithin(0, end + 1);
      filled -= end + 1;
    }
  }
  if (filled > 0) yield decode(buffer.subarray(0, filled));
}

/** Frames out of one growing buffer; right but for where the length is read. */
function takeFrames(
  viewAt: (have: Uint8Array<ArrayBuffer>, at: number) => [DataView, number],
): ReadMessages {
  return async function* (conn) {
    let have = new Uint8Array();
    for await (const bytes of reads(conn)) {
      have = concat([have, bytes]);
      let at = 0;
      while (have.length >= at + 4) {
        const [view, place] = viewAt(have, at);
        const end = at + 4 + view.getUint32(place);
        if (end > have.length) break;
        yield decode(have.subarray(at + 4, end));
        at = end;
      }
      have = have.slice(at);
    }
  };
}

const ONE_FOR_ALL: number[] = [];

/**
 * Reads lines byte by byte.
 *
 * @param makeList Gives the list for the bytes of a line: a right answer makes
 * a new one for each connection.
 * @returns The answer.
 */
export function byByte(makeList: () => number[]): ReadMessages {
  return async function* (conn, { maxBytes = 65536 } = {}) {
    const line = makeList();
    line.length = 0;
    function whole(): string {
      if (line.length > maxBytes) throw new RangeError("too long");
      return decode(Uint8Array.from(line.splice(0)));
    }
    for await (const bytes of reads(conn)) {
      for (const byte of bytes) {
        if (byte === 0x0a) {
          if (line.at(-1) === 0x0d) line.pop();
          yield whole();
        } else if (line.push(byte) > maxBytes + (byte === 0x0d ? 1 : 0)) {
          throw new RangeError("too long");
        }
      }
    }
    if (line.length > 0) yield whole();
  };
}

/** Decodes as the exercises ask for. */
export function decode(bytes: Uint8Array): string {
  return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })
    .decode(bytes);
}

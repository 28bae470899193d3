/** Wrong answers to the exercises of lesson 5, each with its diagnosis. */
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
    name: "decodes its whole buffer, no matter how much arrived",
    attempt: decodeWholeBuffer,
    diagnosis: /the part of the buffer that read\(\) didn't fill/,
  },
  {
    name: "reads into an empty buffer",
    replace: ["new Uint8Array(4096)", "new Uint8Array()"],
    diagnosis:
      /passed an empty buffer to conn\.read\(\) 100 times.*`new Uint8Array\(\)`/s,
  },
  {
    name: "doesn't await read()",
    replace: [
      "const count = await conn.read(buffer);",
      "const count = conn.read(buffer) as unknown as number;",
    ],
    diagnosis:
      /You used the promise that conn\.read\(\) returned as if it were the result/,
  },
  {
    name: "decodes each read separately",
    attempt: (conn) =>
      cutText(reads(conn), (bytes) => new TextDecoder().decode(bytes)),
    diagnosis: /You decoded half a character, and that's the �/,
  },
  {
    name: "decodes each read separately, and throws if it isn't UTF-8",
    attempt: (conn) => cutText(reads(conn), decode),
    diagnosis: /a read can end inside a character/,
  },
  {
    name: "loses the bytes after the first line of a read",
    replace: [
      "pending = pending.subarray(end + 1);",
      "pending = new Uint8Array();",
    ],
    diagnosis: /keep the rest, and look at it before you read again/,
  },
  {
    name: "drops the last line if it has no \\n",
    replace: [LAST_LINE, ""],
    diagnosis: /yield the bytes you have left/,
  },
  {
    name: "leaves the \\r in the line",
    replace: [CUT_CR, "lineOf(line)"],
    diagnosis: /remove the \\r right before the \\n/,
  },
  {
    name: "looks for \\r\\n in each read separately",
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
    diagnosis: /You removed too much/,
  },
  {
    name: "takes a \\r off a last line that has no \\n",
    replace: [LAST_LINE, LAST_LINE + '.replace(/\\r$/, "")'],
    diagnosis: /Remove a \\r only if it's right before a \\n/,
  },
  {
    name: "leaves out empty lines",
    replace: ["yield lineOf(without", "if (end > 0) yield lineOf(without"],
    diagnosis: /You skipped an empty line/,
  },
  {
    name: "yields an empty line at the end",
    replace: [LAST_LINE, "yield lineOf(pending)"],
    diagnosis: /You yielded an empty message at the end/,
  },
  {
    name: "reads to the end before it yields anything",
    async *attempt(conn) {
      yield* await Array.fromAsync(solution.readLines(conn));
    },
    diagnosis: /as soon as its \\n has arrived/,
  },
  {
    name: "has no limit",
    replace: ["if (bytes.length > maxBytes)", "if (bytes.length > Infinity)"],
    diagnosis: /any client that can connect can fill your memory/,
  },
  {
    name: "checks the limit only when the line is complete",
    replace: [IF_TOO_LONG, ""],
    diagnosis: /waited for the end of a line that was already too long/,
  },
  {
    name: "treats a limit of 0 as if none was given",
    replace: [OPTIONS, "maxBytes = options.maxBytes || 65536"],
    diagnosis: /treats 0 as if no limit was given/,
  },
  {
    name: "adds its own limit",
    replace: [
      OPTIONS,
      "maxBytes = Math.min(options.maxBytes ?? 2 ** 16, 2 ** 16)",
    ],
    diagnosis: /it's the only limit/,
  },
  {
    name: "has a lower limit where none is given",
    replace: ["{ maxBytes = 65536 }", "{ maxBytes = 65535 }"],
    diagnosis: /Your default limit isn't 65536 bytes/,
  },
  {
    name: "counts the limit in characters",
    replace: [
      "if (bytes.length > maxBytes)",
      "if (decoder.decode(bytes).length > maxBytes)",
    ],
    diagnosis: /text\.length doesn't count bytes/,
  },
  {
    name: "counts the \\r of a line's end against the limit",
    replace: [CUT_CR, 'lineOf(line).replace(/\\r$/, "")'],
    diagnosis: /You counted a \\r that's part of the line ending/,
  },
  {
    name: "counts a \\r at the end of a read",
    replace: [
      IF_TOO_LONG,
      "if (pending.length > maxBytes) lineOf(pending);",
    ],
    diagnosis: /a read can end just before that byte/,
  },
  {
    name: "doesn't count a \\r at the end of the stream",
    replace: [
      LAST_LINE,
      `if (pending.at(-1) === 0x0d) yield decoder.decode(pending);
  else ${LAST_LINE}`,
    ],
    diagnosis: /Check the limit again when the stream ends/,
  },
  {
    name: "checks all lines of a read before it yields the first",
    replace: [
      "pending = joined;",
      `pending = joined;
      for (const line of String.fromCharCode(...joined).split("\\n")) {
        if (line.length > maxBytes + 1) throw new RangeError("too long");
        if (!line.endsWith("\\r") && line.length > maxBytes) lineOf(joined);
      }`,
    ],
    diagnosis: /Yield it before you reject the second/,
  },
  {
    name: "never makes its decoder return the bytes it kept",
    replace: [
      "decoder.decode(bytes)",
      "decoder.decode(bytes, { stream: true })",
    ],
    diagnosis: /Leave out `stream` in the last call/,
  },
  {
    name: "decodes everything before it looks for lines",
    async *attempt(conn) {
      const decoder = new TextDecoder("utf-8", { fatal: true });
      const stream = { stream: true };
      yield* cutText(reads(conn), (bytes) => decoder.decode(bytes, stream));
      decoder.decode();
    },
    diagnosis: /Split the bytes into lines first/,
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
    diagnosis: /applies to each line separately/,
  },
  {
    name: "returns at a line that's too long, without an error",
    attempt: ending(solution.readLines, RangeError),
    diagnosis: /readLines\(\) ended .*expected RangeError/,
  },
  {
    name: "throws an error of another class",
    replace: ["throw new RangeError(", "throw new Error("],
    diagnosis: /by their class/,
  },
  {
    name: "puts � where bytes aren't UTF-8",
    replace: NOT_FATAL,
    diagnosis: /your caller doesn't notice the damage/,
  },
  {
    name: "drops a byte order mark",
    replace: DROPS_BOM,
    diagnosis: /drops it unless you pass ignoreBOM/,
  },
  {
    name: "treats a reset like the end of the stream",
    replace: ["conn.read(buffer)", "conn.read(buffer).catch(() => null)"],
    diagnosis: /Don't catch the error from read\(\)/,
  },
  {
    name: "has one list of bytes for all connections",
    attempt: byByte(() => ONE_FOR_ALL),
    diagnosis: /not with two in use at the same time/,
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
    name: "gives the default to the object instead of maxBytes",
    replace: [
      "const { maxBytes = 65536 } = options",
      "const maxBytes = options.maxBytes ??\n" +
      "    (arguments[1] === undefined ? 65536 : NaN)",
    ],
    diagnosis: /The caller passed \{\}, so your maxBytes is undefined/,
  },
  {
    name: "drops a byte order mark of the first line",
    replace: [
      "return decoder.decode(bytes)",
      'return decoder.decode(bytes).replace("\\ufeffone", "one")',
    ],
    diagnosis: /You lost a byte order mark \(ef bb bf\) at the start/,
  },
  {
    name: "counts the kept bytes as characters",
    replace: [
      IF_TOO_LONG,
      "if (new TextDecoder().decode(withoutCR(pending)).length > maxBytes) " +
      "lineOf(pending);",
    ],
    diagnosis: /text\.length doesn't count bytes/,
  },
  {
    name: "looks for \\n beyond the bytes it has read",
    attempt: searchWholeBuffer,
    diagnosis: /You yielded the same bytes twice/,
  },
  {
    name: "keeps the rest of a line outside the function",
    attempt: keepLeftOver,
    diagnosis: /after a call that was meant to fail.*Make it a local variable/s,
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
    diagnosis: /You look at each read separately/,
  },
  {
    name: "keeps nothing between reads, and drops what isn't complete",
    async *attempt(conn) {
      for await (const bytes of reads(conn)) {
        yield* decode(bytes).split("\n").slice(0, -1);
      }
    },
    diagnosis: /You look at each read separately/,
  },
  {
    name: "notices one byte too late that a line is too long",
    replace: [
      IF_TOO_LONG,
      "if (pending.length > maxBytes + 1) lineOf(pending);",
    ],
    diagnosis: /Only a \\r can be one byte over the limit/,
  },
  {
    name: "calls itself for each byte",
    replace: [
      "return decoder.decode(bytes)",
      `${RECURSION} return decoder.decode(bytes)`,
    ],
    diagnosis: /A function calls itself once for each byte/,
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
    name: "loops over the stream, which closes the connection",
    attempt: (conn) => cutText(conn.readable, decode),
    diagnosis: /when you leave a loop over it/,
  },
  {
    name: "returns a promise of an array",
    attempt:
      ((conn: Deno.Conn) =>
        Array.fromAsync(solution.readLines(conn))) as unknown as ReadMessages,
    diagnosis: /Declare the function as `async function\*`/,
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
    diagnosis: /one byte can only count to 255/,
  },
  {
    name: "has a length of one byte in all",
    attempt(text) {
      const payload = new TextEncoder().encode(text);
      return Uint8Array.of(payload.length, ...payload);
    },
    diagnosis: /it starts with four bytes of length/,
  },
  {
    name: "counts the length's own bytes",
    replace: ["setUint32(0, payload.length)", "setUint32(0, frame.length)"],
    diagnosis: /its own four bytes don't count/,
  },
  {
    name: "writes the length in digits",
    attempt: (text) =>
      new TextEncoder().encode(String(text.length).padStart(4, "0") + text),
    diagnosis: /not as digits/,
  },
  {
    name: "encodes characters as bytes",
    replace: [
      "new TextEncoder().encode(text)",
      "Uint8Array.from([...text], (char) => char.charCodeAt(0))",
    ],
    diagnosis: /The bytes after the length aren't the text in UTF-8/,
  },
  {
    name: "returns a buffer that's too long",
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
    diagnosis: /A function calls itself once for each byte/,
  },
  {
    name: "normalizes the text",
    replace: ["encode(text)", "encode(text.normalize())"],
    diagnosis: /You normalized the text/,
  },
  {
    name: "changes line endings",
    replace: ["encode(text)", 'encode(text.replaceAll("\\r\\n", "\\n"))'],
    diagnosis: /You changed a \\r\\n to a \\n/,
  },
  {
    name: "puts a 0 after the text",
    replace: ["encode(text)", 'encode(text + "\\0")'],
    diagnosis: /You put a 0 after the text/,
  },
  {
    name: "writes the text as JSON",
    replace: ["encode(text)", "encode(JSON.stringify(text))"],
    diagnosis: /adds quotation marks/,
  },
  {
    name: "trims the text",
    replace: ["encode(text)", "encode(text.trim())"],
    diagnosis: /trim\(\) removes spaces/,
  },
  {
    name: "puts a \\n after the text",
    replace: ["encode(text)", 'encode(text + "\\n")'],
    diagnosis: /A frame doesn't need a delimiter/,
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
    diagnosis: /encodeURIComponent\(\) throws on half a surrogate pair/,
  },
  {
    name: "leaves out half a surrogate pair",
    replace: ["encode(text)", "encode(text.replace(/\\p{Cs}/gu, ''))"],
    diagnosis: /You dropped half a surrogate pair/,
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
    name: "decodes its whole buffer, no matter how much arrived",
    attempt: decodeWholeBuffer,
    diagnosis: /the part of the buffer that read\(\) didn't fill/,
  },
  {
    name: "yields the length as text",
    async *attempt(conn) {
      for await (const bytes of reads(conn)) yield decode(bytes);
    },
    diagnosis: /You decoded bytes of a length as text/,
  },
  {
    name: "expects the whole length in one read",
    replace: [
      "const header = await readUpTo(4);",
      "const header = new Uint8Array(4);\n" +
      "    if (await conn.read(header) === null) return;",
    ],
    diagnosis: /can arrive in two reads, or in four/,
  },
  {
    name: "expects the whole text in one read",
    replace: [
      READ_PAYLOAD,
      "const room = new Uint8Array(size);\n" +
      "    const count = size === 0 ? 0 : await conn.read(room);\n" +
      "    const payload = room.subarray(0, count ?? 0);",
    ],
    diagnosis: /keep reading until you have as many bytes as its length says/,
  },
  {
    name: "makes an array, but never copies the bytes into it",
    replace: [
      READ_PAYLOAD,
      "await readUpTo(size);\n    const payload = new Uint8Array(size);",
    ],
    diagnosis: /array of the right length and never filled it/,
  },
  {
    name: "loses the other frames of the same read",
    async *attempt(conn) {
      for await (const bytes of reads(conn)) {
        const size = new DataView(bytes.buffer).getUint32(0);
        yield decode(bytes.subarray(4, 4 + size));
      }
    },
    diagnosis: /You lost the bytes after the first frame/,
  },
  {
    name: "decodes each read separately",
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
    diagnosis: /You decoded half a character, and that's the �/,
  },
  {
    name: "reads the length in the machine's byte order",
    replace: ["getUint32(0)", "getUint32(0, true)"],
    diagnosis: /read it in the wrong byte order/,
  },
  {
    name: "reads the length as a signed number",
    replace: [
      "new DataView(header.buffer).getUint32(0)",
      "Math.max(0, new DataView(header.buffer).getInt32(0))",
    ],
    diagnosis: /as a signed number it's negative/,
  },
  {
    name:
      "reads the length as a signed number, and makes an array of that size",
    replace: ["getUint32(0)", "getInt32(0)"],
    diagnosis: /can't have a negative length/,
  },
  {
    name: "gives the default to the object instead of maxBytes",
    replace: [
      "const { maxBytes = 1024 * 1024 } = options",
      "const maxBytes = options.maxBytes ??\n" +
      "    (arguments[1] === undefined ? 1024 * 1024 : NaN)",
    ],
    diagnosis: /The caller passed \{\}, so your maxBytes is undefined/,
  },
  {
    name: "removes a line ending from a text",
    replace: ["decode(payload)", 'decode(payload).replace(/\\n$/, "")'],
    diagnosis: /do nothing else to it/,
  },
  {
    name: "loses the bytes it read after the length",
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
    diagnosis: /You lost some bytes/,
  },
  {
    name: "reads the length as text",
    replace: [GET_SIZE, "Number(decoder.decode(header))"],
    diagnosis: /You read the length as 0/,
  },
  {
    name: "reads the length as characters",
    replace: [GET_SIZE, "decoder.decode(header).charCodeAt(3)"],
    diagnosis: /You decoded bytes that aren't text, such as a length/,
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
    diagnosis: /You used the first frame's length for every frame/,
  },
  {
    name: "makes a DataView of a view's whole buffer",
    attempt: takeFrames((have, at) => [
      new DataView(have.subarray(at).buffer),
      0,
    ]),
    diagnosis: /A subarray\(\) is a view, and its `\.buffer` is the whole/,
  },
  {
    name: "allocates memory before it checks the limit",
    replace: [
      `const size = ${GET_SIZE};`,
      `const size = ${GET_SIZE};\n    new Uint8Array(size);`,
    ],
    diagnosis: /allocated more bytes than the limit allows/,
  },
  {
    name: "has a decoder that keeps half a character",
    replace: ["decode(payload)", "decode(payload, { stream: true })"],
    diagnosis: /no bytes get into the next message/,
  },
  {
    name: "has no limit",
    replace: ["if (size > maxBytes)", "if (size > Infinity)"],
    diagnosis: /any client that can connect can fill your memory/,
  },
  {
    name: "checks the limit only when it has the text",
    async *attempt(conn, { maxBytes = 1024 * 1024 } = {}) {
      const frames = solution.readFrames(conn, { maxBytes: Infinity });
      for await (const text of frames) {
        if (text.length > maxBytes) throw new RangeError("too long");
        yield text;
      }
    },
    diagnosis: /Compare it with the limit before/,
  },
  {
    name: "treats a limit of 0 as if none was given",
    replace: [
      "const { maxBytes = 1024 * 1024 } = options",
      "const maxBytes = options.maxBytes || 1024 * 1024",
    ],
    diagnosis: /treats 0 as if no limit was given/,
  },
  {
    name: "adds its own limit",
    replace: [
      "const { maxBytes = 1024 * 1024 } = options",
      "const maxBytes = Math.min(options.maxBytes ?? 2 ** 20, 2 ** 20)",
    ],
    diagnosis: /it's the only limit/,
  },
  {
    name: "has a lower limit where none is given",
    replace: ["maxBytes = 1024 * 1024", "maxBytes = 65536"],
    diagnosis: /Your default limit isn't 1048576 bytes/,
  },
  {
    name: "has a higher limit where none is given",
    replace: ["maxBytes = 1024 * 1024", "maxBytes = 1024 ** 3"],
    diagnosis: /You accepted 1048577 bytes, one more than the default/,
  },
  {
    name: "counts the length's own bytes against the limit",
    replace: ["if (size > maxBytes)", "if (size + 4 > maxBytes)"],
    diagnosis: /The four bytes of the length don't count/,
  },
  {
    name: "treats an end inside a frame as the normal end",
    attempt: ending(solution.readFrames, Deno.errors.UnexpectedEof),
    diagnosis: /in the middle of a frame: something was lost/,
  },
  {
    name: "yields part of a frame when the stream ends",
    replace: ["if (payload.length < size)", "if (payload.length > size)"],
    diagnosis: /You yielded a text that isn't complete/,
  },
  {
    name: "throws when the stream ends between two frames, too",
    replace: ["if (header.length === 0) return;", ""],
    diagnosis: /You threw an error because the stream ended/,
  },
  {
    name: "treats a reset like the end of the stream",
    replace: [
      "conn.read(data.subarray(filled))",
      "conn.read(data.subarray(filled)).catch(() => null)",
    ],
    diagnosis: /Don't catch the error from read\(\)/,
  },
  {
    name: "throws a TypeError for a frame that's too long",
    replace: ["throw new RangeError(", "throw new TypeError("],
    diagnosis: /by their class/,
  },
  {
    name: "treats an empty frame as the end",
    replace: [
      "const payload =",
      "if (size === 0) return;\n    const payload =",
    ],
    diagnosis: /You ignored a length of 0/,
  },
  {
    name: "yields a frame only when the next one starts",
    async *attempt(conn, options) {
      let last: string | undefined;
      for await (const text of solution.readFrames(conn, options)) {
        if (last !== undefined) yield last;
        last = text;
      }
      if (last !== undefined) yield last;
    },
    diagnosis: /You waited too long to yield a text/,
  },
  {
    name: "closes the connection when it throws",
    attempt: closing(solution.readFrames),
    diagnosis: /readFrames\(\) closed the connection/,
  },
  {
    name: "puts � where bytes aren't UTF-8",
    replace: NOT_FATAL,
    diagnosis: /your caller doesn't notice the damage/,
  },
  {
    name: "drops a byte order mark",
    replace: DROPS_BOM,
    diagnosis: /drops it unless you pass ignoreBOM/,
  },
];

/** The wrong answers to each exercise, by its id. */
export const wrongAnswers: WrongAnswers = {
  "5.1": readLines,
  "5.2": encodeFrame,
  "5.3": readFrames,
};

/** The published example: it expects everything in one read. */
async function* decodeWholeBuffer(conn: Deno.Conn): AsyncGenerator<string> {
  const buffer = new Uint8Array(1024);
  await conn.read(buffer);
  yield new TextDecoder().decode(buffer);
}

/** Makes an answer that returns where it should throw; the rest is right. */
function ending(
  read: ReadMessages,
  // deno-lint-ignore no-explicit-any -- Error classes have different arguments.
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

/** Makes an answer that closes when it throws; the rest is right. */
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

/** Yields the bytes of each read, in a new array. */
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

/** Reads lines from pieces that it decodes separately; the rest is right. */
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

/** Reads lines, and leaves the rest of a line for the next call. */
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

/** Reads lines, but keeps pieces that the next read overwrites. */
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

/** Reads lines, but also looks at old bytes in its buffer. */
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

/** Reads frames, but `viewAt` decides where it reads the length. */
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
 * @param makeList Returns the list for the bytes of a line; a right answer makes
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

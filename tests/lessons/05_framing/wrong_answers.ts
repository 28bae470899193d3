/** Wrong answers to the exercises of lesson 5, and what must be said of each. */
import type { WrongAnswer } from "../gates.ts";
import * as solution from "../../../lessons/05_framing/solution.ts";

type ReadMessages = (
  conn: Deno.Conn,
  options?: { maxBytes?: number },
) => AsyncGenerator<string>;
type EncodeFrame = (text: string) => Uint8Array;

/** Wrong answers to 5.1. */
export const readLinesMistakes: WrongAnswer<ReadMessages>[] = [
  {
    name:
      "decodes its whole buffer, whatever arrived, as published examples do",
    async *attempt(conn) {
      const decoder = new TextDecoder();
      const buf = new Uint8Array(1024);
      await conn.read(buf);
      yield decoder.decode(buf);
    },
    diagnosis: /the part of the buffer that read\(\) did not fill/,
  },
  {
    name: "decodes its whole buffer, and cuts lines out of that",
    async *attempt(conn) {
      const decoder = new TextDecoder();
      const buf = new Uint8Array(1024);
      let text = "";
      while (await conn.read(buf) !== null) {
        const lines = (text + decoder.decode(buf)).split("\n");
        text = lines.pop()!;
        yield* lines;
      }
    },
    diagnosis: /the part of the buffer that read\(\) did not fill/,
  },
  {
    name: "decodes each read by itself",
    async *attempt(conn) {
      yield* cutText(reads(conn), (bytes) => new TextDecoder().decode(bytes));
    },
    diagnosis: /The � is half a character/,
  },
  {
    name: "decodes each read by itself, and minds what is not UTF-8",
    async *attempt(conn) {
      const decoder = new TextDecoder("utf-8", { fatal: true });
      yield* cutText(reads(conn), (bytes) => decoder.decode(bytes));
    },
    diagnosis: /Put the pieces of a line together first/,
  },
  {
    name: "loses what follows the first line of a read",
    async *attempt(conn) {
      let text = "";
      for await (const bytes of reads(conn)) {
        text += new TextDecoder().decode(bytes);
        if (!text.includes("\n")) continue;
        yield text.slice(0, text.indexOf("\n"));
        text = "";
      }
    },
    diagnosis: /What came behind the first one is the next ones/,
  },
  {
    name: "yields one line a read, and keeps the rest for later",
    async *attempt(conn) {
      let text = "";
      for await (const bytes of reads(conn)) {
        text += new TextDecoder().decode(bytes);
        const end = text.indexOf("\n");
        if (end === -1) continue;
        yield text.slice(0, end);
        text = text.slice(end + 1);
      }
    },
    diagnosis: /look at it before you read again/,
  },
  {
    name: "takes each read for one line",
    async *attempt(conn) {
      for await (const bytes of reads(conn)) {
        yield new TextDecoder().decode(bytes).trimEnd();
      }
    },
    diagnosis: /One read may bring many messages/,
  },
  {
    name: "drops the last line if it has no end",
    async *attempt(conn) {
      let bytes: number[] = [];
      for await (const byte of bytesOf(conn)) {
        if (byte !== 0x0a) {
          bytes.push(byte);
          continue;
        }
        if (bytes.at(-1) === 0x0d) bytes.pop();
        yield decode(bytes);
        bytes = [];
      }
    },
    diagnosis: /at null, yield what is left/,
  },
  {
    name: "leaves the \\r",
    async *attempt(conn) {
      yield* linesWith(conn, (line) => line);
    },
    diagnosis: /take the \\r away/,
  },
  {
    name: "looks for \\r\\n in each read by itself",
    async *attempt(conn) {
      const decoder = new TextDecoder("utf-8", { fatal: true });
      yield* cutText(
        reads(conn),
        (bytes) =>
          decoder.decode(bytes, { stream: true }).replaceAll("\r\n", "\n"),
        (line) => line,
      );
    },
    diagnosis: /not in each piece/,
  },
  {
    name: "trims the lines",
    async *attempt(conn) {
      yield* linesWith(conn, (line) => line.trim());
    },
    diagnosis: /Only the end of the line goes/,
  },
  {
    name: "takes every \\r in front of the \\n for the end",
    async *attempt(conn) {
      yield* linesWith(conn, (line) => line.replace(/\r+$/, ""));
    },
    diagnosis: /has one \\r at the most/,
  },
  {
    name: "takes a \\r off a last line that has no \\n",
    async *attempt(conn) {
      yield* linesWith(conn, (line) => line.replace(/\r$/, ""));
    },
    diagnosis: /Take a \\r away only in front of a \\n/,
  },
  {
    name: "leaves out empty lines",
    async *attempt(conn) {
      for await (const line of solution.readLines(conn)) {
        if (line !== "") yield line;
      }
    },
    diagnosis: /an empty line between them, which counts/,
  },
  {
    name: "yields an empty line at the end",
    async *attempt(conn) {
      const decoder = new TextDecoder("utf-8", { fatal: true });
      let text = "";
      for await (const bytes of reads(conn)) {
        text += decoder.decode(bytes, { stream: true });
        const lines = text.split("\n");
        text = lines.pop()!;
        yield* lines.map((line) => line.replace(/\r$/, ""));
      }
      yield text;
    },
    diagnosis: /Behind the last message nothing more was sent/,
  },
  {
    name: "reads to the end before it yields anything",
    async *attempt(conn) {
      const all: number[] = [];
      for await (const byte of bytesOf(conn)) all.push(byte);
      yield* decode(all).split(/\r?\n/);
    },
    diagnosis: /as soon as its end has come/,
  },
  {
    name: "has no limit",
    async *attempt(conn) {
      yield* solution.readLines(conn, { maxBytes: Infinity });
    },
    diagnosis: /whoever can connect can fill the memory/,
  },
  {
    name: "looks at the limit only when the line is whole",
    async *attempt(conn, { maxBytes = 65536 } = {}) {
      for await (
        const line of solution.readLines(conn, { maxBytes: Infinity })
      ) {
        if (encode(line).length > maxBytes) throw new RangeError();
        yield line;
      }
    },
    diagnosis: /known before its end has come/,
  },
  {
    name: "takes a limit of 0 for none given",
    async *attempt(conn, options = {}) {
      const maxBytes = options.maxBytes || 65536;
      yield* solution.readLines(conn, { maxBytes });
    },
    diagnosis: /takes 0 for a limit that was not given/,
  },
  {
    name: "counts the limit in characters",
    async *attempt(conn, { maxBytes = 65536 } = {}) {
      for await (const line of solution.readLines(conn)) {
        if (line.length > maxBytes) throw new RangeError();
        yield line;
      }
    },
    diagnosis: /text\.length counts something else/,
  },
  {
    name: "counts the \\r of a line's end against the limit",
    async *attempt(conn, { maxBytes = 65536 } = {}) {
      let bytes: number[] = [];
      for await (const byte of bytesOf(conn)) {
        if (byte === 0x0a) {
          if (bytes.at(-1) === 0x0d) bytes.pop();
          yield decode(bytes);
          bytes = [];
        } else if (bytes.push(byte) > maxBytes) {
          throw new RangeError("too long");
        }
      }
      if (bytes.length > 0) yield decode(bytes);
    },
    diagnosis: /a \\r may be a line that is not too long/,
  },
  {
    name: "counts the \\r only where a read ends behind it",
    async *attempt(conn, { maxBytes = 65536 } = {}) {
      let bytes: number[] = [];
      for await (const part of reads(conn)) {
        for (const byte of part) {
          if (byte !== 0x0a) {
            bytes.push(byte);
            continue;
          }
          if (bytes.at(-1) === 0x0d) bytes.pop();
          if (bytes.length > maxBytes) throw new RangeError("too long");
          yield decode(bytes);
          bytes = [];
        }
        if (bytes.length > maxBytes) throw new RangeError("too long");
      }
      if (bytes.length > 0) yield decode(bytes);
    },
    diagnosis: /a read may end just before that/,
  },
  {
    name: "never asks its decoder for what it has kept",
    async *attempt(conn) {
      const decoder = new TextDecoder("utf-8", { fatal: true });
      yield* cutText(
        reads(conn),
        (bytes) => decoder.decode(bytes, { stream: true }),
      );
    },
    diagnosis: /call decode\(\) once more at the end/,
  },
  {
    name: "decodes all that came before it looks for a line",
    async *attempt(conn) {
      const decoder = new TextDecoder("utf-8", { fatal: true });
      let text = "";
      for await (const bytes of reads(conn)) {
        text += decoder.decode(bytes, { stream: true });
        const lines = text.split(/\r?\n/);
        text = lines.pop()!;
        yield* lines;
      }
      text += decoder.decode();
      if (text !== "") yield text;
    },
    diagnosis: /cut the bytes into lines first/,
  },
  {
    name: "counts all lines together against the limit",
    async *attempt(conn, options = {}) {
      let left = options.maxBytes ?? 65536;
      for await (const line of solution.readLines(conn, options)) {
        left -= encode(line).length;
        if (left < 0) throw new RangeError("too much");
        yield line;
      }
    },
    diagnosis: /for each line by itself/,
  },
  {
    name: "ends without a word at a line that is too long",
    async *attempt(conn, options) {
      try {
        yield* solution.readLines(conn, options);
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
      }
    },
    diagnosis: /It ended, as if all were well/,
  },
  {
    name: "throws an error of another class",
    async *attempt(conn, options) {
      try {
        yield* solution.readLines(conn, options);
      } catch {
        throw new Error("line too long");
      }
    },
    diagnosis: /by the class of the error/,
  },
  {
    name: "puts � for what is not UTF-8",
    async *attempt(conn) {
      let bytes: number[] = [];
      const line = () => new TextDecoder().decode(Uint8Array.from(bytes));
      for await (const byte of bytesOf(conn)) {
        if (byte !== 0x0a) {
          bytes.push(byte);
          continue;
        }
        yield line().replace(/\r$/, "");
        bytes = [];
      }
      if (bytes.length > 0) yield line();
    },
    diagnosis: /the damage goes on unseen/,
  },
  {
    name: "closes the connection at the end",
    async *attempt(conn, options) {
      yield* solution.readLines(conn, options);
      conn.close();
    },
    diagnosis: /readLines\(\) closed the connection/,
  },
  {
    name: "closes the connection when it throws",
    attempt: closing(solution.readLines),
    diagnosis: /readLines\(\) closed the connection/,
  },
  {
    name: "loops over the stream, which closes the connection when it is left",
    async *attempt(conn) {
      yield* cutText(conn.readable, (bytes) => decode([...bytes]));
    },
    diagnosis: /when a loop over it is left/,
  },
  {
    name: "returns a promise of an array",
    attempt: (async (conn: Deno.Conn) =>
      await Array
        .fromAsync(
          solution.readLines(conn),
        )) as unknown as ReadMessages,
    diagnosis: /Declare it as `async function\*`/,
  },
];

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

/** Wrong answers to 5.2. */
export const encodeFrameMistakes: WrongAnswer<EncodeFrame>[] = [
  {
    name: "writes the length in characters",
    attempt(text) {
      const frame = solution.encodeFrame(text);
      new DataView(frame.buffer).setUint32(0, text.length);
      return frame;
    },
    diagnosis: /counts UTF-16 units/,
  },
  {
    name: "makes room for as many bytes as there are characters",
    attempt(text) {
      const frame = new Uint8Array(4 + text.length);
      new DataView(frame.buffer).setUint32(0, text.length);
      new TextEncoder().encodeInto(text, frame.subarray(4));
      return frame;
    },
    diagnosis: /counts UTF-16 units/,
  },
  {
    name: "writes the least significant byte first",
    attempt(text) {
      const frame = solution.encodeFrame(text);
      new DataView(frame.buffer).setUint32(0, frame.length - 4, true);
      return frame;
    },
    diagnosis: /little-endian/,
  },
  {
    name: "takes the order of the machine",
    attempt(text) {
      const frame = solution.encodeFrame(text);
      new Uint32Array(frame.buffer, 0, 1)[0] = frame.length - 4;
      return frame;
    },
    diagnosis: /little-endian/,
  },
  {
    name: "has one byte of length",
    attempt(text) {
      const payload = encode(text);
      return Uint8Array.of(0, 0, 0, payload.length, ...payload);
    },
    diagnosis: /needs all four bytes/,
  },
  {
    name: "has two bytes of length, and two of nothing",
    attempt(text) {
      const frame = solution.encodeFrame(text);
      new DataView(frame.buffer).setUint16(0, 0);
      return frame;
    },
    diagnosis: /needs all four bytes/,
  },
  {
    name: "has a length of one byte in all",
    attempt(text) {
      const payload = encode(text);
      return Uint8Array.of(payload.length, ...payload);
    },
    diagnosis: /Four bytes of length come first/,
  },
  {
    name: "counts the length's own bytes",
    attempt(text) {
      const frame = solution.encodeFrame(text);
      new DataView(frame.buffer).setUint32(0, frame.length);
      return frame;
    },
    diagnosis: /its own four bytes do not count/,
  },
  {
    name: "writes the length in digits",
    attempt(text) {
      const payload = encode(text);
      return encode(String(payload.length).padStart(4, "0") + text);
    },
    diagnosis: /as a number and not as digits/,
  },
  {
    name: "encodes in UTF-16",
    attempt(text) {
      const frame = new Uint8Array(4 + 2 * text.length);
      const view = new DataView(frame.buffer);
      view.setUint32(0, 2 * text.length);
      for (let i = 0; i < text.length; i++) {
        view.setUint16(4 + 2 * i, text.charCodeAt(i));
      }
      return frame;
    },
    diagnosis: /comes the text in UTF-8/,
  },
  {
    name: "encodes characters as bytes",
    attempt(text) {
      const codes = [...text].map((char) => char.charCodeAt(0));
      return Uint8Array.of(0, 0, 0, codes.length, ...codes);
    },
    diagnosis: /comes the text in UTF-8/,
  },
  {
    name: "adds the end of a line",
    attempt: (text) => Uint8Array.of(...solution.encodeFrame(text), 0x0a),
    diagnosis: /with nothing behind it/,
  },
  {
    name: "returns a buffer that is too long",
    attempt(text) {
      const frame = new Uint8Array(100_000);
      frame.set(solution.encodeFrame(text));
      return frame;
    },
    diagnosis: /with nothing behind it/,
  },
  {
    name: "uses one buffer for all frames",
    attempt(text) {
      const frame = solution.encodeFrame(text);
      shared.set(frame);
      return shared.subarray(0, frame.length);
    },
    diagnosis: /Make a new array in each call/,
  },
];

/** Wrong answers to 5.3. */
export const readFramesMistakes: WrongAnswer<ReadMessages>[] = [
  {
    name:
      "decodes its whole buffer, whatever arrived, as published examples do",
    async *attempt(conn) {
      const decoder = new TextDecoder();
      const buf = new Uint8Array(1024);
      await conn.read(buf);
      yield decoder.decode(buf);
    },
    diagnosis: /the part of the buffer that read\(\) did not fill/,
  },
  {
    name: "takes the length for text",
    async *attempt(conn) {
      for await (const bytes of reads(conn)) yield decode([...bytes]);
    },
    diagnosis: /bytes of a length: they were taken for text/,
  },
  {
    name: "takes the header to come whole",
    async *attempt(conn, { maxBytes = 1024 * 1024 } = {}) {
      const header = new Uint8Array(4);
      while (await conn.read(header) !== null) {
        const size = new DataView(header.buffer).getUint32(0);
        if (size > maxBytes) throw new RangeError("too long");
        yield decode([...await readExact(conn, size)]);
      }
    },
    diagnosis: /may come in two reads, or in four/,
  },
  {
    name: "takes the text to come whole",
    async *attempt(conn, { maxBytes = 1024 * 1024 } = {}) {
      while (true) {
        const header = await readExact(conn, 4, "end");
        if (header.length === 0) return;
        const size = new DataView(header.buffer).getUint32(0);
        if (size > maxBytes) throw new RangeError("too long");
        const payload = new Uint8Array(size);
        const count = size === 0 ? 0 : await conn.read(payload);
        yield decode([...payload.subarray(0, count ?? 0)]);
      }
    },
    diagnosis: /read on until as many bytes are there as its length says/,
  },
  {
    name: "makes an array, and does not take what was read",
    async *attempt(conn, { maxBytes = 1024 * 1024 } = {}) {
      while (true) {
        const header = await readExact(conn, 4, "end");
        if (header.length === 0) return;
        const size = new DataView(header.buffer).getUint32(0);
        if (size > maxBytes) throw new RangeError("too long");
        const payload = new Uint8Array(size);
        await readExact(conn, size);
        yield decode([...payload]);
      }
    },
    diagnosis: /array of the right length was never filled/,
  },
  {
    name: "loses the frames that came in the same read",
    async *attempt(conn) {
      const buffer = new Uint8Array(65536);
      const view = new DataView(buffer.buffer);
      while (await conn.read(buffer) !== null) {
        const size = view.getUint32(0);
        yield decode([...buffer.subarray(4, 4 + size)]);
      }
    },
    diagnosis: /What came behind the first one is the next ones/,
  },
  {
    name: "decodes each read by itself",
    async *attempt(conn) {
      while (true) {
        const header = await readExact(conn, 4, "end");
        if (header.length === 0) return;
        const decoder = new TextDecoder();
        let text = "";
        for (let left = new DataView(header.buffer).getUint32(0); left > 0;) {
          const piece = new Uint8Array(left);
          const count = await conn.read(piece) ?? fail();
          text += decoder.decode(piece.subarray(0, count));
          left -= count;
        }
        yield text;
      }
    },
    diagnosis: /The � is half a character/,
  },
  {
    name: "reads the length in the order of the machine",
    async *attempt(conn, { maxBytes = 1024 * 1024 } = {}) {
      const header = await readExact(conn, 4);
      const size = new DataView(header.buffer).getUint32(0, true);
      if (size > maxBytes) throw new RangeError(`${size} bytes are too many`);
      yield decode([...await readExact(conn, size)]);
    },
    diagnosis: /one read in the wrong order/,
  },
  {
    name: "reads the length with a sign",
    async *attempt(conn, { maxBytes = 1024 * 1024 } = {}) {
      while (true) {
        const header = await readExact(conn, 4, "end");
        if (header.length === 0) return;
        if (header.length < 4) fail();
        const size = new DataView(header.buffer).getInt32(0);
        if (size > maxBytes) throw new RangeError("too long");
        const payload: number[] = [];
        while (payload.length < size) {
          payload.push(...await readExact(conn, 1));
        }
        yield decode(payload);
      }
    },
    diagnosis: /it is negative, and under any limit/,
  },
  {
    name: "has no limit",
    async *attempt(conn) {
      yield* solution.readFrames(conn, { maxBytes: Infinity });
    },
    diagnosis: /whoever can connect can fill the memory/,
  },
  {
    name: "looks at the limit only when the text is there",
    async *attempt(conn, { maxBytes = 1024 * 1024 } = {}) {
      const frames = solution.readFrames(conn, { maxBytes: Infinity });
      for await (const text of frames) {
        if (encode(text).length > maxBytes) throw new RangeError("too long");
        yield text;
      }
    },
    diagnosis: /all that it takes to refuse the frame/,
  },
  {
    name: "takes a limit of 0 for none given",
    async *attempt(conn, options = {}) {
      const maxBytes = options.maxBytes || 1024 * 1024;
      yield* solution.readFrames(conn, { maxBytes });
    },
    diagnosis: /takes 0 for a limit that was not given/,
  },
  {
    name: "has another limit where none is given, and a lower one",
    async *attempt(conn, { maxBytes = 65536 } = {}) {
      yield* solution.readFrames(conn, { maxBytes });
    },
    diagnosis: /1048576 bytes are allowed where no maxBytes is given/,
  },
  {
    name: "has another limit where none is given, and a higher one",
    async *attempt(conn, { maxBytes = 1024 ** 3 } = {}) {
      yield* solution.readFrames(conn, { maxBytes });
    },
    diagnosis: /1048577 bytes are one more than are allowed/,
  },
  {
    name: "counts the length's own bytes against the limit",
    async *attempt(conn, { maxBytes = 1024 * 1024 } = {}) {
      yield* solution.readFrames(conn, { maxBytes: maxBytes - 4 });
    },
    diagnosis: /The four bytes in front do not count/,
  },
  {
    name: "takes an end in mid-frame for the end",
    async *attempt(conn, options) {
      try {
        yield* solution.readFrames(conn, options);
      } catch (error) {
        if (!(error instanceof Deno.errors.UnexpectedEof)) throw error;
      }
    },
    diagnosis: /in the middle of a frame: something has been lost/,
  },
  {
    name: "yields what there is of a frame at the end",
    async *attempt(conn, { maxBytes = 1024 * 1024 } = {}) {
      while (true) {
        const header = await readExact(conn, 4, "end");
        if (header.length < 4) {
          if (header.length === 0) return;
          fail();
        }
        const size = new DataView(header.buffer).getUint32(0);
        if (size > maxBytes) throw new RangeError("too long");
        yield decode([...await readExact(conn, size, "end")]);
      }
    },
    diagnosis: /Nobody can tell it from a whole one/,
  },
  {
    name: "throws at the end between two frames too",
    async *attempt(conn, options) {
      yield* solution.readFrames(conn, options);
      fail();
    },
    diagnosis: /ended between two messages, which is no error/,
  },
  {
    name: "closes the connection when it throws",
    attempt: closing(solution.readFrames),
    diagnosis: /readFrames\(\) closed the connection/,
  },
  {
    name: "throws a TypeError for a frame that is too long",
    async *attempt(conn, options) {
      try {
        yield* solution.readFrames(conn, options);
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
        throw new TypeError("too long");
      }
    },
    diagnosis: /by the class of the error/,
  },
  {
    name: "takes an empty frame for the end",
    async *attempt(conn, options) {
      for await (const text of solution.readFrames(conn, options)) {
        if (text === "") return;
        yield text;
      }
    },
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
    name: "closes the connection at the end",
    async *attempt(conn, options) {
      yield* solution.readFrames(conn, options);
      conn.close();
    },
    diagnosis: /readFrames\(\) closed the connection/,
  },
  {
    name: "puts � for what is not UTF-8",
    async *attempt(conn, { maxBytes = 1024 * 1024 } = {}) {
      while (true) {
        const header = await readExact(conn, 4, "end");
        if (header.length === 0) return;
        if (header.length < 4) fail();
        const size = new DataView(header.buffer).getUint32(0);
        if (size > maxBytes) throw new RangeError("too long");
        yield new TextDecoder().decode(await readExact(conn, size));
      }
    },
    diagnosis: /the damage goes on unseen/,
  },
];

const shared = new Uint8Array(100_000);

/** What each read gives, in an array of its own. */
async function* reads(conn: Deno.Conn): AsyncGenerator<Uint8Array> {
  const buffer = new Uint8Array(4096);
  for (
    let count = await conn.read(buffer);
    count !== null;
    count = await conn.read(buffer)
  ) yield buffer.slice(0, count);
}

async function* bytesOf(conn: Deno.Conn): AsyncGenerator<number> {
  for await (const bytes of reads(conn)) yield* bytes;
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

/** Lines of which the end was not taken with care. */
async function* linesWith(
  conn: Deno.Conn,
  clean: (line: string) => string,
): AsyncGenerator<string> {
  let bytes: number[] = [];
  for await (const byte of bytesOf(conn)) {
    if (byte === 0x0a) {
      yield clean(decode(bytes));
      bytes = [];
    } else {
      bytes.push(byte);
    }
  }
  if (bytes.length > 0) yield clean(decode(bytes));
}

/** Reads so many bytes; at an early end it throws, or gives what there is. */
async function readExact(
  conn: Deno.Conn,
  size: number,
  early: "throw" | "end" = "throw",
): Promise<Uint8Array<ArrayBuffer>> {
  const data = new Uint8Array(size);
  for (let filled = 0; filled < size;) {
    const count = await conn.read(data.subarray(filled));
    if (count === null) {
      return early === "end" ? data.slice(0, filled) : fail();
    }
    filled += count;
  }
  return data;
}

function decode(bytes: number[]): string {
  return new TextDecoder("utf-8", { fatal: true })
    .decode(Uint8Array.from(bytes));
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function fail(): never {
  throw new Deno.errors.UnexpectedEof("the stream ended too early");
}

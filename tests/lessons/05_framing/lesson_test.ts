import { assert, assertEquals, assertMatch } from "@std/assert";
import { exercises } from "../../../lessons/05_framing/exercises.ts";
import { lesson, serve } from "../../../lessons/05_framing/lesson.ts";
import { encodeFrame } from "../../../lessons/05_framing/solution.ts";
import * as net from "../../../lib/net/mod.ts";
import { testAccepted, testExercises } from "../gates.ts";
import { Recording, recordOnce } from "../record.ts";
import {
  encodeFrameMistakes,
  readFramesMistakes,
  readLinesMistakes,
} from "./wrong_answers.ts";

testExercises("framing", exercises, {
  "5.1": readLinesMistakes,
  "5.2": encodeFrameMistakes,
  "5.3": readFramesMistakes,
});

type Options = { maxBytes?: number };
type ReadMessages = (
  conn: Deno.Conn,
  options?: Options,
) => AsyncGenerator<string>;
type EncodeFrame = (text: string) => Uint8Array;

testAccepted<ReadMessages>(exercises[0], {
  "byte by byte, into an array": async function* (conn, options) {
    const limit = options?.maxBytes ?? 65536;
    const one = new Uint8Array(1);
    let line: number[] = [];
    function text(): string {
      const bytes = Uint8Array.from(line);
      line = [];
      return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    }
    while (await conn.read(one) !== null) {
      if (one[0] !== 10) {
        line.push(one[0]);
        if (line.length - (one[0] === 13 ? 1 : 0) > limit) {
          throw new RangeError("too long");
        }
      } else {
        if (line.at(-1) === 13) line.pop();
        yield text();
      }
    }
    if (line.length > 0) yield text();
  },
  "with a decoder that keeps half characters": async function* (
    conn,
    { maxBytes = 2 ** 16 } = {},
  ) {
    const decoder = new TextDecoder("utf-8", { fatal: true });
    const buffer = new Uint8Array(64 * 1024);
    let text = "";
    let size = 0;
    let count: number | null;
    const take = (bytes: Uint8Array) => {
      text += decoder.decode(bytes, { stream: true });
      size += bytes.length;
      if (size - (text.endsWith("\r") ? 1 : 0) > maxBytes) {
        throw new RangeError(`${maxBytes}`);
      }
    };
    const whole = () => {
      const line = text + decoder.decode();
      [text, size] = ["", 0];
      return line;
    };
    while ((count = await conn.read(buffer)) !== null) {
      let rest = buffer.subarray(0, count);
      for (let at; (at = rest.indexOf(10)) !== -1; rest = rest.slice(at + 1)) {
        take(rest.subarray(0, at));
        yield whole().replace(/\r$/, "");
      }
      take(rest);
    }
    if (size > 0) yield whole();
  },
  "with a list of pieces, and latin1 to look for ends": async function* (
    conn,
    options = {},
  ) {
    const maxBytes = options.maxBytes ?? 65536;
    let rest = "";
    const line = () => {
      const bytes = Uint8Array.from(rest, (char) => char.charCodeAt(0));
      rest = "";
      if (bytes.length > maxBytes) throw new RangeError("line");
      return new TextDecoder("utf8", { fatal: true }).decode(bytes);
    };
    for await (const piece of pieces(conn)) {
      for (const part of piece.split(/(\n)/)) {
        if (part === "\n") {
          rest = rest.replace(/\r$/, "");
          yield line();
        } else rest += part;
      }
      if (rest.length > maxBytes + 1) line();
    }
    if (rest.length > 0) yield line();

    async function* pieces(conn: Deno.Conn) {
      const buffer = new Uint8Array(777);
      let count: number | null;
      while ((count = await conn.read(buffer)) !== null) {
        yield String.fromCharCode(...buffer.subarray(0, count));
      }
    }
  },
  "with the helper of lib/net": net.readLines,
});

testAccepted<EncodeFrame>(exercises[1], {
  "by shifting": (text) => {
    const bytes = new TextEncoder().encode(text);
    const n = bytes.length;
    return Uint8Array.of(n >>> 24, n >>> 16, n >>> 8, n, ...bytes);
  },
  "by division, and a list": (text) => {
    const bytes: number[] = [...new TextEncoder().encode(text)];
    for (let n = bytes.length, i = 0; i < 4; i++, n = Math.floor(n / 256)) {
      bytes.unshift(n % 256);
    }
    return new Uint8Array(bytes);
  },
  "as a view of a larger buffer, with encodeInto": (text) => {
    const buffer = new ArrayBuffer(7 + 3 * text.length);
    const { written } = new TextEncoder().encodeInto(
      text,
      new Uint8Array(buffer, 7),
    );
    new DataView(buffer, 3).setUint32(0, written);
    return new Uint8Array(buffer, 3, 4 + written);
  },
  "with the helper of lib/net": (text) =>
    net.encodeFrame(new TextEncoder().encode(text)),
});

testAccepted<ReadMessages>(exercises[2], {
  "with one growing buffer": async function* (
    conn,
    { maxBytes = 1024 * 1024 } = {},
  ) {
    const buffer = new Uint8Array(10_000);
    let have = new Uint8Array();
    while (true) {
      while (have.length >= 4) {
        const size = new DataView(have.buffer, have.byteOffset).getUint32(0);
        if (size > maxBytes) throw new RangeError("frame");
        if (have.length < 4 + size) break;
        yield new TextDecoder("utf-8", { fatal: true })
          .decode(have.subarray(4, 4 + size));
        have = have.slice(4 + size);
      }
      const count = await conn.read(buffer);
      if (count === null) break;
      have = Uint8Array.from([...have, ...buffer.subarray(0, count)]);
    }
    if (have.length > 0) throw new Deno.errors.UnexpectedEof();
  },
  "byte by byte, by arithmetic": async function* (
    conn,
    { maxBytes = 1_048_576 } = {},
  ) {
    const one = new Uint8Array(1);
    async function byte(): Promise<number | undefined> {
      return await conn.read(one) === null ? undefined : one[0];
    }
    async function must(): Promise<number> {
      const value = await byte();
      if (value === undefined) throw new Deno.errors.UnexpectedEof("end");
      return value;
    }
    for (let first = await byte(); first !== undefined; first = await byte()) {
      let size = first;
      for (let i = 0; i < 3; i++) size = size * 256 + await must();
      if (size > maxBytes) throw new RangeError("frame");
      const text: number[] = [];
      while (text.length < size) text.push(await must());
      yield new TextDecoder("utf-8", { fatal: true })
        .decode(Uint8Array.from(text));
    }
  },
  "with a class instead of a generator": (conn, options) => {
    class Frames {
      readonly #frames = net.readFrames(conn, options);
      async next(): Promise<IteratorResult<string>> {
        const { done, value } = await this.#frames.next();
        if (done) return { done, value: undefined };
        const decoder = new TextDecoder("utf-8", { fatal: true });
        return { done: false, value: decoder.decode(value) };
      }
      [Symbol.asyncIterator]() {
        return this;
      }
    }
    return new Frames() as unknown as AsyncGenerator<string>;
  },
});

const recordLesson = recordOnce(lesson);

Deno.test("lesson 5 shows the same messages as lines and as frames", async () => {
  const recording = await recordLesson();
  const messages = '"hello"  "naïve"  ""  "🐢"';
  assertEquals(recording.fact("read as lines"), messages);
  assertEquals(recording.fact("read as frames"), messages);
  const [lines, frames] = recording.all("bytes").map(({ hex }) => hex);
  assertEquals(
    new TextDecoder().decode(Uint8Array.fromHex(lines)),
    [
      "hello\nnaïve\n\n🐢\n",
    ].join(),
  );
  assert(frames.startsWith("0000000568656c6c6f00000006"));
});

Deno.test("lesson 5 shows that a string's length is not its number of bytes", async () => {
  const recording = await recordLesson();
  const sizes = ["naïve", "🐢"].map((text) => [
    recording.fact(`"${text}".length`),
    recording.fact(`"${text}" in bytes`),
  ]);
  assertEquals(sizes, [["5", "6"], ["2", "4"]]);
});

Deno.test("lesson 5 cuts a character in two, and decodes it whole", async () => {
  const recording = await recordLesson();
  const decoded = recording.fact("each decoded by itself");
  assertEquals(decoded.match(/\ufffd/g)?.length, 2);
  assertEquals(recording.fact("decoded when whole"), '"zwölf"');
});

Deno.test("lesson 5 reads a wrong length from a header that is not whole", async () => {
  const recording = await recordLesson();
  assert(recording.fact("length, taken as it is") !== "300");
  assertEquals(recording.fact("length, when all four are there"), "300");
});

Deno.test("lesson 5 refuses an endless line, and an enormous length", async () => {
  const recording = await recordLesson();
  const errors = recording.all("fact").filter(({ name }) => name === "error");
  assertMatch(errors[0].value, /^RangeError: .*longer than 1000 bytes/);
  assertMatch(errors[1].value, /^RangeError: .*4294967295 bytes/);
  const [read, sent] = ["read", "sent"].map((verb) => {
    const who = verb === "read" ? "server" : "client";
    return Number(recording.fact(`bytes that the ${who} ${verb}`));
  });
  assert(read > 1000 && read < 100_000);
  assert(sent >= read);
});

Deno.test("lesson 5 sees an end in mid-frame, and takes half a line", async () => {
  const recording = await recordLesson();
  assertEquals(recording.fact("a line"), '"pay 10"');
  assertMatch(recording.fact("a frame"), /^UnexpectedEof: .*6 of 8 bytes/);
});

/** What the lesson's server answers, and what it tells. */
async function talk(
  bytes: Uint8Array,
): Promise<{ answer: string; notes: string[] }> {
  const stop = new AbortController();
  const recording = new Recording();
  const serving = serve(recording.show, {
    port: 0,
    folder: "",
    signal: stop.signal,
  });
  const [port] = recording.fact("by hand").match(/\d+$/)!;
  using client = await net.connectTcp(Number(port));
  await net.writeAll(client, bytes);
  await client.closeWrite();
  const answer = new TextDecoder().decode(await net.readToEnd(client));
  stop.abort();
  await serving;
  return { answer, notes: recording.all("note").map(({ text }) => text) };
}

Deno.test("lesson 5 serves lines, in capitals and with their sizes", async () => {
  const { answer, notes } = await talk(
    new TextEncoder().encode("zwölf\r\n\nlast"),
  );
  assertEquals(answer.split("\n"), [
    "ZWÖLF (6 bytes, 5 characters)",
    " (0 bytes, 0 characters)",
    "LAST (4 bytes, 4 characters)",
    "",
  ]);
  assertMatch(notes.at(-1)!, /1 client served, 3 lines/);
});

Deno.test("lesson 5's server says why it turns a client away", async () => {
  const long = await talk(new Uint8Array(1000).fill(120));
  assertMatch(long.answer, /^error: .*longer than 80 bytes\n$/);
  const frame = await talk(Uint8Array.of(...encodeFrame("hi"), 0xff, 0x0a));
  assertMatch(frame.answer, /^error: .*not UTF-8\n$/);
});

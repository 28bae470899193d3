import { exercises } from "../../../lessons/05_framing/exercises.ts";
import type {
  EncodeFrame,
  ReadMessages,
} from "../../../lessons/05_framing/types.ts";
import * as net from "../../../lib/net/mod.ts";
import { concat } from "../../../lib/wire/bytes.ts";
import { testAccepted, testExercises } from "../gates.ts";
import { byByte, decode, wrongAnswers } from "./wrong_answers.ts";

testExercises("framing", exercises, wrongAnswers);

testAccepted<ReadMessages>(exercises[0], {
  "byte by byte, into an array": byByte(() => []),
  "with a decoder that keeps half characters": async function* (
    conn,
    { maxBytes = 2 ** 16 } = {},
  ) {
    const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
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
    if (size > maxBytes) throw new RangeError(`${maxBytes}`);
    if (size > 0) yield whole();
  },
  "with the helper of lib/net": net.readLines,
});

testAccepted<EncodeFrame>(exercises[1], {
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
    let have: Uint8Array = new Uint8Array();
    while (true) {
      while (have.length >= 4) {
        const size = new DataView(have.buffer, have.byteOffset).getUint32(0);
        if (size > maxBytes) throw new RangeError("frame");
        if (have.length < 4 + size) break;
        yield decode(have.subarray(4, 4 + size));
        have = have.slice(4 + size);
      }
      const count = await conn.read(buffer);
      if (count === null) break;
      have = concat([have, buffer.subarray(0, count)]);
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
      yield decode(Uint8Array.from(text));
    }
  },
  "with a class instead of a generator": (conn, options) => {
    class Frames {
      readonly #frames = net.readFrames(conn, options);
      async next(): Promise<IteratorResult<string>> {
        const { done, value } = await this.#frames.next();
        if (done) return { done, value: undefined };
        return { done: false, value: decode(value) };
      }
      [Symbol.asyncIterator]() {
        return this;
      }
    }
    return new Frames() as unknown as AsyncGenerator<string>;
  },
});

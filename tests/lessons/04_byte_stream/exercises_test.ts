import { exercises } from "../../../lessons/04_byte_stream/exercises.ts";
import type {
  ReadExact,
  WriteAll,
} from "../../../lessons/04_byte_stream/types.ts";
import * as net from "../../../lib/net/mod.ts";
import { testAccepted, testExercises } from "../gates.ts";
import { wrongAnswers } from "./wrong_answers.ts";

testExercises("byte_stream", exercises, wrongAnswers);

testAccepted<ReadExact>(exercises[0], {
  "byte by byte": async (conn, size) => {
    const data = new Uint8Array(size);
    for (let i = 0; i < size; i++) {
      if (await conn.read(data.subarray(i, i + 1)) === null) {
        throw new Deno.errors.UnexpectedEof();
      }
    }
    return data;
  },
  "with a list of pieces, joined at the end": async (conn, size) => {
    const pieces: Uint8Array<ArrayBuffer>[] = [];
    for (let missing = size; missing > 0;) {
      const buffer = new Uint8Array(Math.min(missing, 1000));
      const count = await conn.read(buffer);
      if (count === null) throw new Deno.errors.UnexpectedEof("too short");
      pieces.push(buffer.slice(0, count));
      missing -= count;
    }
    return new Uint8Array(await new Blob(pieces).arrayBuffer());
  },
  "with recursion": async function again(conn, size) {
    const data = new Uint8Array(size);
    if (size === 0) return data;
    const count = await conn.read(data);
    if (count === null) throw new Deno.errors.UnexpectedEof();
    data.set(await again(conn, size - count), count);
    return data;
  },
  "with the helper of lib/net": net.readExact,
});

testAccepted<WriteAll>(exercises[1], {
  "offering 1000 bytes at a time": async (conn, data) => {
    while (data.length > 0) {
      data = data.subarray(await conn.write(data.subarray(0, 1000)));
    }
  },
  "with recursion": async function again(conn, data) {
    if (data.length === 0) return;
    await again(conn, data.subarray(await conn.write(data)));
  },
  "with a writer": async (conn, data) => {
    const writer = conn.writable.getWriter();
    await writer.write(data);
    writer.releaseLock();
  },
  "with copies": async (conn, data) => {
    let rest = data.slice();
    do rest = rest.slice(await conn.write(rest)); while (rest.length > 0);
  },
  "with the helper of lib/net": net.writeAll,
});

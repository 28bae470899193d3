import { exercises } from "../../../lessons/03_echo/exercises.ts";
import type { Echo, Exchange } from "../../../lessons/03_echo/types.ts";
import { readExact, writeAll } from "../../../lib/net/mod.ts";
import { testAccepted, testExercises } from "../gates.ts";
import { wrongAnswers } from "./wrong_answers.ts";

testExercises("echo", exercises, wrongAnswers);

testAccepted<Echo>(exercises[0], {
  "with a buffer of one byte": async (conn) => {
    const buffer = new Uint8Array(1);
    while (await conn.read(buffer) !== null) await conn.write(buffer);
  },
  "with a new buffer for each read, and recursion": async function again(conn) {
    const buffer = new Uint8Array(100_000);
    const count = await conn.read(buffer);
    if (count === null) return;
    await writeAll(conn, buffer.slice(0, count));
    return again(conn);
  },
  "with a generator": async (conn) => {
    async function* pieces() {
      const buffer = new Uint8Array(512);
      let count: number | null;
      while ((count = await conn.read(buffer)) !== null) {
        yield buffer.slice(0, count);
      }
    }
    for await (const piece of pieces()) await writeAll(conn, piece);
  },
});

testAccepted<Exchange>(exercises[1], {
  "writing and reading 64 KiB by turns": async (conn, data) => {
    const all = new Uint8Array(data.length);
    for (let at = 0; at < data.length; at += 65_536) {
      const piece = data.subarray(at, at + 65_536);
      await writeAll(conn, piece);
      all.set(await readExact(conn, piece.length), at);
    }
    return all;
  },
  "collecting pieces in an array": async (conn, data) => {
    const sending = writeAll(conn, data);
    const pieces: Uint8Array<ArrayBuffer>[] = [];
    let missing = data.length;
    while (missing > 0) {
      const buffer = new Uint8Array(Math.min(missing, 1_000_000));
      const count = await conn.read(buffer);
      if (count === null) throw new Error("too short");
      pieces.push(buffer.subarray(0, count));
      missing -= count;
    }
    await sending;
    return new Uint8Array(await new Blob(pieces).arrayBuffer());
  },
  "with the helpers of lib/net": async (conn, data) => {
    const [answer] = await Promise.all([
      readExact(conn, data.length),
      writeAll(conn, data),
    ]);
    return answer;
  },
});

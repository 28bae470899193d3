import { exercises } from "../../../lessons/03_echo/exercises.ts";
import * as solution from "../../../lessons/03_echo/solution.ts";
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
  "with a timer that it clears": async (conn) => {
    const timer = setInterval(() => {}, 1000);
    await solution.echo(conn);
    clearInterval(timer);
  },
});

testAccepted<Exchange>(exercises[1], {
  "writing and reading 64 KiB alternately": async (conn, data) => {
    const all = new Uint8Array(data.length);
    for (let at = 0; at < data.length; at += 65_536) {
      const piece = data.subarray(at, at + 65_536);
      await writeAll(conn, piece);
      all.set(await readExact(conn, piece.length), at);
    }
    return all;
  },
  "with the helpers of lib/net": async (conn, data) => {
    const [answer] = await Promise.all([
      readExact(conn, data.length),
      writeAll(conn, data),
    ]);
    return answer;
  },
});

import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { exercises as lesson3 } from "../../lessons/03_echo/exercises.ts";
import { exercises as lesson4 } from "../../lessons/04_byte_stream/exercises.ts";
import { exercises as lesson7 } from "../../lessons/07_closing/exercises.ts";
import { exercises as lesson8 } from "../../lessons/08_failures/exercises.ts";
import { exercises as lesson10 } from "../../lessons/10_packets/exercises.ts";
import { exercises as lesson13 } from "../../lessons/13_datagrams/exercises.ts";
import { exercises as lesson16 } from "../../lessons/16_reliable_stream/exercises.ts";
import { exercises as lesson23 } from "../../lessons/23_websocket_by_hand/exercises.ts";
import { exercises as lesson24 } from "../../lessons/24_tls/exercises.ts";
import {
  CheckFailed,
  countedSample,
  type Exercise,
  lettersFirst,
  randomSample,
  sampleBytes,
  sampleLetters,
} from "../../lib/workbook/kit/mod.ts";

const exercises: Exercise<unknown>[] = [
  ...[...lesson3, ...lesson4, ...lesson7, ...lesson8, ...lesson10],
  ...[...lesson13, ...lesson16, ...lesson23, ...lesson24],
] as Exercise<unknown>[];

/** An answer like the workbook's own, which damages bytes from 1000 on. */
function damaged(bytes: Uint8Array): Uint8Array {
  return bytes.map((byte, i) => i < 1000 ? byte : byte ^ 1);
}

/** Answers with mistakes that any bytes show, if only there are many of them. */
// deno-lint-ignore no-explicit-any -- Each exercise has a type of its own.
const MISTAKES: Record<string, (ours: any) => unknown> = {
  "3.1": () => async (conn: Deno.Conn) => {
    const buffer = new Uint8Array(1024);
    for (let n; (n = await conn.read(buffer)) !== null;) {
      await conn.write(buffer.subarray(0, n));
    }
  },
  "3.2": (ours) => async (conn: Deno.Conn, data: Uint8Array) =>
    damaged(await ours(conn, data)),
  "4.1": (ours) => async (conn: Deno.Conn, size: number) =>
    damaged(await ours(conn, size)),
  "4.2": (ours) => (conn: Deno.Conn, data: Uint8Array) =>
    ours(conn, damaged(data)),
  "7.1": (ours) => async (conn: Deno.Conn, question: Uint8Array) =>
    damaged(await ours(conn, question)),
  "8.2": (Ours) =>
    class extends Ours {
      async read(ms: number) {
        const result = await super.read(ms);
        return result instanceof Uint8Array && result.length > 100
          ? result.toReversed()
          : result;
      }
    },
  "10.2": (Ours) =>
    class extends Ours {
      message() {
        const message = super.message();
        return message.length > 10 && message.length < 30
          ? message.toReversed()
          : message;
      }
    },
  "13.1": (ours) => async (...args: unknown[]) =>
    (await ours(...args)).slice(0, 4096),
  "16.1": (Ours) =>
    class extends Ours {
      accept(...args: unknown[]) {
        const bytes = super.accept(...args);
        return bytes.length > 8 ? bytes.toReversed() : bytes;
      }
    },
  "23.3": (ours) => (...args: unknown[]) => damaged(ours(...args)),
  "24.1": (Ours) =>
    class extends Ours {
      next() {
        const record = super.next();
        return record && { ...record, fragment: damaged(record.fragment) };
      }
    },
};

for (const [id, mistake] of Object.entries(MISTAKES)) {
  Deno.test(`${id} shows a mistake that any bytes show with bytes that can be read`, async () => {
    const exercise = exercises.find((one) => one.id === id)!;
    const { failure } = await assertRejects(
      () => exercise.check(mistake(exercise.solution), { stallMs: 5000 }),
      CheckFailed,
    );
    const { expected } = failure;
    assert(expected !== undefined, failure.problem);
    const text = typeof expected === "string"
      ? expected
      : new TextDecoder().decode(expected);
    assertMatch(text, /[a-z]{6}/);
  });
}

Deno.test("lettersFirst() makes a case with letters, and then one with any bytes", () => {
  const [letters, bytes] = lettersFirst((sample) => sample(60));
  assertEquals(letters, sampleLetters(60));
  assertEquals(bytes, sampleBytes(60));
  const [, random] = lettersFirst((sample) => sample(60), randomSample(1));
  assertEquals(random, randomSample(1)(60));
});

Deno.test("countedSample() says what bytes are", () => {
  assertEquals(countedSample(sampleLetters(60)), "60 letters");
  assertEquals(countedSample(sampleLetters(3)), "3 letters");
  assertEquals(countedSample(sampleBytes(60)), "60 bytes");
  assertEquals(countedSample(new Uint8Array(0)), "0 bytes");
});

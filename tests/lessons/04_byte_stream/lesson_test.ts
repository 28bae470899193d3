import { assert, assertEquals, assertMatch } from "@std/assert";
import { exercises } from "../../../lessons/04_byte_stream/exercises.ts";
import { lesson } from "../../../lessons/04_byte_stream/lesson.ts";
import * as net from "../../../lib/net/mod.ts";
import { testAccepted, testExercises } from "../gates.ts";
import { type Recording, recordOnce } from "../record.ts";
import { readExactMistakes, writeAllMistakes } from "./wrong_answers.ts";

testExercises("byte_stream", exercises, {
  "4.1": readExactMistakes,
  "4.2": writeAllMistakes,
});

type ReadExact = (conn: Deno.Conn, size: number) => Promise<Uint8Array>;
type WriteAll = (conn: Deno.Conn, data: Uint8Array) => Promise<void>;

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
  "with a stream that reads into its own buffer": async (conn, size) => {
    if (size === 0) return new Uint8Array();
    const reader = conn.readable.getReader({ mode: "byob" });
    const { value } = await reader.read(new Uint8Array(size), { min: size });
    reader.releaseLock();
    if (value?.length !== size) throw new Deno.errors.UnexpectedEof();
    return value;
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

const recordLesson = recordOnce(lesson);

/** How many pairs of writes came in one read, and of how many. */
function pairs(recording: Recording, fact: string): number[] {
  return recording.fact(fact).match(/\d+/g)!.map(Number);
}

Deno.test("lesson 4 shows two writes that come in one read", async () => {
  const recording = await recordLesson();
  const [together, all] = pairs(recording, "setNoDelay(true)");
  assert(together > 0 && together <= all);
  // The reads before the first fact are those of the two writes.
  const first = recording.events.findIndex(({ kind }) => kind === "fact");
  const read = recording.events.slice(0, first)
    .flatMap((event) => event.kind === "call" ? [event.call] : [])
    .filter((call) => call.startsWith("read()"))
    .map((call) => JSON.parse(call.slice(call.indexOf('"'))));
  assertEquals(read.join(""), "1025");
});

Deno.test("lesson 4 shows the same two writes in two reads", async () => {
  const [together, all] = pairs(await recordLesson(), "a pause between");
  assert(together < all);
});

Deno.test("lesson 4 shows one write that takes many reads", async () => {
  const recording = await recordLesson();
  assertMatch(recording.fact("64 KiB: writes"), /^1, of \d+ bytes$/);
  const [reads] = recording.fact("64 KiB: reads").match(/^\d+/)!;
  const [taken] = recording.fact("64 KiB: writes").match(/\d+(?= bytes)/)!;
  assert(Number(reads) >= Number(taken) / 2 ** 16);
  assert(Number(reads) > 1);
});

Deno.test("lesson 4 shows that the bytes keep their order", async () => {
  const recording = await recordLesson();
  assertEquals(recording.fact("out of place"), "none");
  assertEquals(recording.fact("bytes"), String(16 * 1024 * 1024));
});

Deno.test("lesson 4 reads numbers of a known size, however they were written", async () => {
  const recording = await recordLesson();
  const calls = recording.all("call").map(({ call }) => call)
    .filter((call) => call.startsWith("readExact"));
  assertEquals(calls, [
    'readExact(2) gave "10"',
    'readExact(2) gave "25"',
    "readExact(2) threw UnexpectedEof",
  ]);
  assertMatch(recording.fact("error"), /Cannot read 2 bytes.* after 1/);
});

import { assert, assertEquals, assertMatch } from "@std/assert";
import { lesson } from "../../../lessons/04_byte_stream/lesson.ts";
import { recordOnce } from "../record.ts";

const recordLesson = recordOnce(lesson);

/** Returns the numbers of a fact: pairs that arrived in one read, and all pairs. */
async function countPairs(fact: string): Promise<number[]> {
  return (await recordLesson()).fact(fact).match(/\d+/g)!.map(Number);
}

Deno.test("lesson 4 shows two writes that arrive in one read", async () => {
  const [together, all] = await countPairs("setNoDelay(true)");
  assert(together > 0 && together <= all);
  // Before the first fact, the server reads only these two writes.
  const { events } = await recordLesson();
  const read = events.slice(0, events.findIndex(({ kind }) => kind === "fact"))
    .flatMap((event) => event.kind === "call" ? [event.call] : [])
    .filter((call) => call.startsWith("read()"))
    .map((call) => JSON.parse(call.slice(call.indexOf('"'))));
  assertEquals(read.join(""), "1025");
});

Deno.test("lesson 4 shows the same two writes in two reads", async () => {
  const [together, all] = await countPairs("a pause between");
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

Deno.test("lesson 4 measures a request in two writes, and in one", async () => {
  const [{ bars }] = (await recordLesson()).all("bars");
  assertEquals(bars.length, 3);
  assert(bars.every(({ value }) => value > 0));
});

Deno.test("lesson 4 reads numbers of a fixed size, however they were written", async () => {
  const recording = await recordLesson();
  const calls = recording.all("call").map(({ call }) => call)
    .filter((call) => call.startsWith("readExact"));
  assertEquals(calls, [
    'readExact(2) returned "10"',
    'readExact(2) returned "25"',
    "readExact(2) threw UnexpectedEof",
  ]);
  assertMatch(recording.fact("error"), /Cannot read 2 bytes.* after 1/);
});

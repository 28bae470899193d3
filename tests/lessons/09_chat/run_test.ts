import { assert, assertEquals, assertLess, assertMatch } from "@std/assert";
import { lesson, serve } from "../../../lessons/09_chat/lesson.ts";
import { MAX_UNSENT_BYTES } from "../../../lessons/09_chat/room.ts";
import { connectTcp, readLines, writeLine } from "../../../lib/net/mod.ts";
import { Recording, recordOnce } from "../record.ts";

const recordLesson = recordOnce(lesson);

/** All values of the facts with one name. */
function facts(recording: Recording, name: string): string[] {
  return recording.all("fact").filter((fact) => fact.name === name)
    .map(({ value }) => value);
}

/** The number of lines in "120 lines, 3.8 MiB". */
function linesIn(fact: string): number {
  return Number(fact.match(/^(\d+) lines/)![1]);
}

Deno.test("lesson 9 shows a line going to everyone but its sender", async () => {
  const recording = await recordLesson();
  assertEquals(facts(recording, "bob reads"), [
    '"ann: hello"',
    '"ann: still there?"',
  ]);
  assertEquals(facts(recording, "cid reads"), [
    '"ann: hello"',
    '"bob: hello, ann"',
  ]);
  assertEquals(recording.fact("ann's first line"), '"bob: hello, ann"');
});

Deno.test("lesson 9 shows that a reset ends only one membership", async () => {
  const recording = await recordLesson();
  assertEquals(recording.fact("members"), "4");
  assertMatch(recording.fact("eve"), /^is gone: ConnectionReset/);
  assertEquals(recording.fact("members now"), "3");
});

Deno.test("lesson 9 shows that the naive room stops, and the bounded one goes on", async () => {
  const recording = await recordLesson();
  const [naive, bounded] = facts(recording, "bob got").map(linesIn);
  assertLess(naive, bounded);
  assertEquals(recording.fact("then"), "nothing for 500 ms");
  assertEquals(recording.fact("dot begins to read"), "bob gets the next line");
});

Deno.test("lesson 9 shows that the slow member is dropped at the limit", async () => {
  const recording = await recordLesson();
  assertMatch(recording.fact("dot"), /^was dropped with \d+ bytes unsent$/);
  const [, most] = recording.fact("most ever queued").match(/^(\d+) bytes/)!;
  assert(Number(most) > 0 && Number(most) <= MAX_UNSENT_BYTES, most);
});

Deno.test("lesson 9 serves a room, announces its members, and prints a summary", async () => {
  const stop = new AbortController();
  const recording = new Recording();
  const options = { port: 0, folder: "", signal: stop.signal };
  const serving = serve(recording.show, options);
  const port = Number(recording.fact("netcat").match(/\d+$/)![0]);
  {
    using ann = await connectTcp(port);
    const annReads = readLines(ann);
    await assertNext(annReads, "* guest1 is here, 1 in the room");
    {
      using bob = await connectTcp(port);
      const bobReads = readLines(bob);
      await assertNext(bobReads, "* guest2 is here, 2 in the room");
      await assertNext(annReads, "* guest2 is here, 2 in the room");
      await writeLine(ann, "hello");
      await assertNext(bobReads, "guest1: hello");
      await bob.closeWrite();
      await assertNext(annReads, "* guest2 left");
    }
    stop.abort();
    await serving;
  }
  const notes = recording.all("note").map(({ text }) => text);
  assertEquals(notes.filter((text) => /guest2.* left/.test(text)), [
    "guest2 left; 1 in the room",
  ]);
  assertMatch(
    notes.at(-1)!,
    /^closed: 2 guests, 1 line sent, at most \d+ bytes? queued for a member$/,
  );
});

async function assertNext(
  lines: AsyncGenerator<string>,
  expected: string,
): Promise<void> {
  assertEquals((await lines.next()).value, expected);
}

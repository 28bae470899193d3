import { assert, assertEquals, assertMatch } from "@std/assert";
import { lesson, serve } from "../../../lessons/03_echo/lesson.ts";
import { connectTcp, readExact, writeAll } from "../../../lib/net/mod.ts";
import { recordOnce, recordServer } from "../record.ts";

const recordLesson = recordOnce(lesson);

Deno.test("lesson 3 shows the same bytes going there and coming back", async () => {
  const arrows = (await recordLesson()).all("arrow")
    .filter(({ label }) => label !== "end of stream");
  assertEquals(arrows.length, 4);
  for (const [sent, back] of [arrows.slice(0, 2), arrows.slice(2)]) {
    assertEquals([sent.from, back.from], ["client", "server"]);
    assertEquals(sent.label, back.label);
  }
});

Deno.test("lesson 3 shows more reads than writes, and null at the end", async () => {
  const recording = await recordLesson();
  const reads = recording.all("call").map(({ call }) => call)
    .filter((call) => call.startsWith("read()"));
  assertEquals(reads.map((call) => call.match(/\d+/)![0]), ["4", "4", "2"]);
  const end = recording.all("arrow").find(({ label }) =>
    label === "end of stream"
  );
  assertEquals(end?.received, "read() returned null");
  assertEquals(recording.fact("reads"), "4");
});

Deno.test("lesson 3 shows how much one write took", async () => {
  const recording = await recordLesson();
  const [taken, offered] = ["taken", "offered"].map((name) =>
    Number(recording.fact(name).match(/\((\d+) bytes\)/)![1])
  );
  assert(taken > 0 && taken <= offered);
});

Deno.test("lesson 3 serves an echo until you stop it", async () => {
  const recording = await recordServer(serve, async (recording) => {
    const [port] = recording.fact("netcat").match(/\d+$/)!;
    using client = await connectTcp(Number(port));
    const text = new TextEncoder().encode("hello\n");
    await writeAll(client, text);
    assertEquals(await readExact(client, text.length), text);
  });
  const notes = recording.all("note").map(({ text }) => text);
  assertMatch(notes.at(-1)!, /1 client served, 6 bytes echoed/);
});

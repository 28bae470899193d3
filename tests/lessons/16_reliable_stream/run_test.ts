import { assert, assertEquals, assertMatch } from "@std/assert";
import { lesson } from "../../../lessons/16_reliable_stream/lesson.ts";
import { record } from "../record.ts";

Deno.test("lesson 16 carries a file over a bad link, and holds back for a small window", async () => {
  const recording = await record(lesson);
  for (const name of ["SHA-256", "SHA-256, by TCP"]) {
    assertMatch(recording.fact(name), /^the same at both ends/);
  }
  assertEquals(recording.fact("bytes"), `${300 * 1024}`);
  assert(Number(recording.fact("sent again")) > 0);
  assertMatch(recording.fact("lost on the link"), /^[1-9]/);
  const most = parseInt(recording.fact("most in flight"));
  assert(most > 0 && most <= 8 * 1024, `${most}`);
  const [window, goodput] = recording.all("bars");
  assert(window.bars.length <= 15);
  assert(new Set(window.bars.map(({ value }) => value)).size > 2);
  assertEquals(goodput.bars.length, 3);
});

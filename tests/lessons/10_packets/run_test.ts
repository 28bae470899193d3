import { assert, assertEquals, assertMatch } from "@std/assert";
import { lesson } from "../../../lessons/10_packets/lesson.ts";
import { recordOnce } from "../record.ts";

const recordLesson = recordOnce(lesson);

Deno.test("lesson 10 sends a message along one route, and along three", async () => {
  const recording = await recordLesson();

  // A circuit: the beginning arrives in order, and everything is sent again.
  const [, some, start] = recording.fact("arrived")
    .match(/^(\d+) pieces: "(.*)"$/)!;
  const [, all, whole] = recording.fact("arrived then")
    .match(/^(\d+) pieces: "(.*)"$/)!;
  assert(Number(some) < Number(all));
  assert(whole.startsWith(start) && start.length < whole.length);
  assertEquals(recording.fact("sent"), `${all} pieces`);

  // Packets: the missing ones arrive by another route, and complete the message.
  const [first, again] = recording.all("table");
  assert(first.rows.length < Number(all));
  assertMatch(recording.fact("missing"), /^bytes \d+ to \d+/);
  const numbers = ({ rows }: typeof first) => rows.map((row) => row[1]);
  for (const number of new Set(numbers(again))) {
    const [offset] = number.split(" ");
    const missing = recording.fact("missing").matchAll(/(\d+) to (\d+)/g);
    assert(
      [...missing].some(([, from, to]) => +from <= +offset && +offset <= +to),
    );
  }
  assertEquals(
    new Set([...numbers(first), ...numbers(again)]).size,
    Number(all),
  );
  assertEquals(recording.fact("message"), `"${whole}"`);
});

Deno.test("lesson 10 shows what each layer adds, from the outside in", async () => {
  const recording = await recordLesson();
  const { rows } = recording.all("table")[2];
  assertEquals(rows.map(([part]) => part), [
    "frame",
    "datagram",
    "segment",
    "data",
  ]);
  let at = 0;
  for (const [, , size, range] of rows) {
    assertEquals(range, `${at} to ${at + Number(size) - 1}`);
    at += Number(size);
  }
  assertMatch(recording.fact("in all"), new RegExp(`^${at} bytes`));
});

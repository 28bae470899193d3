import { assert, assertEquals, assertMatch } from "@std/assert";
import { lesson } from "../../../lessons/15_lossy_link/lesson.ts";
import { look } from "../../../lessons/15_lossy_link/numbered.ts";
import { recordOnce } from "../record.ts";

const recordLesson = recordOnce(lesson);

Deno.test("look() counts numbers that never arrived, arrived again, or arrived late", () => {
  assertEquals(look([0, 2, 1, 2, 5, 1], 6), {
    missing: 2,
    repeated: 2,
    late: 1,
  });
  assertEquals(look([], 3), { missing: 3, repeated: 0, late: 0 });
});

Deno.test("lesson 15 counts at the receiver what the relay says it did", async () => {
  const [table] = (await recordLesson()).all("table");
  const [lost, twice, held] = table.rows;
  assertEquals(lost[2], `${lost[1]} never arrived`);
  assertEquals(twice[2], `${twice[1]} arrived again`);
  assert(Number(lost[1]) > 0 && Number(twice[1]) > 0 && Number(held[1]) > 0);
});

Deno.test("lesson 15 shows that the same seed does the same again", async () => {
  const recording = await recordLesson();
  assertMatch(
    recording.fact("seed 15 again"),
    /^the same \d+, in the same order$/,
  );
  assertMatch(recording.fact("seed 16"), /^\d+ others: \d/);
});

Deno.test("lesson 15 shows that different delays change the order", async () => {
  const recording = await recordLesson();
  const late = recording.fact("arrived after a later one");
  assertMatch(late, /^[1-9]\d* of 20$/);
});

Deno.test("lesson 15 shows a late answer taken for the next one, unless it has a number", async () => {
  const recording = await recordLesson();
  assertEquals(recording.fact("without numbers"), "10+10 is 5");
  assertEquals(recording.fact("with numbers, as in 15.1"), "10+10 is 20");
});

Deno.test("lesson 15 shows repeats performed again, and performed once", async () => {
  const [, table] = (await recordLesson()).all("table");
  const [careless, careful] = table.rows;
  assert(Number(careless[4]) > 10, `${careless}`);
  assertEquals(careless[3], careless[4]);
  assert(Number(careful[3]) > 10, `${careful}`);
  assertEquals(careful[4], "10");
});

Deno.test("lesson 15 counts more attempts when more is lost", async () => {
  const [, , table] = (await recordLesson()).all("table");
  const tries = table.rows.map((row) => Number(row[1]));
  assert(tries.every((count) => count >= 1), `${tries}`);
  assert(tries[2] > 1, `${tries}`);
});

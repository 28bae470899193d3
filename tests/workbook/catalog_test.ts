import { assertEquals, assertThrows } from "@std/assert";
import { findLesson, type Lesson } from "../../lib/workbook/checker/catalog.ts";
import { UsageError } from "../../lib/workbook/checker/usage_error.ts";

function lesson(number: number, name: string): Lesson {
  return { number, name, title: name, claim: name, part: "A part" };
}

Deno.test("findLesson() finds a lesson by its own number, wherever it stands", () => {
  const lessons = [lesson(1, "one"), lesson(17, "seventeen")];
  for (const text of ["17", "seventeen", "17_seventeen"]) {
    assertEquals(findLesson(lessons, text), lessons[1]);
  }
});

Deno.test("findLesson() names the last number, also where some are missing", () => {
  const lessons = [lesson(1, "one"), lesson(17, "seventeen")];
  assertThrows(
    () => findLesson(lessons, "18"),
    UsageError,
    "no lesson 18: lessons are 1 to 17",
  );
});

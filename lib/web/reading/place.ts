import { fileOf, type Lesson } from "../../workbook/checker/catalog.ts";
import { splitSections } from "../../workbook/checker/sections.ts";

/** The place of an exercise in the learner's file. */
export interface Place {
  /** The file's path on this machine. */
  file: string;
  /** The line where it begins, from 1. */
  line: number;
}

/**
 * Finds an exercise in the learner's file.
 *
 * @param lesson The lesson.
 * @param id The exercise.
 * @returns The place; the first line if the exercise's heading is gone.
 */
export function placeOf(lesson: Lesson, id: string): Place {
  const file = fileOf(lesson, "exercise.ts");
  let text = "";
  try {
    text = Deno.readTextFileSync(file);
  } catch {
    // The check's report says why the file can't be read.
  }
  const section = splitSections(text).sections.find((one) => one.id === id);
  const before = section === undefined
    ? ""
    : text.slice(0, text.indexOf(section.text));
  return { file, line: before.split("\n").length };
}

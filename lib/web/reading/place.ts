import { fileOf, type Lesson } from "../../workbook/checker/catalog.ts";
import { splitSections } from "../../workbook/checker/sections.ts";

/** Where an exercise is in the learner's file. */
export interface Place {
  /** The file's path on this machine. */
  file: string;
  /** The line to begin at, from 1. */
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
    // The report says why it can't be read.
  }
  const section = splitSections(text).sections.find((one) => one.id === id);
  const before = section === undefined
    ? ""
    : text.slice(0, text.indexOf(section.text));
  return { file, line: before.split("\n").length };
}

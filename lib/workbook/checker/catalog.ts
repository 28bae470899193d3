import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { repeated, UsageError } from "./usage_error.ts";

/** A lesson, as the catalog describes it without loading it. */
export interface Lesson {
  /** The lesson's number, from 1. */
  number: number;
  /** The end of its folder's name: `echo` of `03_echo`. */
  name: string;
  /** The lesson's title, in a few words. */
  title: string;
  /** What it teaches, in one sentence. */
  claim: string;
  /** The part of the workbook that it belongs to. */
  part: string;
  /** The Unix sockets that the lesson makes in its folder, by file name. */
  socketFiles?: string[];
  /**
   * Symbolic links that the checks need in their folder, by file name, with
   * their targets. The sandbox doesn't allow making links.
   */
  links?: Record<string, string>;
  /** The programs that it may start if they're installed, such as `ss`. */
  programs?: string[];
}

/** The folder that holds the workbook. */
export const ROOT: string = fileURLToPath(
  new URL("../../../", import.meta.url),
);

/**
 * The name of a lesson's folder.
 *
 * @param lesson The lesson.
 * @returns For example `03_echo`.
 */
export function folderOf(lesson: Lesson): string {
  return `${String(lesson.number).padStart(2, "0")}_${lesson.name}`;
}

/**
 * The path of a file in a lesson's folder.
 *
 * @param lesson The lesson.
 * @param file For example `README.md`.
 * @returns An absolute path.
 */
export function fileOf(lesson: Lesson, file: string): string {
  return join(ROOT, "lessons", folderOf(lesson), file);
}

/**
 * Finds a lesson by its number or name.
 *
 * @param lessons The catalogue, in order.
 * @param text `3`, `03`, `echo` or `03_echo`.
 * @returns The lesson.
 * @throws {UsageError} If there is no such lesson; the message says which ones
 * there are.
 */
export function findLesson(lessons: Lesson[], text: string): Lesson {
  const found = lessons.find((lesson) =>
    /^\d+$/.test(text)
      ? Number(text) === lesson.number
      : text === lesson.name || text === folderOf(lesson)
  );
  if (found !== undefined) return found;
  if (/^\d+\.\d+$/.test(text)) {
    const { number } = findLesson(lessons, text.split(".")[0]);
    throw new UsageError(`${text} is an exercise: name its lesson, ${number}`);
  }
  const last = lessons.at(-1)?.number;
  throw new UsageError(
    `no lesson ${repeated(text)}: lessons are 1 to ${last}`,
  );
}

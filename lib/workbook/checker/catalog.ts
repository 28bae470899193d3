import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { repeated, UsageError } from "./usage_error.ts";

/** A lesson's entry in the catalog, which doesn't load the lesson. */
export interface Lesson {
  /** The lesson's number, from 1. */
  number: number;
  /** The end of its folder's name: `echo` of `03_echo`. */
  name: string;
  /** The lesson's title, in a few words. */
  title: string;
  /** A summary of what it teaches, in one sentence. */
  claim: string;
  /** The part of the workbook that it belongs to. */
  part: string;
  /**
   * The file names of the Unix sockets that the lesson creates in its folder.
   */
  socketFiles?: string[];
  /**
   * Symbolic links that the checks need in their folder, by file name, with
   * their targets. The sandbox doesn't allow creating links.
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
 * Returns the name of a lesson's folder.
 *
 * @param lesson The lesson.
 * @returns The name, such as `03_echo`.
 */
export function folderOf(lesson: Lesson): string {
  return `${String(lesson.number).padStart(2, "0")}_${lesson.name}`;
}

/**
 * Returns the path of a file in a lesson's folder.
 *
 * @param lesson The lesson.
 * @param file The file's name, such as `README.md`.
 * @returns An absolute path.
 */
export function fileOf(lesson: Lesson, file: string): string {
  return join(ROOT, "lessons", folderOf(lesson), file);
}

/**
 * Finds a lesson by its number or name.
 *
 * @param lessons The catalog, in order.
 * @param text The number or the name: `3`, `03`, `echo`, or `03_echo`.
 * @returns The lesson.
 * @throws {UsageError} If there is no such lesson; the message lists the
 * lessons.
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

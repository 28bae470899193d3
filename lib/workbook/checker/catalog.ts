import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { repeated, UsageError } from "./usage_error.ts";

/** One lesson, as the catalogue knows it without loading it. */
export interface Lesson {
  /** Its place, from 1. */
  number: number;
  /** The end of its folder's name: `echo` of `03_echo`. */
  name: string;
  /** A few words. */
  title: string;
  /** What it teaches, in one sentence. */
  claim: string;
  /** The part of the workbook that it stands in. */
  part: string;
  /** The Unix sockets that it makes in its own folder, by file name. */
  socketFiles?: string[];
  /**
   * Symbolic links that its checks find in their folder, by file name, each with
   * where it leads: the sandbox lets nobody make one.
   */
  links?: Record<string, string>;
  /** The programs that it may start, where they are installed: `ss`. */
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
 * Finds a lesson by what a person types.
 *
 * @param lessons The catalogue, in order.
 * @param text `3`, `03`, `echo` or `03_echo`.
 * @returns The lesson.
 * @throws {UsageError} If there is none, with what there is.
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

import { folderOf, type Lesson } from "../workbook/checker/catalog.ts";
import type { Verdict } from "../workbook/checker/check_events.ts";

/** The state of an exercise. */
export type ExerciseState = Verdict["state"];

/** The site, as every page needs it. */
export interface Site {
  /** The catalog. */
  lessons: Lesson[];
  /** The path that every address begins with, such as `/` or `/workbook/`. */
  base: string;
  /**
   * The token that commands to the server must carry.
   *
   * @default {the pages are static: there's no server to command}
   */
  token?: string;
  /** The state of each exercise, by its ID, as far as it's known. */
  states: ReadonlyMap<string, ExerciseState>;
}

/**
 * Returns the address of a page.
 *
 * @param site The site.
 * @param path The page's path, such as `lessons/03-echo`; empty for the first.
 * @returns The address. On a static host, a page is a folder's `index.html`.
 */
export function pageAt(site: Site, path: string): string {
  const [page, hash] = path.split("#");
  const end = page === "" || site.token !== undefined ? "" : "/";
  return site.base + page + end + (hash === undefined ? "" : `#${hash}`);
}

/**
 * Returns the path of a lesson's page.
 *
 * @param lesson The lesson.
 * @returns For example `lessons/03-echo`.
 */
export function lessonPath(lesson: Lesson): string {
  return `lessons/${folderOf(lesson).replaceAll("_", "-")}`;
}

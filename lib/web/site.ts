import { folderOf, type Lesson } from "../workbook/checker/catalog.ts";
import type { Verdict } from "../workbook/checker/check_events.ts";

/** How an exercise stands. */
export type ExerciseState = Verdict["state"];

/** What every page knows of the site that it belongs to. */
export interface Site {
  /** The catalog. */
  lessons: Lesson[];
  /** The path that every address begins with: `/`, or `/workbook/`. */
  base: string;
  /**
   * The token that commands to the server must carry.
   *
   * @default {the pages are static: there's no server to command}
   */
  token?: string;
  /** How each exercise stands, by its id, as far as that's known. */
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

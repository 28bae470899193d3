import type { Lesson } from "../workbook/checker/catalog.ts";

/** How the static pages are built. */
export interface BuildOptions {
  /** The catalog. */
  lessons: Lesson[];
  /** The folder to write to. */
  folder: string;
}

/**
 * Writes the workbook as static pages.
 *
 * @param options What to write, and where.
 */
export function buildSite(_options: BuildOptions): Promise<void> {
  return Promise.resolve();
}

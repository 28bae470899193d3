/**
 * The interface between `deno task web` and this folder. Nothing here imports
 * an npm package, so the command line can use these types without loading any.
 *
 * @module
 */
import type { Lesson } from "../workbook/checker/catalog.ts";

/** The functions that `mod.ts` exports. */
export interface WebModule {
  /** Serves the workbook to browsers on this machine. */
  startServer(options: ServerOptions): Server;
  /** Writes the workbook as static pages. */
  buildSite(options: BuildOptions): Promise<BuiltSite>;
}

/** The options of the server. */
export interface ServerOptions {
  /** The catalog. */
  lessons: Lesson[];
  /**
   * The port to listen on; 0 takes a free one.
   *
   * @default {0}
   */
  port?: number;
}

/** A running server. Disposing of it stops everything that it has started. */
export interface Server extends AsyncDisposable {
  /** The address of the first page. */
  url: string;
}

/** The options for static pages. */
export interface BuildOptions {
  /** The catalog. */
  lessons: Lesson[];
  /** The folder to write to. It's created if it doesn't exist. */
  folder: string;
  /**
   * The path at which a host will serve the folder; it begins and ends with `/`.
   *
   * @default {"/"}
   */
  base?: string;
  /** Ends the build when aborted. */
  signal?: AbortSignal;
  /** Receives a line for each lesson. */
  report?: (line: string) => void;
}

/** The result of a build. */
export interface BuiltSite {
  /** The number of pages. */
  pages: number;
  /** The size of all files, in bytes. */
  bytes: number;
}

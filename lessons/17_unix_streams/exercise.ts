/**
 * Your answers to lesson 17.
 *
 * Put your code in the place of each line with `todo(…)`, save, and run
 *
 *     deno task check 17
 *
 * Keep the lines with the numbers: `deno task reset 17.1` goes by them.
 */
import { todo } from "../../lib/workbook/kit/mod.ts";

// ---- 17.1 listenAt ----------------------------------------------------------

/**
 * Listens at `path`. A socket file that nobody is behind any more is removed
 * first. If a server is there, or what is no socket (a file, a folder, a link),
 * it throws `Deno.errors.AddrInUse` and leaves everything as it is.
 *
 *     export async function listenAt(path: string): Promise<Deno.UnixListener> {
 *     }
 */
export const listenAt: (path: string) => Promise<Deno.UnixListener> = todo(
  "17.1 listenAt",
);

// ---- 17.2 pathFits ----------------------------------------------------------

/**
 * Says whether a path is short enough for a Unix socket on Linux: 107 bytes of
 * UTF-8 at most.
 *
 *     export function pathFits(path: string): boolean {
 *     }
 */
export const pathFits: (path: string) => boolean = todo("17.2 pathFits");

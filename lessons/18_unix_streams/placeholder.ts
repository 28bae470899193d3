/**
 * Check your answers to lesson 18: `deno task check 18`, or `deno task watch`.
 *
 * Replace each `todo(…)` below with your code. Keep the numbered headings,
 * because `deno task reset 18.1` needs them. The types are in types.ts.
 */
import { todo } from "../../lib/workbook/kit/mod.ts";
import type { ListenAt, PathFits } from "./types.ts";

// ---- 18.1 listenAt ----------------------------------------------------------

/**
 *     export async function listenAt(path: string): Promise<Deno.UnixListener> {
 *     }
 *
 * Listens at `path`. If a server that was killed left its socket file there (a
 * stale path), removes the file and listens.
 *
 * - If a server is listening there, or if there's anything but a socket (a plain
 *   file, a folder, a symbolic link, a FIFO), throw `Deno.errors.AddrInUse` and
 *   leave everything as it is.
 * - A socket is stale only if a connection to it is refused. If you can't connect
 *   for any other reason, as with a datagram socket, it's in use.
 * - If `Deno.listen()` throws anything but AddrInUse, for example because the
 *   folder doesn't exist, throw that error unchanged.
 * - Don't leave a connection open, and don't send anything on one.
 */
export const listenAt: ListenAt = todo("18.1 listenAt");

// ---- 18.2 pathFits ----------------------------------------------------------

/**
 *     export function pathFits(path: string): boolean {
 *     }
 *
 * Says whether `path` is short enough for a Unix socket on Linux: the whole path,
 * encoded as UTF-8, has at most 107 bytes. No file has to exist there. Count the
 * path as it's given, even if there's a shorter way to write it.
 */
export const pathFits: PathFits = todo("18.2 pathFits");

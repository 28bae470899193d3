/**
 * Your answers to lesson 18. Commands: `deno task check 18`, `deno task watch`.
 *
 * Replace each `export const … = todo(…);` with your code. Keep the numbered
 * lines: `deno task reset 18.1` looks for them.
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
 * - If Deno.listen() throws anything but AddrInUse, as when the folder doesn't
 *   exist, let the caller have that error unchanged.
 * - Leave no connection open, and send nothing on one.
 */
export const listenAt: ListenAt = todo("18.1 listenAt");

// ---- 18.2 pathFits ----------------------------------------------------------

/**
 *     export function pathFits(path: string): boolean {
 *     }
 *
 * Says whether `path` is short enough for a Unix socket on Linux: the whole path,
 * encoded as UTF-8, has at most 107 bytes. Nothing needs to exist there. Count it
 * as it's given, even if there's a shorter way to write it.
 */
export const pathFits: PathFits = todo("18.2 pathFits");

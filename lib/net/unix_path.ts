/**
 * The file of a Unix socket: which socket it belongs to, whether that socket is
 * still open, and when to remove the file. `listen_unix.ts` and
 * `unix_datagram.ts` are built on this.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { dirname, isAbsolute, join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/**
 * The longest path of a Unix socket, in bytes of UTF-8: the room in the socket's
 * address, without the zero byte at its end (`sun_path`, unix(7)).
 */
export const MAX_UNIX_PATH_BYTES: number = Deno.build.os === "linux"
  ? 107
  : 103;

/** How long to wait for another process's lock on the folder, in milliseconds. */
const LOCK_TIMEOUT_MS = 10_000;
const LOCK_PAUSE_MS = 5;

/** Options for `listenUnix` and `bindUnixDatagram`. */
export interface UnixPathOptions {
  /**
   * The permissions of the socket's file, from 0 to 0o777. On Linux, you need
   * write permission to connect or to send (unix(7)), and permission to enter
   * the folder. A datagram server also needs it for its clients' files, or it
   * can't answer.
   *
   * @default 0o600
   */
  mode?: number;
  /**
   * Closes the socket when aborted. If it is already aborted, nothing is
   * opened.
   */
  signal?: AbortSignal;
}

/** A socket and the file that was made for it. */
export interface Claimed<T> {
  /** The socket, open. */
  socket: T;
  /** The path of its file. */
  path: string;
  /**
   * Returns whether the file at the path is still the one made for the socket.
   */
  isOwn(): boolean;
  /** Forgets the path, and removes the folder if it was made for the socket. */
  release(): void;
}

/**
 * Opens a socket at a path. If a closed socket left its file there, removes
 * that file first.
 *
 * Between the check and the opening, no other process may do the same: two
 * servers that start at once could both find a stale file, and the second one
 * would remove the first one's socket. So `claimPath` locks the folder
 * (`flock`) meanwhile. The system releases the lock even if the process is
 * killed.
 *
 * @param path The path; without it, one in a new folder that only its owner can
 * enter.
 * @param open Opens the socket, synchronously.
 * @param options The mode and the signal.
 * @returns The socket and its path. After closing the socket, call `release`.
 * @throws {TypeError} If the path is empty, contains a zero byte, or is too
 * long.
 * @throws {RangeError} If the mode isn't in 0 to 0o777.
 * @throws {Deno.errors.AddrInUse} If a socket is open at the path, or if there
 * is something that isn't a socket. The file stays.
 * @throws {Deno.errors.NotFound} If the folder doesn't exist.
 * @throws {Deno.errors.PermissionDenied} If the folder doesn't allow it.
 * @throws {Deno.errors.NotSupported} On Windows.
 *
 * @example A path in a new folder
 * ```ts
 * import { claimPath } from "./unix_path.ts";
 * import { assert } from "@std/assert";
 *
 * if (Deno.build.os !== "windows") {
 *   const { socket, isOwn, release } = await claimPath(
 *     undefined,
 *     (path) => Deno.listen({ transport: "unix", path }),
 *   );
 *   assert(isOwn());
 *   socket.close();
 *   release();
 * }
 * ```
 */
export async function claimPath<T extends { close(): void }>(
  path: string | undefined,
  open: (path: string) => T,
  options: UnixPathOptions = {},
): Promise<Claimed<T>> {
  const { mode = 0o600, signal } = options;
  if (Deno.build.os === "windows") {
    throw new Deno.errors.NotSupported(
      "Deno has no Unix sockets on Windows; use TCP or UDP on 127.0.0.1",
    );
  }
  if (!(Number.isInteger(mode) && mode >= 0 && mode <= 0o777)) {
    throw new RangeError(`the mode ${mode} is not in 0 to 0o777`);
  }
  signal?.throwIfAborted();
  const ownFolder = path === undefined
    ? Deno.makeTempDirSync({ prefix: "unix-" })
    : undefined;
  try {
    const at = absolutePath(path ?? join(ownFolder!, "socket"));
    using _lock = await lockFolder(dirname(at), signal);
    await removeStale(at);
    signal?.throwIfAborted();
    return openOwn(at, { open, mode, ownFolder });
  } catch (error) {
    if (ownFolder !== undefined) Deno.removeSync(ownFolder);
    throw error;
  }
}

/** Makes a path absolute, as Deno does before it counts the bytes. */
function absolutePath(path: string): string {
  if (path === "" || path.includes("\0")) {
    throw new TypeError(
      "a path needs at least one byte, and can't contain " +
        "a zero byte",
    );
  }
  const absolute = isAbsolute(path) ? path : resolve(path);
  const size = Buffer.byteLength(absolute);
  if (size > MAX_UNIX_PATH_BYTES) {
    throw new TypeError(
      `the path has ${size} bytes; a Unix socket's path has at most ` +
        MAX_UNIX_PATH_BYTES,
    );
  }
  return absolute;
}

/** Waits until no other process is opening a socket in the folder. */
async function lockFolder(
  folder: string,
  signal?: AbortSignal,
): Promise<Disposable> {
  const handle = Deno.openSync(folder);
  const limit = performance.now() + LOCK_TIMEOUT_MS;
  try {
    // A lock that waits in the system can't be canceled, so poll for it.
    while (!handle.tryLockSync(true)) {
      if (performance.now() > limit) {
        throw new Deno.errors.TimedOut(
          `another process has kept ${folder} locked for ${LOCK_TIMEOUT_MS} ms`,
        );
      }
      await sleep(LOCK_PAUSE_MS);
      signal?.throwIfAborted();
    }
    return handle;
  } catch (error) {
    handle.close();
    throw error;
  }
}

/** Removes the file of a closed socket, and nothing else. */
async function removeStale(path: string): Promise<void> {
  const found = lstat(path);
  if (found === undefined) return;
  if (!found.isSocket) {
    throw new Deno.errors.AddrInUse(
      `there is ${kindOf(found)} at that path, not a socket`,
    );
  }
  const problem = await probe(path);
  if (problem !== undefined) throw problem;
  // A process that doesn't use the lock may have just replaced the file.
  if (isSame(lstat(path), found)) Deno.removeSync(path);
}

/**
 * Tries to connect. Only a refusal means that the socket is closed.
 *
 * @returns The error if the path can't be taken, or `undefined` if it can.
 */
async function probe(path: string): Promise<Error | undefined> {
  try {
    const conn = await Deno.connect({ transport: "unix", path });
    conn.close();
    return new Deno.errors.AddrInUse("another listener has that path");
  } catch (error) {
    if (error instanceof Deno.errors.ConnectionRefused) return undefined;
    // Its server has just removed it.
    if (error instanceof Deno.errors.NotFound) return undefined;
    if (
      error instanceof Deno.errors.PermissionDenied ||
      error instanceof Deno.errors.NotCapable
    ) return error;
    // A full backlog (EAGAIN), or a datagram socket (EPROTOTYPE): both are open.
    return new Deno.errors.AddrInUse(
      `a socket is open there: ${(error as Error).message}`,
      { cause: error },
    );
  }
}

interface OpenOwn<T> {
  open: (path: string) => T;
  mode: number;
  ownFolder?: string;
}

function openOwn<T extends { close(): void }>(
  path: string,
  { open, mode, ownFolder }: OpenOwn<T>,
): Claimed<T> {
  const socket = openWithMode(path, mode, open);
  // While the socket is open, its inode exists, so no other file can have the
  // same number, even after this file is removed.
  const own = lstat(path);
  let released = false;
  const isOwn = () => !released && isSame(lstat(path), own);
  /** Runs when the process exits with its socket open. */
  function onUnload() {
    if (isOwn()) Deno.removeSync(path);
    release();
  }
  function release() {
    if (released) return;
    released = true;
    globalThis.removeEventListener("unload", onUnload);
    if (ownFolder === undefined) return;
    try {
      Deno.removeSync(ownFolder);
    } catch {
      // The folder has another file in it, or is gone.
    }
  }
  globalThis.addEventListener("unload", onUnload);
  return { socket, path, isOwn, release };
}

/**
 * Opens a socket and sets its file's mode. A umask would do both at once, but it
 * belongs to the whole process, and other threads may be making files.
 */
function openWithMode<T extends { close(): void }>(
  path: string,
  mode: number,
  open: (path: string) => T,
): T {
  const socket = open(path);
  try {
    Deno.chmodSync(path, mode);
    return socket;
  } catch (error) {
    socket.close();
    throw error;
  }
}

function lstat(path: string): Deno.FileInfo | undefined {
  try {
    return Deno.lstatSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

function isSame(a?: Deno.FileInfo, b?: Deno.FileInfo): boolean {
  return a !== undefined && b !== undefined && a.dev === b.dev &&
    a.ino === b.ino;
}

function kindOf(found: Deno.FileInfo): string {
  if (found.isDirectory) return "a folder";
  if (found.isSymlink) return "a symbolic link";
  return found.isFile ? "a plain file" : "a device or a pipe";
}

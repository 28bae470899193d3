/**
 * The file at which a Unix socket is found: whose it is, whether anybody is
 * behind it, and when it goes. `listen_unix.ts` and `unix_datagram.ts` are built
 * on this.
 *
 * @module
 */

import { dirname, isAbsolute, join, resolve } from "node:path";

/**
 * How many bytes of UTF-8 a path may have: what the address of a Unix socket has
 * room for, without the zero at its end (`sun_path`, unix(7)).
 */
export const MAX_UNIX_PATH_BYTES: number = Deno.build.os === "linux"
  ? 107
  : 103;

/** How long somebody else may be busy in the same folder, in milliseconds. */
const LOCK_LIMIT_MS = 10_000;
const LOCK_PAUSE_MS = 5;

/** Options for {@linkcode claimPath}. */
export interface ClaimPathOptions {
  /** The permissions of the file, from 0 to 0o777. */
  mode: number;
  /** Gives up when aborted. */
  signal?: AbortSignal;
}

/** A socket, and the file that was made for it. */
export interface Claimed<T> {
  /** The socket, open. */
  socket: T;
  /** Where it is. */
  path: string;
  /** Whether the file at the path is still the one that was made. */
  isOwn(): boolean;
  /** Forgets the path, and removes the folder if it was made for it. */
  release(): void;
}

/**
 * Opens a socket at a path, where there must be nothing, or a socket that
 * nobody is behind any more; that one is removed.
 *
 * Between the question whether anybody is there and the opening, others must
 * not do the same: two servers that start at once could both find a stale path,
 * and the second one would remove the first one's socket. So all of it happens
 * under a lock on the folder (`flock`), which the system releases even if the
 * process is killed.
 *
 * @param path Where; without it, in a fresh folder that only its owner can
 * enter.
 * @param open Opens the socket, at once.
 * @param options The mode, and the signal.
 * @returns The socket and its path. Who closes the socket calls `release`.
 * @throws {TypeError} If the path is empty, has a zero byte, or is too long.
 * @throws {RangeError} If the mode is out of range.
 * @throws {Deno.errors.AddrInUse} If somebody is there, or something that is no
 * socket. It is not touched.
 * @throws {Deno.errors.NotSupported} On Windows.
 * @throws What the system says: NotFound for a missing folder, PermissionDenied
 * for one that it may not use.
 *
 * @example A path that nobody has
 * ```ts
 * import { claimPath } from "./unix_path.ts";
 * import { assert } from "@std/assert";
 *
 * if (Deno.build.os !== "windows") {
 *   const { socket, isOwn, release } = await claimPath(
 *     undefined,
 *     (path) => Deno.listen({ transport: "unix", path }),
 *     { mode: 0o600 },
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
  options: ClaimPathOptions,
): Promise<Claimed<T>> {
  const { mode, signal } = options;
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
    const at = assertPath(path ?? join(ownFolder!, "socket"));
    using _lock = await lockFolder(dirname(at), signal);
    await removeStale(at);
    signal?.throwIfAborted();
    return openOwn(at, { open, mode, ownFolder });
  } catch (error) {
    if (ownFolder !== undefined) Deno.removeSync(ownFolder);
    throw error;
  }
}

/** Makes the path absolute, as Deno does before it counts the bytes. */
function assertPath(path: string): string {
  if (path === "" || path.includes("\0")) {
    throw new TypeError("a path has at least one byte, and none that is zero");
  }
  const absolute = isAbsolute(path) ? path : resolve(path);
  const size = new TextEncoder().encode(absolute).length;
  if (size > MAX_UNIX_PATH_BYTES) {
    throw new TypeError(
      `its path has ${size} bytes, and a socket's has ` +
        `${MAX_UNIX_PATH_BYTES} at most`,
    );
  }
  return absolute;
}

/** Waits until nobody else opens a socket in the folder. */
async function lockFolder(
  folder: string,
  signal?: AbortSignal,
): Promise<Disposable> {
  const handle = Deno.openSync(folder);
  const limit = performance.now() + LOCK_LIMIT_MS;
  try {
    // A lock that waits in the system could not be given up.
    while (!handle.tryLockSync(true)) {
      if (performance.now() > limit) {
        throw new Deno.errors.TimedOut(
          `somebody else has kept ${folder} locked for ${LOCK_LIMIT_MS} ms`,
        );
      }
      await new Promise((resolve) => setTimeout(resolve, LOCK_PAUSE_MS));
      signal?.throwIfAborted();
    }
    return handle;
  } catch (error) {
    handle.close();
    throw error;
  }
}

/** Removes a socket that nobody is behind, and nothing else. */
async function removeStale(path: string): Promise<void> {
  const found = lstat(path);
  if (found === undefined) return;
  if (!found.isSocket) {
    throw new Deno.errors.AddrInUse(
      `there is ${kindOf(found)} at that path, and no socket: it stays`,
    );
  }
  const problem = await whoIsThere(path);
  if (problem !== undefined) throw problem;
  // Somebody who does not know of the lock may have been faster.
  if (isSame(lstat(path), found)) Deno.removeSync(path);
}

/**
 * Knocks. A refusal, and nothing but a refusal, says that the socket behind the
 * file is gone.
 */
async function whoIsThere(path: string): Promise<Error | undefined> {
  try {
    const conn = await Deno.connect({ transport: "unix", path });
    conn.close();
    return new Deno.errors.AddrInUse("somebody listens there");
  } catch (error) {
    if (error instanceof Deno.errors.ConnectionRefused) return undefined;
    // It was removed meanwhile.
    if (error instanceof Deno.errors.NotFound) return undefined;
    if (
      error instanceof Deno.errors.PermissionDenied ||
      error instanceof Deno.errors.NotCapable
    ) return error;
    // A full queue (EAGAIN), or a datagram socket (EPROTOTYPE): both are there.
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
  // As long as the socket is open its inode lives, and no other file can have
  // the same number, even if this one is removed.
  const own = lstat(path);
  let released = false;
  const isOwn = () => !released && isSame(lstat(path), own);
  /** The last words of a process that ends with its socket open. */
  function onUnload() {
    if (isOwn()) Deno.removeSync(path);
    release();
  }
  function release() {
    released = true;
    globalThis.removeEventListener("unload", onUnload);
    if (ownFolder === undefined) return;
    try {
      Deno.removeSync(ownFolder);
    } catch {
      // Somebody put something into it, and may want it; or it is gone.
    }
  }
  globalThis.addEventListener("unload", onUnload);
  return { socket, path, isOwn, release };
}

/**
 * Opens a socket and gives its file the mode. A umask would do both at once, but
 * it belongs to the whole process, whose other threads make files meanwhile.
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

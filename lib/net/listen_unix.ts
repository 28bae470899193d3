/**
 * Listens at a path, for clients on this machine.
 *
 * @module
 */

import { addContext } from "./add_context.ts";
import { closeOnAbort, closeQuietly } from "./close.ts";
import { type Claimed, claimPath, type UnixPathOptions } from "./unix_path.ts";

/**
 * Opens a Unix stream listener, and removes the socket file that a killed server
 * left at the path.
 *
 * A killed server leaves its file, and `Deno.listen` then throws AddrInUse even
 * though no server is running. `listenUnix` connects to the path first. If the
 * connection is refused, the file is stale, and `listenUnix` removes it. It
 * keeps a file that has a listener, and anything that isn't a socket. If
 * several servers call it at the same instant, exactly one of them gets the
 * path. The listener being probed accepts a connection that closes at once.
 *
 * When the listener closes, and when the process exits normally or by
 * `Deno.exit()`, `listenUnix` removes the file it made and no other.
 * `Deno.listen` would remove whatever is at the path by then. If a signal kills
 * the process, the file stays until the next server removes it.
 *
 * @param path The path to listen at, at most 107 bytes of UTF-8 (103 on systems
 * other than Linux). Without it, the socket gets a path in a new folder that no
 * other user can enter; closing the listener removes the folder, too.
 * @param options The mode and the signal.
 * @returns The listener, which you must close.
 * @throws {TypeError} If the path is empty, too long, or contains a zero byte.
 * @throws {RangeError} If the mode isn't in 0 to 0o777.
 * @throws {Deno.errors.AddrInUse} If a socket is open at the path, or if there
 * is something that isn't a socket.
 * @throws {Deno.errors.NotFound} If the folder doesn't exist.
 * @throws {Deno.errors.PermissionDenied} If the folder doesn't allow it.
 * @throws {Deno.errors.NotSupported} On Windows.
 * @throws The signal's reason, if it is already aborted.
 *
 * @example A second server at the same path
 * ```ts
 * import { listenUnix } from "./listen_unix.ts";
 * import { assertEquals, assertRejects } from "@std/assert";
 *
 * if (Deno.build.os !== "windows") {
 *   using listener = await listenUnix();
 *   const { path } = listener.addr;
 *   assertEquals(Deno.statSync(path!).mode! & 0o777, 0o600);
 *   await assertRejects(
 *     () => listenUnix(path!),
 *     Deno.errors.AddrInUse,
 *     `Cannot listen on unix:${path}: another listener has that path`,
 *   );
 * }
 * ```
 */
export async function listenUnix(
  path?: string,
  options: UnixPathOptions = {},
): Promise<Deno.UnixListener> {
  const { signal } = options;
  try {
    const claimed = await claimPath(
      path,
      (path) => Deno.listen({ transport: "unix", path }),
      options,
    );
    const listener = withSafeClose(claimed);
    closeOnAbort(listener, signal);
    return listener;
  } catch (error) {
    if (signal?.aborted && error === signal.reason) throw error;
    throw addContext(error, `Cannot listen on unix:${path ?? ""}`);
  }
}

/** Keeps `close` from removing a file that another server has made. */
function withSafeClose(
  { socket, path, isOwn, release }: Claimed<Deno.UnixListener>,
): Deno.UnixListener {
  const closeAndRemove = socket.close.bind(socket);
  function close() {
    // Deno removes any file at the path, so move another server's file aside.
    const aside = isOwn() ? undefined : stepAside(path);
    try {
      closeAndRemove();
    } finally {
      if (aside !== undefined) Deno.renameSync(aside, path);
      release();
    }
  }
  return Object.assign(socket, {
    close,
    [Symbol.dispose]: () => closeQuietly({ close }),
  });
}

/** Renames the file at a path, and returns its temporary name. */
function stepAside(path: string): string | undefined {
  const aside = `${path}.${crypto.randomUUID().slice(0, 8)}`;
  try {
    Deno.renameSync(path, aside);
    return aside;
  } catch {
    // There is no file, or Deno can't remove it either.
    return undefined;
  }
}

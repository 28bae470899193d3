/**
 * A listening socket at a path, for this machine alone.
 *
 * @module
 */

import { closeQuietly } from "./close.ts";
import { restate } from "./restate.ts";
import { type Claimed, claimPath } from "./unix_path.ts";

/** Options for {@linkcode listenUnix}. */
export interface ListenUnixOptions {
  /**
   * The permissions of the file. Who may write to it may connect (on Linux,
   * unix(7)); the folder has a word in it too.
   *
   * @default 0o600
   */
  mode?: number;
  /**
   * Closes the listener when aborted. If it is aborted already, nothing is
   * opened.
   */
  signal?: AbortSignal;
}

/**
 * Opens a Unix stream listener, and deals with what an earlier one left behind.
 *
 * A server that is killed leaves its file, and `Deno.listen` then says AddrInUse
 * although nobody is there. This knocks first: a socket that refuses is stale,
 * and is removed. One where somebody listens stays, and so does everything that
 * is no socket. Of several servers that start at the same instant, by this
 * function, exactly one wins. The one that listens gets a connection that
 * closes at once: that was the knock.
 *
 * On `close()`, and when the process ends in good order, also by `Deno.exit()`,
 * it removes the file that it made; `Deno.listen` would remove whatever is at
 * the path by then. A signal that kills the process leaves the file, for the
 * next one to remove.
 *
 * @param path Where to listen, at most 107 bytes of UTF-8 (103 elsewhere than on
 * Linux). Without it, the path is in a fresh folder that nobody else can enter,
 * and that goes with the listener.
 * @param options The mode and the signal.
 * @returns The listener; its owner closes it.
 * @throws {TypeError} If the path is empty, too long, or has a zero byte.
 * @throws {RangeError} If the mode is not in 0 to 0o777.
 * @throws {Deno.errors.AddrInUse} If somebody is there, or something that is no
 * socket.
 * @throws {Deno.errors.NotFound} If the folder does not exist.
 * @throws {Deno.errors.PermissionDenied} If the folder does not allow it.
 * @throws {Deno.errors.NotSupported} On Windows.
 * @throws The signal's reason, if it is aborted already.
 *
 * @example A server at a path, and a second one
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
 *     `Cannot listen on unix:${path}: somebody listens there`,
 *   );
 * }
 * ```
 */
export async function listenUnix(
  path?: string,
  options: ListenUnixOptions = {},
): Promise<Deno.UnixListener> {
  const { mode = 0o600, signal } = options;
  try {
    const claimed = await claimPath(
      path,
      (path) => Deno.listen({ transport: "unix", path }),
      { mode, signal },
    );
    const listener = guard(claimed);
    signal?.addEventListener("abort", () => closeQuietly(listener), {
      once: true,
    });
    return listener;
  } catch (error) {
    if (signal?.aborted && error === signal.reason) throw error;
    throw restate(error, `Cannot listen on unix:${path ?? ""}`);
  }
}

/** Makes `close` remove nobody else's file. */
function guard(
  { socket, path, isOwn, release }: Claimed<Deno.UnixListener>,
): Deno.UnixListener {
  const closeAndRemove = socket.close.bind(socket);
  function close() {
    // Deno removes the path whoever made it, so another one's file steps aside.
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

/** Renames what is at a path, and gives its name meanwhile. */
function stepAside(path: string): string | undefined {
  const aside = `${path}.${crypto.randomUUID().slice(0, 8)}`;
  try {
    Deno.renameSync(path, aside);
    return aside;
  } catch {
    // There is nothing, or it may not be removed either.
    return undefined;
  }
}

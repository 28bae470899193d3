/**
 * Serves many connections at once with one listener.
 *
 * @module
 */

import { setImmediate } from "node:timers/promises";
import { closeQuietly } from "./close.ts";
import { formatAddress } from "./endpoint.ts";

/** Options for {@linkcode serve}. */
export interface ServeOptions {
  /**
   * The most clients to serve at once, an integer >= 1, or Infinity. At the limit,
   * `serve` accepts no more: the next clients are connected, and wait in the
   * backlog (see `listenTcp`) until a handler is done.
   *
   * @default Infinity
   */
  limit?: number;
  /**
   * Called with every error. A handler's error comes with its connection (still
   * open, unless the handler closed it); an error from `accept()` comes without
   * one, and {@linkcode leftBeforeAccept} says what it means. If `onError`
   * itself fails, the error goes to the console and the server keeps running.
   *
   * @default Writes to the console with `console.error`.
   */
  onError?: (error: unknown, conn?: Deno.Conn) => void | Promise<void>;
  /**
   * Stops the server when aborted: closes the listener and all open
   * connections.
   */
  signal?: AbortSignal;
}

/**
 * How long to wait after a failed accept, in milliseconds. If the system has
 * run out of file descriptors, for example, it takes a while until some are
 * free again.
 */
const ACCEPT_PAUSE_MS = 100;

/**
 * Returns whether `accept()` failed only because the client had already left.
 * That client is no longer in the backlog, so the next `accept()` can return
 * the next client at once. Any other error, such as too many open files, is a
 * problem of this machine and may happen again and again.
 *
 * On Linux, the system call `accept` succeeds, and Deno throws NotConnected
 * when it asks for the client's address. Other systems throw ConnectionAborted
 * (accept, POSIX) or ConnectionReset (Windows).
 *
 * @param error The error that `accept()` threw.
 * @returns Whether you can call `accept()` again without waiting.
 *
 * @example A client that left, and a shortage on this machine
 * ```ts
 * import { leftBeforeAccept } from "./serve.ts";
 * import { assert } from "@std/assert";
 *
 * assert(leftBeforeAccept(new Deno.errors.NotConnected()));
 * assert(!leftBeforeAccept(new Error("Too many open files (os error 24)")));
 * ```
 */
export function leftBeforeAccept(error: unknown): boolean {
  return error instanceof Deno.errors.NotConnected ||
    error instanceof Deno.errors.ConnectionAborted ||
    error instanceof Deno.errors.ConnectionReset;
}

/**
 * Accepts clients until the listener is closed, and runs `handler` for all of
 * them at once.
 *
 * If a handler fails, only its own connection ends. `serve` closes each
 * connection when its handler is done. To stop the server, close the listener,
 * which lets the handlers finish, or abort the signal, which also closes their
 * connections: a waiting `read` then rejects with Interrupted, which `serve`
 * doesn't report.
 *
 * A client that leaves before it's accepted is reported and doesn't delay the
 * others. If `accept()` fails for another reason, `serve` waits a moment before
 * the next call.
 *
 * @param listener The listener to accept clients from.
 * @param handler The function that serves one client. It may close the
 * connection, but needn't.
 * @param options The limit, the error handler, and the signal.
 * @returns Resolves when the listener is closed and all handlers have settled,
 * even after an abort.
 * @throws {RangeError} If `limit` is out of range.
 * @throws {Deno.errors.Busy} If another call to `accept()` is waiting on this
 * listener.
 *
 * @example Echo each client's bytes
 * ```ts
 * import { serve } from "./serve.ts";
 * import { readToEnd } from "./read.ts";
 * import { writeAll } from "./write.ts";
 * import { connectTcp } from "./connect.ts";
 * import { listenTcp } from "./listen.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const listener = listenTcp();
 * const served = serve(listener, async (conn) => {
 *   await writeAll(conn, await readToEnd(conn, { maxBytes: 1024 }));
 * });
 *
 * using client = await connectTcp(listener.addr.port);
 * await writeAll(client, new Uint8Array([1, 2, 3]));
 * await client.closeWrite();
 * assertEquals(await readToEnd(client), new Uint8Array([1, 2, 3]));
 *
 * listener.close();
 * await served;
 * ```
 */
export async function serve<C extends Deno.Conn>(
  listener: Deno.Listener<C>,
  handler: (conn: C) => Promise<void> | void,
  options: ServeOptions = {},
): Promise<void> {
  const { limit = Infinity, onError = printError, signal } = options;
  if (!(limit === Infinity || Number.isInteger(limit) && limit >= 1)) {
    throw new RangeError(
      `Cannot serve ${limit} clients at once: it must be an integer >= 1`,
    );
  }
  const conversations = new Map<C, Promise<void>>();
  let oneLess = Promise.withResolvers<void>();

  function stop() {
    closeQuietly(listener);
    for (const conn of conversations.keys()) closeQuietly(conn);
  }

  /**
   * Serves one client. It never rejects: it handles all errors.
   */
  async function converse(conn: C): Promise<void> {
    try {
      await handler(conn);
    } catch (error) {
      if (!comesFromAbort(error, signal)) await report(onError, error, conn);
    } finally {
      closeQuietly(conn);
      conversations.delete(conn);
      oneLess.resolve();
    }
  }

  signal?.addEventListener("abort", stop);
  if (signal?.aborted) stop();
  try {
    while (true) {
      while (conversations.size >= limit) {
        oneLess = Promise.withResolvers();
        await oneLess.promise;
      }
      try {
        const conn = await listener.accept();
        if (!signal?.aborted) conversations.set(conn, converse(conn));
        // The abort can happen during the accept, or in the first lines of the
        // handler.
        if (signal?.aborted) closeQuietly(conn);
      } catch (error) {
        // Deno throws BadResource when the listener is closed.
        if (error instanceof Deno.errors.BadResource) break;
        if (error instanceof Deno.errors.Busy) throw error;
        await report(onError, error);
        // After a client that has left, let other tasks run, so that a flood of
        // such clients can't block the event loop.
        if (leftBeforeAccept(error)) await setImmediate();
        else await new Promise((done) => setTimeout(done, ACCEPT_PAUSE_MS));
      }
    }
  } finally {
    await Promise.all(conversations.values());
    signal?.removeEventListener("abort", stop);
  }
}

/**
 * Returns whether a handler failed only because the abort closed its
 * connection, or because the handler uses the same signal.
 */
function comesFromAbort(error: unknown, signal?: AbortSignal): boolean {
  return signal !== undefined && signal.aborted &&
    (error instanceof Deno.errors.Interrupted ||
      error instanceof Deno.errors.BadResource || error === signal.reason);
}

/** Calls `onError`, and survives if that fails, too. */
async function report(
  onError: NonNullable<ServeOptions["onError"]>,
  error: unknown,
  conn?: Deno.Conn,
): Promise<void> {
  try {
    await onError(error, conn);
  } catch (failure) {
    console.error(
      "onError failed with",
      failure,
      "when it was called for",
      error,
    );
  }
}

/** The default of `onError`. */
function printError(error: unknown, conn?: Deno.Conn): void {
  const what = conn
    ? `Cannot serve ${formatAddress(conn.remoteAddr)}:`
    : leftBeforeAccept(error)
    ? "A client left before it was accepted:"
    : "Cannot accept:";
  console.error(what, error);
}

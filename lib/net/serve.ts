/**
 * One listener, many conversations at once.
 *
 * @module
 */

import { setImmediate } from "node:timers";
import { closeQuietly } from "./close.ts";
import { formatAddress } from "./endpoint.ts";

/** Options for {@linkcode serve}. */
export interface ServeOptions {
  /**
   * How many clients to talk to at once, an integer >= 1, or Infinity. While
   * there are so many, nobody is accepted: the next ones are connected, and
   * wait in the system's queue (see `backlog` of `listenTcp`) until a handler
   * is done.
   *
   * @default Infinity
   */
  limit?: number;
  /**
   * Hears of every failure: a handler's, with the connection (still open,
   * unless the handler closed it), or that of an `accept()`, without one; what
   * the latter means, {@linkcode leftBeforeAccept} tells. If it fails itself,
   * that goes to the console, and the server goes on.
   *
   * @default Writes to the console, with `console.error`.
   */
  onError?: (error: unknown, conn?: Deno.Conn) => void | Promise<void>;
  /**
   * Stops the server when aborted: closes the listener and every open
   * connection.
   */
  signal?: AbortSignal;
}

/**
 * How long to wait after a failed accept, in milliseconds: what it lacks, such
 * as descriptors, needs time to come. A client that has left is nothing to wait
 * for.
 */
const ACCEPT_PAUSE_MS = 100;

/**
 * Whether an error of `accept()` says only that the client had left before it
 * was accepted. It was taken out of the queue with that, so the next `accept()`
 * can give the next client at once. An error of another kind, such as too many
 * open files, is about this side, and may come again and again.
 *
 * On Linux `accept` itself succeeds, and Deno throws NotConnected when it asks
 * for the address of the far end. Other systems say ConnectionAborted (accept,
 * POSIX) or ConnectionReset (Windows) for the same.
 *
 * @param error What `accept()` threw.
 * @returns Whether the next one may be accepted without waiting.
 *
 * @example Who is gone, and what is wrong here
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
 * Accepts clients until the listener is closed, and runs `handler` for each,
 * all at once.
 *
 * A handler that fails ends its own conversation only, and each connection is
 * closed when its handler is done. To stop, close the listener, which lets the
 * conversations finish, or abort the signal, which ends them: a handler that
 * waits in `read` then gets Interrupted, and that is not reported.
 *
 * A client that has left before it is accepted is reported, and holds up
 * nobody. When an accept fails for another reason, the next one comes a little
 * later.
 *
 * @param listener Where the clients come in.
 * @param handler What to do with one client. It need not close the connection,
 * but may.
 * @param options The limit, who hears of failures, and the signal.
 * @returns A promise that resolves when the listener is closed and every
 * handler has settled, also after an abort.
 * @throws {RangeError} If `limit` is out of range.
 * @throws {Deno.errors.Busy} If somebody else is in `accept()` on this
 * listener.
 *
 * @example Send everybody their bytes back
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

  /** Never rejects: whatever goes wrong with one client is dealt with here. */
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
        // The abort can come while the client is on its way here, or from the
        // first lines of its handler.
        if (signal?.aborted) closeQuietly(conn);
      } catch (error) {
        // BadResource is how Deno says that the listener has been closed.
        if (error instanceof Deno.errors.BadResource) break;
        if (error instanceof Deno.errors.Busy) throw error;
        await report(onError, error);
        await (leftBeforeAccept(error) ? nextTurn() : pause());
      }
    }
  } finally {
    await Promise.all(conversations.values());
    signal?.removeEventListener("abort", stop);
  }
}

/** Gives what an accept lacks the time to come. */
function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ACCEPT_PAUSE_MS));
}

/**
 * Waits for no time at all. But each client that has left gives the others a
 * turn, so that no flood of them keeps the loop to itself.
 */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}

/**
 * Whether a handler failed only because its connection was closed under it, or
 * because it watched the same signal.
 */
function comesFromAbort(error: unknown, signal?: AbortSignal): boolean {
  return signal !== undefined && signal.aborted &&
    (error instanceof Deno.errors.Interrupted ||
      error instanceof Deno.errors.BadResource || error === signal.reason);
}

/** Hands a failure on, and survives it if that fails as well. */
async function report(
  onError: NonNullable<ServeOptions["onError"]>,
  error: unknown,
  conn?: Deno.Conn,
): Promise<void> {
  try {
    await onError(error, conn);
  } catch (failure) {
    console.error("onError failed with", failure, "when it was told of", error);
  }
}

/** What happens to failures when nobody asks for them: they are seen. */
function printError(error: unknown, conn?: Deno.Conn): void {
  const what = conn
    ? `Cannot serve ${formatAddress(conn.remoteAddr)}:`
    : leftBeforeAccept(error)
    ? "A client left before it was accepted:"
    : "Cannot accept:";
  console.error(what, error);
}

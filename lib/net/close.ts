/**
 * Functions that close a socket that may already be closed.
 *
 * @module
 */

/**
 * Closes a socket, or does nothing if it's already closed.
 *
 * Deno's `close()` throws BadResource the second time. Use this function if
 * several parts of a program may close the same socket: a handler, a timeout,
 * an abort signal.
 *
 * @param resource The connection or listener to close.
 *
 * @example Close twice
 * ```ts
 * import { closeQuietly } from "./close.ts";
 * import { assertThrows } from "@std/assert";
 *
 * const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
 * listener.close();
 * assertThrows(() => listener.close(), Deno.errors.BadResource);
 * closeQuietly(listener);
 * ```
 */
export function closeQuietly(resource: { close(): void }): void {
  try {
    resource.close();
  } catch (error) {
    if (!(error instanceof Deno.errors.BadResource)) throw error;
  }
}

/**
 * Closes a socket when a signal is aborted.
 *
 * @param resource The connection or listener to close.
 * @param signal The signal; without one, nothing happens.
 *
 * @example Stop listening
 * ```ts
 * import { closeOnAbort } from "./close.ts";
 * import { assertThrows } from "@std/assert";
 *
 * const stop = new AbortController();
 * const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
 * closeOnAbort(listener, stop.signal);
 * stop.abort();
 * assertThrows(() => listener.close(), Deno.errors.BadResource);
 * ```
 */
export function closeOnAbort(
  resource: { close(): void },
  signal?: AbortSignal,
): void {
  signal?.addEventListener("abort", () => closeQuietly(resource), {
    once: true,
  });
}

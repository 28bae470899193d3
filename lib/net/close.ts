/**
 * Closing what may already be closed.
 *
 * @module
 */

/**
 * Closes a connection or a listener, and does not mind if that has been done
 * before.
 *
 * Deno's `close()` throws BadResource the second time. Where several parts of a
 * program may end one socket (a handler, a deadline, an abort signal), whoever
 * comes second uses this.
 *
 * @param resource What to close.
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

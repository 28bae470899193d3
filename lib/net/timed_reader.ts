/**
 * Reading with a deadline, so that nothing is lost when it passes.
 *
 * @module
 */

import { type Reader, readSome } from "./read.ts";
import { assertTimer } from "./timer.ts";

/**
 * Reads with a deadline for each read.
 *
 * Nothing can cancel a read on a socket but closing it. Who races it against a
 * timer and then reads again has two reads waiting: the first one takes the
 * next bytes, and nobody looks at what it brings. This keeps the read that came
 * too late, and gives its bytes to the next call.
 *
 * All reading must go through it from then on.
 *
 * @example A deadline passes, and no byte is lost
 * ```ts
 * import { TimedReader } from "./timed_reader.ts";
 * import { listenTcp } from "./listen.ts";
 * import { assertEquals } from "@std/assert";
 *
 * using listener = listenTcp();
 * using client = await Deno.connect({ port: listener.addr.port });
 * using server = await listener.accept();
 *
 * const reader = new TimedReader(server);
 * assertEquals(await reader.read(5), "timeout");
 * await client.write(new Uint8Array([1, 2, 3]));
 * assertEquals(await reader.read(10_000), new Uint8Array([1, 2, 3]));
 * await client.closeWrite();
 * assertEquals(await reader.read(10_000), null);
 * ```
 */
export class TimedReader {
  readonly #source: Reader;
  readonly #buffer = new Uint8Array(16 * 1024);
  /** The read under way, which may outlive the call that began it. */
  #pending?: Promise<number | null>;
  #isWaiting = false;

  /**
   * Begins to read only when it is asked to.
   *
   * @param source Where to read from.
   */
  constructor(source: Reader) {
    this.#source = source;
  }

  /**
   * Reads what comes next, if it comes in time.
   *
   * @param ms How long to wait, in milliseconds, from 0 to 2147483647, the
   * longest that a timer can run. 0 gives what an earlier, late read brought,
   * and hardly ever more.
   * @returns A new buffer of one byte or more; `null` when the peer has ended
   * its side; `"timeout"` when nothing came in time. All three leave the
   * connection open.
   * @throws {RangeError} If `ms` is out of range.
   * @throws {Deno.errors.Busy} If another call is still waiting.
   * @throws What the read throws: ConnectionReset, for example. If that happens
   * between two calls, the second one throws it.
   */
  async read(ms: number): Promise<Uint8Array | null | "timeout"> {
    assertTimer(ms, "Cannot read: ms");
    if (this.#isWaiting) {
      throw new Deno.errors.Busy(
        "Cannot read: another read is waiting; await that one first",
      );
    }
    this.#isWaiting = true;
    const late = Promise.withResolvers<"timeout">();
    const timer = setTimeout(() => late.resolve("timeout"), ms);
    try {
      // A race also counts as somebody who hears of a failure: should the read
      // fail when nobody asks again, that does not end the program.
      this.#pending ??= readSome(this.#source, this.#buffer);
      const count = await Promise.race([this.#pending, late.promise]);
      if (count === "timeout") return count;
      this.#pending = undefined;
      // The buffer is used again, so the caller gets bytes of its own.
      return count === null ? null : this.#buffer.slice(0, count);
    } catch (error) {
      this.#pending = undefined;
      throw error;
    } finally {
      clearTimeout(timer);
      this.#isWaiting = false;
    }
  }
}

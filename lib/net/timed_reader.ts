/**
 * Reads with a timeout, without losing bytes.
 *
 * @module
 */

import { type Reader, readSome } from "./read.ts";
import { assertTimer } from "./timer.ts";

/**
 * Reads with a timeout for each read.
 *
 * You can cancel a read only by closing the socket. If you race a read against
 * a timer and then read again, two reads are waiting: the first one takes the
 * next bytes, and your program ignores its result. A `TimedReader` keeps the
 * late read and returns its bytes from the next call.
 *
 * From then on, read from the source only through its `TimedReader`.
 *
 * @example A timeout doesn't lose a byte
 * ```ts
 * import { TimedReader } from "./timed_reader.ts";
 * import { listenTcp } from "./listen.ts";
 * import { assertEquals, assertRejects } from "@std/assert";
 *
 * using listener = listenTcp();
 * using client = await Deno.connect({ port: listener.addr.port });
 * using server = await listener.accept();
 *
 * const reader = new TimedReader(server);
 * await assertRejects(() => reader.read(5), Deno.errors.TimedOut);
 * await client.write(new Uint8Array([1, 2, 3]));
 * assertEquals(await reader.read(10_000), new Uint8Array([1, 2, 3]));
 * await client.closeWrite();
 * assertEquals(await reader.read(10_000), null);
 * ```
 */
export class TimedReader {
  readonly #source: Reader;
  readonly #buffer = new Uint8Array(16 * 1024);
  /** The read in progress, which may outlive the call that started it. */
  #pending?: Promise<number | null>;
  #isWaiting = false;

  /**
   * Makes a reader. It doesn't read until you call `read`.
   *
   * @param source The connection to read from.
   */
  constructor(source: Reader) {
    this.#source = source;
  }

  /**
   * Reads the next bytes, if they arrive in time.
   *
   * @param timeoutMs How long to wait, in milliseconds, from 0 to 2147483647,
   * the longest time a timer can run. With 0, it returns the bytes of an
   * earlier, late read, but hardly ever new bytes.
   * @returns A new buffer of one byte or more, or `null` when the peer has ended
   * its side.
   * @throws {Deno.errors.TimedOut} If nothing arrives in time. The connection
   * stays open, and you can read again.
   * @throws {RangeError} If `timeoutMs` is out of range.
   * @throws {Deno.errors.Busy} If another call is still waiting.
   * @throws The read's error, such as ConnectionReset. If the read fails between
   * two calls, the second one throws its error.
   */
  async read(timeoutMs: number): Promise<Uint8Array | null> {
    assertTimer(timeoutMs, "Cannot read: timeoutMs");
    if (this.#isWaiting) {
      throw new Deno.errors.Busy(
        "Cannot read: another read is waiting; await that one first",
      );
    }
    this.#isWaiting = true;
    const late = Promise.withResolvers<"late">();
    const timer = setTimeout(() => late.resolve("late"), timeoutMs);
    try {
      // The race also handles the read's rejection: if the read fails after the
      // timeout and nothing reads again, that doesn't end the program.
      this.#pending ??= readSome(this.#source, this.#buffer);
      const count = await Promise.race([this.#pending, late.promise]);
      if (count !== "late") {
        this.#pending = undefined;
        // The next read uses the buffer again, so the caller gets a copy.
        return count === null ? null : this.#buffer.slice(0, count);
      }
    } catch (error) {
      this.#pending = undefined;
      throw error;
    } finally {
      clearTimeout(timer);
      this.#isWaiting = false;
    }
    throw new Deno.errors.TimedOut(
      `Cannot read: nothing arrived within ${timeoutMs} ms`,
    );
  }
}

/**
 * A queue in front of a connection, so that a slow reader holds up nobody.
 *
 * @module
 */

import { closeQuietly } from "./close.ts";
import {
  closeGracefully,
  type CloseGracefullyOptions,
} from "./close_gracefully.ts";
import { assertTimer } from "./timer.ts";
import { writeAll } from "./write.ts";

/** Options for {@linkcode SendQueue}. */
export interface SendQueueOptions {
  /**
   * The most that may be unsent, in bytes, >= 0. It comes on top of what the
   * system's own buffers hold.
   *
   * @default 1048576
   */
  maxBytes?: number;
}

/**
 * What is to be sent on one connection, in a queue with a limit.
 *
 * Writing to a peer that does not read waits, perhaps for ever; a server that
 * waits there lets all others wait too, and one that does not wait fills its
 * memory. A send queue takes bytes at once while there is room, and says so when
 * there is none. Then it is for its owner to drop the peer, or what was to be
 * said.
 *
 * Only the send queue may write to the connection: it writes one batch at a time,
 * so that messages never mix. Small ones that wait are written together. It
 * copies the bytes, and holds at most three times `maxBytes` (a batch half
 * written, and a queue being moved to a larger buffer). A write that fails
 * rejects nowhere: {@linkcode SendQueue.ended} tells of it, once.
 *
 * @example Drop the peer that does not read
 * ```ts
 * import { SendQueue } from "./send_queue.ts";
 * import { listenTcp } from "./listen.ts";
 * import { assert, assertEquals } from "@std/assert";
 *
 * using listener = listenTcp();
 * using _silent = await Deno.connect({ port: listener.addr.port });
 * const queue = new SendQueue(await listener.accept());
 *
 * const line = new Uint8Array(100_000);
 * let taken = 0;
 * while (queue.send(line)) taken++; // It never waits.
 * assertEquals(taken, 10);
 * assert(queue.unsentBytes <= 1024 * 1024);
 * queue.drop();
 * assertEquals(await queue.ended, undefined);
 * ```
 */
export class SendQueue {
  readonly #conn: Deno.Conn;
  readonly #maxBytes: number;
  /** What waits for the next batch: the first `#waitingBytes` of it. */
  #waiting = NONE;
  #waitingBytes = 0;
  /** Bytes that `send` took, and bytes that the system took, since the start. */
  #accepted = 0;
  #taken = 0;
  #flushes: { at: number; resolve: (done: boolean) => void }[] = [];
  #isOpen = true;
  #isWriting = false;
  #isStopped = false;
  #error: unknown;
  #closing?: Promise<void>;
  readonly #ended = Promise.withResolvers<unknown>();

  /**
   * Makes an empty send queue; nothing is written before something is sent.
   *
   * @param conn Where to write to. Its owner goes on reading from it.
   * @param options The limit.
   * @throws {RangeError} If `maxBytes` is not a number >= 0.
   */
  constructor(conn: Deno.Conn, options: SendQueueOptions = {}) {
    const { maxBytes = 1024 * 1024 } = options;
    if (!(maxBytes >= 0)) {
      throw new RangeError(
        `Cannot make a send queue: maxBytes ${maxBytes} is not a number >= 0`,
      );
    }
    this.#conn = conn;
    this.#maxBytes = maxBytes;
  }

  /** How many bytes the system has not taken yet. */
  get unsentBytes(): number {
    return this.#isStopped ? 0 : this.#accepted - this.#taken;
  }

  /**
   * Resolves, and never rejects, when nothing more will be written: with
   * `undefined` after `close` or `drop`, or with the error of the write that
   * failed. The connection is still open in that last case.
   */
  get ended(): Promise<unknown> {
    return this.#ended.promise;
  }

  /**
   * Puts bytes into the queue, all or none. It does not wait.
   *
   * @param bytes What to send; it is copied.
   * @returns Whether they were taken. `false` says that the peer reads too
   * slowly (more than `maxBytes` would be unsent), or that a write has failed,
   * or that the send queue is closed.
   */
  send(bytes: Uint8Array): boolean {
    if (!this.#isOpen || this.unsentBytes + bytes.length > this.#maxBytes) {
      return false;
    }
    this.#append(bytes);
    this.#accepted += bytes.length;
    if (!this.#isWriting) this.#writeAll();
    return true;
  }

  /**
   * Waits until the system has taken all that has been sent so far. The peer
   * need not have seen it.
   *
   * @returns `true` then; `false` if the writing ended first.
   */
  flush(): Promise<boolean> {
    if (this.unsentBytes === 0) return Promise.resolve(!this.#isStopped);
    return new Promise((resolve) => {
      this.#flushes.push({ at: this.#accepted, resolve });
    });
  }

  /**
   * Takes nothing more, sends what is in the queue, and hangs up politely: see
   * {@linkcode closeGracefully}. A peer that is too slow, or gone, is no failure.
   *
   * @param options How long all this may take.
   * @returns Resolves when the connection is closed. A second call waits for
   * the first one.
   * @throws {RangeError} If `graceMs` is out of range; the connection is closed
   * all the same.
   */
  close(options: CloseGracefullyOptions = {}): Promise<void> {
    this.#isOpen = false;
    return this.#closing ??= this.#close(options);
  }

  /**
   * Closes the connection at once, and forgets what is unsent. A read that
   * waits on the connection rejects with Interrupted.
   */
  drop(): void {
    closeQuietly(this.#conn);
    this.#stop();
  }

  async #close({ graceMs = 1000 }: CloseGracefullyOptions): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    try {
      assertTimer(graceMs, "Cannot close the send queue: graceMs");
      const until = performance.now() + graceMs;
      timer = setTimeout(() => this.drop(), graceMs);
      await this.flush();
      const leftMs = Math.max(0, until - performance.now());
      await closeGracefully(this.#conn, { graceMs: leftMs });
    } finally {
      clearTimeout(timer);
      this.drop();
    }
  }

  /** Writes batch after batch until nothing waits. There is only one at a time. */
  async #writeAll(): Promise<void> {
    const target = {
      write: async (data: Uint8Array) => {
        const count = await this.#conn.write(data);
        this.#taken += count;
        this.#tellFlushed();
        return count;
      },
    };
    this.#isWriting = true;
    try {
      while (this.#waitingBytes > 0) {
        const batch = this.#waiting.subarray(0, this.#waitingBytes);
        this.#waiting = NONE;
        this.#waitingBytes = 0;
        await writeAll(target, batch);
      }
    } catch (error) {
      // After `drop` the failure is its doing.
      if (!this.#isStopped) this.#error = error;
      this.#stop();
    }
    this.#isWriting = false;
    if (this.#isStopped) this.#ended.resolve(this.#error);
  }

  #stop(): void {
    this.#isOpen = false;
    this.#isStopped = true;
    this.#waiting = NONE;
    this.#waitingBytes = 0;
    for (const { resolve } of this.#flushes.splice(0)) resolve(false);
    if (!this.#isWriting) this.#ended.resolve(this.#error);
  }

  #tellFlushed(): void {
    while (this.#flushes.length > 0 && this.#flushes[0].at <= this.#taken) {
      this.#flushes.shift()!.resolve(true);
    }
  }

  /** Doubles the room as needed, so that many small messages cost little. */
  #append(bytes: Uint8Array): void {
    const size = this.#waitingBytes + bytes.length;
    if (size > this.#waiting.length) {
      const doubled = Math.min(2 * this.#waiting.length, this.#maxBytes);
      const larger = new Uint8Array(Math.max(size, doubled));
      larger.set(this.#waiting.subarray(0, this.#waitingBytes));
      this.#waiting = larger;
    }
    this.#waiting.set(bytes, this.#waitingBytes);
    this.#waitingBytes = size;
  }
}

/** Nobody writes into it. */
const NONE = new Uint8Array(0);

/**
 * A send queue for a connection, so that one slow reader doesn't delay the
 * others.
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
   * The most bytes that may be unsent, >= 0, not counting those in the system's
   * buffers.
   *
   * @default 1048576
   */
  maxBytes?: number;
}

/**
 * A bounded queue of bytes to send on one connection.
 *
 * If a peer doesn't read, a write to it waits, perhaps forever (backpressure).
 * A server that awaits the write makes all its other clients wait; one that
 * doesn't await it fills its memory. A send queue takes bytes without waiting
 * while it has room, and refuses them when it's full. Then you decide whether
 * to drop the peer or the message.
 *
 * Only the queue may write to the connection. It writes one batch at a time, so
 * messages never mix, and writes small messages together. It copies the bytes,
 * and holds at most three times `maxBytes` (a batch in progress, and a queue that
 * is being moved to a larger buffer). If a write fails, no method rejects;
 * {@linkcode SendQueue.ended} reports it once.
 *
 * @example Drop the peer that doesn't read
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
 * while (queue.send(line)) taken++; // send() never waits.
 * assertEquals(taken, 10);
 * assert(queue.unsentBytes <= 1024 * 1024);
 * queue.drop();
 * assertEquals(await queue.ended, undefined);
 * ```
 */
export class SendQueue {
  readonly #conn: Deno.Conn;
  readonly #maxBytes: number;
  /** The next batch is its first `#waitingBytes` bytes. */
  #waiting = NONE;
  #waitingBytes = 0;
  /** The bytes that `send` and the system have taken since the start. */
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
   * Makes an empty queue.
   *
   * @param conn The connection to write to. You may read from it.
   * @param options The limit.
   * @throws {RangeError} If `maxBytes` isn't a number >= 0.
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

  /** The number of bytes that the system hasn't taken yet. */
  get unsentBytes(): number {
    return this.#isStopped ? 0 : this.#accepted - this.#taken;
  }

  /**
   * Resolves when nothing more will be written: with `undefined` after `close` or
   * `drop`, or with the error of the write that failed. In that last case, the
   * connection is still open. It never rejects.
   */
  get ended(): Promise<unknown> {
    return this.#ended.promise;
  }

  /**
   * Puts bytes into the queue, all or none, without waiting.
   *
   * @param bytes The bytes to send; they are copied.
   * @returns Whether the queue took them. `false` means that the peer reads too
   * slowly (more than `maxBytes` would be unsent), that a write has failed, or
   * that the queue is closed.
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
   * Waits until the system has taken all bytes sent so far. The peer may not have
   * received them yet.
   *
   * @returns `true` when it has, or `false` if the queue ended first.
   */
  flush(): Promise<boolean> {
    if (this.unsentBytes === 0) return Promise.resolve(!this.#isStopped);
    return new Promise((resolve) => {
      this.#flushes.push({ at: this.#accepted, resolve });
    });
  }

  /**
   * Accepts no more bytes, sends those in the queue, and closes the connection
   * with {@linkcode closeGracefully}. A peer that is too slow or gone isn't an
   * error.
   *
   * @param options The grace period for all of this.
   * @returns Resolves when the connection is closed. A second call waits for the
   * first one.
   * @throws {RangeError} If `graceMs` is out of range; the connection is still
   * closed.
   */
  close(options: CloseGracefullyOptions = {}): Promise<void> {
    this.#isOpen = false;
    return this.#closing ??= this.#close(options);
  }

  /**
   * Closes the connection at once and drops the unsent bytes. A waiting read on
   * the connection rejects with Interrupted.
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

  /** Writes one batch after another until the queue is empty. */
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
      // After `drop`, the write fails because the connection is closed.
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

  /** Doubles the buffer as needed, so that many small messages are cheap. */
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

/** An empty buffer that all queues share. */
const NONE = new Uint8Array(0);

/** The slowest link on the path, and the queue in front of it. */
import { seededRandom } from "../../lib/net/mod.ts";
import type { VirtualClock } from "./virtual_clock.ts";

/** Options for a {@linkcode Bottleneck}. */
export interface BottleneckOptions {
  /** The seed of the jitter. */
  seed: number;
  /** How fast bytes leave the queue. */
  bytesPerSecond: number;
  /** The size of the queue. Packets that don't fit are dropped (drop-tail). */
  queueBytes: number;
  /** How long a packet travels after it has left the queue, in milliseconds. */
  delayMs: number;
  /**
   * The most extra delay, in milliseconds.
   *
   * @default 0
   */
  jitterMs?: number;
}

/** A relay with a rate limit, a drop-tail queue, and a delay. */
export class Bottleneck {
  /** How many packets it has dropped because the queue was full. */
  dropped = 0;
  /** How many packets were lost while the link was down. */
  lost = 0;
  /** Whether the link is down. If so, it loses everything. */
  isDown = false;
  readonly #clock: VirtualClock;
  readonly #options: BottleneckOptions;
  readonly #random: () => number;
  #queuedBytes = 0;
  /** When the link will have sent everything in the queue. */
  #freeAt = 0;
  #lastArrival = 0;

  /**
   * Makes an empty queue.
   *
   * @param clock The clock.
   * @param options The rate, the queue, and the delay.
   */
  constructor(clock: VirtualClock, options: BottleneckOptions) {
    this.#clock = clock;
    this.#options = options;
    this.#random = seededRandom(options.seed);
  }

  /**
   * Queues a packet, or drops it.
   *
   * @param size The packet's size, in bytes.
   * @param arrive Called when the packet arrives.
   */
  send(size: number, arrive: () => void): void {
    const { bytesPerSecond, queueBytes, delayMs, jitterMs = 0 } = this.#options;
    if (this.isDown) {
      this.lost++;
      return;
    }
    if (this.#queuedBytes + size > queueBytes) {
      this.dropped++;
      return;
    }
    const { now } = this.#clock;
    this.#queuedBytes += size;
    this.#freeAt = Math.max(now, this.#freeAt) + 1000 * size / bytesPerSecond;
    this.#clock.after(this.#freeAt - now, () => {
      this.#queuedBytes -= size;
    });
    const due = this.#freeAt + delayMs + jitterMs * this.#random();
    // Jitter delays packets, but doesn't change their order.
    this.#lastArrival = Math.max(this.#lastArrival, due);
    this.#clock.after(this.#lastArrival - now, arrive);
  }
}

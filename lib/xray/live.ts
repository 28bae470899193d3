import type { Observer } from "./observer.ts";
import type { TimelineItem } from "./timeline.ts";

/** The time between two checks for new items, in milliseconds. */
const TICK_MS = 100;
/**
 * How long `strace` and `tcpdump` may take to report something, in
 * milliseconds. Anything later is shown late.
 */
const DELAY_MS = 250;
/** The most items to hold back while something is still missing. */
const MAX_WAITING = 100_000;

/** The progress of a stream of observations. */
export class Progress {
  #lastMs = -Infinity;
  #seenAtMs = -Infinity;

  /**
   * Records the latest observation.
   *
   * @param lastMs Its time, in milliseconds since 1970.
   */
  see(lastMs: number): void {
    this.#lastMs = lastMs;
    this.#seenAtMs = Date.now();
  }

  /**
   * Returns the time before which everything has arrived.
   *
   * @param nowMs The time now, in milliseconds since 1970.
   * @returns The time, or Infinity for a stream that is silent.
   */
  reachedMs(nowMs: number): number {
    return nowMs - this.#seenAtMs > DELAY_MS ? Infinity : this.#lastMs;
  }
}

/** Options for {@linkcode LiveView}. */
export interface LiveOptions {
  /** Receives the items, in order. */
  show: (items: TimelineItem[]) => void;
  /** Receives what `show` throws. Nothing is shown after that. */
  fail: (error: unknown) => void;
  /** The progress of the system calls and the packets. */
  streams: Progress[];
}

/**
 * Shows a run while it happens. It keeps nothing after showing it, so a server
 * can run for days.
 */
export class LiveView implements Disposable {
  readonly #observer: Observer;
  readonly #options: LiveOptions;
  readonly #timer: ReturnType<typeof setInterval>;

  /**
   * Starts to show the run.
   *
   * @param observer Collects what to show.
   * @param options The output, and the streams' progress.
   */
  constructor(observer: Observer, options: LiveOptions) {
    this.#observer = observer;
    this.#options = options;
    this.#timer = setInterval(() => {
      try {
        this.#tick();
      } catch (error) {
        this[Symbol.dispose]();
        options.fail(error);
      }
    }, TICK_MS);
  }

  #tick(): void {
    const nowMs = Date.now();
    const isTooMuch = this.#observer.waiting > MAX_WAITING;
    const untilMs = isTooMuch ? Infinity : Math.min(
      nowMs - DELAY_MS,
      ...this.#options.streams.map((stream) => stream.reachedMs(nowMs)),
    );
    const items = this.#observer.take(untilMs);
    if (items.length > 0) this.#options.show(items);
  }

  /** Stops showing the run. */
  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}

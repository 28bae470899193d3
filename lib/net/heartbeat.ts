import { Deadline } from "./deadline.ts";

/** Settings of a {@linkcode Heartbeat}. */
export interface HeartbeatOptions {
  /** The time between two beats, in milliseconds. */
  intervalMs: number;
  /**
   * How long the peer may be silent, in milliseconds. Choose several intervals,
   * so that one slow answer doesn't look like a dead peer.
   */
  timeoutMs: number;
  /** Sends something that the peer answers, such as a ping. */
  beat: () => unknown;
  /**
   * Called once, when the peer has been silent for `timeoutMs`. Close the
   * connection here.
   */
  onSilence: () => void;
}

/**
 * Notices a peer that disappeared without closing: its machine lost power, or
 * its cable was pulled.
 *
 * TCP has keep-alive for this (RFC 1122, section 4.2.3.6), which `connectTcp`
 * can turn on. But on most systems it starts after two hours, and it proves
 * only that the peer's kernel is alive. A heartbeat is a message in your own
 * protocol, so the peer's program has to answer it, and it works with any kind
 * of socket.
 *
 * @example A silent peer
 * ```ts
 * import { Heartbeat } from "./heartbeat.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const silent = Promise.withResolvers<string>();
 * let beats = 0;
 * using heartbeat = new Heartbeat({
 *   intervalMs: 1,
 *   timeoutMs: 20,
 *   beat: () => beats++, // Send a ping here.
 *   onSilence: () => silent.resolve("gone"),
 * });
 * heartbeat.heard(); // Call this for each message of the peer.
 * assertEquals(await silent.promise, "gone");
 * assertEquals(beats > 0, true);
 * ```
 */
export class Heartbeat implements Disposable {
  readonly #timeoutMs: number;
  readonly #deadline: Deadline;
  readonly #beats: ReturnType<typeof setInterval>;

  /**
   * Starts the heartbeat.
   *
   * @param options The times and the callbacks.
   */
  constructor({ intervalMs, timeoutMs, beat, onSilence }: HeartbeatOptions) {
    this.#timeoutMs = timeoutMs;
    this.#beats = setInterval(beat, intervalMs);
    this.#deadline = new Deadline(() => {
      this[Symbol.dispose]();
      onSilence();
    });
    this.heard();
  }

  /** Records that something arrived from the peer. */
  heard(): void {
    this.#deadline.within(this.#timeoutMs);
  }

  /** Stops the heartbeat and its timers. */
  [Symbol.dispose](): void {
    clearInterval(this.#beats);
    this.#deadline[Symbol.dispose]();
  }
}

import type { TimelineItem } from "../../xray/timeline.ts";

/**
 * Removes from a run's times the pauses in which the reader thought about a
 * question. System calls and packets are timed by the machine's clock, which
 * doesn't stop at a question.
 */
export class Pauses {
  readonly #pauses: { fromMs: number; toMs: number }[] = [];
  /** When the lesson's clock was 0, in milliseconds since 1970. */
  #zeroMs?: number;

  /** Counts the time until a promise resolves as a pause. */
  async during(answer: Promise<void>): Promise<void> {
    const pause = { fromMs: Date.now(), toMs: Infinity };
    this.#pauses.push(pause);
    await answer;
    pause.toMs = Date.now();
  }

  /**
   * Returns an item with the pauses removed from its time.
   *
   * @param item The item, timed by the machine's clock.
   * @returns The same item, with the time of the lesson's clock.
   */
  without(item: TimelineItem): TimelineItem {
    if (item.seen === "story" && item.event.kind === "lesson") {
      this.#zeroMs = item.event.startedAtMs;
    }
    const nowMs = (this.#zeroMs ?? 0) + item.atMs;
    let pausedMs = 0;
    for (const { fromMs, toMs } of this.#pauses) {
      // A late packet belongs to the moment before the pause.
      pausedMs += Math.max(0, Math.min(nowMs, toMs) - fromMs);
    }
    return { ...item, atMs: Math.round((item.atMs - pausedMs) * 1000) / 1000 };
  }
}

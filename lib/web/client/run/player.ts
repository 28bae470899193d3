import { useEffect, useState } from "../../deps/hooks.ts";
import type { TimelineItem } from "../../../xray/timeline.ts";

/** How fast a run can be played, as factors of the measured time. */
export const SPEEDS: [number, string][] = [
  [1, "1×"],
  [1 / 20, "1/20×"],
  [1 / 200, "1/200×"],
  [1 / 1000, "1/1000×"],
];

/** The longest pause between two items while playing, in milliseconds. */
const MAX_PAUSE_MS = 1200;

/** Moves through a run's items. */
export interface Player {
  /** The number of items that are shown. */
  upTo: number;
  /** Whether it plays by itself. */
  isPlaying: boolean;
  /** The factor of the measured time. */
  speed: number;
  /** Shows as many items, and stops. */
  seek(upTo: number): void;
  /** Shows one more item that can be seen, or one less, and stops. */
  step(by: 1 | -1): void;
  /** Plays by itself. */
  play(from?: number): void;
  /** Stops. */
  pause(): void;
  /** Sets the factor. */
  setSpeed(speed: number): void;
  /** Shows each item as it arrives. */
  follow(): void;
}

/**
 * Plays a run: by itself, step by step, or to wherever the reader drags it.
 *
 * @param items The items so far.
 * @param options `isStop`: whether to stop after an item, a question. `isSeen`:
 * whether an item is visible in the current view; steps leave out the others.
 * @returns The player.
 */
export function usePlayer(
  items: TimelineItem[],
  { isStop, isSeen }: Record<
    "isStop" | "isSeen",
    (item: TimelineItem) => boolean
  >,
): Player {
  const [shown, setShown] = useState(0);
  const [mode, setMode] = useState<"follow" | "play" | "stand">("follow");
  const [speed, setSpeed] = useState(SPEEDS[2][0]);
  const upTo = mode === "follow" ? items.length : Math.min(shown, items.length);

  useEffect(() => {
    if (mode !== "play") return;
    if (upTo >= items.length) {
      setMode("stand");
      return;
    }
    const fromMs = items[upTo - 1]?.atMs ?? items[0].atMs;
    // The reader doesn't wait for what this view doesn't show.
    let first = upTo;
    while (first < items.length - 1 && !isSeen(items[first])) first++;
    let next = first;
    // Items that happened in the same frame appear together.
    const frameMs = 16 * speed;
    do next++; while (
      next < items.length && !isStop(items[next - 1]) &&
      items[next].atMs - items[first].atMs < frameMs
    );
    const waitMs = (items[first].atMs - fromMs) / speed;
    const stops = isStop(items[next - 1]);
    const timer = setTimeout(() => {
      // The reader may have moved since, before this timer could be cleared.
      setShown((now) => now === shown ? next : now);
      if (stops) setMode("stand");
    }, Math.min(MAX_PAUSE_MS, Math.max(0, waitMs)));
    return () => clearTimeout(timer);
  }, [mode, upTo, speed, items.length]);

  function seek(to: number) {
    setShown(Math.max(0, Math.min(to, items.length)));
    setMode("stand");
  }

  return {
    upTo,
    isPlaying: mode === "play",
    speed,
    seek,
    step(by) {
      let to = upTo + by;
      while (to > 1 && to < items.length && !isSeen(items[to - 1])) to += by;
      seek(to);
    },
    play(from = upTo) {
      setShown(from >= items.length ? 0 : from);
      setMode("play");
    },
    pause() {
      setShown(upTo);
      setMode("stand");
    },
    setSpeed,
    follow() {
      setMode("follow");
    },
  };
}

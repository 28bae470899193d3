import { nextTimers } from "./own_timers.ts";
import type { Trial } from "./trial.ts";

/**
 * Waits until pending work is done: what sockets have to deliver, the promises
 * that wait for it, and the reports of unhandled rejections.
 *
 * One timer isn't enough. On a busy machine, it's due as soon as it's set, and
 * the event loop runs due timers before it checks sockets.
 *
 * @returns Resolves when the pending work is done.
 */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) {
    await nextTimers();
  }
}

/**
 * Polls a condition that has no event.
 *
 * @param trial The run of the check; polling stops when it's over.
 * @param condition For example `() => conn.closed`.
 * @returns Resolves when it holds.
 */
export async function until(
  trial: Trial,
  condition: () => boolean,
): Promise<void> {
  let isOver = false;
  trial.use({ close: () => isOver = true });
  while (!isOver && !condition()) await settle();
}

import { nextTimers } from "./own_timers.ts";
import type { Trial } from "./trial.ts";

/**
 * Waits until pending work is done: sockets have delivered their data, the
 * promises that wait for it have settled, and unhandled rejections have been
 * reported.
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
 * @param condition The condition, such as `() => conn.closed`.
 * @returns Resolves when the condition holds.
 */
export async function until(
  trial: Trial,
  condition: () => boolean,
): Promise<void> {
  let isOver = false;
  trial.use({ close: () => isOver = true });
  while (!isOver && !condition()) await settle();
}

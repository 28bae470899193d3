import { nextTimers } from "./own_timers.ts";
import type { Trial } from "./trial.ts";

/**
 * Lets all that is due come to its end: what sockets have to deliver, the
 * promises that wait for it, and the report of those that nobody awaits.
 *
 * One timer is not enough for that. On a machine that is busy it is due as soon
 * as it is set, and timers that are due come before sockets are looked at.
 *
 * @returns Resolves when all that was due has come to its end.
 */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) {
    await nextTimers();
  }
}

/**
 * Looks again and again whether something holds, for what tells nobody.
 *
 * @param trial The run of the check: when it's over, nobody looks any more.
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

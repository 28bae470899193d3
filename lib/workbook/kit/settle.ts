import { nextTimers } from "./own_timers.ts";

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

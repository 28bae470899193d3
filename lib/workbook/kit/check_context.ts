/**
 * Which check a piece of code belongs to.
 *
 * Code that an answer leaves running goes on while the next answer is checked,
 * and what it does then isn't that one's fault.
 *
 * @module
 */

import { AsyncLocalStorage } from "node:async_hooks";

const checks = new AsyncLocalStorage<symbol>();

/**
 * Runs a check.
 *
 * @param run The check; all that it calls belongs to it, even later.
 * @returns What it returns.
 */
export function inCheck<V>(run: () => V): V {
  return checks.run(Symbol("check"), run);
}

/**
 * Identifies the check that the calling code belongs to.
 *
 * @returns The check, or `undefined` if it belongs to none.
 */
export function currentCheck(): symbol | undefined {
  return checks.getStore();
}

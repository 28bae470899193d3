/** The attempts that retry() must make in 8.3. */
import { shown } from "../../../lib/workbook/kit/mod.ts";
import type { RetryOptions } from "../types.ts";

const { ConnectionRefused, ConnectionReset, TimedOut } = Deno.errors;

/** A delay that a right answer never waits for, in milliseconds. */
const LONG_MS = 30_000;

/** An attempt's result or error; `isSync` if it throws before it returns a promise. */
export type Attempt = { value: unknown } | { error: unknown; isSync?: boolean };

/** The attempts that must be made, in order. */
export interface Scenario {
  step: string;
  options: RetryOptions;
  made: Attempt[];
}

let refusals = 0;

function refused(isSync = false): Attempt {
  return { error: new ConnectionRefused(`refusal ${++refusals}`), isSync };
}

const OTHERS = [
  new ConnectionReset("reset in the middle of it"),
  new TimedOut("no answer"),
  new TypeError("a mistake in the program"),
  // It has the message of a refusal, but another class.
  new Error("Connection refused (os error 111)"),
  "a text",
  0,
];

/** All attempts are refused; the check measures the waits. */
export const ALL_REFUSED: Scenario = {
  step: "attempts: 4, all refused: waits of 20, 40, and 80 ms between them",
  options: { attempts: 4, firstDelayMs: 20 },
  made: [refused(), refused(), refused(), refused()],
};

/** All attempts but the last are refused. */
export const THIRD_WORKS: Scenario = {
  step: "two refusals, then a connection, with firstDelayMs: 0",
  options: { attempts: 4, firstDelayMs: 0 },
  made: [refused(), refused(), { value: "connected" }],
};

/** All scenarios, in order. */
export const SCENARIOS: Scenario[] = [
  ...["connected", 0, undefined, { port: 7000 }].map((value) => ({
    step: `the first attempt returns ${shown(value)}, and so does retry()`,
    options: { attempts: 3, firstDelayMs: LONG_MS },
    made: [{ value }],
  })),
  {
    step: "attempts: 1, and it's refused: retry() throws at once",
    options: { attempts: 1, firstDelayMs: LONG_MS },
    made: [refused()],
  },
  ALL_REFUSED,
  THIRD_WORKS,
  {
    step: "the first attempt fails with TimedOut: retry() throws at once",
    options: { attempts: 4, firstDelayMs: LONG_MS },
    made: [{ error: OTHERS[1] }],
  },
  ...OTHERS.map((error) => ({
    step: `a refusal, then ${shown(error).split("\n")[0]}: retry() throws that`,
    options: { attempts: 4, firstDelayMs: 1 },
    made: [refused(), { error }],
  })),
  {
    step: "an attempt throws ConnectionRefused before it returns a promise",
    options: { attempts: 2, firstDelayMs: 1 },
    made: [refused(true), { value: "second" }],
  },
  {
    step: "an attempt throws TypeError before it returns a promise",
    options: { attempts: 2, firstDelayMs: 1 },
    made: [{ error: OTHERS[2], isSync: true }],
  },
];

/**
 * Runs an answer that is a function or a class through a table of calls, with
 * probes for mistakes that a table's author wouldn't think of.
 *
 * @module
 */
import {
  type CallAdvice,
  CallDriver,
  type CallDue,
  type CallOptions,
  labelOf,
  type Pass,
  type PlannedCall,
} from "./call_driver.ts";
import { PROBES } from "./probes.ts";
import { TimerWatch } from "./timer_watch.ts";
import type { EndlessAdvice, Trial } from "./trial.ts";
import { asViews, bytesIn, copyOf } from "./values.ts";

/** One call of a function. */
export interface FunctionCase extends CallDue {
  /**
   * The step's text in the report: what the check does. Cases in a row with the
   * same text are one step.
   *
   * @default {"call parse(\"a\")"} The call, with its arguments.
   */
  step?: string;
  /** The arguments. Each call gets a copy. */
  args: unknown[];
  /** The diagnosis if the answer blocks the event loop. */
  ifEndless?: EndlessAdvice;
}

/** One call of a method, or one read of a property. */
export interface MethodCall extends CallDue {
  /** The name of the method or property. */
  do: string;
  /** The arguments; leave them out for a property. Each call gets a copy. */
  args?: unknown[];
  /**
   * Whether the same call returns the same result if it's repeated at once.
   * That's always so for properties and for calls that fail.
   *
   * @default false
   */
  again?: boolean;
}

/** A series of calls on one object. */
export interface ObjectCase {
  /**
   * The step's text in the report: what the check does. Cases in a row with the
   * same text are one step.
   *
   * @default that of the case before
   */
  step?: string;
  /** The constructor's arguments. */
  make?: unknown[];
  /** The calls, in order. */
  calls: MethodCall[];
  /** The diagnosis of a wrong result, if the call has none. */
  likely?: CallAdvice;
  /** The heading in the README that explains it. */
  read?: string;
}

const PLAIN: Pass = { args: copyOf };
const VIEWS: Pass = { args: asViews, probe: PROBES.views };
const OVERWRITTEN: Pass = {
  args: copyOf,
  probe: PROBES.copies,
  overwrites: true,
};

const SPOILED: Pass = {
  args: copyOf,
  probe: PROBES.givesAway,
  spoils: true,
};

/** The extra passes for arguments that contain bytes. */
function passesOf(args: unknown, { copies }: CallOptions): Pass[] {
  if (bytesIn(args).length === 0) return [];
  return copies ? [VIEWS, OVERWRITTEN] : [VIEWS];
}

/**
 * Checks a function by a table of calls.
 *
 * Every case also runs a second time, once more after all the others, and with
 * each `Uint8Array` as a view into a larger buffer. After each call, its
 * arguments and the earlier results must be unchanged.
 *
 * @param trial The run of the check.
 * @param call The answer.
 * @param cases The table.
 * @param options Options for judging the results.
 * @throws {CheckFailed} If any call goes wrong.
 */
export async function checkFunction(
  trial: Trial,
  // deno-lint-ignore no-explicit-any -- Each answer has its own type.
  call: (...args: any[]) => unknown,
  cases: FunctionCase[],
  options: CallOptions,
): Promise<void> {
  using timers = trial.use(new TimerWatch());
  const driver = new CallDriver(trial, options, timers);
  const planned = cases.map((one) => {
    const label = one.label ?? labelOf(options.name, one.args);
    return { ...one, label, step: one.step ?? `call ${label}`, call };
  });
  const firsts: (() => void)[] = [];
  for (const [i, one] of planned.entries()) {
    if (one.step !== planned[i - 1]?.step) trial.step(one.step, one.ifEndless);
    const first = await runFirst(one);
    const second = await driver.run(one, { ...PLAIN, probe: PROBES.twice });
    driver.requireOwn(one, first, second);
    firsts.push(() => driver.requireUnchanged(one, first));
    for (const pass of passesOf(one.args, options)) {
      await driver.run(one, pass);
    }
  }
  trial.step("the first results are still the same");
  firsts.forEach((require) => require());
  trial.step("the same calls again, in the opposite order");
  for (const one of planned.toReversed()) {
    await driver.run(one, { ...PLAIN, probe: PROBES.state });
  }
  if (!options.async) return;
  trial.step("all the calls again, at the same time");
  const atOnce = { ...PLAIN, probe: PROBES.twoAtOnce, atOnce: true };
  await Promise.all(planned.map((one) => driver.run(one, atOnce)));

  async function runFirst(one: PlannedCall): Promise<unknown> {
    try {
      return await driver.run(one, PLAIN);
    } catch (cause) {
      // If the same call now returns the right result, an earlier call has left
      // some state behind. A call that waits forever isn't repeated.
      const isRight = !options.async &&
        await driver.run(one, PLAIN).then(() => true, () => false);
      if (isRight) trial.fail(PROBES.twice(one.label), { cause });
      throw cause;
    }
  }
}

/**
 * Checks a class by a table of cases, each a series of calls on one object.
 *
 * Every case also runs on a second object, on two objects alternately, and with
 * each `Uint8Array` as a view into a larger buffer. Calls that fail, and reads
 * of properties, are repeated at once.
 *
 * @param trial The run of the check.
 * @param make Creates an object of the answer's class.
 * @param cases The table.
 * @param options Options for judging the results.
 * @throws {CheckFailed} If any call goes wrong.
 */
export async function checkClass(
  trial: Trial,
  // deno-lint-ignore no-explicit-any -- Each answer has its own type.
  make: (...args: any[]) => object,
  cases: ObjectCase[],
  options: CallOptions,
): Promise<void> {
  using timers = trial.use(new TimerWatch());
  const driver = new CallDriver(trial, options, timers);
  function start(one: ObjectCase, pass: Pass): AsyncGenerator<void> {
    try {
      return follow(driver, make(...copyOf(one.make ?? [])), one, pass);
    } catch (error) {
      trial.failThrown(labelOf(`new ${options.name}`, one.make ?? []), error);
    }
  }
  for (const [i, one] of cases.entries()) {
    if (one.step !== undefined && one.step !== cases[i - 1]?.step) {
      trial.step(one.step);
    }
    await finish(start(one, PLAIN));
    await finish(start(one, { ...PLAIN, probe: PROBES.state }));
    const args = one.calls.map(({ args }) => args);
    for (const pass of passesOf(args, options)) await finish(start(one, pass));
  }
  trial.step("call two objects alternately");
  const pass = { ...PLAIN, probe: PROBES.twoAtOnce };
  for (const [i, one] of cases.entries()) {
    const other = cases[(i + 1) % cases.length];
    const stories = [start(one, pass), start(other, pass)];
    for (const story of stories) await story.next();
    await stories[0].next();
    await finish(stories[1]);
    await finish(stories[0]);
  }
  if (!options.givesAway) return;
  // At the end, because what's spoiled may be something that all objects share.
  trial.step("overwrite each returned array before the next call");
  for (const one of cases) await finish(start(one, SPOILED));
}

/** Makes a case's calls on an object, and pauses after each one. */
async function* follow(
  driver: CallDriver,
  object: object,
  { calls, likely, read }: ObjectCase,
  pass: Pass,
): AsyncGenerator<void> {
  const earlier: (() => void)[] = [];
  for (const { do: name, args, again, ...due } of calls) {
    const isProperty = args === undefined;
    const planned = {
      likely,
      read,
      ...due,
      args: args ?? [],
      label: due.label ?? (isProperty ? name : labelOf(name, args)),
      call: (...args: unknown[]) => {
        const member = Reflect.get(object, name);
        return isProperty ? member : member.apply(object, args);
      },
    };
    const value = await driver.run(planned, pass);
    if (again || due.throws !== undefined || isProperty) {
      const probe = pass.spoils ? pass.probe : PROBES.repeated;
      await driver.run(planned, { ...pass, probe });
    }
    if (typeof value === "object" && !pass.spoils) {
      earlier.push(() => driver.requireUnchanged(planned, value));
    }
    earlier.forEach((require) => require());
    yield;
  }
}

async function finish(story: AsyncGenerator<void>): Promise<void> {
  for await (const _ of story);
}

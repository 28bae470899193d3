import { assertMatch, assertRejects } from "@std/assert";
import {
  CheckFailed,
  exercise,
  type Trial,
} from "../../lib/workbook/kit/mod.ts";

/** A wrong answer, and what must be said of it. */
export type Probe<T> = [name: string, answer: T, diagnosis: RegExp];

/**
 * Registers the tests of a driver: it accepts right answers, and gives each
 * wrong one its diagnosis.
 *
 * @param name The driver's name, for the names of the tests.
 * @param check Runs an answer through the driver.
 * @param right Right answers, by what is particular about them.
 * @param wrong Wrong answers.
 */
export function testProbes<T>(
  name: string,
  check: (trial: Trial, answer: T) => Promise<void>,
  right: Record<string, T>,
  wrong: Probe<T>[],
): void {
  const tried = (answer: T) =>
    exercise<T>({
      id: "0.1",
      title: "",
      solution: answer,
      hints: [],
      read: "The lesson",
      check: (attempt, trial) => check(trial, attempt),
    }).check(answer, { stallMs: 500 });
  for (const [what, answer] of Object.entries(right)) {
    Deno.test(`${name} accepts ${what}`, () => tried(answer));
  }
  for (const [what, answer, diagnosis] of wrong) {
    Deno.test({
      name: `${name} rejects ${what}`,
      // Leaving things open is what some wrong answers do wrong.
      sanitizeOps: false,
      sanitizeResources: false,
      async fn() {
        const error = await assertRejects(() => tried(answer), CheckFailed);
        assertMatch(error.message, diagnosis);
      },
    });
  }
}

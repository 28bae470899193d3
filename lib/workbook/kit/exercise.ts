import { inCheck } from "./check_context.ts";
import { Trial, type TrialOptions } from "./trial.ts";

/** The parts of an exercise, as its author writes them. */
export interface ExerciseParts<T> {
  /** The lesson and the number: `"3.1"`. */
  id: string;
  /** The title, in a few words. */
  title: string;
  /** A good answer, from `solution.ts`. */
  solution: T;
  /**
   * The hints, at least three: a question, an approach, and nearly the code.
   */
  hints: string[];
  /** The README heading for failures that don't name a better one. */
  read: string;
  /** One line that says what's good about an answer that passes. */
  passed?: string;
  /**
   * The file in `lib/` with the workbook's own version, as a path from the
   * root.
   */
  real?: string;
  /**
   * Whether the answer can be checked without any permission: neither it nor
   * its check opens a socket.
   *
   * @default false
   */
  pure?: boolean;
  /**
   * Checks an answer. It fails by calling `trial.fail` or by throwing anything.
   */
  check(attempt: T, trial: Trial): Promise<void> | void;
}

/** An exercise, ready to be checked. */
export interface Exercise<T> extends Omit<ExerciseParts<T>, "check"> {
  /** Resolves for a good answer, rejects with CheckFailed for any other. */
  check(attempt: T, options?: TrialOptions): Promise<void>;
}

/**
 * Creates an exercise from its parts.
 *
 * It adds what every check needs: numbered steps, a deadline for each wait,
 * cleanup of everything that the check opened, and a {@linkcode CheckFailed}
 * for everything that goes wrong, including an error that the answer throws and
 * a promise that it doesn't await.
 *
 * @param parts The exercise.
 * @returns The exercise, with a `check` that takes only an answer.
 *
 * @example An exercise, a right answer, and a wrong one
 * ```ts
 * import { exercise } from "./exercise.ts";
 * import { CheckFailed } from "./check_failed.ts";
 * import { assertRejects } from "@std/assert";
 *
 * type Double = (n: number) => number;
 * const double = exercise<Double>({
 *   id: "0.1",
 *   title: "Twice",
 *   solution: (n) => 2 * n,
 *   hints: [],
 *   read: "Numbers",
 *   check(attempt, trial) {
 *     trial.step("call it with 21");
 *     trial.equal(attempt(21), 42, { likely: "Add the number to itself." });
 *   },
 * });
 * await double.check(double.solution);
 * await assertRejects(() => double.check((n) => n), CheckFailed, "Add");
 * ```
 */
export function exercise<T>(parts: ExerciseParts<T>): Exercise<T> {
  return {
    ...parts,
    check: (attempt: T, options: TrialOptions = {}) =>
      inCheck(() => check(parts, attempt, new Trial(parts.read, options))),
  };
}

async function check<T>(
  parts: ExerciseParts<T>,
  attempt: T,
  trial: Trial,
): Promise<void> {
  try {
    if (typeof attempt !== "function") {
      trial.fail({
        problem: `exercise.ts exports ${describe(attempt)} under this ` +
          "name, not a function or class.",
        likely: "Export what the task describes, under the name in it.",
      });
    }
    await trial.guard(async () => await parts.check(attempt, trial));
  } finally {
    await trial.cleanUp();
  }
}

function describe(value: unknown): string {
  return value === null ? "null" : `a value of type ${typeof value}`;
}

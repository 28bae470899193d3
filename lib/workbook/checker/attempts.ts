import { isTodo } from "../kit/todo.ts";

const BROKEN = Symbol("broken");
let skipping = false;

/** What is known of an answer before its check runs. */
export type AttemptState = "not started" | "started" | "broken";

/**
 * Loads a learner's answers, also from a file that cannot be loaded.
 *
 * `checks.ts` joins the learner's answers with hints and solutions. A plain
 * `import` would make all of that unreachable as soon as the learner's file
 * has a missing bracket, just when a hint is wanted. So a failure becomes a
 * value: every answer of that file is then "broken", and says why.
 *
 * @param load Imports the learner's file.
 * @returns The file's exports; after a failure, a broken value for each name.
 *
 * @example In a lesson's `checks.ts`
 * ```ts ignore
 * const { echo, exchange } = await loadAttempts(() => import("../kit/exercise.ts"));
 * ```
 */
export async function loadAttempts<M extends object>(
  load: () => Promise<M>,
): Promise<M> {
  let exports: M | undefined;
  let failure: unknown;
  try {
    if (skipping) throw new Error("the answers were not to be loaded");
    exports = await load();
  } catch (error) {
    failure = error;
  }
  return new Proxy({} as M, {
    get(_, name) {
      // `await` looks for `then` on what an async function returns.
      if (name === "then" || typeof name === "symbol") return undefined;
      if (exports !== undefined && name in exports) {
        return exports[name as keyof M];
      }
      return broken(
        failure ?? new Error(`exercise.ts does not export ${name}`),
      );
    },
  });
}

/**
 * Makes {@linkcode loadAttempts} load nothing from now on, in this process.
 *
 * The command line reads tasks and hints out of `checks.ts` with it, and runs
 * none of the learner's code.
 */
export function skipAttempts(): void {
  skipping = true;
}

/**
 * Says how far an answer has come, without running it.
 *
 * @param attempt What `exercise.ts` exports under the exercise's name.
 * @returns The state.
 */
export function stateOf(attempt: unknown): AttemptState {
  if (isTodo(attempt)) return "not started";
  return loadError(attempt) === undefined ? "started" : "broken";
}

/**
 * Why an answer could not be loaded.
 *
 * @param attempt What {@linkcode loadAttempts} gave.
 * @returns What the import threw, or `undefined` if it did not fail.
 */
export function loadError(attempt: unknown): unknown {
  return typeof attempt === "function" && BROKEN in attempt
    ? attempt[BROKEN]
    : undefined;
}

function broken(error: unknown): () => never {
  function fail(): never {
    throw error;
  }
  return Object.assign(fail, { [BROKEN]: error });
}

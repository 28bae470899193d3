import type { Lesson } from "./catalog.ts";
import {
  checkLesson,
  type CheckLessonOptions,
  type CheckResult,
  exercisesOf,
  startedExercises,
} from "./checker.ts";
import { VerdictCache } from "./verdict_cache.ts";

/**
 * Finds the first unsolved exercise. It doesn't repeat a check whose verdict is
 * still valid.
 *
 * @param lessons The catalog.
 * @param options `from`: the lesson to begin with, by default the first one;
 * earlier lessons come last. `after`: an exercise to skip, together with all
 * exercises before it. `signal` ends the search when aborted; it then rejects.
 * @returns The state of that exercise, or `undefined` if all are solved.
 */
export async function findNext(
  lessons: Lesson[],
  { after, from = after?.lesson ?? lessons[0], signal }: {
    after?: CheckResult;
    from?: Lesson;
    signal?: AbortSignal;
  } = {},
): Promise<CheckResult | undefined> {
  const cache = VerdictCache.open();
  const at = lessons.indexOf(from);
  let skipped: CheckResult | undefined;
  try {
    for (const lesson of [...lessons.slice(at), ...lessons.slice(0, at)]) {
      const results = await checkWith(cache, lesson, { signal });
      const first = results.findIndex(({ id }) => id === after?.id) + 1;
      const isOpen = ({ verdict }: CheckResult) => verdict.state !== "passed";
      skipped ??= results.slice(0, first).find(isOpen);
      const open = results.slice(first).find(isOpen);
      if (open !== undefined) return open;
    }
    return skipped;
  } finally {
    cache.save();
  }
}

/** Options for checking all exercises. */
export interface CheckAllOptions extends Pick<CheckLessonOptions, "types"> {
  /**
   * Whether to check every answer, even if its verdict is known.
   *
   * @default false
   */
  recheck?: boolean;
}

/**
 * Checks every exercise of the workbook, several lessons at once.
 *
 * @param lessons The catalog.
 * @param options What to check, and the compiler's errors.
 * @returns The results, in order.
 */
export async function checkAll(
  lessons: Lesson[],
  { types, recheck = false }: CheckAllOptions = {},
): Promise<CheckResult[]> {
  const cache = VerdictCache.open();
  const results: CheckResult[][] = [];
  const waiting = [...lessons.entries()];
  const workers = Array.from(
    { length: navigator.hardwareConcurrency },
    async () => {
      for (let job = waiting.shift(); job; job = waiting.shift()) {
        results[job[0]] = await checkWith(cache, job[1], { types, recheck });
      }
    },
  );
  // If one is interrupted, the others still have to clean up.
  const outcomes = await Promise.allSettled(workers);
  cache.save();
  const failed = outcomes.find(({ status }) => status === "rejected");
  if (failed?.status === "rejected") throw failed.reason;
  return results.flat();
}

/**
 * Checks exercises, and remembers the verdicts.
 *
 * @param lesson The lesson.
 * @param options Which exercises to check, and the limits.
 * @returns One result for each, in order.
 */
export async function checkAndRemember(
  lesson: Lesson,
  options: CheckLessonOptions,
): Promise<CheckResult[]> {
  const cache = VerdictCache.open();
  const results = await checkWith(cache, lesson, { ...options, recheck: true });
  cache.save();
  return results;
}

/** Checks those exercises of a lesson whose verdict isn't known. */
async function checkWith(
  cache: VerdictCache,
  lesson: Lesson,
  { recheck, ids, ...options }: CheckLessonOptions & { recheck?: boolean },
): Promise<CheckResult[]> {
  const asked = exercisesOf(lesson)
    .filter(({ id }) => ids?.includes(id) ?? true);
  const started = startedExercises(lesson);
  const known = asked.map(({ id, name }): CheckResult | undefined =>
    started.includes(id)
      ? recheck ? undefined : cache.get(lesson, id)
      : { lesson, id, name, verdict: { state: "not started" }, printed: "" }
  );
  const unknown = asked.filter((_, i) => known[i] === undefined);
  const fresh = unknown.length === 0 ? [] : await checkLesson(lesson, {
    ...options,
    ids: unknown.map(({ id }) => id),
  });
  for (const result of fresh) cache.set(result);
  return known.map((result) => result ?? fresh.shift()!);
}

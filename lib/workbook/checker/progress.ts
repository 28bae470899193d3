import type { Lesson } from "./catalog.ts";
import {
  checkLesson,
  type CheckLessonOptions,
  type CheckResult,
} from "./checker.ts";

/**
 * Finds the first exercise that is not solved.
 *
 * @param lessons The catalog.
 * @param options `from`: the lesson to begin with, the first one if not given;
 * those before it come last. `signal` ends the search when aborted; it then
 * rejects.
 * @returns How it stands, or `undefined` if all are solved.
 */
export async function findNext(
  lessons: Lesson[],
  { from = lessons[0], signal }: { from?: Lesson; signal?: AbortSignal } = {},
): Promise<CheckResult | undefined> {
  const at = lessons.indexOf(from);
  for (const lesson of [...lessons.slice(at), ...lessons.slice(0, at)]) {
    const results = await checkLesson(lesson, { signal });
    const open = results.find(({ verdict }) => verdict.state !== "passed");
    if (open !== undefined) return open;
  }
}

/**
 * Checks every exercise of the workbook, several lessons at once.
 *
 * @param lessons The catalog.
 * @param options `types`: what the compiler says of all of them.
 * @returns The results, in order.
 */
export async function checkAll(
  lessons: Lesson[],
  { types }: Pick<CheckLessonOptions, "types"> = {},
): Promise<CheckResult[]> {
  const results: CheckResult[][] = [];
  const waiting = [...lessons.entries()];
  const workers = Array.from(
    { length: navigator.hardwareConcurrency },
    async () => {
      for (let job = waiting.shift(); job; job = waiting.shift()) {
        results[job[0]] = await checkLesson(job[1], { types });
      }
    },
  );
  // When one is interrupted, the others still have to clean up.
  const outcomes = await Promise.allSettled(workers);
  const failed = outcomes.find(({ status }) => status === "rejected");
  if (failed?.status === "rejected") throw failed.reason;
  return results.flat();
}

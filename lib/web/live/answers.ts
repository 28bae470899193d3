import type { Lesson } from "../../workbook/checker/catalog.ts";
import {
  type CheckResult,
  exercisesOf,
  startedExercises,
} from "../../workbook/checker/checker.ts";
import { checkAll, checkAndRemember } from "../../workbook/checker/progress.ts";
import { checkTypes } from "../../workbook/checker/type_check.ts";
import { VerdictCache } from "../../workbook/checker/verdict_cache.ts";
import {
  changedExercises,
  readAnswers,
} from "../../workbook/cli/changed_exercises.ts";
import { Saves } from "../../workbook/cli/saves.ts";
import type { ExerciseResult, ServerMessage } from "../protocol.ts";
import type { ExerciseState } from "../site.ts";

/**
 * The learner's answers: keeps the state of each, and checks each one when it's
 * saved, as `deno task watch` does.
 */
export class Answers implements AsyncDisposable {
  readonly #lessons: Lesson[];
  readonly #tell: (message: ServerMessage) => void;
  readonly #results = new Map<string, ExerciseResult>();
  readonly #seen = new Map<Lesson, string>();
  readonly #saves: Saves;
  #outdated = new AbortController();
  #queue: Promise<void> = Promise.resolve();

  /**
   * Starts to watch.
   *
   * @param lessons The catalog.
   * @param tell Receives a message for each check.
   */
  constructor(lessons: Lesson[], tell: (message: ServerMessage) => void) {
    this.#lessons = lessons;
    this.#tell = tell;
    this.#loadKnown();
    this.#saves = new Saves(lessons, {
      file: "exercise.ts",
      onSave: () => this.#onSave(),
      onPoll: () => {},
    });
    this.#enqueue(() => this.#checkUnknown());
  }

  /** The state of each exercise, as far as it's known. */
  get states(): Map<string, ExerciseState> {
    return new Map(
      Array.from(this.#results, ([id, { verdict }]) => [id, verdict.state]),
    );
  }

  /** The results of the checks so far. */
  get results(): ExerciseResult[] {
    return [...this.#results.values()];
  }

  /** The result of one exercise, if it's known. */
  result(id: string): ExerciseResult | undefined {
    return this.#results.get(id);
  }

  /**
   * Loads the remembered verdicts that are still valid, without running code.
   */
  #loadKnown(): void {
    const cache = VerdictCache.open();
    for (const lesson of this.#lessons) {
      this.#seen.set(lesson, readAnswers(lesson) ?? "");
      const started = startedExercises(lesson);
      for (const { id } of exercisesOf(lesson)) {
        const known = started.includes(id) ? cache.get(lesson, id) : undefined;
        if (known !== undefined) this.#results.set(id, resultOf(known));
        else if (!started.includes(id)) {
          this.#results.set(id, {
            id,
            verdict: { state: "not started" },
            atMs: 0,
          });
        }
      }
    }
  }

  /** Checks the answers that were started but not checked yet. */
  async #checkUnknown(): Promise<void> {
    const unknown = this.#lessons.filter((lesson) =>
      exercisesOf(lesson).some(({ id }) => !this.#results.has(id))
    );
    if (unknown.length === 0) return;
    for (const result of await checkAll(unknown)) this.#take(result);
  }

  /** Checks the answers that were saved, and stops a check of older ones. */
  #onSave(): void {
    this.#outdated.abort();
    this.#outdated = new AbortController();
    this.#enqueue((signal) => this.#checkSaved(signal));
  }

  async #checkSaved(signal: AbortSignal): Promise<void> {
    for (const lesson of this.#lessons) {
      const text = readAnswers(lesson);
      const before = this.#seen.get(lesson)!;
      // Some editors delete the file and write it again.
      if (text === undefined || text === before) continue;
      const ids = changedExercises(before, text) ??
        exercisesOf(lesson).map(({ id }) => id);
      this.#tell({ kind: "checking", ids });
      const types = checkTypes([lesson]);
      const results = await checkAndRemember(lesson, { ids, types, signal });
      this.#seen.set(lesson, text);
      for (const result of results) this.#take(result, Date.now());
    }
  }

  #take(result: CheckResult, atMs = 0): void {
    const known = resultOf(result, atMs);
    this.#results.set(result.id, known);
    this.#tell({ kind: "checked", result: known });
  }

  #enqueue(act: (signal: AbortSignal) => Promise<void>): void {
    const { signal } = this.#outdated;
    this.#queue = this.#queue.then(async () => {
      try {
        await act(signal);
      } catch (error) {
        if (!signal.aborted) console.error(String(error));
      }
    });
  }

  /** Stops watching, and stops a check in progress. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#saves[Symbol.dispose]();
    this.#outdated.abort();
    await this.#queue;
  }
}

function resultOf(
  { id, verdict, typeErrors, printed }: CheckResult,
  atMs = 0,
): ExerciseResult {
  return { id, verdict, typeErrors, printed, atMs };
}

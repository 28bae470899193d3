import { dim } from "@std/fmt/colors";
import type { Lesson } from "../../checker/catalog.ts";
import type { CheckResult } from "../../checker/checker.ts";
import { describeExercises } from "../../checker/describe.ts";
import { Interrupted, onInterrupt } from "../../checker/interrupted.ts";
import {
  checkAll,
  checkAndRemember,
  findNext,
} from "../../checker/progress.ts";
import { resultLines } from "../../checker/report.ts";
import { checkTypes } from "../../checker/type_check.ts";
import { afterLines } from "../after.ts";
import type { CommandContext } from "../command.ts";
import { parseCommandLine } from "../command_line.ts";
import { hintLines } from "../hints.ts";
import { hearKeys } from "../keys.ts";
import { listLines } from "../list.ts";
import { changedExercises, readAnswers } from "../changed_exercises.ts";
import { Saves } from "../saves.ts";
import { nextLines } from "./next.ts";

/** `deno task watch`: checks each exercise when you save it, until Ctrl-C. */
export default async function watch(
  args: string[],
  io: CommandContext,
): Promise<number> {
  parseCommandLine(args, { usage: "deno task watch", words: [0, 0] });
  const ended = Promise.withResolvers<void>();
  const session = new Session(io);
  using _ending = onInterrupt(() => ended.resolve(), { endLine: false });
  using _saves = new Saves(io.lessons, {
    file: "exercise.ts",
    onSave: () => session.check(),
    onPoll: () =>
      io.print(
        "No file events arrive here, so the files are polled twice a second.",
      ),
  });
  using _keys = hearKeys(io.input, (key) => {
    if (key === "q") ended.resolve();
    else session.press(key);
  });
  io.print("Save an exercise.ts to check it. Press Ctrl-C to stop.");
  session.begin();
  await ended.promise;
  await session.end();
  return 0;
}

/** The state of the watch: it does one thing at a time. */
class Session {
  readonly #io: CommandContext;
  readonly #interactive: boolean;
  readonly #seen = new Map<Lesson, string>();
  readonly #hints = new Map<string, number>();
  #current?: CheckResult;
  /** Whether the current exercise's task hasn't been shown yet. */
  #isNew = false;
  #outdated = new AbortController();
  /** The job in progress, and the jobs that wait for it. */
  #queue: Promise<void> = Promise.resolve();

  constructor(io: CommandContext) {
    this.#io = io;
    this.#interactive = io.input.isTerminal() && io.output.isTerminal();
    for (const lesson of io.lessons) {
      this.#seen.set(lesson, readAnswers(lesson) ?? "");
    }
  }

  /** Shows what to do next. */
  begin(): void {
    this.#enqueue(async (signal) => {
      this.#current = await findNext(this.#io.lessons, { signal });
      this.#io.print("", ...await nextLines(this.#current, this.#io));
      this.#printKeys();
    });
  }

  /** Checks the saved files, and stops the check in progress. */
  check(): void {
    this.#outdated.abort();
    this.#outdated = new AbortController();
    this.#enqueue((signal) => this.#checkSaved(signal));
  }

  /** Handles a key, after the job in progress. */
  press(key: string): void {
    const { lessons, width } = this.#io;
    const act: Record<string, () => Promise<string[]>> = {
      h: async () => {
        if (this.#current === undefined) return nextLines(undefined, this.#io);
        const { lesson, id } = this.#current;
        const count = (this.#hints.get(id) ?? 0) + 1;
        this.#hints.set(id, count);
        const exercises = await describeExercises(lesson);
        const exercise = exercises.find((one) => one.id === id)!;
        return hintLines(exercise, { count, byKey: true, width });
      },
      n: async () => {
        if (!this.#isNew) {
          this.#current = await findNext(lessons, { after: this.#current });
        }
        this.#isNew = false;
        return nextLines(this.#current, this.#io);
      },
      l: async () => listLines(lessons, await checkAll(lessons)),
    };
    if (!Object.hasOwn(act, key)) return;
    this.#enqueue(async () => {
      this.#showAlone(await act[key]());
      this.#printKeys();
    });
  }

  /** Stops the job in progress. */
  async end(): Promise<void> {
    this.#outdated.abort();
    await this.#queue;
  }

  #enqueue(act: (signal: AbortSignal) => Promise<void>): void {
    const { signal } = this.#outdated;
    this.#queue = this.#queue.then(async () => {
      try {
        await act(signal);
      } catch (error) {
        if (signal.aborted || error instanceof Interrupted) return;
        this.#io.complain(String(error));
      }
    });
  }

  /** Checks the exercises whose text has changed. */
  async #checkSaved(signal: AbortSignal): Promise<void> {
    for (const lesson of this.#io.lessons) {
      const text = readAnswers(lesson);
      const before = this.#seen.get(lesson)!;
      // Some editors delete the file and write a new one, so it'll be back.
      if (text === undefined || text === before) continue;
      const results = await checkAndRemember(lesson, {
        ids: changedExercises(before, text),
        types: checkTypes([lesson]),
        signal,
      });
      this.#showAlone(resultLines(results, this.#io));
      this.#seen.set(lesson, text);
      const open = results.find(({ verdict }) => verdict.state !== "passed");
      this.#io.print(...await afterLines(results, this.#io));
      if (open !== undefined) {
        this.#current = open;
      } else {
        // If you're working on lesson 3, continue there, even if you skipped
        // something before.
        this.#current = await findNext(this.#io.lessons, {
          from: lesson,
          signal,
        });
        await this.#announceNext();
      }
      this.#printKeys();
    }
  }

  /**
   * Says what comes next. In a terminal, that's a single line, because a whole
   * task would push the verdict off the screen.
   */
  async #announceNext(): Promise<void> {
    const next = this.#current;
    this.#isNew = this.#interactive && next !== undefined;
    this.#io.print(
      "",
      ...(this.#isNew
        ? [`Next: ${next!.id} ${next!.name}. Press n to see its task.`]
        : ["Next:", "", ...await nextLines(next, this.#io)]),
    );
  }

  /** Prints lines on a clear screen, or after an empty line. */
  #showAlone(lines: string[]): void {
    const [first, ...others] = lines;
    if (this.#interactive) this.#io.print(`\x1b[2J\x1b[H${first}`, ...others);
    else this.#io.print("", ...lines);
  }

  #printKeys(): void {
    if (!this.#interactive) return;
    this.#io.print("", dim("h hint   n next   l list   q quit"));
  }
}

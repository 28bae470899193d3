import type { Lesson } from "../../workbook/checker/catalog.ts";
import type { ServerMessage } from "../protocol.ts";
import { runLesson } from "./lesson_run.ts";

/** A tab's run. */
interface Run {
  stop: AbortController;
  done: Promise<void>;
  /** Continues after the question at which the lesson waits. */
  goOn?: () => void;
}

/** The runs of all tabs, at most one for each. */
export class Runs {
  readonly #runs = new Map<string, Run>();
  readonly #send: (tab: string, message: ServerMessage) => void;
  #count = 0;

  /** @param send Sends a message to a tab. */
  constructor(send: (tab: string, message: ServerMessage) => void) {
    this.#send = send;
  }

  /**
   * Runs a lesson in a tab, once the tab's last run has ended.
   *
   * @param tab The tab's ID.
   * @param lesson The lesson.
   * @param options `xray`: whether to look at its calls and packets.
   * @returns The run's number.
   */
  async start(
    tab: string,
    lesson: Lesson,
    { xray }: { xray: boolean },
  ): Promise<number> {
    const run = ++this.#count;
    const before = this.#runs.get(tab);
    const stop = new AbortController();
    const own: Run = { stop, done: Promise.resolve() };
    this.#runs.set(tab, own);
    before?.stop.abort();
    await before?.done;
    if (stop.signal.aborted) return run;
    own.done = this.#run(run, own, { tab, lesson, xray }).finally(() => {
      if (this.#runs.get(tab) === own) this.#runs.delete(tab);
    });
    return run;
  }

  async #run(
    run: number,
    own: Run,
    { tab, lesson, xray }: { tab: string; lesson: Lesson; xray: boolean },
  ): Promise<void> {
    const { signal } = own.stop;
    const send = (message: ServerMessage) => this.#send(tab, message);
    try {
      const { code, notes } = await runLesson(lesson, {
        xray,
        signal,
        onStart: (source, note) => send({ kind: "run", run, source, note }),
        onLines: (lines) => send({ kind: "items", run, lines }),
        onQuestion: () => new Promise((resolve) => own.goOn = resolve),
      });
      const stopped = signal.aborted ? ["You stopped this run."] : [];
      send({ kind: "end", run, code, notes: signal.aborted ? stopped : notes });
    } catch (error) {
      send({ kind: "end", run, code: 1, notes: [String(error)] });
    }
  }

  /** Continues a tab's run after a question. */
  goOn(tab: string): void {
    this.#runs.get(tab)?.goOn?.();
  }

  /** Ends a tab's run. */
  stop(tab: string): void {
    this.#runs.get(tab)?.stop.abort();
  }

  /** Ends all runs, and waits until their processes are gone. */
  async close(): Promise<void> {
    const runs = [...this.#runs.values()];
    for (const { stop } of runs) stop.abort();
    await Promise.all(runs.map(({ done }) => done));
  }
}

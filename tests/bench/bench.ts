import { fitTerminal, wrapText } from "../../lib/show/mod.ts";
import { compete, type Contest, type Result } from "./contest.ts";
import { drawResult } from "./draw.ts";

/** How long to measure. */
export interface Effort {
  /** How many rounds each contest has. */
  rounds: number;
  /** How long one turn of a contender takes, in milliseconds. */
  turnMs: number;
}

/** For numbers to quote. */
export const THOROUGH: Effort = { rounds: 31, turnMs: 120 };
/** For a first look: all benchmarks together take less than half a minute. */
export const QUICK: Effort = { rounds: 3, turnMs: 40 };

/** What every benchmark is given: how much to do, and where results go. */
export class Bench {
  readonly #json: boolean;
  /** How long to measure. */
  readonly effort: Effort;
  /** Whether only a first look is wanted. */
  readonly quick: boolean;
  /** Whether the largest sizes are wanted, too. */
  readonly full: boolean;
  /** Whether rates are for processor time, and not for real time. */
  readonly cpu: boolean;

  /** @param options The flags on the command line. */
  constructor({ quick = false, full = false, cpu = false, json = false }) {
    this.quick = quick;
    this.full = full;
    this.#json = json;
    // A process's time in nanoseconds is in a file of Linux.
    this.cpu = cpu && Deno.build.os === "linux";
    if (this.cpu) {
      // The players inherit this. See `clockMs` in `players/play.mjs`.
      Deno.env.set("BENCH_CLOCK", "cpu");
      this.note("Rates are for a second of each process's processor time.");
    }
    this.effort = quick ? QUICK : THOROUGH;
  }

  /**
   * Runs a contest and prints how it ended.
   *
   * @param contest Who does what.
   * @param rounds How many rounds, where a turn takes longer than usual.
   * @returns How it ended.
   */
  async compete(
    contest: Contest,
    rounds = this.effort.rounds,
  ): Promise<Result> {
    const result = await compete(contest, rounds);
    const verdict = contest.verdict?.(result);
    if (this.#json) {
      console.log(JSON.stringify({ ...result, verdict }));
    } else {
      const { width } = fitTerminal();
      console.log(drawResult(result, { width, verdict }).join("\n"));
    }
    return result;
  }

  /**
   * Measures the rate at which a server answers.
   *
   * @param pid The server's process.
   * @param load Keeps it busy; gives how many it answered, and in how many
   * milliseconds.
   * @returns Answers in a second of real time, or with `--cpu` of the server's
   * processor time.
   */
  async rateOf(
    pid: number,
    load: () => Promise<{ answers: number; ms: number }>,
  ): Promise<number> {
    const before = this.cpu ? processorMs(pid) : 0;
    const { answers, ms } = await load();
    return 1000 * answers / (this.cpu ? processorMs(pid) - before : ms);
  }

  /**
   * Prints a line that is for people.
   *
   * @param text What to say.
   */
  note(text: string): void {
    if (this.#json) return;
    console.log(wrapText(text, { width: fitTerminal().width }).join("\n"));
  }
}

/** The time that all threads of a process have had a processor. */
function processorMs(pid: number): number {
  let nanoseconds = 0;
  for (const { name } of Deno.readDirSync(`/proc/${pid}/task`)) {
    const text = Deno.readTextFileSync(`/proc/${pid}/task/${name}/schedstat`);
    nanoseconds += Number(text.split(" ", 1)[0]);
  }
  return nanoseconds / 1e6;
}

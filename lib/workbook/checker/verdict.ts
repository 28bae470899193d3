import { CheckFailed } from "../kit/check_failed.ts";
import type { Exercise } from "../kit/exercise.ts";
import { placeInAnswer } from "../kit/place.ts";
import { shown } from "../kit/values.ts";
import type { TrialOptions } from "../kit/trial.ts";
import type { Answer } from "./answers.ts";
import { cut, reportOf, type Verdict } from "./check_events.ts";

/** Options for judging an answer. */
export interface VerdictOptions extends TrialOptions {
  /**
   * Returns the name of a built-in that the answer has replaced, if any.
   *
   * @default built-ins aren't watched
   */
  changed?: () => string | undefined;
}

/**
 * Checks an answer in this process.
 *
 * @param exercise The exercise.
 * @param answer The loaded answer.
 * @param options The deadline, the callbacks, and the watch on built-ins.
 * @returns The verdict.
 */
export async function verdictOn(
  exercise: Exercise<unknown>,
  answer: Answer,
  { changed = () => undefined, ...options }: VerdictOptions = {},
): Promise<Verdict> {
  if (answer.state === "not started") return { state: "not started" };
  if (answer.state === "broken") {
    return { state: "broken", message: cut(messageOf(answer.error)) };
  }
  const open = openSockets();
  try {
    failOnBorrowed(answer.attempt, exercise);
    failOnChange(changed);
    try {
      await exercise.check(answer.attempt, options);
    } finally {
      // A check that used a replaced built-in proves nothing.
      failOnChange(changed);
    }
    await failOnLeak(open);
    return { state: "passed" };
  } catch (error) {
    if (!(error instanceof CheckFailed)) throw error;
    const report = reportOf(error);
    return {
      state: "failed",
      report: hasNoFiles(error) ? { ...report, ...NO_FILES } : report,
    };
  }
}

const NO_FILES = {
  problem: "There are too many open files to open another socket.",
  likely: "If your code closes all its sockets, this shell's limit is too " +
    "low: check it with `ulimit -n`, and raise it with `ulimit -n 1024`.",
  read: "",
};

/** Returns whether an error, or its cause, is a lack of file descriptors. */
function hasNoFiles(error: unknown): boolean {
  return error instanceof Error &&
    ((error as { code?: string }).code === "EMFILE" || hasNoFiles(error.cause));
}

/** Fails an answer that's just the workbook's own solution, imported. */
function failOnBorrowed(attempt: unknown, { solution }: Exercise<unknown>) {
  if (attempt !== solution) return;
  throw new CheckFailed({
    problem: "This is the workbook's own solution, imported from solution.ts.",
    likely: "It works, but write your own first, and then compare.",
    read: "",
  }, ["load the answer"]);
}

function failOnChange(changed: () => string | undefined): void {
  const name = changed();
  if (name === undefined) return;
  throw new CheckFailed({
    problem: `Your code replaced ${name}, which the check itself uses.`,
    likely: "Don't change built-in objects. Write your own function " +
      "instead.",
    read: "",
  }, ["the built-in objects are unchanged"]);
}

/** Counts the open sockets by kind, as Deno's own test sanitizer does. */
function openSockets(): Map<string, number> {
  const internal = (Deno as unknown as Record<symbol, DenoInternal>)[
    (Deno as unknown as { internal: symbol }).internal
  ];
  const counts = new Map<string, number>();
  for (const kind of Object.values(internal.core.resources())) {
    if (kind in SOCKETS) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return counts;
}

interface DenoInternal {
  core: { resources(): Record<string, string> };
}

const SOCKETS: Record<string, string> = {
  tcpListener: "a listening TCP socket",
  tcpStream: "a TCP connection",
  udpSocket: "a UDP socket",
  unixListener: "a listening Unix socket",
  unixStream: "a Unix connection",
  unixDatagram: "a Unix datagram socket",
};

async function failOnLeak(before: Map<string, number>): Promise<void> {
  let leaked: string[] = [];
  // A socket that the code closes at the last moment may take a little longer.
  for (let turn = 0; turn < 50; turn++) {
    leaked = [...openSockets()]
      .filter(([kind, count]) => count > (before.get(kind) ?? 0))
      .map(([kind]) => SOCKETS[kind]);
    if (leaked.length === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new CheckFailed({
    problem: `The results are right, but you left ${leaked.join(" and ")} ` +
      "open.",
    likely: "Close everything you open, even after an error: `using conn = " +
      "await Deno.connect(…)` does that for you.",
    read: "",
  }, ["every result is right", "all sockets are closed"]);
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return `it threw ${shown(error)}`;
  const place = placeInAnswer(error);
  if (error instanceof Deno.errors.NotCapable) {
    const [what] = error.message.split(", run again with");
    return `${error.name}: ${what}${
      place ? ` (at ${place})` : ""
    }. Your code ` +
      "may use loopback sockets only: no files, no programs, no other " +
      "machines.";
  }
  return place === "" || error.message.includes(place)
    ? error.message
    : `${error.name}: ${error.message} (at ${place})`;
}

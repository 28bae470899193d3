import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { EndlessAdvice } from "../kit/trial.ts";
import { fileOf, type Lesson, ROOT } from "./catalog.ts";
import {
  type CheckEvent,
  type FailureReport,
  parseEvent,
  type Verdict,
} from "./check_events.ts";
import { privateDenoDir } from "./deno_dir.ts";
import { Interrupted, onInterrupt, signalChild } from "./interrupted.ts";
import type { CheckJob } from "./job.ts";
import { MEMORY_MIB, memoryOf } from "./memory.ts";
import { sandboxArgs } from "./sandbox.ts";
import { temporaryFolder } from "./temporary_folder.ts";

/** The outcome of a check in a child process. */
export interface CheckOutcome {
  verdict: Verdict;
  /** The output of the learner's code. */
  printed: string;
  /**
   * Whether, and at which stage, the child was stopped before it reported a
   * verdict.
   */
  ended?: "loading" | "checking";
}

/**
 * The limits of a check. All times leave out pauses of the machine or of this
 * process.
 */
export interface RunCheckOptions {
  /**
   * How long the child may be silent, in milliseconds. It sends a heartbeat
   * twice a second unless the learner's code blocks the event loop.
   *
   * @default 4000
   */
  silenceMs?: number;
  /**
   * How long the learner's file may take to load, in milliseconds.
   *
   * @default 10000
   */
  loadMs?: number;
  /**
   * How long the check of the exercise may take, in milliseconds.
   *
   * @default 30000
   */
  limitMs?: number;
  /**
   * Stops the check when aborted; it then rejects.
   *
   * @default a signal that aborts when the process is told to end
   */
  signal?: AbortSignal;
}

/** How long Deno itself may take to start, in milliseconds. */
const START_MS = 60_000;

/** The most output of the learner's code to keep, in characters. */
const MAX_PRINTED = 4000;

/** The time between two checks of the limits, in milliseconds. */
const TICK_MS = 50;

/**
 * The child's limit of processor time, in seconds, which applies even if no
 * process watches it.
 */
const CPU_SECONDS = 60;

/** The reason why a child was stopped. */
type Reason = "silence" | "limit" | "memory";

/**
 * Checks one answer in a child process, and stops it at the limits.
 *
 * @param lesson The lesson.
 * @param exercise The exercise's id, and the name of its answer.
 * @param options The limits.
 * @returns The verdict, and what the answer printed.
 * @throws {Interrupted} If a signal ends it; with `options.signal`, that
 * signal's reason instead.
 */
export async function runCheck(
  lesson: Lesson,
  exercise: { id: string; name: string },
  options: RunCheckOptions = {},
): Promise<CheckOutcome> {
  const { silenceMs = 4000, loadMs = 10_000, limitMs = 30_000 } = options;
  const interrupted = new AbortController();
  const { signal = interrupted.signal } = options;
  using _ending = options.signal === undefined
    ? onInterrupt(() => interrupted.abort(new Interrupted()))
    : undefined;
  signal.throwIfAborted();
  await using folder = await temporaryFolder();
  const child = await startChild(lesson, folder.path);
  const mark = `\u001f${crypto.randomUUID()} `;
  await tellJob(child, {
    mark,
    exercisesUrl: pathToFileURL(fileOf(lesson, "exercises.ts")).href,
    answersUrl: pathToFileURL(fileOf(lesson, "exercise.ts")).href,
    ...exercise,
  });

  const steps: string[] = [];
  let ifEndless: EndlessAdvice | undefined;
  // An assertion, because the compiler doesn't follow assignments in a
  // callback.
  let stage = "starting" as "starting" | "loading" | "checking";
  let verdict: Verdict | undefined;
  let printed = "";
  let ended: Reason | undefined;

  const kill = () => signalChild(child, "SIGKILL");
  function end(reason: Reason): void {
    ended = reason;
    kill();
  }
  signal.addEventListener("abort", kill);
  // The signal may have been aborted while the child was starting.
  if (signal.aborted) kill();
  // Count ticks instead of using the clock: after a pause of the machine, or
  // Ctrl-Z, the answer has had no time to continue.
  let [silent, spent, limit] = [0, 0, START_MS];
  const watch = setInterval(() => {
    silent += TICK_MS;
    spent += TICK_MS;
    if (stage !== "starting" && silent > silenceMs) end("silence");
    else if (spent > limit) end("limit");
    else if (memoryOf(child.pid) > MEMORY_MIB) end("memory");
  }, TICK_MS);

  function hear(event: CheckEvent): void {
    silent = 0;
    switch (event.kind) {
      case "loading":
        [stage, spent, limit] = ["loading", 0, loadMs];
        break;
      case "start":
        [stage, spent, limit] = ["checking", 0, limitMs];
        break;
      case "step":
        steps.push(event.text);
        ifEndless = event.ifEndless;
        break;
      case "verdict":
        verdict ??= event.verdict;
        break;
    }
  }
  function keep(text: string): void {
    printed = (printed + text).slice(0, MAX_PRINTED);
  }

  const [{ code, signal: killedBy }] = await Promise.all([
    child.status,
    readLines(child.stdout, (line) => {
      const at = line.indexOf(mark);
      if (at === -1) return keep(line);
      keep(line.slice(0, at));
      const event = parseEvent(line.slice(at + mark.length));
      if (event !== undefined) hear(event);
    }),
    readLines(child.stderr, keep),
  ]);
  clearInterval(watch);
  signal.removeEventListener("abort", kill);
  signal.throwIfAborted();
  // The terminal sends Ctrl-C to the child, too, which may be the first to know.
  if (killedBy === "SIGINT") throw new Interrupted();

  if (verdict !== undefined) return { verdict, printed };
  // V8 ends a process if its heap is full.
  if (printed.includes("JavaScript heap out of memory")) ended = "memory";
  if (/Fatal JavaScript out of memory/.test(printed)) ended = "memory";
  if (ended === "memory") printed = "";
  const ending = { ended, code, printed, ifEndless };
  return stage === "checking"
    ? {
      verdict: { state: "failed", report: unfinishedReport(steps, ending) },
      printed,
      ended: "checking",
    }
    : {
      verdict: { state: "broken", message: loadMessage(ending) },
      printed,
      ended: ended && "loading",
    };
}

/** Starts the child, with minimal permissions and its own limits. */
async function startChild(
  lesson: Lesson,
  folder: string,
): Promise<Deno.ChildProcess> {
  const windows = Deno.build.os === "windows";
  // On Windows, only administrators can create links, and Deno has no Unix
  // sockets.
  const links = windows ? {} : lesson.links ?? {};
  for (const [name, target] of Object.entries(links)) {
    await Deno.symlink(target, join(folder, name));
  }
  const module = fileURLToPath(import.meta.resolve("./check_child.ts"));
  const deno = [
    Deno.execPath(),
    ...sandboxArgs(module, {
      folder,
      socketFiles: lesson.socketFiles,
      read: [ROOT],
      heapMiB: MEMORY_MIB,
    }),
  ];
  // An endless loop must end even if this process is killed, and nothing in the
  // child can raise the shell's limit.
  const [program, ...args] = windows ? deno : [
    "/bin/sh",
    "-c",
    `ulimit -t ${CPU_SECONDS} && exec "$@"`,
    "sh",
    ...deno,
  ];
  return new Deno.Command(program, {
    args,
    cwd: folder,
    // Deno's own error messages become part of a report.
    env: {
      NO_COLOR: "1",
      FORCE_COLOR: "",
      ...await privateDenoDir(folder),
    },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

async function tellJob(
  child: Deno.ChildProcess,
  job: CheckJob,
): Promise<void> {
  const writer = child.stdin.getWriter();
  try {
    await writer.write(new TextEncoder().encode(JSON.stringify(job)));
    await writer.close();
  } catch {
    // The child has already ended; its status says how.
  }
}

/** The way in which a child ended before it reported a verdict. */
interface Ending {
  /** The reason why it was stopped, unless it ended on its own. */
  ended?: Reason;
  code: number;
  printed: string;
  /** The last step's advice for an answer that never returned. */
  ifEndless?: EndlessAdvice;
}

const TOO_MUCH = `used more than ${MEMORY_MIB} MiB of memory`;

function unfinishedReport(
  steps: string[],
  { ended, code, printed, ifEndless }: Ending,
): FailureReport {
  const report = { steps, expected: [], received: [], read: "" };
  const where = steps.length === 0 ? "before the first step" : "in this step";
  if (ended === "memory") {
    return {
      ...report,
      problem: `Your code ${TOO_MUCH} ${where}, so it was stopped.`,
      likely: "Look for a loop that keeps adding to an array, a string, or " +
        "a buffer, or for a size that the peer sends and you don't limit.",
    };
  }
  if (ended === "silence") {
    return {
      ...report,
      problem: `Your code stalled ${where}: it never returned control to ` +
        "the event loop.",
      likely: "Look for an endless loop that never really waits: a `while " +
        "(true)` without a way out, or one that misses the end of the stream.",
      ...ifEndless,
    };
  }
  if (ended === "limit") {
    return {
      ...report,
      problem: `Your code stalled ${where}: it was still running at the ` +
        "deadline.",
      likely: "Look for a loop that keeps going after the end of the stream.",
    };
  }
  if (printed.includes("error: Uncaught")) {
    return {
      ...report,
      problem: `The process ended ${where}, with an uncaught error.`,
      likely:
        "A timer or an event handler threw it, where no caller can catch " +
        "it. The place is below: catch it there.",
    };
  }
  return {
    ...report,
    problem: `The process ended ${where}, with exit code ${code}.`,
    likely: "Your code, or something it calls, ended the whole process, as " +
      "`Deno.exit()` does. Return or throw an error instead.",
  };
}

function loadMessage({ ended, code, printed }: Ending): string {
  if (ended === "memory") return `exercise.ts ${TOO_MUCH} while loading`;
  return ended !== undefined
    ? "exercise.ts never finished loading: look for an endless loop, or an " +
      "`await` that never ends, outside all functions"
    : `the process ended with exit code ${code} while loading exercise.ts` +
      (printed.includes("error:") ? "" : ": look for `Deno.exit()`");
}

/**
 * Reads text line by line, including the line breaks, and splits lines that are
 * too long.
 */
async function readLines(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  onLine: (line: string) => void,
): Promise<void> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split(/(?<=\n)/);
    rest = lines.at(-1)?.endsWith("\n") ? "" : lines.pop() ?? "";
    lines.forEach(onLine);
    // No event is this long, so it's a flood of output.
    if (rest.length > 1_000_000) rest = rest.slice(-MAX_PRINTED);
  }
  if (rest !== "") onLine(rest);
}

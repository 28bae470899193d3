import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { fileOf, type Lesson, ROOT } from "./catalog.ts";
import type { CheckEvent, FailureReport, Verdict } from "./check_events.ts";
import { Interrupted, onInterrupt, signalChild } from "./interrupted.ts";
import { sandboxArgs, temporaryFolder } from "./sandbox.ts";
import { splitSections } from "./sections.ts";
import type { EndlessAdvice } from "../kit/trial.ts";

/** How one exercise came out. */
export interface CheckResult {
  lesson: Lesson;
  /** `3.1` */
  id: string;
  /** The name of what the learner writes: `echo`. */
  name: string;
  verdict: Verdict;
  /** What the learner's code printed meanwhile. */
  printed: string;
}

/** How a lesson's exercises are checked. */
export interface CheckLessonOptions {
  /**
   * The exercises to check, by id.
   *
   * @default all of the lesson
   */
  ids?: string[];
  /**
   * How long the child may be silent, in milliseconds. It says something twice
   * a second unless the learner's code never gives control back.
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
   * How long one exercise may take, in milliseconds.
   *
   * @default 60000
   */
  limitMs?: number;
  /**
   * Ends the check under way when aborted; it then rejects.
   *
   * @default a signal that aborts when the process is told to end
   */
  signal?: AbortSignal;
}

/** How long Deno itself may take to start, in milliseconds. */
const START_MS = 60_000;

/** The most that is kept of what the learner's code prints, in characters. */
const MAX_PRINTED = 4000;

/**
 * The exercises of a lesson, by the headings of its placeholder file.
 *
 * @param lesson The lesson.
 * @returns Their ids and names, in order, without loading any code.
 */
export function exercisesOf(lesson: Lesson): { id: string; name: string }[] {
  const source = Deno.readTextFileSync(fileOf(lesson, "placeholder.ts"));
  return splitSections(source).sections;
}

/**
 * Checks the answers of one lesson in a child process.
 *
 * @param lesson The lesson.
 * @param options Which exercises, and the limits.
 * @returns One result for each exercise that was asked for, in order.
 * @throws {Interrupted} If a signal ends it; with `options.signal`, what that
 * was aborted with.
 */
export async function checkLesson(
  lesson: Lesson,
  options: CheckLessonOptions = {},
): Promise<CheckResult[]> {
  const all = exercisesOf(lesson);
  const asked = all.filter(({ id }) => options.ids?.includes(id) ?? true);
  if (!isTouched(lesson)) {
    return asked.map(({ id, name }) => ({
      lesson,
      id,
      name,
      verdict: { state: "not started" },
      printed: "",
    }));
  }
  const results = new Map<string, CheckResult>();
  // A child that was ended has not come to the exercises after the endless one.
  while (results.size < asked.length) {
    const rest = asked.filter(({ id }) => !results.has(id));
    for (const result of await runChild(lesson, rest, options)) {
      results.set(result.id, result);
    }
  }
  return asked.map(({ id }) => results.get(id)!);
}

/**
 * The exercises of a lesson that the learner has started: their placeholder is
 * gone. No code is run.
 *
 * @param lesson The lesson.
 * @returns Their ids, in order.
 */
export function startedExercises(lesson: Lesson): string[] {
  const ids = exercisesOf(lesson).map(({ id }) => id);
  if (!isTouched(lesson)) return [];
  let answers: string;
  try {
    answers = Deno.readTextFileSync(fileOf(lesson, "exercise.ts"));
  } catch {
    // The report says why it can't be read.
    return ids;
  }
  return ids.filter((id) =>
    !new RegExp(`^[^/*]*\\btodo\\(\\s*"${id} `, "m").test(answers)
  );
}

/** Whether the learner has written anything: unequal files, no code is run. */
function isTouched(lesson: Lesson): boolean {
  const placeholder = Deno.readTextFileSync(fileOf(lesson, "placeholder.ts"));
  try {
    return Deno.readTextFileSync(fileOf(lesson, "exercise.ts")) !== placeholder;
  } catch {
    // That it is missing, or cannot be read, is said where it is loaded.
    return true;
  }
}

/** Runs a child until it has checked everything, or must be ended. */
async function runChild(
  lesson: Lesson,
  asked: { id: string; name: string }[],
  options: CheckLessonOptions,
): Promise<CheckResult[]> {
  const { silenceMs = 4000, loadMs = 10_000, limitMs = 60_000 } = options;
  const interrupted = new AbortController();
  const { signal = interrupted.signal } = options;
  using _ending = options.signal === undefined
    ? onInterrupt(() => interrupted.abort(new Interrupted()))
    : undefined;
  signal.throwIfAborted();
  const mark = `\u001f${crypto.randomUUID()} `;
  await using folder = await temporaryFolder();
  // Windows lets only its administrators make links, and has no Unix sockets.
  const links = Deno.build.os === "windows" ? {} : lesson.links ?? {};
  for (const [name, target] of Object.entries(links)) {
    await Deno.symlink(target, join(folder.path, name));
  }
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      ...sandboxArgs(fileURLToPath(import.meta.resolve("./check_child.ts")), {
        folder: folder.path,
        socketFiles: lesson.socketFiles,
        read: [ROOT],
      }),
      mark,
      pathToFileURL(fileOf(lesson, "exercises.ts")).href,
      pathToFileURL(fileOf(lesson, "exercise.ts")).href,
      ...asked.map(({ id, name }) => `${id} ${name}`),
    ],
    cwd: folder.path,
    // What Deno itself says of an error becomes part of a report.
    env: { NO_COLOR: "1", FORCE_COLOR: "" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();

  const results: CheckResult[] = [];
  const steps: string[] = [];
  let ifEndless: EndlessAdvice | undefined;
  let current: { id: string; name: string } | undefined;
  let printed = "";
  let ended: "silence" | "limit" | undefined;

  function end(reason: "silence" | "limit"): void {
    ended = reason;
    signalChild(child, "SIGKILL");
  }
  const kill = () => signalChild(child, "SIGKILL");
  signal.addEventListener("abort", kill);
  let silence: ReturnType<typeof setTimeout> | undefined;
  // Until it says something, it is Deno that starts, perhaps on a busy machine.
  let limit = setTimeout(end, START_MS, "limit");
  function allow(ms: number): void {
    clearTimeout(limit);
    limit = setTimeout(end, ms, "limit");
  }

  function hear(event: CheckEvent): void {
    clearTimeout(silence);
    silence = setTimeout(end, silenceMs, "silence");
    if (event.kind === "loading") {
      allow(loadMs);
    } else if (event.kind === "start") {
      current = asked.find(({ id }) => id === event.id)!;
      steps.length = 0;
      ifEndless = undefined;
      allow(limitMs);
    } else if (event.kind === "step") {
      steps.push(event.text);
      ifEndless = event.ifEndless;
    } else if (event.kind === "verdict") {
      results.push({ lesson, ...current!, verdict: event.verdict, printed });
      current = undefined;
      printed = "";
    }
  }
  function keep(text: string): void {
    printed = (printed + text).slice(0, MAX_PRINTED);
  }

  const [{ code }] = await Promise.all([
    child.status,
    readLines(child.stdout, (line) => {
      const at = line.indexOf(mark);
      const event = at === -1 ? undefined : parse(line.slice(at + mark.length));
      if (event === undefined) return keep(line);
      keep(line.slice(0, at));
      hear(event);
    }),
    readLines(child.stderr, keep),
  ]);
  clearTimeout(silence);
  clearTimeout(limit);
  signal.removeEventListener("abort", kill);
  signal.throwIfAborted();

  if (current !== undefined) {
    const report = unfinishedReport(steps, {
      ended,
      code,
      printed,
      ifEndless,
    });
    const verdict: Verdict = { state: "failed", report };
    results.push({ lesson, ...current, verdict, printed });
  } else if (results.length === 0) {
    // Another child would come no further with the same file.
    const message = loadMessage({ ended, code, printed });
    const verdict: Verdict = { state: "broken", message };
    return asked.map((one) => ({ lesson, ...one, verdict, printed }));
  }
  return results;
}

/** An event, or nothing for what only looks like one. */
function parse(json: string): CheckEvent | undefined {
  try {
    return JSON.parse(json) ?? undefined;
  } catch {
    return undefined;
  }
}

/** How a child ended that had not finished. */
interface Ending {
  /** Why it was ended, if it did not end by itself. */
  ended?: "silence" | "limit";
  code: number;
  printed: string;
  /** What the last step has to say of an answer that never came back. */
  ifEndless?: EndlessAdvice;
}

function unfinishedReport(
  steps: string[],
  { ended, code, printed, ifEndless }: Ending,
): FailureReport {
  const report = { steps, expected: [], received: [], read: "" };
  const where = steps.length === 0 ? "before the first step" : "in this step";
  if (ended === "silence") {
    return {
      ...report,
      problem: `It stalled ${where}: your code never gave control back.`,
      likely: "Look for a loop that never ends and awaits nothing that takes " +
        "time: `while (true)` with no way out, or an end that it overlooks.",
      ...ifEndless,
    };
  }
  if (ended === "limit") {
    return {
      ...report,
      problem: `It stalled ${where}: it was still at work at the deadline.`,
      likely: "Look for a loop that goes on after the end of the stream.",
    };
  }
  if (printed.includes("error: Uncaught")) {
    return {
      ...report,
      problem: `The process ended ${where}, with an error that nothing caught.`,
      likely:
        "It came from a timer or an event, where no caller can catch it: " +
        "the place stands below. Catch it there.",
    };
  }
  return {
    ...report,
    problem: `The process ended ${where}, with exit code ${code}.`,
    likely: "Your code, or something it calls, ends the whole process: " +
      "`Deno.exit()` does. Return, or throw an error, instead.",
  };
}

function loadMessage({ ended, code, printed }: Ending): string {
  return ended !== undefined
    ? "exercise.ts never finished loading: look for an endless loop, or an " +
      "`await` that never ends, outside of every function"
    : `the process ended with exit code ${code} while exercise.ts was loaded` +
      (printed.includes("error:") ? "" : ": look for `Deno.exit()`");
}

/** Reads text line by line, the line breaks kept, also from a flood. */
async function readLines(
  stream: ReadableStream<Uint8Array>,
  onLine: (line: string) => void,
): Promise<void> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split(/(?<=\n)/);
    rest = lines.at(-1)?.endsWith("\n") ? "" : lines.pop() ?? "";
    lines.forEach(onLine);
    // A line without end is somebody's flood: no event is as long as this.
    if (rest.length > 1_000_000) rest = rest.slice(-MAX_PRINTED);
  }
  if (rest !== "") onLine(rest);
}

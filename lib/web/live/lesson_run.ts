import type { ShowEvent } from "../../show/events.ts";
import {
  CannotLook,
  decodeRecording,
  describeHead,
  ItemEncoder,
  type TimelineItem,
  xray,
} from "../../xray/mod.ts";
import { endWithUs } from "../../xray/guard.ts";
import { Observer } from "../../xray/observer.ts";
import { TracedLesson } from "../../xray/traced_lesson.ts";
import { fileOf, type Lesson } from "../../workbook/checker/catalog.ts";
import { sandboxArgs } from "../../workbook/checker/sandbox.ts";
import { temporaryFolder } from "../../workbook/checker/temporary_folder.ts";
import { Pauses } from "./pauses.ts";
import type { RunSource } from "../protocol.ts";

/** How long a lesson may show nothing, in milliseconds. */
const SILENCE_MS = 120_000;

/** The options for running a lesson for a page. */
export interface LessonRunOptions {
  /** Whether to look at its system calls and packets, too. */
  xray: boolean;
  /** Ends the run when aborted. */
  signal: AbortSignal;
  /**
   * Called once at the start; `note` says why it's another run than requested.
   */
  onStart: (source: RunSource, note?: string) => void;
  /** Receives its items as lines of JSON, as they arrive. */
  onLines: (lines: string[]) => void;
  /** Waits until the reader has answered a question. */
  onQuestion: () => Promise<void>;
}

/** How a run ended. */
export interface RunEnd {
  /** The lesson's exit code. */
  code: number;
  /** Failures, and parts that may be missing, in one line each. */
  notes: string[];
}

/**
 * Runs a lesson in the same sandbox as `deno task lesson`, and passes on its
 * items. If this machine can't X-ray it, plays the lesson's recording instead.
 *
 * @param lesson The lesson.
 * @param options Whether to X-ray it, and callbacks.
 * @returns How it ended.
 */
export async function runLesson(
  lesson: Lesson,
  options: LessonRunOptions,
): Promise<RunEnd> {
  if (!options.xray) return await plainRun(lesson, options);
  try {
    return await xrayRun(lesson, options);
  } catch (error) {
    if (!(error instanceof CannotLook)) throw error;
    const recording = await readRecording(lesson);
    if (recording === undefined) {
      return await plainRun(lesson, options, error.message);
    }
    const { head } = decodeRecording(recording);
    options.onStart(
      "recording",
      `${describeHead(head)} Here: ${error.message}.`,
    );
    options.onLines(recording.trim().split("\n").slice(1));
    return { code: 0, notes: [] };
  }
}

async function xrayRun(
  lesson: Lesson,
  { signal, onStart, onLines, onQuestion }: LessonRunOptions,
): Promise<RunEnd> {
  await using folder = await temporaryFolder();
  const encoder = new ItemEncoder(["call", "packet"]);
  using silence = new Silence(signal);
  const pauses = new Pauses();
  let isStarted = false;
  function start() {
    if (!isStarted) onStart("xray");
    isStarted = true;
  }
  const { code, errors, problems, warnings } = await xray(
    [...lessonArgs(lesson, folder.path), ...FOR_PAGE],
    {
      calls: true,
      packets: true,
      folder: folder.path,
      signal: silence.signal,
      onEvent: start,
      onQuestion: () => silence.whileWaitingFor(pauses.during(onQuestion())),
      onItems(items) {
        silence.broken();
        start();
        const lines = encoder.lines(items.map((item) => pauses.without(item)));
        if (lines.length > 0) onLines(lines);
      },
    },
  );
  return { code, notes: [...notesOf(errors), ...warnings, ...problems] };
}

/** Runs the lesson without X-ray, so nothing slows it down. */
async function plainRun(
  lesson: Lesson,
  { signal, onStart, onLines, onQuestion }: LessonRunOptions,
  note?: string,
): Promise<RunEnd> {
  await using folder = await temporaryFolder();
  const encoder = new ItemEncoder([]);
  const observer = new Observer({ traced: false });
  const child = new TracedLesson(
    [...lessonArgs(lesson, folder.path), ...FOR_PAGE],
    { observer, pauses: true },
  );
  await using _guard = endWithUs([child.group]);
  using silence = new Silence(signal);
  const end = () => child.signal("SIGKILL");
  silence.signal.addEventListener("abort", end);
  if (signal.aborted) end();
  onStart("story", note);
  let step = 0;
  const { code, errors, problems } = await child.run({
    tell({ event }) {
      silence.broken();
      if (event.kind === "step") step = event.number;
      onLines(encoder.lines([storyItem(event, step)]));
      if (event.kind !== "predict") return;
      silence.whileWaitingFor(onQuestion()).then(() => child.goOn());
    },
    line() {},
  });
  return { code, notes: [...notesOf(errors), ...problems] };
}

function storyItem(event: ShowEvent, step: number): TimelineItem {
  return { atMs: event.atMs, step, seen: "story", event };
}

/**
 * Returns the arguments that run a lesson in its sandbox.
 *
 * @param lesson The lesson.
 * @param folder The folder that it may use.
 * @returns Arguments for `deno`.
 */
export function lessonArgs(lesson: Lesson, folder: string): string[] {
  const { socketFiles, programs } = lesson;
  const module = fileOf(lesson, "lesson.ts");
  return [
    ...sandboxArgs(module, { folder, socketFiles, programs }),
    ...["--folder", folder],
  ];
}

/** The options of a page's run: it prints events, and waits at questions. */
const FOR_PAGE = ["--json", "--pause"];

function notesOf(errors: string): string[] {
  return errors.trim() === "" ? [] : [errors.trim()];
}

/**
 * Reads the recording in a lesson's folder.
 *
 * @param lesson The lesson.
 * @returns Its text, or `undefined` if there's none.
 */
export async function readRecording(
  lesson: Lesson,
): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(fileOf(lesson, "recording.jsonl"));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/**
 * Ends a lesson that shows nothing for too long, unless a reader is thinking.
 */
class Silence implements Disposable {
  readonly #tooLong = new AbortController();
  #timer?: ReturnType<typeof setTimeout>;
  /** Aborts if the lesson is silent for too long, or if the run must end. */
  readonly signal: AbortSignal;

  constructor(signal: AbortSignal) {
    this.signal = AbortSignal.any([signal, this.#tooLong.signal]);
    this.broken();
  }

  broken(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#tooLong.abort(), SILENCE_MS);
  }

  async whileWaitingFor(answer: Promise<void>): Promise<void> {
    clearTimeout(this.#timer);
    await answer;
    this.broken();
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }
}

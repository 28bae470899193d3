import { fitTerminal } from "../../../show/mod.ts";
import {
  abridge,
  CannotLook,
  decodeRecording,
  describeHead,
  drawTimeline,
  headNow,
  ItemEncoder,
  type RecordingHead,
  RunSummary,
  TimelineDrawer,
  type TimelineItem,
  xray,
} from "../../../xray/mod.ts";
import { fileOf, type Lesson, ROOT } from "../../checker/catalog.ts";
import type { CommandContext } from "../command.ts";
import { Interrupted, onInterrupt } from "../../checker/interrupted.ts";
import { sandboxArgs } from "../../checker/sandbox.ts";
import { temporaryFolder } from "../../checker/temporary_folder.ts";
import { UsageError } from "../../checker/usage_error.ts";

/** The most columns to use: three views side by side need more than prose. */
const MAX_WIDTH = 160;

/** Options for {@linkcode xrayLesson}. */
export interface XrayRequest {
  /** Whether to show system calls. */
  calls: boolean;
  /** Whether to show packets. */
  packets: boolean;
  /** Whether to print JSON instead of a picture. */
  json: boolean;
  /** Whether to leave out the middle of long repetitions in the JSON. */
  brief: boolean;
  /** Whether to show the calls that only get or set something. */
  all: boolean;
  /** Whether each line also has the time since the previous one. */
  delta: boolean;
  /**
   * The only step to show.
   *
   * @default {all of them}
   */
  step?: number;
  /** Whether the lesson keeps its server up, and is shown while it runs. */
  serve: boolean;
  /** The lesson's arguments besides `--json`. */
  options: string[];
  /** The time limit for the lesson, in milliseconds. */
  limitMs: number;
}

/**
 * Runs a lesson under X-ray and shows its timeline: a server's while it runs,
 * and any other lesson's after it has ended.
 *
 * If nothing can be observed, shows the recording in the lesson's folder
 * instead.
 *
 * @param lesson The lesson.
 * @param request The views, and the options for showing them.
 * @param io The input and output of the command.
 * @returns The exit status: the lesson's own, or 1 if something couldn't be
 * observed.
 */
export async function xrayLesson(
  lesson: Lesson,
  request: XrayRequest,
  io: CommandContext,
): Promise<number> {
  try {
    return await look(lesson, request, io);
  } catch (error) {
    if (!(error instanceof CannotLook)) throw error;
    const text = request.serve ? undefined : await recordingOf(lesson);
    const part = text === undefined ? partOf(request, error) : "";
    console.error(error.message + part);
    if (text === undefined) return 1;
    const { head, items } = decodeRecording(text);
    if (request.json && request.step === undefined) io.print(text.trimEnd());
    else if (request.json) {
      printLines(jsonLines(head, inStep(items, request)), io);
    } else {
      const lines = picture(items, request);
      printLines([describeHead(head), "", ...lines], io);
    }
    return 0;
  }
}

/**
 * Runs the lesson, and shows its timeline, even if it was stopped early.
 */
async function look(
  lesson: Lesson,
  request: XrayRequest,
  io: CommandContext,
): Promise<number> {
  const end = new AbortController();
  // Keep the handler until the process ends: a second signal during the cleanup
  // mustn't change the exit status.
  onInterrupt(() => end.abort(new Interrupted()));
  await using folder = await temporaryFolder();
  end.signal.throwIfAborted();
  const head = headNow(lesson.number, viewsOf(request));
  const view = request.serve ? new LiveOutput(head, request, io) : undefined;
  const { items, code, errors, problems, warnings } = await xray([
    ...sandboxArgs(fileOf(lesson, "lesson.ts"), {
      folder: folder.path,
      socketFiles: lesson.socketFiles,
      programs: lesson.programs,
      // The learner's file is loaded by its URL.
      read: request.options.includes("--mine") ? [ROOT] : [],
    }),
    "--json",
    "--folder",
    folder.path,
    ...request.options,
  ], {
    calls: request.calls,
    packets: request.packets,
    folder: folder.path,
    signal: end.signal,
    ...(view === undefined
      ? { limitMs: request.limitMs }
      : { onItems: (items) => view.show(items) }),
  });
  view?.end();
  if (items.length > 0) {
    const brief = request.brief ? abridge : (all: TimelineItem[]) => all;
    const lines = request.json
      ? jsonLines(head, brief(inStep(items, request)))
      : picture(items, request);
    printLines(lines, io);
  }
  if (errors !== "") console.error(errors.trimEnd());
  for (const line of [...warnings, ...problems]) console.error(line);
  return code === 0 && problems.length > 0 ? 1 : code;
}

/** Prints a server's run as it happens. */
class LiveOutput {
  readonly #request: XrayRequest;
  readonly #io: CommandContext;
  readonly #drawer: TimelineDrawer;
  readonly #summary = new RunSummary();
  readonly #encoder: ItemEncoder;
  #hasItems = false;
  #head?: RecordingHead;

  constructor(head: RecordingHead, request: XrayRequest, io: CommandContext) {
    this.#request = request;
    this.#io = io;
    this.#head = head;
    this.#drawer = new TimelineDrawer(drawOptions(request));
    this.#encoder = new ItemEncoder(head.views);
  }

  show(items: TimelineItem[]): void {
    if (items.length === 0) return;
    this.#hasItems = true;
    if (!this.#request.json) {
      this.#summary.add(items);
      return printLines(this.#drawer.draw(items), this.#io);
    }
    const shown = this.#request.brief ? abridge(items) : items;
    const head = this.#head === undefined ? [] : [JSON.stringify(this.#head)];
    this.#head = undefined;
    printLines([...head, ...this.#encoder.lines(shown)], this.#io);
  }

  end(): void {
    if (this.#request.json || !this.#hasItems) return;
    const { width } = fitTerminal({ maxWidth: MAX_WIDTH });
    const summary = this.#summary.draw({ ...this.#request, width });
    printLines([...this.#drawer.end(), "", ...summary], this.#io);
  }
}

/** Prints lines, in several calls if there are many. */
function printLines(lines: string[], io: CommandContext): void {
  if (lines.length > 0) io.print(lines.join("\n"));
}

function jsonLines(head: RecordingHead, items: TimelineItem[]): string[] {
  return [JSON.stringify(head), ...new ItemEncoder(head.views).lines(items)];
}

/** Returns the items of the requested step. */
function inStep(items: TimelineItem[], { step }: XrayRequest): TimelineItem[] {
  if (step === undefined) return items;
  const shown = items.filter((item) => item.step === step);
  if (shown.length > 0) return shown;
  const last = items.at(-1)?.step ?? 0;
  throw new UsageError(`no step ${step}: this lesson has steps 1 to ${last}`);
}

function viewsOf({ calls, packets }: XrayRequest): RecordingHead["views"] {
  return [
    ...(calls ? ["call"] as const : []),
    ...(packets ? ["packet"] as const : []),
  ];
}

function drawOptions(request: XrayRequest) {
  const { width } = fitTerminal({ maxWidth: MAX_WIDTH });
  const { all, delta } = request;
  return { width, views: viewsOf(request), all, delta };
}

/** Draws a run: its timeline, and a summary. */
function picture(items: TimelineItem[], request: XrayRequest): string[] {
  const options = drawOptions(request);
  inStep(items, request);
  const summary = new RunSummary();
  summary.add(items);
  return [
    ...drawTimeline(items, { ...options, step: request.step }),
    "",
    ...summary.draw({ ...request, width: options.width }),
  ];
}

/** Suggests the view that still works if only one of two doesn't. */
function partOf({ calls, packets }: XrayRequest, error: CannotLook): string {
  const both = calls && packets && !error.message.includes("; ");
  if (!both) return "";
  const isPackets = error.message.startsWith("no packets");
  return `; ${isPackets ? "--calls" : "--packets"} works without`;
}

/** Loads the recording in a lesson's folder, if there is one. */
async function recordingOf(lesson: Lesson): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(fileOf(lesson, "recording.jsonl"));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

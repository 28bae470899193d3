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
import { onInterrupt } from "../../checker/interrupted.ts";
import { sandboxArgs } from "../../checker/sandbox.ts";
import { temporaryFolder } from "../../checker/temporary_folder.ts";
import { UsageError } from "../../checker/usage_error.ts";

/** Three views side by side use more columns than prose does. */
const MAX_WIDTH = 160;

/** What to look at, and how to show it. */
export interface XrayRequest {
  /** Whether to show system calls. */
  calls: boolean;
  /** Whether to show packets. */
  packets: boolean;
  /** Whether to print JSON instead of a picture. */
  json: boolean;
  /** Whether JSON leaves out the middle of long repetitions. */
  brief: boolean;
  /** Whether to show the calls that only ask for or set something. */
  all: boolean;
  /** Whether each line has the time since the previous one, too. */
  delta: boolean;
  /**
   * The only step to show.
   *
   * @default {all of them}
   */
  step?: number;
  /** Whether the lesson is to keep its server up, and be shown meanwhile. */
  serve: boolean;
  /** What the lesson is given besides `--json`. */
  options: string[];
  /** Ends a lesson that takes longer, in milliseconds. */
  limitMs: number;
}

/**
 * Runs a lesson under X-ray and shows what was observed: a server while it runs,
 * and any other lesson when it has ended.
 *
 * Where nothing can be observed, a recording in the lesson's folder takes the
 * place of the run.
 *
 * @param lesson The lesson.
 * @param request What to look at.
 * @param io Where to print.
 * @returns The exit status: the lesson's own, or 1 if not all was observed.
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

/** Runs the lesson, and shows what was observed even if it's ended early. */
async function look(
  lesson: Lesson,
  request: XrayRequest,
  io: CommandContext,
): Promise<number> {
  await using folder = await temporaryFolder();
  const end = new AbortController();
  // To the end of the process: a second signal, while the folder is removed, must
  // not give it another status.
  onInterrupt(() => end.abort());
  const head = headNow(lesson.number, viewsOf(request));
  const view = request.serve ? new LiveOutput(head, request, io) : undefined;
  const { items, code, errors, problems, warnings } = await xray([
    ...sandboxArgs(fileOf(lesson, "lesson.ts"), {
      folder: folder.path,
      socketFiles: lesson.socketFiles,
      programs: lesson.programs,
      // The learner's file is loaded by its address.
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

/** Prints a server's run while it goes on. */
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

/** Prints lines, which may be too many for one call. */
function printLines(lines: string[], io: CommandContext): void {
  if (lines.length > 0) io.print(lines.join("\n"));
}

function jsonLines(head: RecordingHead, items: TimelineItem[]): string[] {
  return [JSON.stringify(head), ...new ItemEncoder(head.views).lines(items)];
}

/** Returns the items of the step that's wanted. */
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

/** A picture of a run: its timeline, and what it cost. */
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

/** What can be seen all the same, where only one of two cannot. */
function partOf({ calls, packets }: XrayRequest, error: CannotLook): string {
  const both = calls && packets && !error.message.includes("; ");
  if (!both) return "";
  const isPackets = error.message.startsWith("no packets");
  return `; ${isPackets ? "--calls" : "--packets"} works without`;
}

/** The recording in a lesson's folder, if there is one. */
async function recordingOf(lesson: Lesson): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(fileOf(lesson, "recording.jsonl"));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

import { fitTerminal, Printer } from "../../../show/mod.ts";
import {
  abridge,
  CannotLook,
  decodeRecording,
  describeHead,
  drawSummary,
  drawTimeline,
  encodeRecording,
  headNow,
  type Recording,
  xray,
} from "../../../xray/mod.ts";
import { fileOf, type Lesson } from "../../checker/catalog.ts";
import type { CommandContext } from "../command.ts";
import { onInterrupt } from "../../checker/interrupted.ts";
import { sandboxArgs } from "../../checker/sandbox.ts";
import { temporaryFolder } from "../../checker/temporary_folder.ts";

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
  /** Whether the lesson is to keep its server up. */
  serve: boolean;
  /** What the lesson is given besides `--json`. */
  options: string[];
  /** Ends a lesson that takes longer, in milliseconds. */
  limitMs: number;
}

/**
 * Runs a lesson under X-ray and shows what was seen.
 *
 * Where it cannot be looked at here, a recording in the lesson's folder takes
 * the place of the run.
 *
 * @param lesson The lesson.
 * @param request What to look at.
 * @param io Where to print.
 * @returns The exit status: the lesson's own, or 1 if not all was seen.
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
    if (request.json) io.print(text.trimEnd());
    else {
      const recording = decodeRecording(text);
      io.print(describeHead(recording.head), "");
      io.print(...picture(recording, request));
    }
    return 0;
  }
}

/** Runs the lesson, and shows what was seen also when it is ended early. */
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
  // A server's story is for now: it says where to connect to.
  const live = request.serve ? livePrinter(request.json, io) : undefined;
  const { items, code, errors, problems, warnings } = await xray([
    ...sandboxArgs(fileOf(lesson, "lesson.ts"), {
      folder: folder.path,
      socketFiles: lesson.socketFiles,
      programs: lesson.programs,
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
    ...(request.serve ? {} : { limitMs: request.limitMs }),
    onEvent: (event) => live?.show(event),
  });
  live?.flush();
  const recording = { head: headNow(lesson.number, viewsOf(request)), items };
  if (items.length > 0) {
    if (request.serve && !request.json) io.print("");
    io.print(
      ...(request.json
        ? encodeRecording(
          request.brief
            ? { head: recording.head, items: abridge(items) }
            : recording,
        )
        : picture(recording, request)),
    );
  }
  if (errors !== "") console.error(errors.trimEnd());
  for (const line of [...warnings, ...problems]) console.error(line);
  return code === 0 && problems.length > 0 ? 1 : code;
}

function viewsOf(
  { calls, packets }: XrayRequest,
): Recording["head"]["views"] {
  return [
    ...(calls ? ["call"] as const : []),
    ...(packets ? ["packet"] as const : []),
  ];
}

/** A picture of a run: what it was, its timeline, and what it cost. */
function picture(
  { items }: Recording,
  request: XrayRequest,
): string[] {
  const { width } = fitTerminal({ maxWidth: MAX_WIDTH });
  const { calls, packets } = request;
  const timeline = drawTimeline(items, { width, views: viewsOf(request) });
  const summary = drawSummary(items, { width, calls, packets });
  return [...timeline, "", ...summary];
}

/** Prints a server's story as it happens; beside JSON it goes to stderr. */
function livePrinter(json: boolean, { width }: CommandContext): Printer {
  const out = json ? Deno.stderr : Deno.stdout;
  return new Printer((text) => {
    for (let rest = new TextEncoder().encode(text); rest.length > 0;) {
      rest = rest.subarray(out.writeSync(rest));
    }
  }, { width });
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

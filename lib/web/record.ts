import {
  abridge,
  CannotLook,
  encodeRecording,
  headNow,
  type RecordingHead,
  xray,
  type XrayRun,
} from "../xray/mod.ts";
import type { Lesson } from "../workbook/checker/catalog.ts";
import { lessonArgs, readRecording } from "./live/lesson_run.ts";
import { temporaryFolder } from "../workbook/checker/temporary_folder.ts";

/** The longest time that a lesson may take, in milliseconds. */
const LIMIT_MS = 120_000;

/** A recorded run, for pages without a server. */
export interface RecordedRun {
  /** Its lines, as `--xray --json --brief` prints them. */
  text: string;
  /** `with X-ray`, or why it has none. */
  how: string;
}

/**
 * Records a run of a lesson with X-ray. If that isn't possible, takes the
 * recording from the lesson's folder, or records the run without X-ray.
 *
 * @param lesson The lesson.
 * @param signal Ends the run.
 * @returns The recording.
 * @throws {Error} If the lesson fails.
 */
export async function recordRun(
  lesson: Lesson,
  signal: AbortSignal,
): Promise<RecordedRun> {
  try {
    return { text: await run(lesson, signal, true), how: "with X-ray" };
  } catch (error) {
    if (!(error instanceof CannotLook)) throw error;
    const recorded = await readRecording(lesson);
    return recorded === undefined
      ? { text: await run(lesson, signal, false), how: "without X-ray" }
      : { text: recorded, how: "from the recording in its folder" };
  }
}

async function run(
  lesson: Lesson,
  signal: AbortSignal,
  looks: boolean,
): Promise<string> {
  await using folder = await temporaryFolder();
  const result = await xray([...lessonArgs(lesson, folder.path), "--json"], {
    calls: looks,
    packets: looks,
    folder: folder.path,
    limitMs: LIMIT_MS,
    signal,
  });
  signal.throwIfAborted();
  if (result.code !== 0) throw new Error(whyFailed(lesson, result));
  const views: RecordingHead["views"] = looks ? ["call", "packet"] : [];
  const head = headNow(lesson.number, views);
  const items = abridge(result.items);
  return encodeRecording({ head, items }).join("\n") + "\n";
}

function whyFailed(lesson: Lesson, { errors, problems }: XrayRun): string {
  const why = [errors.trim(), ...problems].filter(Boolean).join("; ");
  return `Cannot record lesson ${lesson.number}: ${why}`;
}

import type { ShowEvent } from "../show/mod.ts";
import type { Packet } from "../wire/mod.ts";
import { type Capture, type Captured, startCapture } from "./capture.ts";
import { endWithUs } from "./guard.ts";
import { LiveView, Progress } from "./live.ts";
import { Observer } from "./observer.ts";
import type { TimelineItem } from "./timeline.ts";
import { CannotLook, whyNoStrace } from "./tools.ts";
import { makePipe, TracedLesson } from "./traced_lesson.ts";
import { epochMs } from "./wire_packet.ts";

/** Options for {@linkcode xray}. */
export interface XrayOptions {
  /** Whether to show system calls. */
  calls: boolean;
  /** Whether to show packets. */
  packets: boolean;
  /** An empty folder, for the pipe that `strace` writes its log to. */
  folder: string;
  /**
   * Ends the lesson when aborted, as Ctrl-C does. Keeps everything observed so
   * far.
   */
  signal?: AbortSignal;
  /**
   * The time limit for the lesson, in milliseconds.
   *
   * @default {Infinity}
   */
  limitMs?: number;
  /**
   * Receives each event of the lesson's story as soon as the lesson reports it.
   */
  onEvent?: (event: ShowEvent) => void;
  /**
   * Called at each question of a lesson that runs with `--pause`. The lesson
   * continues when the promise resolves.
   */
  onQuestion?: () => Promise<void>;
  /**
   * Receives the items while the lesson runs, a moment after they happen. Items
   * that it receives aren't kept.
   *
   * @default {all items are kept until the end}
   */
  onItems?: (items: TimelineItem[]) => void;
  /**
   * Whether to keep the capture and the log of system calls in the folder as
   * well, as `packets.pcap` and `calls.log`.
   *
   * @default {false}
   */
  keepCapture?: boolean;
}

/** The result of a run. */
export interface XrayRun {
  /** Everything that happened, in order; nothing if `onItems` received it. */
  items: TimelineItem[];
  /** The lesson's exit code. */
  code: number;
  /** The lesson's standard error. */
  errors: string;
  /** The reasons why the observation ended too early, in one line each. */
  problems: string[];
  /** The parts that may be missing, in one line each. */
  warnings: string[];
}

/**
 * Runs a lesson and observes it in three ways: the events it reports, the
 * system calls it makes, and the packets that they cause.
 *
 * It traces the calls whenever possible, even if you ask only for packets,
 * because they show which packets belong to the lesson. Without tracing, it
 * uses the addresses that the lesson reports.
 *
 * @param args Arguments for `deno` that run the lesson with `--json`.
 * @param options The views, the callbacks, and the limits.
 * @returns The result of the run.
 * @throws {CannotLook} If a requested view can't be observed here. In that
 * case, the lesson hasn't run.
 */
export async function xray(
  args: string[],
  options: XrayOptions,
): Promise<XrayRun> {
  const { folder, signal, onItems, limitMs = Infinity } = options;
  const noStrace = await whyNoStrace();
  const traced = noStrace === undefined;
  const observer = new Observer({ traced });
  const progress = { calls: new Progress(), packets: new Progress() };
  const capture = await prepare(options, {
    noStrace,
    onPacket(packet) {
      observer.packet(packet);
      progress.packets.see(epochMs(packet.time!));
    },
  });
  const pipe = traced ? `${folder}/calls.pipe` : undefined;
  const pauses = options.onQuestion !== undefined;
  const lesson = await startLesson(args, { observer, pipe, capture, pauses });
  await using _guard = endWithUs([
    lesson.group,
    ...(capture === undefined ? [] : [capture.pid]),
  ]);
  let failure: { error: unknown } | undefined;
  using live = onItems === undefined ? undefined : new LiveView(observer, {
    show: onItems,
    fail(error) {
      failure = { error };
      lesson.signal("SIGKILL");
    },
    streams: [progress.calls, progress.packets],
  });
  using log = new CallLog(options);
  const problems: string[] = [];
  // Send it only once, because a second signal might cut off the lesson's last
  // output. But it may be too early for the first one.
  let toEnd = false;
  const end = () => toEnd = !lesson.signal("SIGINT");
  if (signal?.aborted) end();
  signal?.addEventListener("abort", end);
  const limit = limitMs === Infinity ? undefined : setTimeout(() => {
    problems.push(`the lesson was stopped after ${limitMs / 1000} s`);
    lesson.signal("SIGKILL");
  }, limitMs);
  let captured: Captured | undefined;
  try {
    const { code, errors, problems: others } = await lesson.run({
      tell(told) {
        observer.tell(told);
        options.onEvent?.(told.event);
        if (told.event.kind === "predict") {
          options.onQuestion?.().then(() => lesson.goOn());
        }
        if (toEnd) end();
      },
      line(line) {
        log.add(line);
        const atMs = observer.line(line);
        if (atMs !== undefined) progress.calls.see(atMs);
      },
    }).finally(async () => captured = await capture?.stop());
    if (failure !== undefined) throw failure.error;
    live?.[Symbol.dispose]();
    problems.push(...others);
    if (captured?.complete === false) {
      problems.push("tcpdump ended early: the last packets are missing");
    }
    const dropped = captured?.dropped ?? 0;
    const warnings = dropped === 0 ? [] : [
      `tcpdump missed ${dropped} packets of all programs' traffic, perhaps ` +
      "including some of the lesson's",
    ];
    for (const packet of captured?.packets ?? []) observer.packet(packet);
    const items = observer.take();
    onItems?.(items);
    const kept = onItems === undefined ? items : [];
    return { items: kept, code, errors, problems, warnings };
  } finally {
    clearTimeout(limit);
    signal?.removeEventListener("abort", end);
  }
}

/** Starts the capture, or throws if a requested view isn't possible. */
async function prepare(
  { calls, packets, folder, keepCapture, onItems }: XrayOptions,
  { noStrace, onPacket }: {
    noStrace?: CannotLook;
    onPacket: (packet: Packet) => void;
  },
): Promise<Capture | undefined> {
  const capture = !packets ? undefined : await startCapture({
    ...(keepCapture ? { copyTo: `${folder}/packets.pcap` } : {}),
    ...(onItems === undefined ? {} : { onPacket }),
  }).catch((error: Error) => error);
  const reasons: Error[] = [];
  if (calls && noStrace !== undefined) reasons.push(noStrace);
  if (capture instanceof Error) reasons.push(capture);
  else if (reasons.length > 0) await capture?.stop();
  else return capture;
  const other = reasons.find((reason) => !(reason instanceof CannotLook));
  if (other !== undefined) throw other;
  throw new CannotLook(reasons.map(({ message }) => message).join("; "));
}

/** Starts the lesson; if that fails, the capture ends too. */
async function startLesson(
  args: string[],
  { observer, pipe, capture, pauses }: {
    observer: Observer;
    pipe?: string;
    capture?: Capture;
    pauses: boolean;
  },
): Promise<TracedLesson> {
  try {
    if (pipe !== undefined) await makePipe(pipe);
    return new TracedLesson(args, { observer, pipe, pauses });
  } catch (error) {
    await capture?.stop();
    throw error;
  }
}

/** Saves the log of system calls to a file, if requested. */
class CallLog implements Disposable {
  readonly #file?: Deno.FsFile;

  constructor({ keepCapture, folder }: XrayOptions) {
    if (!keepCapture) return;
    this.#file = Deno.openSync(`${folder}/calls.log`, {
      write: true,
      create: true,
    });
  }

  add(line: string): void {
    this.#file?.writeSync(new TextEncoder().encode(`${line}\n`));
  }

  [Symbol.dispose](): void {
    this.#file?.close();
  }
}

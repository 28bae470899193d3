import { tmpdir } from "node:os";
import type { ShowEvent } from "../show/mod.ts";
import { type Capture, type Captured, startCapture } from "./capture.ts";
import { SocketFollower } from "./socket_calls.ts";
import { type ToldEvent, whenTold } from "./story_clock.ts";
import { readStrace, straceArgs } from "./strace.ts";
import { mergeTimeline, type TimelineItem } from "./timeline.ts";
import { CannotLook, whyNoStrace } from "./tools.ts";

/** What to look at, and how. */
export interface XrayOptions {
  /** Whether system calls are wanted. */
  calls: boolean;
  /** Whether packets are wanted. */
  packets: boolean;
  /** A folder for the log of system calls, which is read and left there. */
  folder: string;
  /**
   * Ends the lesson when aborted, as Ctrl-C does; what was seen so far is kept.
   */
  signal?: AbortSignal;
  /**
   * Ends a lesson that takes longer, in milliseconds.
   *
   * @default {Infinity}
   */
  limitMs?: number;
  /** Is told of each event when it comes. */
  onEvent?: (event: ShowEvent) => void;
  /**
   * Whether to keep the capture in the folder as well, as `packets.pcap`.
   *
   * @default {false}
   */
  keepCapture?: boolean;
}

/** What came of a run. */
export interface XrayRun {
  /** Everything that happened, in order. */
  items: TimelineItem[];
  /** The lesson's exit code. */
  code: number;
  /** What the lesson wrote to its standard error. */
  errors: string;
  /** Why the looking ended too early, in one line each. */
  problems: string[];
  /** What may be missing all the same, in one line each. */
  warnings: string[];
}

/**
 * Runs a lesson and looks at it from three sides: what it tells, which system
 * calls it makes, and which packets go out because of them.
 *
 * The calls are followed wherever they can be, also where only packets are
 * wanted: they say which packets are the lesson's. Where they cannot be, the
 * addresses that the lesson tells must do.
 *
 * @param args Arguments for `deno` that run the lesson with `--json`.
 * @param options What to look at.
 * @returns Everything that was seen of the lesson.
 * @throws {CannotLook} If what is wanted cannot be seen here; the lesson has not
 * been run then.
 */
export async function xray(
  args: string[],
  options: XrayOptions,
): Promise<XrayRun> {
  const { folder, signal, limitMs = Infinity } = options;
  const log = `${folder}/calls.log`;
  const capture = await prepare(options);
  const lesson = new TracedLesson(args, capture.traced ? log : undefined);
  // Once, for a second signal might cut off its last words; but it may be too
  // early for the first.
  let toEnd = false;
  const end = () => toEnd = !lesson.signal("SIGINT");
  if (signal?.aborted) end();
  signal?.addEventListener("abort", end);
  const problems: string[] = [];
  const limit = limitMs === Infinity ? undefined : setTimeout(() => {
    problems.push(`the lesson was ended after ${limitMs / 1000} s`);
    lesson.signal("SIGKILL");
  }, limitMs);
  const told: ToldEvent[] = [];
  let captured: Captured | undefined;
  try {
    const outcome = await lesson.run((event) => {
      told.push(event);
      options.onEvent?.(event.event);
      if (toEnd) end();
    }).finally(async () => captured = await capture.packets?.stop());
    problems.push(...outcome.problems);
    if (captured?.complete === false) {
      problems.push("tcpdump ended early: the last packets are missing");
    }
    const dropped = captured?.dropped ?? 0;
    const warnings = dropped === 0 ? [] : [
      `tcpdump missed ${dropped} packets in the traffic of all programs: some ` +
      "of the lesson's may be among them",
    ];
    const all = capture.traced
      ? readStrace(await Deno.readTextFile(log).catch(() => ""))
      : [];
    const follower = new SocketFollower();
    const calls = all.flatMap((call) => follower.follow(call) ?? []);
    const events = told.map(({ event }) => event);
    const items = mergeTimeline({
      events,
      toldAtMs: whenTold(told, all),
      calls,
      packets: captured?.packets ?? [],
      addresses: capture.traced ? [] : addressesIn(events),
    });
    const { code, errors } = outcome;
    return { items, code, errors, problems, warnings };
  } finally {
    clearTimeout(limit);
    signal?.removeEventListener("abort", end);
  }
}

/** Makes ready to look, or says why that cannot be. */
async function prepare(
  { calls, packets, folder, keepCapture }: XrayOptions,
): Promise<{ traced: boolean; packets?: Capture }> {
  const [noStrace, capture] = await Promise.all([
    whyNoStrace(),
    packets
      ? startCapture(keepCapture ? { copyTo: `${folder}/packets.pcap` } : {})
        .catch((error: Error) => error)
      : undefined,
  ]);
  const reasons: Error[] = [];
  if (calls && noStrace !== undefined) reasons.push(noStrace);
  if (capture instanceof Error) reasons.push(capture);
  if (reasons.length > 0) {
    if (capture !== undefined && !(capture instanceof Error)) {
      await capture.stop();
    }
    const other = reasons.find((reason) => !(reason instanceof CannotLook));
    if (other !== undefined) throw other;
    throw new CannotLook(reasons.map(({ message }) => message).join("; "));
  }
  return { traced: noStrace === undefined, packets: capture as Capture };
}

/** A lesson in a child process, under `strace` if there is a log to write. */
class TracedLesson {
  readonly #child: Deno.ChildProcess;
  readonly #log?: string;

  constructor(args: string[], log?: string) {
    this.#log = log;
    const deno = Deno.execPath();
    this.#child = new Deno.Command(log === undefined ? deno : "strace", {
      args: log === undefined ? args : [...straceArgs(log), deno, ...args],
      // Without it, Deno asks the system where the user lives, and that by a
      // socket, which would look like one of the lesson's.
      env: Deno.env.has("HOME") ? {} : { HOME: tmpdir() },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  }

  /**
   * Sends a signal to the lesson itself: `strace` takes none.
   *
   * @returns Whether there was anybody to send it to.
   */
  signal(signal: Deno.Signal): boolean {
    const pid = this.#log === undefined ? this.#child.pid : this.#pid();
    if (pid === undefined) return false;
    try {
      Deno.kill(pid, signal);
    } catch {
      // It has ended by itself.
    }
    return true;
  }

  /** Waits for its end, and hands on what it tells meanwhile. */
  async run(tell: (event: ToldEvent) => void): Promise<{
    code: number;
    errors: string;
    problems: string[];
  }> {
    const errors = new Response(this.#child.stderr).text();
    const telling = readEvents(this.#child.stdout, tell);
    // Who cannot be told is not served any longer.
    telling.catch(() => this.signal("SIGKILL"));
    const { code, signal } = await this.#child.status;
    const problems: string[] = [];
    // The lesson goes on when strace is gone, and nobody would see it.
    if (this.#log !== undefined && !this.#hasEnded()) {
      this.signal("SIGKILL");
      problems.push(
        `strace ended early${
          signal === null ? "" : ` by ${signal}`
        }: the last ` +
          "calls are missing",
      );
    }
    await telling;
    return { code, errors: await errors, problems };
  }

  /**
   * The lesson's own process: the first in the log. Before the log begins,
   * `strace` is still setting it up, and a signal would be lost.
   */
  #pid(): number | undefined {
    try {
      const pid = Number.parseInt(Deno.readTextFileSync(this.#log!), 10);
      return Number.isNaN(pid) ? undefined : pid;
    } catch {
      return undefined;
    }
  }

  /** Whether the log goes to the end of the lesson's process. */
  #hasEnded(): boolean {
    try {
      const log = Deno.readTextFileSync(this.#log!);
      const pid = Number.parseInt(log, 10);
      return Number.isNaN(pid) ||
        new RegExp(`^${pid} .*\\+\\+\\+ (exited|killed)`, "m").test(log);
    } catch {
      return true;
    }
  }
}

/** Reads the lesson's events, each with its place in what the lesson wrote. */
async function readEvents(
  stream: ReadableStream<Uint8Array>,
  tell: (event: ToldEvent) => void,
): Promise<void> {
  const decoder = new TextDecoder();
  let begun = "";
  let writtenBytes = 0;
  for await (const chunk of stream) {
    for (let start = 0; start < chunk.length;) {
      const newline = chunk.indexOf(0x0a, start);
      const end = newline === -1 ? chunk.length : newline + 1;
      begun += decoder.decode(chunk.subarray(start, end), { stream: true });
      writtenBytes += end - start;
      start = end;
      if (newline === -1) continue;
      const event = parseEvent(begun);
      begun = "";
      if (event !== undefined) tell({ event, writtenBytes });
    }
  }
}

/** An event; nothing for a line that is none, such as a stray console.log(). */
function parseEvent(line: string): ShowEvent | undefined {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** Every IP address with a port in what a lesson told. */
function addressesIn(events: ShowEvent[]): string[] {
  return JSON.stringify(events).match(/(?:\d+(?:\.\d+){3}|\[::1\]):\d+/g) ?? [];
}

import { tmpdir } from "node:os";
import type { ShowEvent } from "../show/mod.ts";
import type { Observer } from "./observer.ts";
import { straceArgs } from "./strace.ts";
import type { ToldEvent } from "./story_clock.ts";
import { CannotLook } from "./tools.ts";

/** The most characters to keep of a lesson's standard error. */
const MAX_ERRORS = 64 * 1024;
/** The longest line that can be an event of a lesson. */
const MAX_LINE = 16 * 1024 * 1024;

/** The outcome of a lesson. */
export interface LessonOutcome {
  /** Its exit code. */
  code: number;
  /** Its standard error. */
  errors: string;
  /** The reasons why the observation ended too early, in one line each. */
  problems: string[];
}

/** The callbacks for a lesson's events and its log. */
export interface LessonListeners {
  /** Receives each event. */
  tell: (told: ToldEvent) => void;
  /** Receives each line of the log. */
  line: (line: string) => void;
}

/** A lesson in a child process, under `strace` if there is a pipe for its log. */
export class TracedLesson {
  readonly #child: Deno.ChildProcess;
  readonly #observer: Observer;
  readonly #pipe?: string;
  readonly #input?: WritableStreamDefaultWriter<Uint8Array>;

  /**
   * Starts a lesson.
   *
   * @param args Arguments for `deno`.
   * @param options `observer` knows the lesson's process; `pipe` is the path of a
   * named pipe for the log. `pauses`: whether the lesson waits at its questions
   * until `goOn()` is called; by default, it doesn't.
   */
  constructor(
    args: string[],
    options: { observer: Observer; pipe?: string; pauses?: boolean },
  ) {
    const { observer, pipe, pauses = false } = options;
    this.#observer = observer;
    this.#pipe = pipe;
    const deno = Deno.execPath();
    this.#child = new Deno.Command(pipe === undefined ? deno : "strace", {
      args: pipe === undefined ? args : [...straceArgs(pipe), deno, ...args],
      // Without it, Deno asks the system for the user's home folder over a
      // socket, which would look like one of the lesson's.
      env: Deno.env.has("HOME") ? {} : { HOME: tmpdir() },
      stdin: pauses ? "piped" : "null",
      stdout: "piped",
      stderr: "piped",
      // Its own process group, with everything that the lesson starts.
      detached: Deno.build.os !== "windows",
    }).spawn();
    this.#input = pauses ? this.#child.stdin.getWriter() : undefined;
  }

  /** Lets a lesson that waits at a question continue. */
  goOn(): void {
    // The lesson has already ended.
    this.#input?.write(new TextEncoder().encode("\n")).catch(() => {});
  }

  /** The process group of `strace`, the lesson, and everything it starts. */
  get group(): number {
    return -this.#child.pid;
  }

  /**
   * Sends a signal to the lesson itself, because `strace` ignores signals.
   *
   * @param signal The signal.
   * @returns Whether there was a process to send it to.
   */
  signal(signal: Deno.Signal): boolean {
    const pid = this.#pipe === undefined ? this.#child.pid : this.#observer.pid;
    if (pid === undefined) return false;
    try {
      Deno.kill(pid, signal);
    } catch {
      // The lesson has already ended.
    }
    return true;
  }

  /**
   * Waits for the lesson's end.
   *
   * @param listeners The callbacks for the lesson's events and the log.
   * @returns The lesson's outcome.
   */
  async run({ tell, line }: LessonListeners): Promise<LessonOutcome> {
    const errors = readStart(this.#child.stderr);
    const telling = readEvents(this.#child.stdout, tell);
    const logging = this.#readLog(line);
    // If either fails, the rest of the run can't be shown.
    for (const reading of [telling, logging]) {
      reading.catch(() => this.signal("SIGKILL"));
    }
    const { code, signal } = await this.#child.status;
    await this.#input?.close().catch(() => {});
    await this.#releaseLog();
    await logging;
    const problems: string[] = [];
    // If strace is gone, the lesson keeps running unobserved.
    const { pid, hasEnded } = this.#observer;
    if (pid !== undefined && !hasEnded) {
      this.signal("SIGKILL");
      const how = signal === null ? "" : ` by ${signal}`;
      problems.push(`strace ended early${how}: the last calls are missing`);
    }
    await telling;
    return { code, errors: await errors, problems };
  }

  async #readLog(take: (line: string) => void): Promise<void> {
    if (this.#pipe === undefined) return;
    // This waits until strace opens the other end.
    const log = await Deno.open(this.#pipe);
    let begun = "";
    for await (
      const text of log.readable.pipeThrough(new TextDecoderStream())
    ) {
      const lines = (begun + text).split("\n");
      begun = lines.pop()!;
      for (const line of lines) take(line);
    }
  }

  /** Stops waiting for a `strace` that ended before it opened its log. */
  async #releaseLog(): Promise<void> {
    if (this.#pipe === undefined || this.#observer.pid !== undefined) return;
    (await Deno.open(this.#pipe, { write: true })).close();
  }
}

/**
 * Creates a named pipe. If it's full, `strace` waits, so nothing gets lost or
 * piles up, however busy the lesson is.
 *
 * @param path The pipe's path.
 * @throws {CannotLook} If the pipe can't be created.
 */
export async function makePipe(path: string): Promise<void> {
  try {
    const { success, stderr } = await new Deno.Command("mkfifo", {
      args: [path],
      stdout: "null",
      stderr: "piped",
    }).output();
    if (success) return;
    const said = new TextDecoder().decode(stderr).trim();
    throw CannotLook.forbidden("strace", said);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw CannotLook.forbidden("strace", "there is no mkfifo");
  }
}

/** Reads a stream to its end, and returns its start. */
async function readStart(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
): Promise<string> {
  let text = "";
  for await (const piece of stream.pipeThrough(new TextDecoderStream())) {
    if (text.length < MAX_ERRORS) text += piece;
  }
  return text.slice(0, MAX_ERRORS);
}

/** Reads the lesson's events, each with its position in the lesson's output. */
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
      const piece = decoder.decode(chunk.subarray(start, end), {
        stream: true,
      });
      if (begun.length < MAX_LINE) begun += piece;
      writtenBytes += end - start;
      start = end;
      if (newline === -1) continue;
      const event = parseEvent(begun);
      begun = "";
      if (event !== undefined) tell({ event, writtenBytes });
    }
  }
}

/**
 * Parses an event; a line may be something else, such as the output of
 * console.log().
 */
function parseEvent(line: string): ShowEvent | undefined {
  try {
    const event = JSON.parse(line);
    return typeof event?.kind === "string" && typeof event.atMs === "number"
      ? event
      : undefined;
  } catch {
    return undefined;
  }
}

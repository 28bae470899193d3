/** The most bytes to keep of a call's or a packet's data. */
export const KEPT_BYTES = 32;
/**
 * The number of bytes that strace shows, enough to decode the start of a
 * message.
 */
const SHOWN_BYTES = 128;

/** One system call, as `strace` logs it. */
export interface SystemCall {
  /** The thread that made it. */
  thread: number;
  /** The time when it began, in milliseconds since 1970. */
  atMs: number;
  /**
   * The time when it returned, in milliseconds since 1970. It may have been
   * later, because `strace` records `atMs` a while before it starts to measure
   * the duration.
   */
  endMs: number;
  /**
   * A time by which it had certainly returned: when its thread made its next
   * call.
   *
   * @default {Infinity}
   */
  settledMs?: number;
  /** Its name, such as `sendto`. */
  name: string;
  /** The arguments, as `strace` writes them. */
  args: string[];
  /** The result, as `strace` writes it: `5`, or `21<TCP:[284037]>`. */
  result: string;
  /** The name of the error, if it failed: `EAGAIN`. */
  error?: string;
}

/** `28328 1795235834.018727345 rest of the line` */
const LINE = /^(\d+) +(\d+)\.(\d+) (.*)$/;
/** `name(arguments) = result <seconds>`, possibly with an error name. */
const CALL = /^(\w+)\((.*)\) += (.*?)(?: <(\d+\.\d+)>)?$/;
const RESUMED = /^<\.\.\. (\w+) resumed>(.*)$/;
const UNFINISHED = / *<unfinished \.\.\.>$/;
/** The end of a thread in the middle of a call, without a result. */
const CUT_OFF = / *<unfinished \.\.\.>\) += \?$/;

/**
 * Returns the arguments for `strace` to write a log that this module can read:
 * every thread, with times to the nanosecond, the calls about sockets, and
 * those that read and write bytes.
 *
 * @param log The path of the log.
 * @returns Arguments that go before the program's name.
 */
export function straceArgs(log: string): string[] {
  return [
    "--follow-forks",
    // Other calls aren't stopped, which makes the lesson twice as fast.
    "--seccomp-bpf",
    "--absolute-timestamps=format:unix,precision:ns",
    "--syscall-times=ns",
    `--string-limit=${SHOWN_BYTES}`,
    "--trace=network,close,read,readv,write,writev",
    `--output=${log}`,
  ];
}

/**
 * Reads the log of `strace -f -ttt -T`, line by line.
 *
 * If another thread runs during a call, `strace` writes the call in two lines;
 * this class joins them, so calls are in the order in which they returned. It
 * skips lines about signals and exits, and calls that never returned.
 *
 * @example One call
 * ```ts
 * import { StraceReader } from "./strace.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const reader = new StraceReader();
 * const call = reader.line(
 *   '7 10.5 sendto(22<TCP:[9]>, "hi", 2, MSG_NOSIGNAL, NULL, 0) = 2 <0.000028>',
 * )!;
 * assertEquals(call.name, "sendto");
 * assertEquals(call.args.slice(0, 3), ["22<TCP:[9]>", '"hi"', "2"]);
 * assertEquals([call.result, call.atMs], ["2", 10_500]);
 * ```
 */
export class StraceReader {
  /** The first halves of calls that haven't returned, by thread. */
  readonly #begun = new Map<number, { atMs: number; text: string }>();
  /** The last call of each thread. */
  readonly #last = new Map<number, SystemCall>();

  /**
   * Handles the next line.
   *
   * @param line The line, without its end.
   * @returns The call that the line completes, or `undefined` if it doesn't
   * complete one. The call's `settledMs` is set when its thread makes its next
   * call.
   */
  line(line: string): SystemCall | undefined {
    const call = this.#complete(line);
    if (call === undefined) return undefined;
    const previous = this.#last.get(call.thread);
    if (previous !== undefined) previous.settledMs = call.atMs;
    this.#last.set(call.thread, call);
    return call;
  }

  #complete(line: string): SystemCall | undefined {
    const match = line.match(LINE);
    if (match === null) return undefined;
    const thread = Number(match[1]);
    const nowMs = Number(match[2]) * 1000 + Number(`0.${match[3]}`) * 1000;
    const text = match[4];
    if (UNFINISHED.test(text)) {
      this.#begun.set(thread, {
        atMs: nowMs,
        text: text.replace(UNFINISHED, ""),
      });
      return undefined;
    }
    const resumed = text.match(RESUMED);
    if (resumed === null) return parseCall(thread, nowMs, text);
    const begun = this.#begun.get(thread);
    this.#begun.delete(thread);
    return begun &&
      parseCall(thread, begun.atMs, begun.text + resumed[2], nowMs);
  }
}

function parseCall(
  thread: number,
  atMs: number,
  text: string,
  resumedMs?: number,
): SystemCall | undefined {
  const match = text.match(CALL);
  if (match === null || CUT_OFF.test(text)) return undefined;
  const [, name, args, outcome, seconds = "0"] = match;
  const error = outcome.match(/^-1 (E\w+)/)?.[1];
  return {
    thread,
    atMs,
    endMs: resumedMs ?? atMs + Number(seconds) * 1000,
    name,
    args: splitArguments(args),
    result: outcome.split(" ")[0],
    ...(error === undefined ? {} : { error }),
  };
}

/** Splits at the commas outside quotes and brackets. */
function splitArguments(text: string): string[] {
  const args: string[] = [];
  let depth = 0;
  let quoted = false;
  let start = 0;
  for (let i = 0; i < text.length; i++) {
    const char = text[i];
    if (quoted) {
      if (char === "\\") i++;
      else if (char === '"') quoted = false;
    } else if (char === '"') quoted = true;
    else if ("([{".includes(char)) depth++;
    else if (")]}".includes(char)) depth--;
    else if (char === "," && depth === 0) {
      args.push(text.slice(start, i).trim());
      start = i + 1;
    }
  }
  if (text.trim() !== "") args.push(text.slice(start).trim());
  return args;
}

const ESCAPES: Record<string, number> = {
  n: 10,
  t: 9,
  r: 13,
  v: 11,
  f: 12,
  b: 8,
  a: 7,
};

/**
 * Decodes a string that `strace` quoted.
 *
 * @param text The quoted string, such as `"caf\303\251\n"`, perhaps cut off and
 * followed by `...`.
 * @returns The bytes; empty if it isn't a string.
 *
 * @example Octal escapes have one to three digits
 * ```ts
 * import { unquote } from "./strace.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(unquote(String.raw`"a\0\3039\n"...`).toHex(), "6100c3390a");
 * assertEquals(unquote("NULL").length, 0);
 * ```
 */
export function unquote(text: string): Uint8Array {
  const quoted = text.match(/^"((?:[^"\\]|\\.)*)"/s)?.[1] ?? "";
  const bytes: number[] = [];
  for (const [piece] of quoted.matchAll(/\\([0-7]{1,3}|x[0-9a-f]{2}|.)|./gs)) {
    if (piece[0] !== "\\") bytes.push(piece.charCodeAt(0));
    else if (/[0-7]/.test(piece[1])) {
      bytes.push(Number.parseInt(piece.slice(1), 8));
    } else if (piece.length === 4) {
      bytes.push(Number.parseInt(piece.slice(2), 16));
    } else bytes.push(ESCAPES[piece[1]] ?? piece.charCodeAt(1));
  }
  return Uint8Array.from(bytes);
}

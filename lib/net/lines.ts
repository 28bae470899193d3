/**
 * Lines: messages that end with a delimiter.
 *
 * @module
 */

import { type Reader, readSome } from "./read.ts";
import { writeAll, type Writer } from "./write.ts";

/** Options for {@linkcode readLines}. */
export interface ReadLinesOptions {
  /**
   * The longest line to accept, in bytes without its end, >= 0. Somebody who
   * never sends the end of a line would otherwise fill the memory.
   *
   * @default 65536
   */
  maxBytes?: number;
}

/** How much {@linkcode readLines} asks for at a time, in bytes. */
const CHUNK_SIZE = 16 * 1024;

const LF = 0x0a;
const CR = 0x0d;

/**
 * Keeps what was sent: a wrong byte is an error, not a U+FFFD, and a byte order
 * mark is a character like any other.
 */
const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Reads lines of UTF-8 text until the peer ends its side.
 *
 * A line ends with `\n` or `\r\n`, which is not part of it; a `\r` elsewhere is
 * a character like any other. A last line without an end counts. However the
 * bytes come, the lines are the same: they are decoded only when whole, so that
 * a character cut in two by two reads is none the worse.
 *
 * It reads ahead: when a loop is left early, what has come after the line is
 * lost. Nobody else should read from the source meanwhile. It does not close
 * it either. It never holds more than `maxBytes` and one read.
 *
 * @param source Where to read from.
 * @param options The limit.
 * @returns The lines, in order.
 * @throws {RangeError} If a line is longer than `maxBytes`, as soon as that is
 * known, or if `maxBytes` is not a number >= 0.
 * @throws {TypeError} If a line is not UTF-8.
 * @throws {Error} If the source gives 0 bytes 100 times in a row.
 *
 * @example Three lines from two writes
 * ```ts
 * import { readLines } from "./lines.ts";
 * import { writeAll } from "./write.ts";
 * import { listenTcp } from "./listen.ts";
 * import { assertEquals } from "@std/assert";
 *
 * using listener = listenTcp();
 * using client = await Deno.connect({ port: listener.addr.port });
 * using server = await listener.accept();
 *
 * // The second write begins in the middle of the "ö".
 * const bytes = new TextEncoder().encode("one\r\nzwölf\nthree");
 * await writeAll(client, bytes.subarray(0, 8));
 * await writeAll(client, bytes.subarray(8));
 * await client.closeWrite();
 * assertEquals(await Array.fromAsync(readLines(server)), [
 *   "one",
 *   "zwölf",
 *   "three",
 * ]);
 * ```
 */
export async function* readLines(
  source: Reader,
  options: ReadLinesOptions = {},
): AsyncGenerator<string> {
  const { maxBytes = 65536 } = options;
  if (!(maxBytes >= 0)) {
    throw new RangeError(
      `Cannot read lines: maxBytes ${maxBytes} is not a number >= 0`,
    );
  }
  // What was read and is no whole line yet is at [0, filled).
  let buffer = new Uint8Array(CHUNK_SIZE);
  let filled = 0;
  let number = 0;

  while (true) {
    const count = await readSome(source, buffer.subarray(filled));
    if (count === null) break;
    const fresh = filled;
    filled += count;
    const end = buffer.subarray(fresh, filled).lastIndexOf(LF);
    if (end !== -1) {
      for (const line of decodeLines(buffer.subarray(0, fresh + end))) {
        yield checkLine(withoutCR(line), ++number, maxBytes);
      }
      buffer.copyWithin(0, fresh + end + 1, filled);
      filled -= fresh + end + 1;
    }
    // Fail as soon as the line under way is too long. A last `\r` may turn out
    // to belong to its end.
    const length = buffer[filled - 1] === CR ? filled - 1 : filled;
    if (length > maxBytes) throw tooLong(number + 1, maxBytes);
    buffer = withRoom(buffer, filled, maxBytes);
  }
  if (filled === 0) return;
  for (const line of decodeLines(buffer.subarray(0, filled))) {
    yield checkLine(line, ++number, maxBytes);
  }
}

/**
 * Writes one line, and its `\n`, in one piece.
 *
 * @param target Where to write to.
 * @param line The line without its end; it may be empty.
 * @throws {TypeError} If `line` contains `\n` or `\r`: the peer would read two
 * lines, the second of which may be a command of somebody else's making.
 * @throws As {@linkcode writeAll}.
 *
 * @example One line is one line
 * ```ts
 * import { readLines, writeLine } from "./lines.ts";
 * import { listenTcp } from "./listen.ts";
 * import { assertEquals, assertRejects } from "@std/assert";
 *
 * using listener = listenTcp();
 * using client = await Deno.connect({ port: listener.addr.port });
 * using server = await listener.accept();
 *
 * await writeLine(client, "hello");
 * assertEquals((await readLines(server).next()).value, "hello");
 * await assertRejects(() => writeLine(client, "a\nQUIT"), TypeError);
 * ```
 */
export async function writeLine(target: Writer, line: string): Promise<void> {
  if (/[\r\n]/.test(line)) {
    throw new TypeError(
      `Cannot write a line that contains the end of one: ${
        JSON.stringify(line.slice(0, 60))
      }`,
    );
  }
  await writeAll(target, new TextEncoder().encode(`${line}\n`));
}

/**
 * Decodes lines, all but the last of which have their ends.
 *
 * All at once, since that takes a tenth of the time that one by one takes; if a
 * byte somewhere is wrong, one by one, for those before it are good.
 *
 * @returns The lines; an error for one that is not UTF-8, and nothing after it.
 */
function decodeLines(bytes: Uint8Array): (string | Error)[] {
  const all = decode(bytes);
  if (typeof all === "string") return all.split("\n");
  const lines: (string | Error)[] = [];
  let start = 0;
  do {
    const end = bytes.indexOf(LF, start);
    lines.push(decode(bytes.subarray(start, end === -1 ? undefined : end)));
    start = end + 1;
  } while (typeof lines.at(-1) === "string");
  return lines;
}

function decode(bytes: Uint8Array): string | Error {
  try {
    return UTF8.decode(bytes);
  } catch (error) {
    return error as Error;
  }
}

function withoutCR(line: string | Error): string | Error {
  return typeof line === "string" && line.endsWith("\r")
    ? line.slice(0, -1)
    : line;
}

/** Fails if a line is none, or too long. */
function checkLine(
  line: string | Error,
  number: number,
  maxBytes: number,
): string {
  if (typeof line !== "string") {
    const message = `Cannot read line ${number}: it is not UTF-8`;
    throw new TypeError(message, { cause: line });
  }
  // A UTF-16 code unit is three bytes of UTF-8 at the most.
  if (3 * line.length > maxBytes && byteLength(line) > maxBytes) {
    throw tooLong(number, maxBytes);
  }
  return line;
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}

function tooLong(number: number, maxBytes: number): RangeError {
  return new RangeError(
    `Cannot read line ${number}: it is longer than ${maxBytes} bytes`,
  );
}

/** Makes sure that there is room for the next read behind what is kept. */
function withRoom(
  buffer: Uint8Array<ArrayBuffer>,
  kept: number,
  maxBytes: number,
): Uint8Array<ArrayBuffer> {
  if (buffer.length - kept >= CHUNK_SIZE / 2) return buffer;
  // Twice the size, so that a long line is copied few times, but never more
  // than the longest line and one read.
  const size = Math.min(2 * buffer.length, maxBytes + 1 + CHUNK_SIZE);
  const larger = new Uint8Array(size);
  larger.set(buffer.subarray(0, kept));
  return larger;
}

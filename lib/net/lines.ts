/**
 * Lines: messages that end in a delimiter.
 *
 * @module
 */

import { type Reader, readSome } from "./read.ts";
import { writeAll, type Writer } from "./write.ts";

/** Options for {@linkcode readLines}. */
export interface ReadLinesOptions {
  /**
   * The longest line to accept, in bytes without its line ending, >= 0. Without a
   * limit, a peer that never ends its line fills your memory.
   *
   * @default 65536
   */
  maxBytes?: number;
}

/** How many bytes {@linkcode readLines} asks for at a time. */
const CHUNK_SIZE = 16 * 1024;

const LF = 0x0a;
const CR = 0x0d;

/**
 * Doesn't change the text: an invalid byte is an error, not U+FFFD, and a byte
 * order mark is kept.
 */
const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Reads lines of UTF-8 text until the peer ends its side.
 *
 * A line ends in `\n` or `\r\n`, which isn't part of the line; a `\r` elsewhere
 * is part of the line. A last line without a line ending is also a line. The
 * lines don't depend on how the reads split the bytes: each line is decoded
 * when it's complete, so it doesn't matter if a character is split in two.
 *
 * It reads ahead: if you leave the loop early, you lose the bytes after the
 * line. Nothing else should read from the source meanwhile. It doesn't close the
 * source. It never holds more than `maxBytes` and one read.
 *
 * @param source The connection to read from.
 * @param options The limit.
 * @returns The lines, in order.
 * @throws {RangeError} If a line is longer than `maxBytes`, as soon as that is
 * known, or if `maxBytes` isn't a number >= 0.
 * @throws {TypeError} If a line isn't valid UTF-8.
 * @throws {Error} If the source returns 0 bytes 100 times in a row.
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
  for await (const lines of readLineBatches(source, options)) {
    for (const line of lines) yield line;
  }
}

/**
 * Reads lines as {@linkcode readLines} does, but yields all the lines of one read
 * together.
 *
 * A loop over `readLines` awaits each line, and with short lines, those awaits
 * take longer than everything else. Use this where many short lines arrive
 * together, as in a server: it awaits once for each read, and you can answer the
 * whole batch with one write. It doesn't read again until you ask for the next
 * batch, so a slow loop still slows the sender down (backpressure).
 *
 * @param source The connection to read from.
 * @param options The limit.
 * @returns Arrays of one line or more, in order.
 * @throws As {@linkcode readLines}, after it has yielded the lines before the
 * wrong one.
 *
 * @example One read, one batch, one write
 * ```ts
 * import { readLineBatches } from "./lines.ts";
 * import { writeAll } from "./write.ts";
 * import { listenTcp } from "./listen.ts";
 * import { assertEquals } from "@std/assert";
 *
 * using listener = listenTcp();
 * using client = await Deno.connect({ port: listener.addr.port });
 * using server = await listener.accept();
 *
 * await writeAll(client, new TextEncoder().encode("one\ntwo\nthr"));
 * const batches = readLineBatches(server);
 * assertEquals((await batches.next()).value, ["one", "two"]);
 * await writeAll(client, new TextEncoder().encode("ee\n"));
 * assertEquals((await batches.next()).value, ["three"]);
 * ```
 */
export async function* readLineBatches(
  source: Reader,
  options: ReadLinesOptions = {},
): AsyncGenerator<string[]> {
  const { maxBytes = 65536 } = options;
  if (!(maxBytes >= 0)) {
    throw new RangeError(
      `Cannot read lines: maxBytes ${maxBytes} is not a number >= 0`,
    );
  }
  // The incomplete line is at [0, filled).
  let buffer = new Uint8Array(CHUNK_SIZE);
  let filled = 0;
  let number = 1;

  while (true) {
    const count = await readSome(source, buffer.subarray(filled));
    if (count === null) break;
    const lf = buffer.subarray(filled, filled + count).lastIndexOf(LF);
    const end = filled + lf + 1;
    filled += count;
    if (lf !== -1) {
      const whole = buffer.subarray(0, end);
      const { lines, error } = splitLines(whole, number, maxBytes);
      if (lines.length > 0) yield lines;
      if (error !== undefined) throw error;
      number += lines.length;
      buffer.copyWithin(0, end, filled);
      filled -= end;
    }
    // Fail as soon as the incomplete line is too long. Its last `\r` may turn out
    // to be part of the line ending.
    const length = buffer[filled - 1] === CR ? filled - 1 : filled;
    if (length > maxBytes) throw tooLong(number, maxBytes);
    buffer = withRoom(buffer, filled, maxBytes);
  }
  if (filled > 0) {
    yield [decodeLine(buffer.subarray(0, filled), number, maxBytes)];
  }
}

/**
 * Writes one line and its `\n` together.
 *
 * @param target The connection to write to.
 * @param line The line without its line ending; it may be empty.
 * @throws {TypeError} If `line` contains `\n` or `\r`: the peer would read two
 * lines, and an attacker could choose the second one (injection).
 * @throws As {@linkcode writeAll}.
 *
 * @example A line ending inside a line is rejected
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
    // What is escaped can't act on the terminal that the error is printed to.
    const shown = JSON.stringify(line.slice(0, 60)).replace(
      /[^\x20-\x7e]/g,
      (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
    );
    throw new TypeError(
      `Cannot write a line that contains a line ending: ${shown}`,
    );
  }
  await writeAll(target, new TextEncoder().encode(`${line}\n`));
}

/**
 * Decodes complete lines, up to the first wrong one.
 *
 * It decodes them all at once, which takes a tenth of the time. If a line may
 * be wrong, it decodes them one by one, to return the lines before that one.
 *
 * @param bytes Lines with their line endings.
 * @param number The number of the first line, for the error.
 * @param maxBytes The longest line to accept.
 * @returns The lines without their line endings, and the error if one is wrong.
 */
function splitLines(
  bytes: Uint8Array,
  number: number,
  maxBytes: number,
): { lines: string[]; error?: unknown } {
  const text = decode(bytes);
  if (text !== undefined) {
    const lines = text.split(text.includes("\r\n") ? /\r?\n/ : "\n");
    lines.pop(); // Nothing comes after the last line ending.
    // A UTF-16 code unit is at most three bytes of UTF-8.
    if (lines.every(({ length }) => 3 * length <= maxBytes)) return { lines };
  }
  const lines: string[] = [];
  for (let start = 0; start < bytes.length;) {
    const lf = bytes.indexOf(LF, start);
    const end = lf > start && bytes[lf - 1] === CR ? lf - 1 : lf;
    try {
      const line = bytes.subarray(start, end);
      lines.push(decodeLine(line, number + lines.length, maxBytes));
    } catch (error) {
      return { lines, error };
    }
    start = lf + 1;
  }
  return { lines };
}

/** Throws if a line isn't valid UTF-8 or is too long. */
function decodeLine(
  bytes: Uint8Array,
  number: number,
  maxBytes: number,
): string {
  if (bytes.length > maxBytes) throw tooLong(number, maxBytes);
  try {
    return UTF8.decode(bytes);
  } catch (cause) {
    throw new TypeError(`Cannot read line ${number}: it is not UTF-8`, {
      cause,
    });
  }
}

/** Returns `undefined` if the bytes aren't valid UTF-8. */
function decode(bytes: Uint8Array): string | undefined {
  try {
    return UTF8.decode(bytes);
  } catch {
    return undefined;
  }
}

function tooLong(number: number, maxBytes: number): RangeError {
  return new RangeError(
    `Cannot read line ${number}: it is longer than ${maxBytes} bytes`,
  );
}

/** Makes sure that there is room for the next read after the bytes to keep. */
function withRoom(
  buffer: Uint8Array<ArrayBuffer>,
  kept: number,
  maxBytes: number,
): Uint8Array<ArrayBuffer> {
  if (buffer.length - kept >= CHUNK_SIZE / 2) return buffer;
  // Double the size, so that a long line is copied only a few times, up to the
  // longest line and one read.
  const size = Math.min(2 * buffer.length, maxBytes + 1 + CHUNK_SIZE);
  return new Uint8Array(buffer.buffer.transfer(size));
}

/**
 * Lines: messages that end in a delimiter.
 *
 * @module
 */

import { Buffer } from "node:buffer";
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
 * Changes nothing in the text: an invalid byte is an error, not U+FFFD, and a
 * byte order mark is a character like any other.
 */
const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Reads lines of UTF-8 text until the peer ends its side.
 *
 * A line ends in `\n` or `\r\n`, which isn't part of the line; a `\r` elsewhere
 * is a character like any other. A last line without a line ending counts. The
 * lines don't depend on how the reads split the bytes: each line is decoded when
 * it's complete, so it doesn't matter if a character is split in two.
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
  const { maxBytes = 65536 } = options;
  if (!(maxBytes >= 0)) {
    throw new RangeError(
      `Cannot read lines: maxBytes ${maxBytes} is not a number >= 0`,
    );
  }
  // The incomplete line is at [0, filled).
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
    // Fail as soon as the incomplete line is too long. Its last `\r` may turn out
    // to be part of the line ending.
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
 * Writes one line and its `\n` together.
 *
 * @param target The connection to write to.
 * @param line The line without its line ending; it may be empty.
 * @throws {TypeError} If `line` contains `\n` or `\r`: the peer would read two
 * lines, and an attacker could choose the second one (injection).
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
      `Cannot write a line that contains a line ending: ${
        JSON.stringify(line.slice(0, 60))
      }`,
    );
  }
  await writeAll(target, new TextEncoder().encode(`${line}\n`));
}

/**
 * Decodes lines, all but the last of which have their line endings.
 *
 * It decodes them all at once, which takes a tenth of the time. If a byte is
 * invalid, it decodes them one by one, because the lines before that byte are
 * valid.
 *
 * @param bytes The lines as UTF-8.
 * @returns The lines, up to the first invalid one, which is an error.
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

/** Throws if a line isn't valid UTF-8 or is too long. */
function checkLine(
  line: string | Error,
  number: number,
  maxBytes: number,
): string {
  if (typeof line !== "string") {
    const message = `Cannot read line ${number}: it is not UTF-8`;
    throw new TypeError(message, { cause: line });
  }
  // A UTF-16 code unit is at most three bytes of UTF-8.
  if (3 * line.length > maxBytes && Buffer.byteLength(line) > maxBytes) {
    throw tooLong(number, maxBytes);
  }
  return line;
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

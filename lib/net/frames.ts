/**
 * Frames: messages with a length prefix.
 *
 * @module
 */

import { type Reader, readSome } from "./read.ts";
import { writeAll, type Writer } from "./write.ts";

/** Options for {@linkcode readFrames}. */
export interface ReadFramesOptions {
  /**
   * The longest payload to accept, in bytes, >= 0. The length is only what the
   * peer claims: without a limit, four bytes of `FF` would ask for 4 GiB.
   *
   * @default 1048576
   */
  maxBytes?: number;
}

/** The length prefix: an unsigned integer, big-endian (network byte order). */
const HEADER_SIZE = 4;

/** How many bytes {@linkcode readFrames} asks for at a time. */
const CHUNK_SIZE = 64 * 1024;

/**
 * Encodes a message as a frame: its length, and then the message.
 *
 * @param payload The message, which may be empty; it is copied.
 * @returns A new buffer: four bytes of length, most significant byte first, and
 * the message.
 * @throws {RangeError} If the length doesn't fit in four bytes.
 *
 * @example A payload of three bytes becomes a frame of seven
 * ```ts
 * import { encodeFrame } from "./frames.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(
 *   encodeFrame(new Uint8Array([7, 8, 9])),
 *   new Uint8Array([0, 0, 0, 3, 7, 8, 9]),
 * );
 * ```
 */
export function encodeFrame(payload: Uint8Array): Uint8Array {
  if (payload.length > 0xffffffff) {
    throw new RangeError(
      `Cannot encode a frame of ${payload.length} bytes: the limit is 4294967295`,
    );
  }
  const frame = new Uint8Array(HEADER_SIZE + payload.length);
  new DataView(frame.buffer).setUint32(0, payload.length);
  frame.set(payload, HEADER_SIZE);
  return frame;
}

/**
 * Writes one message as a frame, length and payload together.
 *
 * @param target The connection to write to.
 * @param payload The message, which may be empty.
 * @throws {RangeError} If the length doesn't fit in four bytes.
 * @throws As {@linkcode writeAll}.
 *
 * @example Write two messages, read two messages
 * ```ts
 * import { readFrames, writeFrame } from "./frames.ts";
 * import { listenTcp } from "./listen.ts";
 * import { assertEquals } from "@std/assert";
 *
 * using listener = listenTcp();
 * using client = await Deno.connect({ port: listener.addr.port });
 * using server = await listener.accept();
 *
 * await writeFrame(client, new Uint8Array([1, 2, 3]));
 * await writeFrame(client, new Uint8Array());
 * await client.closeWrite();
 * assertEquals(await Array.fromAsync(readFrames(server)), [
 *   new Uint8Array([1, 2, 3]),
 *   new Uint8Array(),
 * ]);
 * ```
 */
export async function writeFrame(
  target: Writer,
  payload: Uint8Array,
): Promise<void> {
  await writeAll(target, encodeFrame(payload));
}

/**
 * Reads frames until the peer ends its side between two of them.
 *
 * It reads ahead: if you leave the loop early, you lose the bytes after the
 * frame. Nothing else should read from the source meanwhile. It doesn't close
 * the source.
 *
 * @param source The connection to read from.
 * @param options The limit.
 * @returns The payloads, in order. Nothing overwrites them later, but frames that
 * arrive together share one `ArrayBuffer`, so use each one's `byteOffset`.
 * @throws {RangeError} If a frame's length is over `maxBytes` (before any
 * memory is allocated for it), or if `maxBytes` isn't a number >= 0.
 * @throws {Deno.errors.UnexpectedEof} If the peer closes in the middle of a
 * frame; the message says how many of its bytes had arrived.
 * @throws {Error} If the source returns 0 bytes 100 times in a row.
 *
 * @example A length over the limit
 * ```ts
 * import { readFrames } from "./frames.ts";
 * import { listenTcp } from "./listen.ts";
 * import { assertRejects } from "@std/assert";
 *
 * using listener = listenTcp();
 * using client = await Deno.connect({ port: listener.addr.port });
 * using server = await listener.accept();
 *
 * await client.write(new Uint8Array([0xff, 0xff, 0xff, 0xff]));
 * await assertRejects(
 *   () => readFrames(server).next(),
 *   RangeError,
 *   "Cannot read frame 1: it claims 4294967295 bytes, the limit is 1048576",
 * );
 * ```
 */
export async function* readFrames(
  source: Reader,
  options: ReadFramesOptions = {},
): AsyncGenerator<Uint8Array> {
  for await (const frames of readFrameBatches(source, options)) {
    for (const frame of frames) yield frame;
  }
}

/**
 * Reads frames as {@linkcode readFrames} does, but yields all the frames of one
 * read together.
 *
 * A loop over `readFrames` awaits each frame, and with small frames, those awaits
 * take longer than everything else. Use this where many small frames arrive
 * together, as in a server: it awaits once for each read, and you can answer the
 * whole batch with one write. It doesn't read again until you ask for the next
 * batch, so a slow loop still slows the sender down (backpressure).
 *
 * @param source The connection to read from.
 * @param options The limit.
 * @returns Arrays of one payload or more, in order.
 * @throws As {@linkcode readFrames}, after it has yielded the frames before the
 * wrong one.
 *
 * @example One read, one batch
 * ```ts
 * import { encodeFrame, readFrameBatches } from "./frames.ts";
 * import { writeAll } from "./write.ts";
 * import { listenTcp } from "./listen.ts";
 * import { assertEquals } from "@std/assert";
 *
 * using listener = listenTcp();
 * using client = await Deno.connect({ port: listener.addr.port });
 * using server = await listener.accept();
 *
 * const frame = encodeFrame(new Uint8Array([7, 8]));
 * await writeAll(client, new Uint8Array([...frame, ...frame]));
 * const { value } = await readFrameBatches(server).next();
 * assertEquals(value, [new Uint8Array([7, 8]), new Uint8Array([7, 8])]);
 * ```
 */
export async function* readFrameBatches(
  source: Reader,
  options: ReadFramesOptions = {},
): AsyncGenerator<Uint8Array[]> {
  const { maxBytes = 1024 * 1024 } = options;
  if (!(maxBytes >= 0)) {
    throw new RangeError(
      `Cannot read frames: maxBytes ${maxBytes} is not a number >= 0`,
    );
  }
  // The incomplete frame is at [0, filled).
  const buffer = new Uint8Array(CHUNK_SIZE);
  const view = new DataView(buffer.buffer);
  let filled = 0;
  let number = 1;

  while (true) {
    // One read often returns many frames. Copy them together, because allocating
    // a buffer takes longer than copying a small frame.
    const end = endOfWholeFrames(view, filled, maxBytes);
    if (end > 0) {
      const frames = splitFrames(buffer.slice(0, end));
      number += frames.length;
      yield frames;
      buffer.copyWithin(0, end, filled);
      filled -= end;
    }

    const failure = `Cannot read frame ${number}`;
    const size = filled < HEADER_SIZE ? undefined : view.getUint32(0);
    if (size !== undefined && size > maxBytes) {
      throw new RangeError(
        `${failure}: it claims ${size} bytes, the limit is ${maxBytes}`,
      );
    }
    if (size !== undefined && HEADER_SIZE + size > CHUNK_SIZE) {
      // Read the rest of a long frame straight into its own buffer.
      const payload = new Uint8Array(size);
      payload.set(buffer.subarray(HEADER_SIZE, filled));
      let have = filled - HEADER_SIZE;
      while (have < size) {
        const count = await readSome(source, payload.subarray(have));
        if (count === null) throw cutOff(failure, have, `${size} bytes`);
        have += count;
      }
      filled = 0;
      yield [payload];
      number++;
      continue;
    }

    const count = await readSome(source, buffer.subarray(filled));
    if (count !== null) filled += count;
    else if (filled === 0) return;
    else if (size === undefined) {
      throw cutOff(failure, filled, `${HEADER_SIZE} bytes of its length`);
    } else throw cutOff(failure, filled - HEADER_SIZE, `${size} bytes`);
  }
}

function cutOff(failure: string, had: number, ofWhat: string): Error {
  return new Deno.errors.UnexpectedEof(
    `${failure}: the peer closed after ${had} of ${ofWhat}`,
  );
}

/** Finds the end of the last frame that is complete and within the limit. */
function endOfWholeFrames(
  view: DataView,
  filled: number,
  maxBytes: number,
): number {
  let end = 0;
  while (filled - end >= HEADER_SIZE) {
    const size = view.getUint32(end);
    if (size > maxBytes || size > filled - end - HEADER_SIZE) break;
    end += HEADER_SIZE + size;
  }
  return end;
}

/** Returns the payload of each frame, as a view. */
function splitFrames(frames: Uint8Array): Uint8Array[] {
  const view = new DataView(frames.buffer);
  const payloads: Uint8Array[] = [];
  for (let at = 0; at < frames.length;) {
    const start = at + HEADER_SIZE;
    at = start + view.getUint32(at);
    payloads.push(frames.subarray(start, at));
  }
  return payloads;
}

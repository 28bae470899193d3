/**
 * Frames: messages with their length in front.
 *
 * @module
 */

import { type Reader, readSome } from "./read.ts";
import { writeAll, type Writer } from "./write.ts";

/** Options for {@linkcode readFrames}. */
export interface ReadFramesOptions {
  /**
   * The longest payload to accept, in bytes, >= 0. A length is only what the
   * peer claims; without a limit, four bytes of `FF` would ask for 4 GiB.
   *
   * @default 1048576
   */
  maxBytes?: number;
}

/** The length in front: an unsigned integer, big-endian as in RFC 791. */
const HEADER_SIZE = 4;

/** How much {@linkcode readFrames} asks for at a time, in bytes. */
const CHUNK_SIZE = 64 * 1024;

/**
 * Puts the length of a message in front of it.
 *
 * @param payload The message, which may be empty; it is copied.
 * @returns A new buffer: four bytes of length, most significant byte first, and
 * the message.
 * @throws {RangeError} If the length does not fit into four bytes.
 *
 * @example Three bytes become seven
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
 * Writes one message as a frame, length and payload in one piece.
 *
 * @param target Where to write to.
 * @param payload The message, which may be empty.
 * @throws {RangeError} If the length does not fit into four bytes.
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
 * It reads ahead: when a loop is left early, what has come after the frame is
 * lost. Nobody else should read from the source meanwhile. It does not close
 * it either.
 *
 * @param source Where to read from.
 * @param options The limit.
 * @returns The payloads, in order; each is a buffer of the caller's own.
 * @throws {RangeError} If the length of a frame is over `maxBytes`, before any
 * room is made for it, or if `maxBytes` is not a number >= 0.
 * @throws {Deno.errors.UnexpectedEof} If the peer closes in mid-frame; the
 * message says after how many of how many bytes.
 * @throws {Error} If the source gives 0 bytes 100 times in a row.
 *
 * @example A length that nobody should believe
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
  const { maxBytes = 1024 * 1024 } = options;
  if (!(maxBytes >= 0)) {
    throw new RangeError(
      `Cannot read frames: maxBytes ${maxBytes} is not a number >= 0`,
    );
  }
  // What was read and not yet used is at [start, filled). One read often
  // brings many frames, and each is copied once, into its own buffer.
  const buffer = new Uint8Array(CHUNK_SIZE);
  const view = new DataView(buffer.buffer);
  let start = 0;
  let filled = 0;

  for (let number = 1;; number++) {
    const failure = `Cannot read frame ${number}`;
    if (filled - start < HEADER_SIZE) {
      buffer.copyWithin(0, start, filled);
      filled -= start;
      start = 0;
    }
    while (filled - start < HEADER_SIZE) {
      const count = await readSome(source, buffer.subarray(filled));
      if (count === null) {
        if (filled === start) return;
        throw new Deno.errors.UnexpectedEof(
          `${failure}: the peer closed after ${filled - start} of ` +
            `${HEADER_SIZE} bytes of its length`,
        );
      }
      filled += count;
    }
    const size = view.getUint32(start);
    if (size > maxBytes) {
      throw new RangeError(
        `${failure}: it claims ${size} bytes, the limit is ${maxBytes}`,
      );
    }
    start += HEADER_SIZE;

    const payload = new Uint8Array(size);
    let have = Math.min(size, filled - start);
    payload.set(buffer.subarray(start, start + have));
    start += have;
    // The rest of a long one goes where it belongs, with no copy at all.
    while (have < size) {
      const count = await readSome(source, payload.subarray(have));
      if (count === null) {
        throw new Deno.errors.UnexpectedEof(
          `${failure}: the peer closed after ${have} of ${size} bytes`,
        );
      }
      have += count;
    }
    yield payload;
  }
}

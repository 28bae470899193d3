/**
 * Reads captures of either format piece by piece, so that a file of any size
 * needs little memory.
 *
 * @module
 */

import type { CapturedPacket, CaptureFormat } from "./capture_format.ts";
import { WireError } from "../error.ts";
import { pcapFormat } from "./pcap.ts";
import { pcapngFormat } from "./pcapng.ts";

/**
 * Reads packets from a stream as they arrive: from a file, or from tcpdump's
 * standard output during a capture.
 *
 * It keeps only one chunk and one incomplete record in memory. The packets'
 * bytes are views, so keeping a packet keeps its whole chunk in memory: copy
 * the bytes that you need for longer.
 *
 * @param stream The capture. Leaving the loop early cancels the stream.
 * @returns The packets, in order. Those before an error are yielded first.
 * @throws {WireError} If it isn't a valid capture, or ends in the middle of a
 * packet; `offset` counts from the start of the stream.
 *
 * @example A file in memory
 * ```ts
 * import { readCapture } from "./read_capture.ts";
 * import { encodePcap } from "./pcap.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const file = encodePcap([{ bytes: new Uint8Array(60) }]);
 * for await (const packet of readCapture(ReadableStream.from([file]))) {
 *   assertEquals(packet.number, 1);
 *   assertEquals(packet.bytes.length, 60);
 * }
 * ```
 */
export async function* readCapture(
  stream: ReadableStream<Uint8Array>,
): AsyncGenerator<CapturedPacket, void, undefined> {
  const parser = new CaptureParser();
  for await (const chunk of stream) {
    for (const packet of parser.push(chunk)) yield packet;
  }
  parser.end();
}

/**
 * Reads the packets of a whole capture in memory.
 *
 * @param bytes The capture.
 * @returns The packets, in order; their bytes are views of `bytes`.
 * @throws {WireError} If it isn't a valid capture, or ends in the middle of a
 * packet.
 *
 * @example A truncated file
 * ```ts
 * import { parseCapture } from "./read_capture.ts";
 * import { WireError } from "../error.ts";
 * import { encodePcap } from "./pcap.ts";
 * import { assertEquals, assertThrows } from "@std/assert";
 *
 * const file = encodePcap([{ bytes: new Uint8Array(60) }]);
 * assertEquals(parseCapture(file).length, 1);
 * assertThrows(() => parseCapture(file.subarray(0, 99)), WireError, "byte 24");
 * ```
 */
export function parseCapture(bytes: Uint8Array): CapturedPacket[] {
  const parser = new CaptureParser();
  const packets = [...parser.push(bytes)];
  parser.end();
  return packets;
}

/**
 * Parses a capture from pieces of any size.
 *
 * @example Byte by byte
 * ```ts
 * import { CaptureParser } from "./read_capture.ts";
 * import { encodePcap } from "./pcap.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const parser = new CaptureParser();
 * let packets = 0;
 * for (const byte of encodePcap([{ bytes: new Uint8Array(60) }])) {
 *   packets += [...parser.push(new Uint8Array([byte]))].length;
 * }
 * parser.end();
 * assertEquals(packets, 1);
 * ```
 */
export class CaptureParser {
  #format: CaptureFormat | null = null;
  /** The bytes received so far of a record that the last chunk cut off. */
  #cut: Uint8Array = new Uint8Array(0);
  /** The number of bytes in `#cut`; the rest is room for more. */
  #cutBytes = 0;
  /** The offset in the file of the first unused byte. */
  #offset = 0;

  /** The number of bytes of memory that the parser itself holds. */
  get bufferedBytes(): number {
    return this.#cut.length;
  }

  /**
   * Handles the next chunk, and yields the packets that it completes.
   *
   * @param chunk The next bytes. Don't change them afterward, because the
   * packets are views of them.
   * @returns The packets; use all of them before the next push.
   * @throws {WireError} If the bytes aren't a valid capture.
   */
  *push(chunk: Uint8Array): Generator<CapturedPacket, void, undefined> {
    let at = 0;
    // Only a record that was cut off is copied; all others are used in place.
    while (this.#cutBytes > 0 && at < chunk.length) {
      at += this.#mend(chunk, at);
      const view = viewOf(this.#cut, this.#cutBytes);
      const size = this.#recordSize(view, 0);
      if (size === 0 || size > this.#cutBytes) continue;
      this.#cut = new Uint8Array(0);
      this.#cutBytes = 0;
      const packet = this.#decode(view, 0, size);
      if (packet !== null) yield packet;
    }
    const view = viewOf(chunk, chunk.length);
    while (at < chunk.length) {
      const size = this.#recordSize(view, at);
      if (size === 0 || size > chunk.length - at) {
        this.#cutBytes = chunk.length - at;
        this.#cut = chunk.slice(at);
        return;
      }
      const packet = this.#decode(view, at, size);
      at += size;
      if (packet !== null) yield packet;
    }
  }

  /**
   * Handles the end of the input.
   *
   * @throws {WireError} If a packet is incomplete, or there was no input.
   */
  end(): void {
    if (this.#cutBytes === 0 && this.#format !== null) return;
    throw new WireError(
      this.#format?.recordName ?? "a capture",
      this.#offset,
      `all of it, found only ${this.#cutBytes} bytes`,
    );
  }

  /**
   * Returns the size of the record at `at`; 0 if there are too few bytes to
   * know.
   */
  #recordSize(view: DataView, at: number): number {
    if (view.byteLength - at < 4) return 0;
    this.#format ??= detectFormat(view.getUint32(at));
    return this.#format.recordSize(view, at, this.#offset);
  }

  #decode(view: DataView, at: number, size: number): CapturedPacket | null {
    const packet = this.#format!.decodeRecord(view, at, size, this.#offset);
    this.#offset += size;
    return packet;
  }

  /**
   * Adds the missing bytes to the record that was cut off, and returns how many
   * bytes it used.
   */
  #mend(chunk: Uint8Array, at: number): number {
    const view = viewOf(this.#cut, this.#cutBytes);
    // At least one more byte is always needed; otherwise, the record would be
    // complete.
    const size = this.#recordSize(view, 0) || this.#cutBytes + 1;
    const added = Math.min(size - this.#cutBytes, chunk.length - at);
    const filled = this.#cutBytes + added;
    if (filled > this.#cut.length) {
      // Twice the size needed, so that many small chunks don't copy the same
      // bytes again and again; but no more than the record's size, once that's
      // known.
      const grown = new Uint8Array(Math.max(16, Math.min(size, 2 * filled)));
      grown.set(this.#cut.subarray(0, this.#cutBytes));
      this.#cut = grown;
    }
    this.#cut.set(chunk.subarray(at, at + added), this.#cutBytes);
    this.#cutBytes = filled;
    return added;
  }
}

function viewOf(bytes: Uint8Array, length: number): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, length);
}

function detectFormat(magic: number): CaptureFormat {
  const format = pcapFormat(magic) ?? pcapngFormat(magic);
  if (format !== null) return format;
  const found = magic.toString(16).padStart(8, "0");
  throw new WireError(
    "a capture",
    0,
    `the magic number of pcap or pcapng, found ${found}`,
  );
}

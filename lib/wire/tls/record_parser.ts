/**
 * A parser that splits a stream of bytes into TLS records (RFC 8446, section
 * 5.1).
 *
 * @module
 */

import { concat, readUint16, writeUint16 } from "../bytes.ts";
import { WireError } from "../error.ts";
import { TLS_CONTENT_TYPES, type TlsRecord } from "./record.ts";

/** The size of a record's header: content type, version, and length. */
export const TLS_RECORD_HEADER_BYTES = 5;
/** The longest fragment, in bytes: 2^14, and 256 that encryption may add. */
export const TLS_MAX_RECORD_BYTES: number = 2 ** 14 + 256;

/** Limits for one record. */
export interface TlsRecordLimits {
  /**
   * The longest fragment, in bytes. TLS 1.2 allows 2^14 + 2048.
   *
   * @default {TLS_MAX_RECORD_BYTES}
   */
  maxFragmentBytes?: number;
}

/**
 * Splits a stream into records, however the reads split it.
 *
 * @example A record that arrives in two pieces
 * ```ts
 * import { TlsRecordParser } from "./record_parser.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const parser = new TlsRecordParser();
 * parser.push(new Uint8Array([21, 3, 3, 0, 2, 1]));
 * assertEquals(parser.next(), null);
 * parser.push(new Uint8Array([0]));
 * assertEquals(parser.next()?.fragment, new Uint8Array([1, 0]));
 * parser.end();
 * ```
 */
export class TlsRecordParser {
  readonly #maxFragmentBytes: number;
  #pending: Uint8Array = new Uint8Array();
  #offset = 0;

  /**
   * Creates a parser for the start of a stream.
   *
   * @param limits The limits on a record.
   */
  constructor(limits: TlsRecordLimits = {}) {
    this.#maxFragmentBytes = limits.maxFragmentBytes ?? TLS_MAX_RECORD_BYTES;
  }

  /**
   * Adds the next bytes of the stream.
   *
   * @param bytes The bytes; they're copied.
   */
  push(bytes: Uint8Array): void {
    this.#pending = concat([this.#pending, bytes]);
  }

  /**
   * Returns the next record.
   *
   * @returns The record, or `null` if the rest of it hasn't arrived.
   * @throws {WireError} If the bytes aren't a record's header, or if the record
   * is too long; each later call throws the same error.
   */
  next(): TlsRecord | null {
    const pending = this.#pending;
    if (pending.length > 0) this.#checkHeader();
    if (pending.length < TLS_RECORD_HEADER_BYTES) return null;
    const length = readUint16(pending, 3);
    const end = TLS_RECORD_HEADER_BYTES + length;
    if (pending.length < end) return null;
    this.#pending = pending.subarray(end);
    this.#offset += end;
    return {
      contentType: pending[0],
      version: readUint16(pending, 1),
      length,
      fragment: pending.slice(TLS_RECORD_HEADER_BYTES, end),
    };
  }

  /**
   * Handles the end of the stream.
   *
   * @throws {WireError} If the stream ended in the middle of a record.
   */
  end(): void {
    if (this.#pending.length === 0) return;
    this.#fail(0, `the rest of a record, found the end`);
  }

  #checkHeader(): void {
    const [contentType, major] = this.#pending;
    if (TLS_CONTENT_TYPES[contentType] === undefined) {
      this.#fail(0, `a content type from 20 to 24, found ${contentType}`);
    }
    if (major !== undefined && major !== 3) {
      this.#fail(1, `version 3.x, found ${major}.x`);
    }
    if (this.#pending.length < TLS_RECORD_HEADER_BYTES) return;
    const length = readUint16(this.#pending, 3);
    if (length <= this.#maxFragmentBytes) return;
    this.#fail(3, `at most ${this.#maxFragmentBytes} bytes, found ${length}`);
  }

  #fail(at: number, expected: string): never {
    throw new WireError("a TLS record", this.#offset + at, expected);
  }
}

/**
 * Encodes a record.
 *
 * @param record The record's content type, version, and fragment.
 * @returns A new buffer: the header and the fragment.
 *
 * @example An alert
 * ```ts
 * import { encodeTlsRecord } from "./record_parser.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const fragment = new Uint8Array([1, 0]);
 * const bytes = encodeTlsRecord({ contentType: 21, version: 0x0303, fragment });
 * assertEquals(bytes.toHex(), "15030300020100");
 * ```
 */
export function encodeTlsRecord(
  record: Pick<TlsRecord, "contentType" | "version" | "fragment">,
): Uint8Array<ArrayBuffer> {
  const header = new Uint8Array(TLS_RECORD_HEADER_BYTES);
  header[0] = record.contentType;
  writeUint16(header, 1, record.version);
  writeUint16(header, 3, record.fragment.length);
  return concat([header, record.fragment]);
}

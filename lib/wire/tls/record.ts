/**
 * TLS records, into which TLS splits its stream (RFC 8446, section 5.1).
 *
 * ```text
 * | content type 1 | version 2 | length 2 | fragment, encrypted or not |
 * ```
 *
 * @module
 */

import { readUint16 } from "../bytes.ts";

/** The content types of records, by their numbers. */
export const TLS_CONTENT_TYPES: Readonly<Record<number, string>> = {
  20: "Change Cipher Spec",
  21: "Alert",
  22: "Handshake",
  23: "Application Data",
  24: "Heartbeat",
};

/** The handshake messages that aren't encrypted in any version of TLS. */
export const TLS_HANDSHAKE_TYPES: Readonly<Record<number, string>> = {
  0: "Hello Request",
  1: "Client Hello",
  2: "Server Hello",
  4: "New Session Ticket",
  11: "Certificate",
  12: "Server Key Exchange",
  13: "Certificate Request",
  14: "Server Hello Done",
  15: "Certificate Verify",
  16: "Client Key Exchange",
  20: "Finished",
  22: "Certificate Status",
};

const CHANGE_CIPHER_SPEC = 20;
const HANDSHAKE = 22;
const RECORD_HEADER_BYTES = 5;
/**
 * The largest fragment: 2^14 bytes, and up to 2048 bytes that encryption may
 * add in TLS 1.2 (RFC 5246, 6.2.3).
 */
const MAX_FRAGMENT_BYTES = 2 ** 14 + 2048;

/** A longer handshake message isn't one: its length is encrypted bytes. */
const MAX_HANDSHAKE_BYTES = 2 ** 17;

/** One record. */
export interface TlsRecord {
  /** The type of its content, a key of {@linkcode TLS_CONTENT_TYPES}. */
  contentType: number;
  /** Its version, such as 0x0303. TLS 1.3 sends 0x0303, too. */
  version: number;
  /** The length of the fragment, in bytes. */
  length: number;
  /** The available part of the fragment, as a view. */
  fragment: Uint8Array;
}

/**
 * Recognizes the TLS records at the start of some data.
 *
 * @param bytes The data of a segment.
 * @returns The records, of which the last one may be cut off; an empty array if
 * the data doesn't start with a record header.
 *
 * @example An alert
 * ```ts
 * import { recognizeTls } from "./record.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = new Uint8Array([21, 3, 3, 0, 2, 1, 0]);
 * const [{ contentType, length }] = recognizeTls(bytes);
 * assertEquals([contentType, length], [21, 2]);
 * assertEquals(recognizeTls(new TextEncoder().encode("GET / HTTP/1.1")), []);
 * ```
 */
export function recognizeTls(bytes: Uint8Array): TlsRecord[] {
  const records: TlsRecord[] = [];
  for (let at = 0; at + RECORD_HEADER_BYTES <= bytes.length;) {
    const contentType = bytes[at];
    const version = readUint16(bytes, at + 1);
    const length = readUint16(bytes, at + 3);
    const isHeader = TLS_CONTENT_TYPES[contentType] !== undefined &&
      version >= 0x0300 && version <= 0x0304 && length <= MAX_FRAGMENT_BYTES;
    if (!isHeader) break;
    const start = at + RECORD_HEADER_BYTES;
    const fragment = bytes.subarray(start, start + length);
    records.push({ contentType, version, length, fragment });
    at = start + length;
  }
  return records;
}

/**
 * Returns the names of the messages in TLS records.
 *
 * @param records Records of one sender, in order.
 * @returns A name for each message, such as `Client Hello`. Everything after a
 * Change Cipher Spec counts as encrypted, and so does a handshake message that
 * can't be read.
 *
 * @example The first message of a client
 * ```ts
 * import { recognizeTls, tlsMessageNames } from "./record.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = new Uint8Array([22, 3, 1, 0, 6, 1, 0, 0, 2, 3, 3]);
 * assertEquals(tlsMessageNames(recognizeTls(bytes)), ["Client Hello"]);
 * ```
 */
export function tlsMessageNames(records: readonly TlsRecord[]): string[] {
  let isEncrypted = false;
  return records.flatMap((record) => {
    const { contentType } = record;
    if (contentType === CHANGE_CIPHER_SPEC) isEncrypted = true;
    if (contentType !== HANDSHAKE) return [TLS_CONTENT_TYPES[contentType]];
    const names = isEncrypted ? [] : handshakeNames(record);
    return names.length === 0 ? ["Encrypted Handshake Message"] : names;
  });
}

/** Each message: type 1, length 3, body. */
function handshakeNames({ fragment, length }: TlsRecord): string[] {
  const names: string[] = [];
  for (let at = 0; at + 4 <= fragment.length;) {
    const name = TLS_HANDSHAKE_TYPES[fragment[at]];
    const size = fragment[at + 1] << 16 | readUint16(fragment, at + 2);
    // A long certificate continues in the next record.
    const isSane = size <= length || size < MAX_HANDSHAKE_BYTES;
    if (name === undefined || !isSane) return [];
    names.push(name);
    at += 4 + size;
  }
  return names;
}

/**
 * DNS messages: a header of 12 bytes, questions, and records in three sections
 * (RFC 1035, section 4.1).
 *
 * @module
 */

import { formatIpv4, formatIpv6, parseIp } from "../ip/address.ts";
import { readUint16, readUint32, requireBits } from "../bytes.ts";
import { decodeName, encodeName } from "./name.ts";
import { requireBytes, requireWhole, WireError } from "../error.ts";
import type { Decoded } from "../error.ts";

/**
 * The numbers of the record types that are decoded (RFC 1035, 3.2.2; RFC 3596).
 */
export const DNS_TYPES = {
  A: 1,
  CNAME: 5,
  SOA: 6,
  TXT: 16,
  AAAA: 28,
} as const;

/**
 * The type of the EDNS record (RFC 6891), which advertises what the client or
 * server supports. Its class is the largest datagram's size, in bytes; its TTL
 * holds a code, a version, and flags.
 */
export const DNS_TYPE_OPT = 41;

/** The class of the Internet. */
export const DNS_CLASS_IN = 1;

/**
 * The response code for a name that doesn't exist, NXDOMAIN (RFC 1035, section
 * 4.1.1).
 */
export const RCODE_NXDOMAIN = 3;

const HEADER_BYTES = 12;

/** One question: a name, a type, and a class. */
export interface DnsQuestion {
  /** The name, without a trailing dot. */
  name: string;
  /** The number of the type; see {@linkcode DNS_TYPES}. */
  type: number;
  /** The number of the class, such as {@linkcode DNS_CLASS_IN}. */
  class: number;
}

/** A record's data. */
export type DnsData =
  /** An address, IPv4 or IPv6. */
  | { kind: "A" | "AAAA"; address: string }
  /** An alias: the records are under another name. */
  | { kind: "CNAME"; name: string }
  /** Byte strings of up to 255 bytes each. */
  | { kind: "TXT"; texts: Uint8Array[] }
  /** The start of a zone, and how long to cache a negative answer. */
  | {
    kind: "SOA";
    primary: string;
    mailbox: string;
    serial: number;
    refresh: number;
    retry: number;
    expire: number;
    minimum: number;
  }
  /** Any other data, undecoded. */
  | { kind: "other"; bytes: Uint8Array };

/** One record. */
export interface DnsRecord extends DnsQuestion {
  /** The time to live (TTL): how long to cache it, in seconds. */
  ttl: number;
  /** The record's data. */
  data: DnsData;
}

/** A whole message. */
export interface DnsMessage {
  /** The ID, from 0 to 65535, which the response repeats. */
  id: number;
  /** Whether it's a response (QR). */
  isResponse: boolean;
  /** The opcode, from 0 to 15; 0 is a standard query. */
  opcode: number;
  /** Whether the server is authoritative for the name (AA). */
  isAuthoritative: boolean;
  /**
   * Whether it was truncated because it didn't fit (TC). If so, send the query
   * again over TCP.
   */
  isTruncated: boolean;
  /** Whether the client wants recursion (RD). */
  wantsRecursion: boolean;
  /** Whether the server offers recursion (RA). */
  hasRecursion: boolean;
  /** The response code, from 0 to 15; 0 means no error. */
  rcode: number;
  /** The question section. */
  questions: DnsQuestion[];
  /** The answer section. */
  answers: DnsRecord[];
  /** The authority section. */
  authorities: DnsRecord[];
  /** The additional section. */
  additionals: DnsRecord[];
}

/**
 * Decodes a message.
 *
 * @param bytes The whole message: the payload of a datagram, or a message from
 * a TCP stream without its length prefix.
 * @returns The message's fields.
 * @throws {WireError} If the bytes aren't a DNS message, or if there are bytes
 * after its end.
 *
 * @example A question
 * ```ts
 * import { decodeDns, DNS_TYPES, encodeDns } from "./message.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = encodeDns({
 *   id: 7,
 *   questions: [{ name: "example.org", type: DNS_TYPES.A, class: 1 }],
 * });
 * assertEquals(decodeDns(bytes).questions[0].name, "example.org");
 * ```
 */
export function decodeDns(bytes: Uint8Array): DnsMessage {
  return requireWhole(decodeDnsLeniently(bytes));
}

/**
 * Decodes as much of a message as possible. If a capture or a small buffer
 * truncated it, the question is often still there.
 *
 * @param bytes The message.
 * @returns The message's fields, with the records before the first invalid one,
 * and the error, if any.
 * @throws {WireError} If there are fewer than the 12 bytes of the header.
 *
 * @example A truncated question
 * ```ts
 * import { decodeDnsLeniently, encodeDns } from "./message.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = encodeDns({
 *   id: 7,
 *   questions: [{ name: "example.org", type: 1, class: 1 }],
 * });
 * const { value, problem } = decodeDnsLeniently(bytes.subarray(0, 18));
 * assertEquals(value.id, 7);
 * assertEquals(problem?.what, "a label");
 * ```
 */
export function decodeDnsLeniently(bytes: Uint8Array): Decoded<DnsMessage> {
  requireBytes("a DNS header", HEADER_BYTES, 0, bytes.length);
  const flags = readUint16(bytes, 2);
  const message: DnsMessage = {
    id: readUint16(bytes, 0),
    isResponse: (flags & 0x8000) !== 0,
    opcode: flags >> 11 & 0xf,
    isAuthoritative: (flags & 0x400) !== 0,
    isTruncated: (flags & 0x200) !== 0,
    wantsRecursion: (flags & 0x100) !== 0,
    hasRecursion: (flags & 0x80) !== 0,
    rcode: flags & 0xf,
    questions: [],
    answers: [],
    authorities: [],
    additionals: [],
  };
  let problem: WireError | null = null;
  try {
    decodeSections(message, { bytes, at: HEADER_BYTES });
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    problem = error;
  }
  return { value: message, problem };
}

/**
 * Encodes a message. Repeated names become compression pointers.
 *
 * @param message The message; missing fields are 0, false, or empty.
 * @returns A new buffer.
 * @throws {RangeError} If a value doesn't fit in its field, or if the message
 * is over 65535 bytes.
 * @throws {TypeError} If an address isn't valid for its record type.
 *
 * @example The 12 bytes of a header
 * ```ts
 * import { encodeDns } from "./message.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = encodeDns({ id: 0x1234, wantsRecursion: true });
 * assertEquals(bytes.toHex(), "123401000000000000000000");
 * ```
 */
export function encodeDns(message: Partial<DnsMessage>): Uint8Array {
  const { questions = [], answers = [] } = message;
  const { authorities = [], additionals = [] } = message;
  const out = new Out();
  out.uint(requireBits("an id", message.id ?? 0, 16), 2);
  const { opcode = 0, rcode = 0 } = message;
  out.uint(
    Number(message.isResponse ?? false) << 15 |
      requireBits("an opcode", opcode, 4) << 11 |
      Number(message.isAuthoritative ?? false) << 10 |
      Number(message.isTruncated ?? false) << 9 |
      Number(message.wantsRecursion ?? false) << 8 |
      Number(message.hasRecursion ?? false) << 7 |
      requireBits("a response code", rcode, 4),
    2,
  );
  const sections = [answers, authorities, additionals];
  for (const { length } of [questions, ...sections]) {
    out.uint(requireBits("a count", length, 16), 2);
  }
  for (const question of questions) out.question(question);
  for (const record of sections.flat()) {
    out.question(record);
    out.uint(requireBits("a time to live", record.ttl, 32), 4);
    out.data(record.data);
  }
  if (out.bytes.length > 65535) {
    throw new RangeError(
      `Cannot encode a DNS message of ${out.bytes.length} bytes: over 65535`,
    );
  }
  return Uint8Array.from(out.bytes);
}

/** The bytes, and the index of the next one to decode. */
interface Walk {
  bytes: Uint8Array;
  at: number;
}

function decodeSections(message: DnsMessage, walk: Walk): void {
  const { bytes } = walk;
  const { questions, answers, authorities, additionals } = message;
  const counts = [4, 6, 8, 10].map((at) => readUint16(bytes, at));
  // Each item uses bytes, so a count that's too large fails at the end of the
  // message. No memory is allocated for it in advance.
  for (let i = 0; i < counts[0]; i++) questions.push(decodeQuestion(walk));
  for (const [i, section] of [answers, authorities, additionals].entries()) {
    for (let n = 0; n < counts[i + 1]; n++) section.push(decodeRecord(walk));
  }
  if (walk.at === bytes.length) return;
  const expected = `its end, found ${bytes.length - walk.at} more bytes`;
  throw new WireError("a DNS message", walk.at, expected);
}

function decodeQuestion(walk: Walk): DnsQuestion {
  const { name, end } = decodeName(walk.bytes, walk.at, HEADER_BYTES);
  requireBytes("a question", 4, end, walk.bytes.length);
  walk.at = end + 4;
  return {
    name,
    type: readUint16(walk.bytes, end),
    class: readUint16(walk.bytes, end + 2),
  };
}

function decodeRecord(walk: Walk): DnsRecord {
  const { bytes } = walk;
  const question = decodeQuestion(walk);
  requireBytes("a record", 6, walk.at, bytes.length);
  const ttl = readUint32(bytes, walk.at);
  const size = readUint16(bytes, walk.at + 4);
  const start = walk.at + 6;
  requireBytes("a record's data", size, start, bytes.length);
  const end = walk.at = start + size;
  const data = question.class === DNS_CLASS_IN
    ? decodeData(question.type, { bytes, start, end })
    : null;
  return {
    ...question,
    ttl,
    data: data ?? { kind: "other", bytes: bytes.slice(start, end) },
  };
}

/** The place of a record's data. */
interface Place {
  bytes: Uint8Array;
  start: number;
  end: number;
}

function decodeData(type: number, place: Place): DnsData | null {
  const { bytes, start, end } = place;
  switch (type) {
    case DNS_TYPES.A:
      requireEnd("an IPv4 address", start + 4, place);
      return { kind: "A", address: formatIpv4(bytes.subarray(start, end)) };
    case DNS_TYPES.AAAA:
      requireEnd("an IPv6 address", start + 16, place);
      return { kind: "AAAA", address: formatIpv6(bytes.subarray(start, end)) };
    case DNS_TYPES.CNAME: {
      const target = decodeName(bytes, start, HEADER_BYTES);
      requireEnd("a CNAME record", target.end, place);
      return { kind: "CNAME", name: target.name };
    }
    case DNS_TYPES.TXT: {
      const texts: Uint8Array[] = [];
      let at = start;
      while (at < end) {
        requireBytes("a text", 1 + bytes[at], at, end);
        texts.push(bytes.slice(at + 1, at + 1 + bytes[at]));
        at += 1 + bytes[at];
      }
      return { kind: "TXT", texts };
    }
    case DNS_TYPES.SOA: {
      const primary = decodeName(bytes, start, HEADER_BYTES);
      const mailbox = decodeName(bytes, primary.end, HEADER_BYTES);
      requireEnd("an SOA record", mailbox.end + 20, place);
      const [serial, refresh, retry, expire, minimum] = [0, 4, 8, 12, 16].map(
        (at) => readUint32(bytes, mailbox.end + at),
      );
      return {
        kind: "SOA",
        primary: primary.name,
        mailbox: mailbox.name,
        serial,
        refresh,
        retry,
        expire,
        minimum,
      };
    }
  }
  return null;
}

function requireEnd(what: string, found: number, { start, end }: Place): void {
  if (found === end) return;
  throw new WireError(
    what,
    start,
    `${found - start} bytes of data, found ${end - start}`,
  );
}

/** A message in progress. */
class Out {
  readonly bytes: number[] = [];
  /** The offset of each name, and of each suffix of a name. */
  readonly #names = new Map<string, number>();

  uint(value: number, size: number): void {
    for (let i = size - 1; i >= 0; i--) {
      this.bytes.push(Math.floor(value / 256 ** i) % 256);
    }
  }

  question({ name, type, class: kind }: DnsQuestion): void {
    this.name(name);
    this.uint(requireBits("a type", type, 16), 2);
    this.uint(requireBits("a class", kind, 16), 2);
  }

  name(name: string): void {
    const encoded = encodeName(name);
    for (let at = 0; encoded[at] !== 0; at += 1 + encoded[at]) {
      const rest = encoded.subarray(at).toHex();
      const known = this.#names.get(rest);
      if (known !== undefined) return this.uint(0xc000 | known, 2);
      // The offset in a pointer has 14 bits.
      if (this.bytes.length < 0x4000) this.#names.set(rest, this.bytes.length);
      this.bytes.push(...encoded.subarray(at, at + 1 + encoded[at]));
    }
    this.bytes.push(0);
  }

  data(data: DnsData): void {
    const at = this.bytes.length;
    this.uint(0, 2);
    switch (data.kind) {
      case "A":
      case "AAAA": {
        const address = parseIp(data.address);
        if (address.length !== (data.kind === "A" ? 4 : 16)) {
          throw new TypeError(`Cannot encode ${data.address} as ${data.kind}`);
        }
        this.bytes.push(...address);
        break;
      }
      case "CNAME":
        this.name(data.name);
        break;
      case "TXT":
        for (const text of data.texts) {
          this.uint(requireBits("a text's length", text.length, 8), 1);
          this.bytes.push(...text);
        }
        break;
      case "SOA":
        this.name(data.primary);
        this.name(data.mailbox);
        for (
          const value of [
            ...[data.serial, data.refresh, data.retry],
            ...[data.expire, data.minimum],
          ]
        ) this.uint(requireBits("a number", value, 32), 4);
        break;
      case "other":
        for (const byte of data.bytes) this.bytes.push(byte);
    }
    const size = requireBits("data", this.bytes.length - at - 2, 16);
    this.bytes[at] = size >> 8;
    this.bytes[at + 1] = size & 0xff;
  }
}

/**
 * Recognizes DNS messages among other data.
 *
 * @module
 */

import { decodeDnsLeniently, type DnsMessage } from "./message.ts";
import { DNS_CLASS_IN } from "./message.ts";
import { readUint16 } from "../bytes.ts";

/** The ports of DNS, mDNS, and LLMNR. */
const DNS_PORTS = [53, 5353, 5355];
/** NetBIOS names look like DNS but aren't (RFC 1002, section 4.2). */
const NETBIOS_PORT = 137;

/** The source of the data. */
export interface DnsPlace {
  /** The ports of the sender and the receiver. */
  ports: { source: number; destination: number };
  /** Whether it's from TCP, where each message has a length prefix. */
  isStream: boolean;
}

/**
 * Recognizes a DNS message. On DNS ports, it may be cut off; on any other port,
 * it must be exactly one complete query or response about one name, with no
 * bytes left over.
 *
 * @param payload The data of a datagram or a segment.
 * @param place The ports and the protocol of the data.
 * @returns The message, as far as it's available; `null` if it isn't DNS.
 *
 * @example A query to a server on an unusual port
 * ```ts
 * import { encodeDns, recognizeDns } from "./mod.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const payload = encodeDns({
 *   questions: [{ name: "example.org", type: 1, class: 1 }],
 * });
 * const ports = { source: 50000, destination: 7053 };
 * const message = recognizeDns(payload, { ports, isStream: false });
 * assertEquals(message?.questions[0].name, "example.org");
 *
 * const text = new TextEncoder().encode("hello, is this DNS?");
 * assertEquals(recognizeDns(text, { ports, isStream: false }), null);
 * ```
 */
export function recognizeDns(
  payload: Uint8Array,
  { ports, isStream }: DnsPlace,
): DnsMessage | null {
  const numbers = [ports.source, ports.destination];
  if (numbers.includes(NETBIOS_PORT)) return null;
  const isKnownPort = numbers.some((port) => DNS_PORTS.includes(port));
  const start = isStream ? 2 : 0;
  if (payload.length < start + 12) return null;
  const end = isStream ? 2 + readUint16(payload, 0) : payload.length;
  // A segment can hold a part of a message, or more than one.
  if (!isKnownPort && end !== payload.length) return null;
  if (end < start + 12) return null;
  const { value, problem } = decodeDnsLeniently(payload.subarray(start, end));
  const isDns = isKnownPort
    ? value.questions.length > 0 || problem === null
    : problem === null && isPlain(value);
  return isDns ? value : null;
}

function isPlain(message: DnsMessage): boolean {
  const { questions, answers, opcode, rcode, isResponse } = message;
  return opcode === 0 && questions.length === 1 &&
    questions[0].class === DNS_CLASS_IN &&
    (isResponse || (rcode === 0 && answers.length === 0));
}

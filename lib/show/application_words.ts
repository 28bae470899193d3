/**
 * Describes a packet's data if it's DNS or TLS.
 *
 * @module
 */

import type { DnsMessage, DnsRecord } from "../wire/dns/message.ts";
import { recognizeDns } from "../wire/dns/recognize.ts";
import type { Packet } from "../wire/capture/packet.ts";
import { tlsWords } from "./tls_words.ts";

/** Types of DNS records by their numbers (IANA). */
const TYPE_NAMES: Readonly<Record<number, string>> = {
  1: "A",
  2: "NS",
  5: "CNAME",
  6: "SOA",
  12: "PTR",
  13: "HINFO",
  15: "MX",
  16: "TXT",
  28: "AAAA",
  33: "SRV",
  35: "NAPTR",
  41: "OPT",
  43: "DS",
  46: "RRSIG",
  47: "NSEC",
  48: "DNSKEY",
  64: "SVCB",
  65: "HTTPS",
  252: "AXFR",
  255: "ANY",
};

/** Response codes by their numbers (RFC 1035, section 4.1.1). */
const RCODE_NAMES = [
  "NOERROR",
  "FORMERR",
  "SERVFAIL",
  "NXDOMAIN",
  "NOTIMP",
  "REFUSED",
];

/** The most answers to show on one line. */
const MAX_ANSWERS = 3;

/**
 * Describes a packet's data if it's DNS or TLS.
 *
 * @param packet The decoded packet.
 * @returns Text such as `DNS query 0x1a2b A example.org` or `TLS Client Hello`;
 * `null` for any other data.
 *
 * @example A DNS query
 * ```ts
 * import { decodePacket, encodeDns, encodePacket } from "../wire/mod.ts";
 * import { applicationWords } from "./application_words.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const payload = encodeDns({
 *   id: 0x1a2b,
 *   questions: [{ name: "example.org", type: 28, class: 1 }],
 * });
 * const bytes = encodePacket({
 *   ip: { version: 4, source: "127.0.0.1", destination: "127.0.0.1" },
 *   udp: { sourcePort: 50000, destinationPort: 53 },
 *   payload,
 * });
 * assertEquals(
 *   applicationWords(decodePacket(bytes, 101)),
 *   "DNS query 0x1a2b AAAA example.org",
 * );
 * ```
 */
export function applicationWords(packet: Packet): string | null {
  const { tcp, udp, ports, ip, payload } = packet;
  if (ports === null || (tcp === null && udp === null)) return null;
  if (payload.length === 0 || ip!.fragmentOffset > 0) return null;
  const isStream = tcp !== null;
  const message = recognizeDns(payload, { ports, isStream });
  if (message !== null) return dnsWords(message);
  return isStream ? tlsWords(payload) : null;
}

/**
 * Describes a DNS message.
 *
 * @param message The message.
 * @returns Text such as `DNS response 0x1a2b A example.org: A 192.0.2.1`.
 */
export function dnsWords(message: DnsMessage): string {
  const { id, isResponse, isTruncated, rcode, questions, answers } = message;
  const asked = questions.map(({ name, type }) =>
    ` ${typeName(type)} ${name === "" ? "." : name}`
  );
  const kind = isResponse ? "response" : "query";
  const head = `DNS ${kind} 0x${id.toString(16).padStart(4, "0")}` +
    asked.join(",");
  if (!isResponse && answers.length === 0) return head;
  const said = answers.slice(0, MAX_ANSWERS).map(recordWords);
  if (answers.length > MAX_ANSWERS) {
    said.push(`${answers.length - MAX_ANSWERS} more`);
  }
  if (rcode !== 0) said.unshift(RCODE_NAMES[rcode] ?? `RCODE${rcode}`);
  if (isTruncated) said.push("truncated");
  return `${head}: ${said.join(", ") || "no answers"}`;
}

function recordWords({ type, data }: DnsRecord): string {
  const name = typeName(type);
  switch (data.kind) {
    case "A":
    case "AAAA":
      return `${name} ${data.address}`;
    case "CNAME":
      return `${name} ${data.name}`;
    default:
      return name;
  }
}

/** Types without a name are written as in RFC 3597. */
function typeName(type: number): string {
  return TYPE_NAMES[type] ?? `TYPE${type}`;
}

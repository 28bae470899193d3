/**
 * ICMP messages, in which hosts and routers tell each other about packets (RFC
 * 792 for IPv4, RFC 4443 and RFC 4861 for IPv6).
 *
 * ```text
 * +---------------+---------------+-------------------------------+
 * |     type      |     code      |           checksum            |
 * +---------------+---------------+-------------------------------+
 * |       identifier, MTU, or whatever else the type needs        |
 * +---------------------------------------------------------------+
 * |  an error quotes the packet it's about: its IP header, and    |
 * |  the first bytes after that                                   |
 * ```
 *
 * @module
 */

import { formatIpv4 } from "./address.ts";
import { readUint16, readUint32 } from "../bytes.ts";
import { requireBytes } from "../error.ts";

/** The protocol number of ICMP in an IPv4 header. */
export const PROTOCOL_ICMP = 1;

/** The protocol number of ICMPv6 in an IPv6 header. */
export const PROTOCOL_ICMPV6 = 58;

/** The header of an ICMP message. */
export interface IcmpHeader {
  /** 4 for ICMP, 6 for ICMPv6, which have different types. */
  version: 4 | 6;
  /** The kind of message. */
  type: number;
  /** A detail of the type, such as the reason for an error. */
  code: number;
  /** The checksum as it was sent. */
  checksum: number;
  /** The second four bytes as a number; the meaning depends on `type`. */
  rest: number;
}

/** A type's name, and the names of its codes. */
type Meaning = string | [type: string, ...codes: string[]];

const MEANINGS: Record<4 | 6, Readonly<Record<number, Meaning>>> = {
  4: {
    0: "echo reply",
    3: [
      "destination unreachable",
      "network unreachable",
      "host unreachable",
      "protocol unreachable",
      "port unreachable",
      "fragmentation needed",
      "source route failed",
      "network unknown",
      "host unknown",
      "source host isolated",
      "network administratively prohibited",
      "host administratively prohibited",
      "network unreachable for this type of service",
      "host unreachable for this type of service",
      "communication administratively prohibited",
      "host precedence violation",
      "precedence cutoff in effect",
    ],
    4: "source quench",
    5: [
      "redirect",
      "for the network",
      "for the host",
      "for the type of service and network",
      "for the type of service and host",
    ],
    8: "echo request",
    9: "router advertisement",
    10: "router solicitation",
    11: [
      "time exceeded",
      "TTL exceeded in transit",
      "fragment reassembly time exceeded",
    ],
    12: [
      "parameter problem",
      "pointer indicates the error",
      "missing a required option",
      "bad length",
    ],
    13: "timestamp request",
    14: "timestamp reply",
    15: "information request",
    16: "information reply",
    17: "address mask request",
    18: "address mask reply",
  },
  6: {
    1: [
      "destination unreachable",
      "no route to destination",
      "communication administratively prohibited",
      "beyond scope of source address",
      "address unreachable",
      "port unreachable",
      "source address failed policy",
      "reject route to destination",
    ],
    2: "packet too big",
    3: [
      "time exceeded",
      "hop limit exceeded in transit",
      "fragment reassembly time exceeded",
    ],
    4: [
      "parameter problem",
      "erroneous header field",
      "unrecognized next header",
      "unrecognized IPv6 option",
    ],
    128: "echo request",
    129: "echo reply",
    130: "multicast listener query",
    131: "multicast listener report",
    132: "multicast listener done",
    133: "router solicitation",
    134: "router advertisement",
    135: "neighbor solicitation",
    136: "neighbor advertisement",
    137: "redirect",
    143: "multicast listener report v2",
  },
};

/**
 * The error types of ICMP. All other types ask, answer, or announce something.
 */
const ERRORS_V4 = [3, 4, 5, 11, 12];

/**
 * Decodes the header of an ICMP message.
 *
 * @param version 4 for ICMP, 6 for ICMPv6.
 * @param bytes The bytes that contain the message.
 * @param start The index of its first byte.
 * @param end The index after the last byte of the message.
 * @returns All fields; the rest of the message starts at `start + 8`.
 * @throws {WireError} If there are fewer than 8 bytes.
 *
 * @example A port without a socket
 * ```ts
 * import { decodeIcmp, icmpMeaning } from "./icmp.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = new Uint8Array([3, 3, 0xfc, 0xfc, 0, 0, 0, 0]);
 * assertEquals(
 *   icmpMeaning(decodeIcmp(4, bytes)),
 *   "destination unreachable: port unreachable",
 * );
 * ```
 */
export function decodeIcmp(
  version: 4 | 6,
  bytes: Uint8Array,
  start = 0,
  end: number = bytes.length,
): IcmpHeader {
  requireBytes("an ICMP header", 8, start, end);
  return {
    version,
    type: bytes[start],
    code: bytes[start + 1],
    checksum: readUint16(bytes, start + 2),
    rest: readUint32(bytes, start + 4),
  };
}

/**
 * Describes an ICMP message in the words of the RFCs.
 *
 * @param header The message's header.
 * @returns Text such as `echo request`, or `type 200 code 1` for an unknown
 * type.
 *
 * @example The packet is larger than the next network's MTU
 * ```ts
 * import { icmpMeaning } from "./icmp.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const header = { version: 6, type: 2, code: 0, checksum: 0, rest: 1280 };
 * assertEquals(
 *   icmpMeaning({ ...header, version: 6 }),
 *   "packet too big, MTU 1280",
 * );
 * ```
 */
export function icmpMeaning(header: IcmpHeader): string {
  const { version, type, code } = header;
  const meaning = MEANINGS[version][type];
  if (meaning === undefined) return `type ${type} code ${code}`;
  if (typeof meaning === "string") return meaning + detail(header);
  const [name, ...codes] = meaning;
  return `${name}: ${codes[code] ?? `code ${code}`}${detail(header)}`;
}

/**
 * Returns whether an ICMP message is an error, which quotes the packet it's
 * about.
 *
 * @param header The message's header.
 * @returns Whether a quoted packet follows the header.
 */
export function isIcmpError({ version, type }: IcmpHeader): boolean {
  // In ICMPv6, errors are the types below 128 (RFC 4443, section 2.1).
  return version === 4
    ? ERRORS_V4.includes(type)
    : type < 128 && MEANINGS[6][type] !== undefined;
}

/** Describes the second four bytes, whose meaning depends on the type. */
function detail({ version, type, code, rest }: IcmpHeader): string {
  const isEcho = version === 4 ? type === 0 || type === 8 : type >> 1 === 64;
  if (isEcho) return `, id ${rest >>> 16} seq ${rest & 0xffff}`;
  if (version === 6 && type === 2) return `, MTU ${rest}`;
  if (version === 6) return "";
  // Routers from before 1990 don't send the MTU (RFC 1191, section 3).
  if (type === 3 && code === 4) return `, MTU ${rest & 0xffff}`;
  if (type !== 5) return "";
  const gateway = Uint8Array.of(rest >>> 24, rest >>> 16, rest >>> 8, rest);
  return ` through ${formatIpv4(gateway)}`;
}

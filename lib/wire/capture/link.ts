/**
 * The link layer, below IP. Its header depends on where the packet was
 * captured; the capture file identifies it by a number, the link type.
 *
 * @module
 */

import { type CookedFields, type CookedHeader } from "./cooked.ts";
import { decodeCooked, encodeCooked } from "./cooked.ts";
import { requireBytes, WireError } from "../error.ts";
import { decodeEthernet, encodeEthernet } from "./ethernet.ts";
import { ETHER_TYPE_IPV4, ETHER_TYPE_IPV6 } from "./ethernet.ts";
import type { EthernetFields, EthernetHeader } from "./ethernet.ts";
import { decodeLoopback, encodeLoopback } from "./loopback.ts";
import type { LoopbackFields, LoopbackHeader } from "./loopback.ts";
import { decodeOtherLink, type OtherHeader } from "./other_links.ts";

/** The link types that can be decoded, with their names from tcpdump.org. */
export const LINK_TYPES = {
  /** Loopback of BSD and macOS, in the byte order of the machine. */
  NULL: 0,
  /** Ethernet; Linux also shows its loopback interface like this. */
  ETHERNET: 1,
  /**
   * IPv4 or IPv6 without a link header; the number that most systems use
   * internally.
   */
  DLT_RAW: 12,
  /** The same, with OpenBSD's number. */
  DLT_RAW_OPENBSD: 14,
  /** IPv4 or IPv6 without a link header. */
  RAW: 101,
  /** Loopback of OpenBSD, big-endian. */
  LOOP: 108,
  /** `tcpdump -i any` on Linux, until 2020. */
  LINUX_SLL: 113,
  /** IPv4 without a link header. */
  IPV4: 228,
  /** IPv6 without a link header. */
  IPV6: 229,
  /** `tcpdump -i any` on Linux, today. */
  LINUX_SLL2: 276,
} as const;

/** No link header: the bytes start with the IP header. */
export interface RawHeader {
  /** The kind of header. */
  kind: "raw";
  /** Always 0. */
  headerBytes: number;
  /** The EtherType of IPv4 or IPv6, from the version in the first four bits. */
  etherType: number | null;
}

/** The fields of a raw header to encode: it has no bytes. */
export interface RawFields extends Partial<RawHeader> {
  /** The kind of header. */
  kind: "raw";
}

/** The header below IP; `kind` tells which. */
export type LinkHeader =
  | EthernetHeader
  | CookedHeader
  | LoopbackHeader
  | RawHeader
  | OtherHeader;

/** The fields of a header below IP to encode; `kind` tells which. */
export type LinkFields =
  | EthernetFields
  | CookedFields
  | LoopbackFields
  | RawFields
  | OtherHeader;

/**
 * Decodes the header below IP.
 *
 * @param bytes The packet from its first byte.
 * @param linkType The link type from the capture file, one of
 * {@linkcode LINK_TYPES}.
 * @returns The header; its payload starts at `headerBytes`, and is IPv4 or IPv6
 * if `etherType` says so.
 * @throws {WireError} If the header is truncated, or the link type is unknown.
 *
 * @example IPv4 without a link header
 * ```ts
 * import { decodeLink, LINK_TYPES } from "./link.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(decodeLink(new Uint8Array([0x45]), LINK_TYPES.RAW), {
 *   kind: "raw",
 *   headerBytes: 0,
 *   etherType: 0x0800,
 * });
 * ```
 */
export function decodeLink(bytes: Uint8Array, linkType: number): LinkHeader {
  switch (linkType) {
    case LINK_TYPES.ETHERNET:
      return decodeEthernet(bytes);
    case LINK_TYPES.LINUX_SLL:
      return decodeCooked(1, bytes);
    case LINK_TYPES.LINUX_SLL2:
      return decodeCooked(2, bytes);
    case LINK_TYPES.NULL:
    case LINK_TYPES.LOOP:
      return decodeLoopback(bytes);
    case LINK_TYPES.DLT_RAW:
    case LINK_TYPES.DLT_RAW_OPENBSD:
    case LINK_TYPES.RAW:
    case LINK_TYPES.IPV4:
    case LINK_TYPES.IPV6:
      return decodeRaw(bytes);
  }
  const other = decodeOtherLink(bytes, linkType);
  if (other !== null) return other;
  throw new WireError(
    "a packet",
    0,
    `link type ${Object.values(LINK_TYPES).join(", ")}, found ${linkType}`,
  );
}

/**
 * Encodes the header below IP.
 *
 * @param fields The header.
 * @returns A new buffer, empty for `raw`.
 * @throws {RangeError} If a value doesn't fit in its field.
 * @throws {TypeError} If an address isn't valid, or this kind of header can
 * only be decoded.
 *
 * @example An Ethernet header with only default values
 * ```ts
 * import { encodeLink } from "./link.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(encodeLink({ kind: "ethernet" }).length, 14);
 * ```
 */
export function encodeLink(fields: LinkFields): Uint8Array {
  switch (fields.kind) {
    case "ethernet":
      return encodeEthernet(fields);
    case "cooked":
      return encodeCooked(fields);
    case "loopback":
      return encodeLoopback(fields);
    case "raw":
      return new Uint8Array(0);
    case "other":
      throw new TypeError(`Cannot encode a header of ${fields.name}`);
  }
}

/**
 * Returns the name of a link type.
 *
 * @param linkType The link type's number in a capture file.
 * @returns Text such as `ETHERNET`, or `link type 147` for a link type that
 * can't be decoded.
 *
 * @example The link type of `tcpdump -i lo` on Linux
 * ```ts
 * import { linkTypeName } from "./link.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(linkTypeName(1), "ETHERNET");
 * assertEquals(linkTypeName(147), "link type 147");
 * ```
 */
export function linkTypeName(linkType: number): string {
  const known = Object.entries(LINK_TYPES).find(([, n]) => n === linkType);
  return known?.[0] ?? `link type ${linkType}`;
}

function decodeRaw(bytes: Uint8Array): RawHeader {
  requireBytes("an IP header", 1, 0, bytes.length);
  const version = bytes[0] >>> 4;
  const etherType = version === 4
    ? ETHER_TYPE_IPV4
    : version === 6
    ? ETHER_TYPE_IPV6
    : null;
  return { kind: "raw", headerBytes: 0, etherType };
}

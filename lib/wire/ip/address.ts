/**
 * IPv4, IPv6, and MAC addresses, as bytes and as text.
 *
 * @module
 */

import { readUint16, writeUint16 } from "../bytes.ts";

/**
 * Each byte in hexadecimal; a table is faster than converting a dozen bytes per
 * packet.
 */
const HEX = Array.from(
  { length: 256 },
  (_, byte) => byte.toString(16).padStart(2, "0"),
);

/**
 * Formats an IPv4 address.
 *
 * @param bytes The bytes that contain the address.
 * @param at The index of the first of its four bytes.
 * @returns Text such as `127.0.0.1`.
 *
 * @example The loopback address
 * ```ts
 * import { formatIpv4 } from "./address.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(formatIpv4(new Uint8Array([127, 0, 0, 1])), "127.0.0.1");
 * ```
 */
export function formatIpv4(bytes: Uint8Array, at = 0): string {
  return `${bytes[at]}.${bytes[at + 1]}.${bytes[at + 2]}.${bytes[at + 3]}`;
}

/**
 * Formats an IPv6 address in its shortest form (RFC 5952, section 4): no
 * leading zeros, lower case, and `::` for the longest run of zeros. An
 * IPv4-mapped address ends in IPv4 notation (section 5).
 *
 * @param bytes The bytes that contain the address.
 * @param at The index of the first of its sixteen bytes.
 * @returns Text such as `::1`.
 *
 * @example The loopback address
 * ```ts
 * import { formatIpv6 } from "./address.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = new Uint8Array(16);
 * assertEquals(formatIpv6(bytes), "::");
 * bytes[15] = 1;
 * assertEquals(formatIpv6(bytes), "::1");
 * bytes[0] = 0xfe;
 * assertEquals(formatIpv6(bytes), "fe00::1");
 * ```
 */
export function formatIpv6(bytes: Uint8Array, at = 0): string {
  const groups = Array.from(
    { length: 8 },
    (_, i) => readUint16(bytes, at + 2 * i),
  );
  const run = longestZeros(groups);
  if (run.start === 0 && run.size === 5 && groups[5] === 0xffff) {
    return `::ffff:${formatIpv4(bytes, at + 12)}`;
  }
  const text = groups.map((group) => group.toString(16));
  if (run.size < 2) return text.join(":");
  const before = text.slice(0, run.start).join(":");
  const after = text.slice(run.start + run.size).join(":");
  return `${before}::${after}`;
}

/**
 * Formats a MAC address (or another link-layer address): its bytes in
 * hexadecimal.
 *
 * @param bytes The bytes that contain the address.
 * @param at The index of its first byte.
 * @param size The length of the address, in bytes; 6 for Ethernet.
 * @returns Text such as `02:00:00:00:00:01`.
 *
 * @example An Ethernet address
 * ```ts
 * import { formatMac } from "./address.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = new Uint8Array([2, 0, 0, 0, 0, 0xff]);
 * assertEquals(formatMac(bytes), "02:00:00:00:00:ff");
 * ```
 */
export function formatMac(bytes: Uint8Array, at = 0, size = 6): string {
  if (size === 0) return "";
  let text = HEX[bytes[at]];
  for (let i = 1; i < size; i++) text += ":" + HEX[bytes[at + i]];
  return text;
}

/**
 * Parses an IPv4 or IPv6 address.
 *
 * @param text The address, such as `127.0.0.1` or `::1`, without brackets.
 * @returns The address's 4 or 16 bytes.
 * @throws {TypeError} If the text isn't an IP address.
 *
 * @example Both families
 * ```ts
 * import { parseIp } from "./address.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(parseIp("127.0.0.1"), new Uint8Array([127, 0, 0, 1]));
 * assertEquals(parseIp("::1").length, 16);
 * assertEquals(parseIp("::1")[15], 1);
 * ```
 */
export function parseIp(text: string): Uint8Array {
  const bytes = text.includes(":") ? parseIpv6(text) : parseIpv4(text);
  if (bytes === null) {
    throw new TypeError(`Cannot parse "${text}": it is not an IP address`);
  }
  return bytes;
}

/**
 * Parses a MAC address (or another link-layer address).
 *
 * @param text The bytes in hexadecimal, separated by colons, or `""`.
 * @returns One byte for each pair of digits.
 * @throws {TypeError} If the text isn't such an address.
 *
 * @example An Ethernet address
 * ```ts
 * import { parseMac } from "./address.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(parseMac("02:00:ff"), new Uint8Array([2, 0, 255]));
 * ```
 */
export function parseMac(text: string): Uint8Array {
  if (text === "") return new Uint8Array(0);
  if (!/^[\da-f]{2}(:[\da-f]{2})*$/i.test(text)) {
    throw new TypeError(`Cannot parse "${text}": it is not a link address`);
  }
  return Uint8Array.from(text.split(":"), (pair) => parseInt(pair, 16));
}

/** Of two runs of the same length, the first one is shortened. */
function longestZeros(groups: number[]): { start: number; size: number } {
  let longest = { start: 0, size: 0 };
  for (let start = 0; start < groups.length; start++) {
    let size = 0;
    while (groups[start + size] === 0) size++;
    if (size > longest.size) longest = { start, size };
  }
  return longest;
}

function parseIpv4(text: string): Uint8Array | null {
  const parts = text.split(".");
  const good = parts.length === 4 &&
    parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) <= 255);
  return good ? Uint8Array.from(parts, Number) : null;
}

function parseIpv6(text: string): Uint8Array | null {
  const [head, tail, more] = text.split("::").map((part) =>
    parseGroups(part, text.endsWith(part))
  );
  if (more !== undefined || head === null || tail === null) return null;
  const zeros = 8 - head.length - (tail?.length ?? 0);
  // `::` replaces at least one group; without it, no group may be missing.
  if (tail === undefined ? zeros !== 0 : zeros < 1) return null;
  const bytes = new Uint8Array(16);
  head.forEach((group, i) => writeUint16(bytes, 2 * i, group));
  tail?.forEach((group, i) =>
    writeUint16(bytes, 2 * (head.length + zeros + i), group)
  );
  return bytes;
}

/** The last two groups may be written as an IPv4 address. */
function parseGroups(text: string, isLast: boolean): number[] | null {
  if (text === "") return [];
  const groups: number[] = [];
  const parts = text.split(":");
  for (const [i, part] of parts.entries()) {
    const ipv4 = isLast && i === parts.length - 1 ? parseIpv4(part) : null;
    if (ipv4 !== null) groups.push(readUint16(ipv4, 0), readUint16(ipv4, 2));
    else if (/^[\da-f]{1,4}$/i.test(part)) groups.push(parseInt(part, 16));
    else return null;
  }
  return groups;
}

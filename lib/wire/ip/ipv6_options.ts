/**
 * The options in IPv6 extension headers that change how to decode the rest of a
 * packet (RFC 8200, section 4.2).
 *
 * @module
 */

import { readUint32 } from "../bytes.ts";
import type { Ipv6Header } from "./ipv6.ts";

const HOP_BY_HOP = 0;
const DESTINATION_OPTIONS = 60;

/** The Pad1 option: one byte of padding, without a length. */
const PAD1 = 0;
/** The Jumbo Payload option (RFC 2675, section 2). */
const JUMBO_PAYLOAD = 0xc2;
/** The Home Address option of Mobile IPv6 (RFC 6275, section 6.3). */
const HOME_ADDRESS = 0xc9;

/**
 * Finds the length of a jumbogram, which is too long for the length field of
 * the IPv6 header (RFC 2675, section 2).
 *
 * @param header The header.
 * @returns The length of everything after the first 40 bytes, including
 * extensions; `null` if the packet isn't a jumbogram.
 *
 * @example 65536 bytes of payload
 * ```ts
 * import { decodeIpv6, encodeIpv6 } from "./ipv6.ts";
 * import { jumboPayloadBytes } from "./ipv6_options.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const header = decodeIpv6(encodeIpv6({
 *   version: 6,
 *   protocol: 17,
 *   source: "::1",
 *   destination: "::1",
 *   payloadBytes: 0,
 *   extensions: [{
 *     number: 0,
 *     bytes: new Uint8Array([0, 0, 0xc2, 4, 0, 1, 0, 0]),
 *   }],
 * }, new Uint8Array(8)));
 * assertEquals(jumboPayloadBytes(header), 65536);
 * ```
 */
export function jumboPayloadBytes(header: Ipv6Header): number | null {
  if (header.payloadBytes !== 0) return null;
  const data = findOption(header, HOP_BY_HOP, JUMBO_PAYLOAD);
  return data?.length === 4 ? readUint32(data, 0) : null;
}

/**
 * Finds the home address of a mobile sender. Checksums cover this address, not
 * the one in the header (RFC 6275, section 11.3.1).
 *
 * @param header The header.
 * @returns The address, as a view (16 bytes, unless the option is damaged);
 * `null` if there is no such option.
 */
export function homeAddress(header: Ipv6Header): Uint8Array | null {
  return findOption(header, DESTINATION_OPTIONS, HOME_ADDRESS);
}

/** Finds an option's data. Each option: type 1, length 1, data. */
function findOption(
  { extensions }: Ipv6Header,
  extensionNumber: number,
  type: number,
): Uint8Array | null {
  for (const { number, bytes } of extensions) {
    if (number !== extensionNumber) continue;
    // The first two bytes are those of the extension header itself.
    for (let at = 2; at < bytes.length;) {
      if (bytes[at] === PAD1) {
        at++;
        continue;
      }
      const end = at + 2 + bytes[at + 1];
      if (!(end <= bytes.length)) break;
      if (bytes[at] === type) return bytes.subarray(at + 2, end);
      at = end;
    }
  }
  return null;
}

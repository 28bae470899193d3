/**
 * The eight control bits of a TCP header (RFC 9293, section 3.1).
 *
 * @module
 */

/** The eight flags, in the order of their bits in the header. */
export interface TcpFlags {
  /** Congestion window reduced (CWR): the sender has slowed down (RFC 3168). */
  readonly cwr: boolean;
  /** ECN echo (ECE): a router on the path marked congestion (RFC 3168). */
  readonly ece: boolean;
  /** The urgent pointer is valid. */
  readonly urg: boolean;
  /** The acknowledgment number is valid. */
  readonly ack: boolean;
  /** Push: deliver the data to the application now. */
  readonly psh: boolean;
  /** Reset: abort the connection. */
  readonly rst: boolean;
  /** Synchronize: the sequence number is the first one of this direction. */
  readonly syn: boolean;
  /** Finish: the sender has no more data. */
  readonly fin: boolean;
}

/** The names of the flags, from the highest bit of their byte to the lowest. */
export const TCP_FLAG_NAMES: readonly (keyof TcpFlags)[] = [
  "cwr",
  "ece",
  "urg",
  "ack",
  "psh",
  "rst",
  "syn",
  "fin",
];

/** The usual order in texts, such as `SYN,ACK`. */
const SPOKEN_ORDER = [
  "syn",
  "fin",
  "rst",
  "psh",
  "ack",
  "urg",
  "ece",
  "cwr",
] as const;

const CAPITALS = {
  syn: "SYN",
  fin: "FIN",
  rst: "RST",
  psh: "PSH",
  ack: "ACK",
  urg: "URG",
  ece: "ECE",
  cwr: "CWR",
} as const;

/**
 * A byte has 256 values, so each combination is created once and then shared.
 */
const COMBINATIONS: readonly TcpFlags[] = Array.from(
  { length: 256 },
  (_, byte) =>
    Object.freeze({
      cwr: (byte & 128) !== 0,
      ece: (byte & 64) !== 0,
      urg: (byte & 32) !== 0,
      ack: (byte & 16) !== 0,
      psh: (byte & 8) !== 0,
      rst: (byte & 4) !== 0,
      syn: (byte & 2) !== 0,
      fin: (byte & 1) !== 0,
    }),
);

/**
 * Decodes the byte that contains the flags.
 *
 * @param byte The 14th byte of a TCP header, an integer from 0 to 255.
 * @returns The flags, frozen; the same object for the same byte.
 *
 * @example The second segment of a handshake
 * ```ts
 * import { decodeTcpFlags } from "./flags.ts";
 * import { assert } from "@std/assert";
 *
 * const flags = decodeTcpFlags(0b0001_0010);
 * assert(flags.syn && flags.ack && !flags.fin);
 * ```
 */
export function decodeTcpFlags(byte: number): TcpFlags {
  return COMBINATIONS[byte & 0xff];
}

/**
 * Encodes the byte that contains the flags.
 *
 * @param flags The flags to set; missing flags aren't set.
 * @returns An integer from 0 to 255.
 *
 * @example The second segment of a handshake
 * ```ts
 * import { encodeTcpFlags } from "./flags.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(encodeTcpFlags({ syn: true, ack: true }), 0b0001_0010);
 * ```
 */
export function encodeTcpFlags(flags: Partial<TcpFlags>): number {
  return TCP_FLAG_NAMES.reduce(
    (byte, name) => byte << 1 | (flags[name] ? 1 : 0),
    0,
  );
}

/**
 * Formats the flags that are set.
 *
 * @param flags The flags.
 * @returns The names of the set flags in upper case, separated by commas, in
 * the usual order (`SYN,ACK`); `""` if none are set.
 *
 * @example The second segment of a handshake
 * ```ts
 * import { formatTcpFlags } from "./flags.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(formatTcpFlags({ ack: true, syn: true }), "SYN,ACK");
 * assertEquals(formatTcpFlags({}), "");
 * ```
 */
export function formatTcpFlags(flags: Partial<TcpFlags>): string {
  let text = "";
  for (const name of SPOKEN_ORDER) {
    if (flags[name]) {
      text += text === "" ? CAPITALS[name] : "," + CAPITALS[name];
    }
  }
  return text;
}

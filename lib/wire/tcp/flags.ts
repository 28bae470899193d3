/**
 * The eight control bits of a TCP header (RFC 9293, section 3.1).
 *
 * @module
 */

/** The eight flags, in the order in which they stand in the header. */
export interface TcpFlags {
  /** Congestion window reduced: the sender has slowed down (RFC 3168). */
  readonly cwr: boolean;
  /** ECN echo: a router on the way marked congestion (RFC 3168). */
  readonly ece: boolean;
  /** The urgent pointer is valid. */
  readonly urg: boolean;
  /** The acknowledgment number is valid. */
  readonly ack: boolean;
  /** Push: hand the data to the program now. */
  readonly psh: boolean;
  /** Reset: the connection is over at once. */
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

/** The usual order: SYN matters more than ACK. */
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

/** A byte has 256 values, so each combination is made once and then shared. */
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
 * Decodes the flags' byte.
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
 * Encodes the flags' byte.
 *
 * @param flags Those that are set; what is missing isn't.
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
 * Writes the flags that are set.
 *
 * @param flags The flags.
 * @returns Their names in upper case with commas between, SYN and FIN first as
 * people say them; `""` where none is set.
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

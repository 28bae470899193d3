/**
 * The fields of a header: for each, its name, its value in this packet, the
 * value's meaning, and the bytes that hold it.
 *
 * @module
 */
import type { ByteRange } from "../hex_pane.tsx";

/** One field of a header. */
export interface HeaderField {
  /** Its size, from 1 to 32. */
  bits: number;
  name: string;
  value: string;
  /** The meaning of the value, in a sentence. */
  meaning: string;
  /** The bytes that hold it. */
  bytes: ByteRange;
  /** For a flag: whether it's set. */
  isSet?: boolean;
}

/** A header, in rows of 32 bits. */
export interface HeaderGrid {
  title: string;
  /** The class that colors it: `ip`, `tcp`, `udp`, `icmp`. */
  kind: string;
  rows: HeaderField[][];
}

/** Facts about a header that its bytes don't contain. */
export interface FieldContext {
  /** The index of its first byte. */
  start: number;
  /** The verdict on its checksum. */
  checksum?: string;
}

/**
 * Makes a field.
 *
 * @param bits Its size.
 * @param name Its name in the RFC.
 * @param value Its value, as it's read.
 * @param meaning The meaning of the value, in a sentence.
 */
export function field(
  bits: number,
  name: string,
  value: string | number,
  meaning: string,
): Omit<HeaderField, "bytes"> {
  return { bits, name, value: String(value), meaning };
}

/**
 * Gives the fields of a row their bytes.
 *
 * @param start The index of the row's first byte.
 * @param fields The fields, of 32 bits together; a field of addresses that's
 * longer has its size in `size`.
 * @param size The row's bytes.
 */
export function rowAt(
  start: number,
  fields: Omit<HeaderField, "bytes">[],
  size = 4,
): HeaderField[] {
  if (size !== 4) {
    return fields.map((one) => ({ ...one, bytes: [start, start + size] }));
  }
  let bit = 0;
  return fields.map((one) => {
    const from = start + Math.floor(bit / 8);
    bit += one.bits;
    return { ...one, bytes: [from, start + Math.ceil(bit / 8)] as const };
  });
}

/** Formats a 16-bit number in hexadecimal. */
export function hex16(value: number): string {
  return `0x${value.toString(16).padStart(4, "0")}`;
}

/** Makes the fields of both ports. */
export function portFields(
  source: number,
  destination: number,
): Omit<HeaderField, "bytes">[] {
  return [
    field(16, "source port", source, "The port of the socket that sent it."),
    field(
      16,
      "destination port",
      destination,
      "The port that it's for. With both addresses and the source port, it " +
        "tells the kernel which socket gets it.",
    ),
  ];
}

/** Makes the field of a checksum, with the verdict in words. */
export function checksumField(
  value: number,
  covers: string,
  verdict?: string,
): Omit<HeaderField, "bytes"> {
  const says = verdict === undefined ? undefined : VERDICTS[verdict];
  const mark = { good: " ✓", bad: " ✗", offloaded: ", offloaded" }[
    verdict ?? ""
  ] ?? "";
  return field(
    16,
    "checksum",
    hex16(value) + mark,
    `It protects ${covers}.${says === undefined ? "" : ` ${says}`}`,
  );
}

const VERDICTS: Record<string, string> = {
  good: "It's right: no bit has changed on the way.",
  bad: "It's wrong: the bytes were damaged, or it was never computed.",
  offloaded:
    "It isn't finished: the kernel leaves that to the network card, and " +
    "loopback has none.",
  unknown: "Not all bytes that it protects were captured.",
};

/**
 * The options at the end of a TCP header (RFC 9293, section 3.2; RFC 7323;
 * RFC 2018).
 *
 * Two kinds are a single byte: `end` and `nop`. All others start with their
 * kind and their length, which counts these two bytes, so a receiver can skip
 * an unknown option.
 *
 * @module
 */

import { readUint16, readUint32, requireBits } from "../bytes.ts";
import { writeUint16, writeUint32 } from "../bytes.ts";
import { WireError } from "../error.ts";

/** A block of bytes that arrived after a gap. */
export interface SackBlock {
  /** Sequence number of its first byte. */
  left: number;
  /** Sequence number after its last byte. */
  right: number;
}

/** One option of a TCP header. */
export type TcpOption =
  /** 0: no more options; only padding follows. */
  | { kind: "end" }
  /** 1: no operation, to align the next option. */
  | { kind: "nop" }
  /**
   * 2: the maximum segment size (MSS): the most data, in bytes, that the sender
   * accepts in one segment.
   */
  | { kind: "mss"; size: number }
  /**
   * 3: the window scale: the sender's windows are in units of 2^`shift` bytes.
   */
  | { kind: "windowScale"; shift: number }
  /** 4: SACK permitted: the sender understands `sack`. */
  | { kind: "sackPermitted" }
  /**
   * 5: selective acknowledgment (SACK): the blocks that arrived after a gap.
   */
  | { kind: "sack"; blocks: SackBlock[] }
  /**
   * 8: the sender's clock, and the last clock value received from the other
   * end.
   */
  | { kind: "timestamps"; value: number; echo: number }
  /** Any other option, or one of the above with an invalid length. */
  | { kind: "unknown"; number: number; data: Uint8Array };

/**
 * Decodes the options of a TCP header.
 *
 * Padding after `end` is dropped. An option with the wrong length for its kind
 * is returned as `unknown`, because it can still be skipped.
 *
 * @param bytes The bytes that contain the options.
 * @param start The index of the first byte of options.
 * @param end The index after the last one, where the header ends.
 * @returns The options, in order; the data of unknown ones is a view.
 * @throws {WireError} If an option's length is below 2 or more than the bytes
 * left, so that the next option can't be found.
 *
 * @example The options of a typical SYN
 * ```ts
 * import { decodeTcpOptions } from "./options.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = new Uint8Array([2, 4, 0xff, 0xd7, 4, 2, 1, 3, 3, 7, 0, 0]);
 * assertEquals(decodeTcpOptions(bytes), [
 *   { kind: "mss", size: 65495 },
 *   { kind: "sackPermitted" },
 *   { kind: "nop" },
 *   { kind: "windowScale", shift: 7 },
 *   { kind: "end" },
 * ]);
 * ```
 */
export function decodeTcpOptions(
  bytes: Uint8Array,
  start = 0,
  end: number = bytes.length,
): TcpOption[] {
  const { options, problem } = decodeTcpOptionsLeniently(bytes, start, end);
  if (problem !== null) throw problem;
  return options;
}

/**
 * Decodes the options of a TCP header before the first invalid one.
 *
 * @param bytes The bytes that contain the options.
 * @param start The index of the first byte of options.
 * @param end The index after the last one.
 * @returns The options before the invalid one, and the error, if any.
 *
 * @example A length of 0
 * ```ts
 * import { decodeTcpOptionsLeniently } from "./options.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = new Uint8Array([4, 2, 8, 0]);
 * const { options, problem } = decodeTcpOptionsLeniently(bytes);
 * assertEquals(options, [{ kind: "sackPermitted" }]);
 * assertEquals(problem?.offset, 2);
 * ```
 */
export function decodeTcpOptionsLeniently(
  bytes: Uint8Array,
  start = 0,
  end: number = bytes.length,
): { options: TcpOption[]; problem: WireError | null } {
  const options: TcpOption[] = [];
  let at = start;
  while (at < end) {
    const number = bytes[at];
    if (number === 0) {
      options.push({ kind: "end" });
      break;
    }
    if (number === 1) {
      options.push({ kind: "nop" });
      at += 1;
      continue;
    }
    const length = at + 1 < end ? bytes[at + 1] : 0;
    if (length < 2 || at + length > end) {
      const found = at + 1 < end ? length : "none";
      const expected = `a length from 2 to ${end - at}, found ${found}`;
      return { options, problem: new WireError("a TCP option", at, expected) };
    }
    options.push(decodeOption(bytes, at, number, length));
    at += length;
  }
  return { options, problem: null };
}

/**
 * Encodes the options of a TCP header, padded with zeros to whole words of four
 * bytes. A zero byte is the option `end`, so padding decodes as `end`.
 *
 * @param options The options, in order.
 * @returns The bytes; their number is a multiple of 4.
 * @throws {RangeError} If a value doesn't fit in its field, or if the options
 * take more than the 40 bytes that a header has for them.
 *
 * @example The options of a typical data segment
 * ```ts
 * import { encodeTcpOptions } from "./options.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const options = encodeTcpOptions([
 *   { kind: "nop" },
 *   { kind: "nop" },
 *   { kind: "timestamps", value: 1, echo: 2 },
 * ]);
 * assertEquals(options, new Uint8Array([1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2]));
 * ```
 */
export function encodeTcpOptions(options: readonly TcpOption[]): Uint8Array {
  const encoded = options.map(encodeOption);
  const size = encoded.reduce((sum, option) => sum + option.length, 0);
  if (size > 40) {
    throw new RangeError(
      `Cannot write ${size} bytes of TCP options: a header has room for 40`,
    );
  }
  const bytes = new Uint8Array(Math.ceil(size / 4) * 4);
  let at = 0;
  for (const option of encoded) {
    bytes.set(option, at);
    at += option.length;
  }
  return bytes;
}

function decodeOption(
  bytes: Uint8Array,
  at: number,
  number: number,
  length: number,
): TcpOption {
  if (number === 8 && length === 10) {
    const value = readUint32(bytes, at + 2);
    return { kind: "timestamps", value, echo: readUint32(bytes, at + 6) };
  }
  if (number === 2 && length === 4) {
    return { kind: "mss", size: readUint16(bytes, at + 2) };
  }
  if (number === 3 && length === 3) {
    return { kind: "windowScale", shift: bytes[at + 2] };
  }
  if (number === 4 && length === 2) return { kind: "sackPermitted" };
  if (number === 5 && length > 2 && length % 8 === 2) {
    const blocks: SackBlock[] = [];
    for (let from = at + 2; from < at + length; from += 8) {
      const left = readUint32(bytes, from);
      blocks.push({ left, right: readUint32(bytes, from + 4) });
    }
    return { kind: "sack", blocks };
  }
  const data = bytes.subarray(at + 2, at + length);
  return { kind: "unknown", number, data };
}

function encodeOption(option: TcpOption): Uint8Array {
  switch (option.kind) {
    case "end":
      return new Uint8Array([0]);
    case "nop":
      return new Uint8Array([1]);
    case "mss": {
      const bytes = new Uint8Array([2, 4, 0, 0]);
      writeUint16(bytes, 2, requireBits("a segment size", option.size, 16));
      return bytes;
    }
    case "windowScale":
      return new Uint8Array([3, 3, requireBits("a shift", option.shift, 8)]);
    case "sackPermitted":
      return new Uint8Array([4, 2]);
    case "sack": {
      const edges = option.blocks.flatMap(({ left, right }) => [left, right]);
      return withNumbers(5, edges);
    }
    case "timestamps":
      return withNumbers(8, [option.value, option.echo]);
    case "unknown": {
      const { number, data } = option;
      requireBits("an option's kind", number, 8);
      return new Uint8Array([number, data.length + 2, ...data]);
    }
  }
}

/** Encodes an option that consists of 32-bit numbers. */
function withNumbers(number: number, values: number[]): Uint8Array {
  const bytes = new Uint8Array(2 + 4 * values.length);
  bytes[0] = number;
  bytes[1] = bytes.length;
  values.forEach((value, i) =>
    writeUint32(bytes, 2 + 4 * i, requireBits("an option's value", value, 32))
  );
  return bytes;
}

import { counted } from "../../../show/counted.ts";
import { encodeTcpOptions, type TcpOption } from "../../../wire/tcp/options.ts";
import type { TcpHeader } from "../../../wire/tcp/header.ts";
import type { HeaderField } from "./fields.ts";

/** A part of an option, in whole bytes. */
interface Part {
  bytes: number;
  name: string;
  value: string;
  meaning: string;
}

/**
 * Describes the options of a TCP header, byte by byte, in rows of 32 bits.
 *
 * @param header The header.
 * @param start The index of the first byte of its options.
 */
export function optionRows(
  { options, headerBytes }: TcpHeader,
  start: number,
): HeaderField[][] {
  const parts = options.flatMap(partsOf);
  const size = parts.reduce((sum, { bytes }) => sum + bytes, 0);
  const padding = headerBytes - 20 - size;
  if (padding > 0) {
    parts.push({
      bytes: padding,
      name: "padding",
      value: counted(padding, "byte"),
      meaning: "It fills the header up to a multiple of 4 bytes.",
    });
  }
  return inRows(parts, start);
}

/** Fills rows of 32 bits. A part that doesn't fit continues in the next row. */
function inRows(parts: Part[], start: number): HeaderField[][] {
  const rows: HeaderField[][] = [];
  let at = 0;
  for (const { bytes, ...part } of parts) {
    const range = [start + at, start + at + bytes] as const;
    for (let left = bytes; left > 0;) {
      const column = at % 4;
      const fits = Math.min(left, 4 - column);
      if (column === 0) rows.push([]);
      rows.at(-1)!.push({ ...part, bits: 8 * fits, bytes: range });
      at += fits;
      left -= fits;
    }
  }
  return rows;
}

function partsOf(option: TcpOption): Part[] {
  switch (option.kind) {
    case "end":
      return [
        part(1, "kind", "0 end", "No more options: the rest is padding."),
      ];
    case "nop":
      return [part(1, "kind", "1 no-op", "It only aligns what follows.")];
    case "mss":
      return [
        ...head(option, "2 MSS", "The maximum segment size."),
        part(
          2,
          "maximum segment size",
          `${option.size}`,
          `The sender takes at most ${option.size} bytes of data in a segment.`,
        ),
      ];
    case "windowScale":
      return [
        ...head(option, "3 window scale", "How the sender's windows count."),
        part(
          1,
          "shift",
          `${option.shift}`,
          `The sender's windows after this one count ${2 ** option.shift} ` +
            "bytes each.",
        ),
      ];
    case "sackPermitted":
      return head(
        option,
        "4 SACK permitted",
        "The sender understands selective acknowledgments.",
      );
    case "sack":
      return [
        ...head(option, "5 SACK", "What arrived after a gap."),
        ...option.blocks.flatMap(({ left, right }) => [
          part(4, "left edge", `${left}`, "The first byte after the gap."),
          part(
            4,
            "right edge",
            `${right}`,
            "The first byte that's missing again.",
          ),
        ]),
      ];
    case "timestamps":
      return [
        ...head(
          option,
          "8 timestamps",
          "Together, they measure the round trip.",
        ),
        part(4, "timestamp", `${option.value}`, "The sender's clock."),
        part(
          4,
          "echo",
          `${option.echo}`,
          "The last clock value that came from the other end.",
        ),
      ];
    case "unknown": {
      const { number, data } = option;
      return [
        ...head(
          option,
          `${number}`,
          "The workbook doesn't decode this option.",
        ),
        ...(data.length === 0 ? [] : [
          part(data.length, "data", data.toHex(), "The option's own data."),
        ]),
      ];
    }
    default:
      return option satisfies never;
  }
}

function part(
  bytes: number,
  name: string,
  value: string,
  meaning: string,
): Part {
  return { bytes, name, value, meaning };
}

/** Makes the kind and the length, with which most options begin. */
function head(option: TcpOption, kind: string, meaning: string): Part[] {
  const length = encodeTcpOptions([option])[1];
  return [
    part(1, "kind", kind, meaning),
    part(1, "length", `${length}`, `The option has ${length} bytes in all.`),
  ];
}

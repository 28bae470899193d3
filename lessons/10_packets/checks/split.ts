/** Checks 10.1: a table of messages, each with the size of its packets. */
import {
  type Advice,
  type CallResult,
  checkFunction,
  NOT_UTF8,
  toBytes,
  type Trial,
} from "../../../lib/workbook/kit/mod.ts";
import * as solution from "../solution.ts";
import type { Packet, Split } from "../types.ts";

const SAYS = "What a packet says";
const OWN_BYTES = "Bytes of its own";

const AS_TEXT = "A message is bytes, whatever they mean, and so are offset, " +
  "total, and size. Decoding it, cutting the text, and encoding the pieces " +
  "changes it: a character may take several bytes, and not all bytes are UTF-8.";

const LARGE =
  "Offsets and totals are plain numbers, which may be over 65535: " +
  "neither cut them to 16 bits nor limit the size of a packet.";

const MESSAGES: [
  message: Uint8Array | string,
  size: number,
  likely?: string,
][] = [
  ["ten bytes!", 4],
  ["8 bytes!", 4],
  ["nine byte", 4],
  ["ten bytes!", 8],
  ["hello", 1448],
  ["hello", 5],
  ["abc", 1],
  ["!", 1],
  ["", 4],
  ["grüß dich, 世界 🐢", 4, AS_TEXT],
  [NOT_UTF8["half of a surrogate pair"], 3, AS_TEXT],
  [new Uint8Array(70_000).fill(46), 10_000, LARGE],
  [new Uint8Array(70_000).fill(46), 66_000, LARGE],
];

/** Checks an answer to 10.1. */
export async function checkSplit(split: Split, trial: Trial): Promise<void> {
  const cases = MESSAGES.map(([data, size, likely]) => {
    const message = toBytes(data);
    const due = solution.split(message, size);
    return {
      step: `${describe(data)} in packets of ${size}`,
      args: [message, size],
      returns: look(due),
      likely: (result: CallResult) =>
        likely === undefined ? diagnose(result, due) : { likely, read: SAYS },
      // For the probes, which are about whose the bytes are.
      read: OWN_BYTES,
    };
  });
  await checkFunction(trial, split, cases, {
    name: "split",
    see: look,
    copies: true,
  });
}

/** One line for each packet, with only the fields that the task names. */
function look(packets: Packet[]): string[] {
  return packets.map(({ offset, total, data }) => {
    if (!(data instanceof Uint8Array)) throw new TypeError("no bytes");
    return `offset ${JSON.stringify(offset)} of ${JSON.stringify(total)}: ` +
      JSON.stringify(LATIN1.decode(data));
  });
}

/** One character for each byte, so that every byte shows. */
const LATIN1 = new TextDecoder("latin1");

/** What wrong packets have in common with the right ones. */
function diagnose(
  { value: received, error }: CallResult,
  due: Packet[],
): Partial<Advice> {
  if (error !== undefined) return { read: SAYS };
  if (!Array.isArray(received)) {
    return { likely: "Return an array of packets.", read: SAYS };
  }
  if (!received.every((packet) => packet?.data instanceof Uint8Array)) {
    return {
      likely: "Make the data of each packet a Uint8Array.",
      read: SAYS,
    };
  }
  const [, likely, read = SAYS] = causes(received, due)
    .find(([applies]) => applies)!;
  return { likely, read };
}

function causes(
  packets: Packet[],
  due: Packet[],
): [applies: boolean, likely: string, read?: string][] {
  const offsets = packets.map(({ offset }) => offset);
  const lengths = packets.map(({ data }) => data.length);
  const bytes = lengths.reduce((sum, length) => sum + length, 0);
  const { data: { length: size }, total } = due[0];
  const isCount = packets.length === due.length;
  const [first, second] = packets;
  return [
    [
      packets.length === 0,
      "There is no packet at all. An empty message is a message, too, and " +
      "without a packet the receiver never hears of it.",
    ],
    [
      first === second,
      "All packets are one and the same object, which holds what was put into " +
      "it last. Make a new object for each packet.",
    ],
    [
      packets.length > due.length && lengths.at(-1) === 0,
      "The last packet is empty. If the length divides by `size`, the message " +
      "ends with the packet before.",
    ],
    [
      bytes > total && offsets[1] < size,
      "Packets overlap: each begins where the one before it ends, so the " +
      "offset grows by `size` each time.",
    ],
    [
      bytes < total && isCount,
      "There are as many packets as there should be, but with too few bytes in " +
      "them. slice(start, end) and subarray(start, end) take an end, not a " +
      "length: offset + size.",
    ],
    [
      bytes < total,
      "Some bytes of the message are in no packet. Go on until the offset has " +
      "reached the length of the message: the last packet is shorter than " +
      "`size`, but it isn't left out.",
    ],
    [
      bytes > total,
      "There are more bytes in the packets than in the message. The last packet " +
      "holds only what's left, without padding: the receiver couldn't tell the " +
      "padding from data.",
    ],
    [
      packets.some((packet) => packet.total !== total),
      "`total` is the number of bytes in the whole message, and the same in " +
      "each packet: the receiver may get any of them first.",
    ],
    [
      offsets[0] === 1,
      "The first byte of the message has offset 0, and so has its packet.",
    ],
    [
      due.length > 1 && offsets.every((offset, i) => offset === i),
      "`offset` counts bytes, not packets: only then can a receiver put a " +
      "packet in its place without the others.",
    ],
    [
      !(offsets[1] < offsets[0]) &&
      lengths.some((length, i) => length !== due[i]?.data.length),
      "Each packet except the last holds `size` bytes: no more, and no fewer, " +
      "even if that would make them all equally long.",
    ],
    [
      offsets.some((offset, i) => offset !== due[i]?.offset),
      "Return the packets in the order of the message: each begins where the " +
      "one before it ends.",
    ],
    [
      second !== undefined && first.data.buffer === second.data.buffer &&
      first.data.byteOffset === second.data.byteOffset,
      "Offsets, totals, and lengths are right, but the data is wrong: all " +
      "packets share one array, which holds the bytes of the last one. Make a " +
      "new array for each packet; slice() does.",
      OWN_BYTES,
    ],
    [
      true,
      "Offsets, totals, and lengths are right, but the data is wrong: each " +
      "packet holds the bytes of the message from its offset on.",
    ],
  ];
}

function describe(data: Uint8Array | string): string {
  return typeof data === "string"
    ? `the message ${JSON.stringify(data)}`
    : `a message of ${data.length} bytes`;
}

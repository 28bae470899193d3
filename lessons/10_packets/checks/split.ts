/** Checks 10.1 with a table of messages, each with the size of its packets. */
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

const SAYS = "What each packet carries";
const OWN_BYTES = "A copy, not a view";

const AS_TEXT =
  "You seem to have decoded the message. It's bytes, whatever they " +
  "mean, and `offset`, `total`, and `size` count bytes. If you decode, split " +
  "the text, and encode again, the bytes change: a character may take several " +
  "bytes, and not every message is UTF-8.";

const LARGE =
  "Offsets and totals are plain numbers, which may be over 65535. Don't " +
  "cut them to 16 bits, and don't limit the size of a packet.";

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
      // For the probes, which test whether the bytes are copies.
      read: OWN_BYTES,
    };
  });
  await checkFunction(trial, split, cases, {
    name: "split",
    see: look,
    copies: true,
  });
}

/** Describes each packet in a line, with the fields that the task names. */
function look(packets: Packet[]): string[] {
  return packets.map(({ offset, total, data }) => {
    if (!(data instanceof Uint8Array)) throw new TypeError("no bytes");
    return `offset ${JSON.stringify(offset)} of ${JSON.stringify(total)}: ` +
      JSON.stringify(LATIN1.decode(data));
  });
}

/** Turns each byte into one character, so that every byte shows. */
const LATIN1 = new TextDecoder("latin1");

/** Explains wrong packets by comparing them with the right ones. */
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
      "You returned no packet at all. Even an empty message takes one packet: " +
      "without it, the receiver never hears about the message.",
    ],
    [
      first === second,
      "All packets are the same object, so they all show what you put into it " +
      "last. Make a new object for each packet.",
    ],
    [
      packets.length > due.length && lengths.at(-1) === 0,
      "The last packet is empty. If `size` divides the length evenly, the packet " +
      "before it is the last one.",
    ],
    [
      bytes > total && offsets[1] < size,
      "Your packets overlap. Each one begins where the one before it ends, so " +
      "add `size` to the offset each time.",
    ],
    [
      bytes < total && isCount,
      "The number of packets is right, but there are too few bytes in them. " +
      "slice(start, end) and subarray(start, end) take an end, not a length: " +
      "offset + size.",
    ],
    [
      bytes < total,
      "Some bytes of the message aren't in any packet. Go on until the offset " +
      "has reached the length of the message. The last packet may be shorter " +
      "than `size`, but don't leave it out.",
    ],
    [
      bytes > total,
      "There are more bytes in your packets than in the message. The last packet " +
      "holds only what's left, without padding, because the receiver couldn't " +
      "tell the padding from data.",
    ],
    [
      packets.some((packet) => packet.total !== total),
      "`total` is wrong. It's the number of bytes in the whole message, and it's " +
      "the same in each packet, because any of them may arrive first.",
    ],
    [
      offsets[0] === 1,
      "You started to count at 1. The first byte of the message has offset 0, so " +
      "the first packet has offset 0, too.",
    ],
    [
      due.length > 1 && offsets.every((offset, i) => offset === i),
      "`offset` counts bytes, not packets. Otherwise the receiver couldn't put a " +
      "packet in its place without having the others.",
    ],
    [
      !(offsets[1] < offsets[0]) &&
      lengths.some((length, i) => length !== due[i]?.data.length),
      "Each packet except the last holds exactly `size` bytes, even if you could " +
      "make them all equally long.",
    ],
    [
      offsets.some((offset, i) => offset !== due[i]?.offset),
      "The offsets are wrong, or out of order. Return the packets in the order " +
      "of the message: each begins where the one before it ends.",
    ],
    [
      second !== undefined && first.data.buffer === second.data.buffer &&
      first.data.byteOffset === second.data.byteOffset,
      "Offsets, totals, and lengths are right, but the data is wrong. All " +
      "packets share one array, which holds the bytes of the last packet. Make " +
      "a new array for each packet, as slice() does.",
      OWN_BYTES,
    ],
    [
      true,
      "Offsets, totals, and lengths are right, but the data is wrong. Each " +
      "packet holds the bytes of the message that start at its offset.",
    ],
  ];
}

function describe(data: Uint8Array | string): string {
  return typeof data === "string"
    ? `the message ${JSON.stringify(data)}`
    : `a message of ${data.length} bytes`;
}

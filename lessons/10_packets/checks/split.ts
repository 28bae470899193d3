/** Checks 10.1: the packets of known messages, and of random ones. */
import { seededRandom } from "../../../lib/net/mod.ts";
import type { Trial } from "../../../lib/workbook/kit/mod.ts";
import * as solution from "../solution.ts";
import type { Packet, Split } from "../types.ts";

const OWN_BYTES = "Bytes of its own";
const RANDOM_COUNT = 200;

/** What a difference means, and the heading to read if it isn't the usual one. */
interface Advice {
  likely: string;
  read?: string;
}

const CASES: [step: string, message: Uint8Array, size: number, Advice?][] = [
  ['it splits "ten bytes!" into packets of 4 bytes', bytesOf("ten bytes!"), 4],
  ["it splits 8 bytes into packets of 4", bytesOf("8 bytes!"), 4],
  ["it splits 10 bytes into packets of 8", bytesOf("ten bytes!"), 8],
  ["a message that is shorter than a packet", bytesOf("hello"), 1448],
  ["a message that fills one packet", bytesOf("hello"), 5],
  ["a message of a single byte", bytesOf("!"), 1],
  ["an empty message", new Uint8Array(), 4],
  [
    "a message in the middle of a larger buffer",
    bytesOf("...middle...").subarray(3, 9),
    4,
    {
      likely: "The message is a view of a part of its buffer. message.buffer " +
        "is the whole buffer, so an offset in one isn't the same place in the " +
        "other. Use message.slice(), which counts from the start of the view.",
      read: OWN_BYTES,
    },
  ],
];

/** Checks an answer to 10.1. */
export function checkSplit(split: Split, trial: Trial): void {
  for (const [step, message, size, advice] of CASES) {
    trial.step(step);
    const expected = solution.split(message, size);
    comparePackets(split(message, size), expected, trial, advice);
  }

  trial.step("the caller writes its next message into the same buffer");
  const buffer = bytesOf("first message");
  const expected = solution.split(buffer, 5);
  const packets = split(buffer, 5);
  buffer.set(bytesOf("next, longer!"));
  comparePackets(packets, expected, trial, {
    likely: "The packets changed with the caller's buffer: they share its " +
      "bytes. subarray() is another view of the same bytes; slice() copies.",
    read: OWN_BYTES,
  });

  trial.step(
    `${RANDOM_COUNT} messages of random bytes, in packets of any size`,
  );
  const random = seededRandom(10);
  const below = (limit: number) => Math.floor(random() * limit);
  for (let i = 0; i < RANDOM_COUNT; i++) {
    const message = Uint8Array.from({ length: below(300) }, () => below(256));
    const size = 1 + below(60);
    const expected = solution.split(message, size);
    comparePackets(split(message, size), expected, trial);
  }
}

function comparePackets(
  received: Packet[],
  expected: Packet[],
  trial: Trial,
  advice?: Advice,
): void {
  if (show(received) === show(expected)) return;
  trial.fail({
    problem: "The packets aren't those of the message.",
    expected: show(expected),
    received: show(received),
    // A step with its own advice knows better than the look of the packets.
    ...advice ?? diagnose(received, expected),
  });
}

/** What wrong packets have in common with the right ones. */
function diagnose(received: Packet[], expected: Packet[]): Advice {
  if (!Array.isArray(received)) {
    return { likely: "Return an array of packets." };
  }
  if (!received.every((packet) => packet?.data instanceof Uint8Array)) {
    return { likely: "Make the data of each packet a Uint8Array." };
  }
  const [got, due] = [describe(received), describe(expected)];
  const isSame = (key: keyof typeof got) => `${got[key]}` === `${due[key]}`;
  const causes: [applies: boolean, likely: string][] = [
    [
      received.length === 0,
      "There is no packet at all. An empty message is a message, too, and " +
      "without a packet the receiver never hears of it.",
    ],
    [
      received.length > expected.length && got.lengths.at(-1) === 0,
      "The last packet is empty. If the length divides by `size`, the message " +
      "ends with the packet before.",
    ],
    [
      got.bytes < due.bytes && received.length === expected.length,
      "There are as many packets as there should be, but with too few bytes in " +
      "them. slice(start, end) and subarray(start, end) take an end, not a " +
      "length: offset + size.",
    ],
    [
      got.bytes < due.bytes,
      "Some bytes of the message are in no packet. The last packet is shorter " +
      "than `size`, but it isn't left out: go on until the offset has reached " +
      "the length.",
    ],
    [
      got.bytes > due.bytes,
      "There are more bytes in the packets than in the message. The last packet " +
      "holds only what's left, without padding: the receiver couldn't tell the " +
      "padding from data.",
    ],
    [
      !got.totals.every((total) => total === due.totals[0]),
      "`total` is the number of bytes in the whole message, and the same in " +
      "each packet: the receiver may get any of them first.",
    ],
    [
      expected.length > 1 && got.offsets.every((offset, i) => offset === i),
      "`offset` counts bytes, not packets: only then can a receiver put a " +
      "packet in its place without the others.",
    ],
    [
      !isSame("offsets") && isSame("sortedOffsets"),
      "Return the packets in the order of their offsets.",
    ],
    [
      got.offsets[0] !== 0,
      "The first byte of the message has offset 0, and so has the packet that " +
      "begins with it.",
    ],
    [
      !isSame("lengths"),
      "Each packet except the last holds `size` bytes: no more, and no fewer, " +
      "even if that would make them all equally long.",
    ],
    [
      !isSame("offsets"),
      "Compare packet by packet: each begins where the one before it ends.",
    ],
  ];
  const cause = causes.find(([applies]) => applies);
  if (cause !== undefined) return { likely: cause[1] };
  const [{ data: first }] = received;
  const isShared = received.length > 1 &&
    received.every(({ data }) =>
      data.buffer === first.buffer && data.byteOffset === first.byteOffset
    );
  return isShared
    ? {
      likely:
        "Offsets, totals, and lengths are right, but the data is wrong: " +
        "all packets share one array, which holds the bytes of the last one. " +
        "Make a new array for each packet; slice() does.",
      read: OWN_BYTES,
    }
    : {
      likely:
        "Offsets, totals, and lengths are right, but the data is wrong: " +
        "each packet holds the bytes of the message from its offset on.",
    };
}

function describe(packets: Packet[]) {
  const offsets = packets.map(({ offset }) => offset);
  const lengths = packets.map(({ data }) => data.length);
  return {
    offsets,
    sortedOffsets: offsets.toSorted((a, b) => a - b),
    lengths,
    totals: packets.map(({ total }) => total),
    bytes: lengths.reduce((sum, length) => sum + length, 0),
  };
}

/** One line for each packet, with only the fields that the task names. */
function show(packets: unknown): string {
  if (!Array.isArray(packets)) return Deno.inspect(packets);
  return packets.map((packet) => {
    if (!(packet?.data instanceof Uint8Array)) return Deno.inspect(packet);
    const { offset, total, data } = packet as Packet;
    // One character for each byte, so that every byte shows.
    const text = Array.from(data, (byte) => String.fromCharCode(byte)).join("");
    return `offset ${offset} of ${total}: ${Deno.inspect(text)}`;
  }).join("\n");
}

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

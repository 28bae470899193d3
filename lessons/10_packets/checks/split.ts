/** How an answer to 10.1 is checked. */
import { seededRandom } from "../../../lib/net/mod.ts";
import {
  type Exercise,
  exercise,
  type Trial,
} from "../../../lib/workbook/kit/mod.ts";
import * as solution from "../solution.ts";
import type { Packet, Split } from "../types.ts";

const WHAT_A_PACKET_SAYS = "What a packet says";
const OWN_BYTES = "Bytes of its own";
const RANDOM_COUNT = 200;

/**
 * Makes exercise 10.1.
 *
 * @returns The exercise.
 */
export function makeSplit(): Exercise<unknown> {
  return exercise<Split>({
    id: "10.1",
    pure: true,
    title: "Cut a message up",
    solution: solution.split,
    hints: [
      "At which byte does each packet of a message of 10 bytes begin, when a " +
      "packet holds 4? And which packets does a message of 8 bytes have, or " +
      "one of none?",
      "Walk through the message in steps of `size`, from 0 to its length. At " +
      "each step copy what lies from there on, `size` bytes or what is left. " +
      "Then look at the message of no bytes: a loop that ends at the length " +
      "does not even begin there.",
      "Nearly the code:\n" +
      "    let offset = 0;\n" +
      "    do {\n" +
      "      const data = message.slice(offset, offset + size);\n" +
      "      packets.push({ offset, total: message.length, data });\n" +
      "      offset += size;\n" +
      "    } while (offset < message.length);\n" +
      "slice() copies, and ends at the end of the message by itself.",
    ],
    read: WHAT_A_PACKET_SAYS,
    check: checkSplit,
  });
}

function checkSplit(split: Split, trial: Trial): void {
  trial.step('it splits "ten bytes!" into packets of 4 bytes');
  expectPackets(split, bytesOf("ten bytes!"), 4, trial);

  trial.step("it splits 8 bytes into packets of 4");
  expectPackets(split, bytesOf("8 bytes!"), 4, trial);

  trial.step("it splits 10 bytes into packets of 8");
  expectPackets(split, bytesOf("ten bytes!"), 8, trial);

  trial.step("a message that fits into one packet, and one of a single byte");
  expectPackets(split, bytesOf("hello"), 1448, trial);
  expectPackets(split, bytesOf("hello"), 5, trial);
  expectPackets(split, bytesOf("!"), 1, trial);

  trial.step("a message of no bytes");
  expectPackets(split, new Uint8Array(), 4, trial);

  trial.step("a message in the middle of a larger buffer");
  expectPackets(split, bytesOf("...middle...").subarray(3, 9), 4, trial, {
    likely: "The message is a view of a part of a buffer. message.buffer is " +
      "the whole buffer, so an offset in the one is none in the other. Use " +
      "message.slice(), which counts from where the view begins.",
    read: OWN_BYTES,
  });

  trial.step("the caller writes its next message into the same buffer");
  const buffer = bytesOf("first message");
  const packets = split(buffer, 5);
  buffer.set(bytesOf("next, longer!"));
  comparePackets(packets, solution.split(bytesOf("first message"), 5), trial, {
    likely: "The packets changed with the caller's buffer: they share its " +
      "bytes. subarray() is another view of the same bytes; slice() copies.",
    read: OWN_BYTES,
  });

  trial.step(
    `${RANDOM_COUNT} messages of random bytes, in packets of any size`,
  );
  const random = seededRandom(10);
  for (let i = 0; i < RANDOM_COUNT; i++) {
    const message = new Uint8Array(Math.floor(random() * 300));
    for (let at = 0; at < message.length; at++) message[at] = random() * 256;
    expectPackets(split, message, 1 + Math.floor(random() * 60), trial);
  }
}

function expectPackets(
  split: Split,
  message: Uint8Array,
  size: number,
  trial: Trial,
  advice?: { likely: string; read: string },
): void {
  const expected = solution.split(message, size);
  comparePackets(split(message, size), expected, trial, advice);
}

function comparePackets(
  received: Packet[],
  expected: Packet[],
  trial: Trial,
  advice?: { likely: string; read: string },
): void {
  if (show(received) === show(expected)) return;
  trial.fail({
    problem: "The packets are not those of the message.",
    expected: show(expected),
    received: show(received),
    // A step with advice of its own knows better than the look of it.
    ...(advice ?? diagnose(received, expected) ?? {
      likely: "Compare packet by packet: each begins where the one before it " +
        "ends, and all of them say the same total.",
    }),
  });
}

/** What wrong packets show of how they were made. */
function diagnose(
  received: Packet[],
  expected: Packet[],
): { likely: string; read?: string } | undefined {
  if (!Array.isArray(received)) {
    return { likely: "Return an array of packets." };
  }
  if (received.length === 0) {
    return {
      likely: "There is no packet at all. A message of no bytes is a message " +
        "too, and without a packet nobody ever hears of it.",
    };
  }
  if (!received.every((packet) => packet?.data instanceof Uint8Array)) {
    return { likely: "The data of each packet are a Uint8Array." };
  }
  const total = expected[0].total;
  const [bytes, due] = [received, expected].map((packets) =>
    packets.reduce((sum, { data }) => sum + data.length, 0)
  );
  if (received.length > expected.length && received.at(-1)!.data.length === 0) {
    return {
      likely: "The last packet is empty. Where the length divides by `size`, " +
        "the message is at its end with the packet before.",
    };
  }
  if (bytes < due && received.length === expected.length) {
    return {
      likely: "As many packets as there should be, with too few bytes in " +
        "them. slice(start, end) and subarray(start, end) take an end, and " +
        "not a length: offset + size.",
    };
  }
  if (bytes < due) {
    return {
      likely: "Bytes of the message are in no packet. The last packet is " +
        "shorter than `size`, and not left out: go on until the offset has " +
        "reached the length.",
    };
  }
  if (bytes > due) {
    return {
      likely: "There are more bytes in the packets than in the message. The " +
        "last packet holds what is left, and nothing to fill it up: the " +
        "receiver could not tell it from data.",
    };
  }
  if (received.some((packet) => packet.total !== total)) {
    return {
      likely:
        "`total` counts the bytes of the whole message, and is the same " +
        "in each packet: the receiver may get any of them first.",
    };
  }
  const byOffset = received.map(({ offset }) => offset);
  const wanted = expected.map(({ offset }) => offset);
  if (byOffset.every((offset, i) => offset === i) && wanted.length > 1) {
    return {
      likely: "`offset` counts bytes, not packets: only then can a receiver " +
        "put a packet into its place without having seen the others.",
    };
  }
  const sorted = byOffset.toSorted((a, b) => a - b);
  if (
    String(sorted) === String(wanted) && String(byOffset) !== String(wanted)
  ) {
    return { likely: "Give the packets in the order of their offsets." };
  }
  if (byOffset[0] !== 0) {
    return {
      likely:
        "The first byte of the message has the offset 0, and so has the " +
        "packet that begins with it.",
    };
  }
  const [lengths, dueLengths] = [received, expected].map((packets) =>
    packets.map(({ data }) => data.length)
  );
  if (String(lengths) !== String(dueLengths)) {
    return {
      likely:
        "Each packet but the last holds `size` bytes: no more, and also " +
        "no fewer, so that all would have the same.",
    };
  }
  if (String(byOffset) !== String(wanted)) return undefined;
  return shareOneArray(received)
    ? {
      likely: "Offsets, totals and lengths are right, and only the data are " +
        "not: all packets share one array, which holds the bytes of the last " +
        "one. Make a new array for each packet; slice() does.",
      read: OWN_BYTES,
    }
    : {
      likely: "Offsets, totals and lengths are right, and only the data are " +
        "not: in each packet they are the bytes of the message from its " +
        "offset on.",
    };
}

/** Whether the data of all packets begin at the same byte of the memory. */
function shareOneArray(packets: Packet[]): boolean {
  const [{ data: first }] = packets;
  return packets.length > 1 &&
    packets.every(({ data }) =>
      data.buffer === first.buffer && data.byteOffset === first.byteOffset
    );
}

/** Packets, each on one line; only what the task names. */
function show(packets: unknown): string {
  if (!Array.isArray(packets)) return Deno.inspect(packets);
  return packets.map((packet) => {
    if (!(packet?.data instanceof Uint8Array)) return Deno.inspect(packet);
    const { offset, total, data } = packet as Packet;
    return `offset ${offset} of ${total}: ${Deno.inspect(asText(data))}`;
  }).join("\n");
}

/** Each byte as one character, so that none gets lost on the way. */
function asText(data: Uint8Array): string {
  return Array.from(data, (byte) => String.fromCharCode(byte)).join("");
}

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

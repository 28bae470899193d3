/**
 * Lesson 11: the 20 to 60 bytes in front.
 *
 * It sends a few words over loopback while tcpdump listens, and reads the
 * segments off the wire: every field of one, and the sequence numbers of many,
 * up to the place where they begin again at 0. Where nothing can be captured it
 * shows a recording of the same.
 */
import { counted, type Narrator, printable } from "../../lib/show/mod.ts";
import {
  Conversations,
  type Packet,
  seqAdd,
  type TrackedSegment,
} from "../../lib/wire/mod.ts";
import { runLesson } from "../../lib/workbook/cli/run_lesson.ts";
import { observe, readRecording } from "./observe.ts";
import { RECORDING } from "./recording.ts";
import { checksum } from "./solution.ts";
import {
  bytesToWrap,
  type Direction,
  directionsOf,
  type Ends,
  findWrap,
  nearestToWrap,
  openMany,
  sendPastWrap,
  sendWords,
} from "./traffic.ts";
import { lessons } from "../mod.ts";

/** How many connections show where they begin to count. */
const CONNECTIONS = 100;
/** The most bytes that the lesson sends to see the numbers come round. */
const MAX_STREAM = 128 * 1024 * 1024;

/** Runs the demonstration. */
export async function lesson(show: Narrator): Promise<void> {
  show.step("The header in front of five bytes");
  await show.predict(
    "A client writes 5 bytes. Before them stands a TCP header. How long is it, " +
      "and what must it say so that the other side can use the 5 bytes?",
  );
  const observed = await observe(async () => [await sendWords()]);
  const isLive = "packets" in observed;
  if (!isLive) {
    show.say(
      `Nothing was captured just now: ${observed.reason}. What follows is a ` +
        "recording, made by this lesson on another machine.",
    );
  }
  const recorded = readRecording(RECORDING);
  const spoken = spokenSegments(isLive ? observed.packets : recorded);
  everyField(show, spoken);
  await bytesAreCounted(show, spoken);
  await manyBeginnings(show, isLive);
  await oneBit(show, spoken[0].packet);
}

/** Many connections: where they begin to count, and where one comes round. */
async function manyBeginnings(show: Narrator, isLive: boolean): Promise<void> {
  const pairs: Ends[] = [];
  try {
    const directions = await anywhere(show, isLive ? pairs : undefined);
    await comeRound(show, directions, pairs);
  } finally {
    for (const { client, server } of pairs) {
      client.close();
      server.close();
    }
  }
}

interface Spoken {
  packet: Packet;
  segment: TrackedSegment;
}

/** The client's segments with data, on the first connection of all. */
function spokenSegments(packets: Packet[]): Spoken[] {
  const conversations = new Conversations();
  const spoken: Spoken[] = [];
  for (const packet of packets) {
    const segment = conversations.add(packet);
    if (
      segment?.conversation.number === 1 && segment.from === "client" &&
      packet.payloadBytes > 0 && !segment.retransmission
    ) spoken.push({ packet, segment });
  }
  return spoken;
}

/** The header in front of five bytes. */
function everyField(show: Narrator, [{ packet, segment }]: Spoken[]): void {
  show.headers("the client's first data", packet, {
    layers: ["tcp"],
    segment,
  });
  const { headerBytes } = packet.tcp!;
  show.fact("header", `${headerBytes} bytes`);
  show.fact(
    "data",
    `${counted(packet.payloadBytes, "byte")} ${printable(packet.payload)}`,
  );
  show.say(
    "Each row is 32 bits. 20 bytes are always there; the data offset says how " +
      "many words of four bytes come before the data, and so where the options " +
      "end. It has four bits: 15 × 4 = 60 bytes is the most.",
  );
}

/** What the next number will be. */
async function bytesAreCounted(
  show: Narrator,
  spoken: Spoken[],
): Promise<void> {
  show.step("Sequence numbers count bytes");
  const [{ packet: first }] = spoken;
  await show.predict(
    `The first data have the sequence number ${first.tcp!.sequence}. The ` +
      "client goes on with 3 bytes, then with 10. What are the numbers of " +
      "those two segments?",
  );
  show.table(
    ["sequence number", "data", "first byte after it"],
    spoken.map(({ packet: { tcp, payload, payloadBytes } }) => [
      `${tcp!.sequence}`,
      `${counted(payloadBytes, "byte")} ${printable(payload)}`,
      `${seqAdd(tcp!.sequence, payloadBytes)}`,
    ]),
  );
  show.say(
    "A segment has no number of its own: it says where in the stream its first " +
      "byte belongs, as a packet of lesson 10 did.",
  );
}

/**
 * The first number of each direction.
 *
 * @param pairs Takes the connections, which stay open; where it is not given,
 * the recording is shown.
 */
async function anywhere(
  show: Narrator,
  pairs: Ends[] | undefined,
): Promise<Direction[]> {
  show.step("They start anywhere");
  await show.predict(
    "Programs that show packets let a connection begin at 0. Which number does " +
      "the first segment have on the wire?",
  );
  const directions = await openAndLook(show, pairs);
  for (const { from, port, initial } of directions.slice(0, 6)) {
    show.fact(`port ${port}, ${from}`, `SYN ${initial}`);
  }
  const numbers = directions.map(({ initial }) => initial);
  const { size } = new Set(directions.map(({ port }) => port));
  show.fact("opened", `${size} connections, of two directions each`);
  show.fact(`lowest of ${numbers.length}`, Math.min(...numbers));
  show.fact(`highest of ${numbers.length}`, Math.max(...numbers));
  show.say(
    "Each direction begins somewhere of its own, which nobody can guess (RFC " +
      "9293, section 3.4.1): so segments of an old connection, or of a " +
      "stranger, do not fit into this one. The 0 is made by who shows it.",
  );
  return directions;
}

/** Opens many connections, and looks where they begin to count. */
async function openAndLook(
  show: Narrator,
  pairs: Ends[] | undefined,
): Promise<Direction[]> {
  if (pairs !== undefined) {
    const observed = await observe(async () => {
      pairs.push(...await openMany(CONNECTIONS));
      return pairs.map(({ port }) => port);
    });
    if ("packets" in observed) return directionsOf(observed.packets);
    show.say("They were missed just now, so this is the recording.");
  }
  // The first one of the recording is that on which words were said.
  return directionsOf(readRecording(RECORDING)).slice(2);
}

/** A stream that is long enough. */
async function comeRound(
  show: Narrator,
  directions: Direction[],
  pairs: Ends[],
): Promise<void> {
  show.step("And after 4294967295 comes 0");
  await show.predict(
    "The number has 32 bits. What happens to a connection whose numbers have " +
      "reached the last one?",
  );
  const nearest = nearestToWrap(directions);
  const ends = pairs.find(({ port }) => port === nearest.port);
  let packets = readRecording(RECORDING);
  if (ends !== undefined && bytesToWrap(nearest) <= MAX_STREAM) {
    const observed = await observe(async () => {
      await sendPastWrap(ends, nearest);
      return [nearest.port];
    });
    if ("packets" in observed && findWrap(observed.packets)) {
      packets = observed.packets;
      show.say(
        `Of all ${directions.length} directions the ${nearest.from}'s of port ` +
          `${nearest.port} began nearest to the end: ${bytesToWrap(nearest)} ` +
          "bytes before it. So it was made to send so many, and some more.",
      );
    } else if (pairs.length > 0) {
      show.say("It was missed just now, so this is the recording.");
    }
  } else if (ends !== undefined) {
    show.say("No direction began near the end, so this is the recording.");
  }
  const { last, next, ack } = findWrap(packets)!;
  const { sequence } = last.tcp!;
  show.fact("a segment", `sequence number ${sequence}`);
  show.fact("its data", counted(last.payloadBytes, "byte"));
  show.fact("the one behind it", `sequence number ${next.tcp!.sequence}`);
  const sum = sequence + last.payloadBytes;
  show.fact("the sum", `${sum} - 2 ** 32 = ${sum - 2 ** 32}`);
  if (ack) show.fact("acknowledged", ack.tcp!.acknowledgment);
  show.say(
    "Nothing happens: the numbers go round in a circle. So a low number can " +
      "come after a high one, and `a < b` does not say which is first.",
  );
}

/** What the checksum notices, and what it does not. */
async function oneBit(show: Narrator, packet: Packet): Promise<void> {
  show.step("One wrong bit");
  show.say(
    "IPv4 and TCP have the same checksum. " +
      (packet.checksum === "offloaded"
        ? "That of the TCP header above was left to a network card, which " +
          "loopback does not have; that of the IPv4 header before it is real."
        : "Here is that of the IPv4 header, which is shorter."),
  );
  await show.predict(
    "A receiver adds up all numbers of 16 bits, the checksum too, and turns " +
      "the bits over. 0 means unharmed. What if one bit is wrong? What if two " +
      "of the numbers have changed places?",
  );
  // Some systems leave that one to a network card, too.
  const { bytes, link, ip } = packet.ipChecksum === "good"
    ? packet
    : readRecording(RECORDING)[0];
  const start = link?.headerBytes ?? 0;
  const header = bytes.slice(start, start + ip!.headerBytes);
  show.bytes(`the IPv4 header, ${header.length} bytes`, header);
  show.fact("as it came", hex(checksum(header)));
  const flipped = header.slice();
  flipped[8] ^= 1;
  show.fact("one bit wrong", hex(checksum(flipped)));
  const swapped = header.slice();
  swapped.set(header.subarray(2, 4), 4);
  swapped.set(header.subarray(4, 6), 2);
  show.fact("two numbers swapped", hex(checksum(swapped)));
  show.say(
    "A sum does not know in which order things were added. It catches accidents, " +
      "and no ill will: whoever changes the data can change the checksum as well.",
  );
}

function hex(value: number): string {
  return `0x${value.toString(16).padStart(4, "0")}`;
}

if (import.meta.main) {
  await runLesson({ lessons, url: import.meta.url, lesson });
}

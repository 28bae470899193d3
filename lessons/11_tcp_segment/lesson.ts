/**
 * Lesson 11: the TCP header.
 *
 * It sends a few words over loopback, captures them with tcpdump, and decodes
 * the segments: every field of one, and the sequence numbers of many, including
 * the wraparound to 0. If it can't capture, it shows a recording.
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

/** The number of connections whose initial sequence numbers are compared. */
const CONNECTIONS = 100;
/** The most bytes that the lesson sends to reach the wraparound. */
const MAX_STREAM = 128 * 1024 * 1024;

/** Runs the demonstration. */
export async function lesson(show: Narrator): Promise<void> {
  show.step("The header in front of five bytes");
  await show.predict(
    "A client writes 5 bytes, and TCP puts a header in front of them. How long " +
      "is it? What does the other side need to know to use these bytes?",
  );
  const observed = await observe(async () => [await sendWords()]);
  const isLive = "packets" in observed;
  if (!isLive) {
    show.say(
      `Nothing was captured just now: ${observed.reason}. What follows is a ` +
        "recording that this lesson made on another machine.",
    );
  }
  const recorded = readRecording(RECORDING);
  const spoken = spokenSegments(isLive ? observed.packets : recorded);
  everyField(show, spoken);
  await bytesAreCounted(show, spoken);
  await manyConnections(show, isLive);
  await oneBit(show, spoken[0].packet);
}

/** Shows initial sequence numbers, and a wraparound. */
async function manyConnections(show: Narrator, isLive: boolean): Promise<void> {
  const pairs: Ends[] = [];
  try {
    const directions = await initialNumbers(show, isLive ? pairs : undefined);
    await wraparound(show, directions, pairs);
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

/** Returns the client's segments with data, on the first connection. */
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

/** Shows the header in front of five bytes. */
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
    "Each row has 32 bits. The first 20 bytes are always there. The data offset " +
      "is the number of 4-byte words before the data, so it says where the " +
      "options end. It has four bits, so a header has at most 15 × 4 = 60 bytes.",
  );
}

/** Shows the sequence numbers of three segments. */
async function bytesAreCounted(
  show: Narrator,
  spoken: Spoken[],
): Promise<void> {
  show.step("Sequence numbers count bytes");
  const [{ packet: first }] = spoken;
  await show.predict(
    `The first data has the sequence number ${first.tcp!.sequence}. The ` +
      "client sends 3 more bytes, and then 10 more. Which sequence numbers do " +
      "those two segments have?",
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
    "It isn't the segments that are numbered; it's the bytes. A segment says " +
      "where in the stream its first byte belongs, as a packet of lesson 10 did.",
  );
}

/**
 * Shows the initial sequence number of each direction.
 *
 * @param pairs Receives the connections, which stay open. If it's `undefined`,
 * the recording is shown.
 */
async function initialNumbers(
  show: Narrator,
  pairs: Ends[] | undefined,
): Promise<Direction[]> {
  show.step("Sequence numbers start anywhere");
  await show.predict(
    "Wireshark shows the first sequence number of a connection as 0. Which " +
      "number is it on the wire?",
  );
  const directions = await openAndLook(show, pairs);
  for (const { from, port, initial } of directions.slice(0, 6)) {
    show.fact(`port ${port}, ${from}`, `SYN ${initial}`);
  }
  const numbers = directions.map(({ initial }) => initial);
  const { size } = new Set(directions.map(({ port }) => port));
  show.fact("opened", `${size} connections, each with two directions`);
  show.fact(`lowest of ${numbers.length}`, Math.min(...numbers));
  show.fact(`highest of ${numbers.length}`, Math.max(...numbers));
  show.say(
    "Each direction has its own initial sequence number, which nobody can guess " +
      "(RFC 9293, section 3.4.1). So a segment from an old connection or from an " +
      "attacker is unlikely to fit into this one. Wireshark subtracts the " +
      "initial number because the result is easier to read.",
  );
  return directions;
}

/** Opens many connections, and finds their initial sequence numbers. */
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
    show.say("tcpdump missed some of them just now, so this is the recording.");
  }
  // The recording's first connection is the one that carried the words.
  return directionsOf(readRecording(RECORDING)).slice(2);
}

/** Shows a stream whose sequence numbers wrap around. */
async function wraparound(
  show: Narrator,
  directions: Direction[],
  pairs: Ends[],
): Promise<void> {
  show.step("And after 4294967295 comes 0");
  await show.predict(
    "A sequence number has 32 bits. What happens to a connection that has used " +
      "the last number?",
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
        `Of all ${directions.length} directions, the ${nearest.from}'s on port ` +
          `${nearest.port} started closest to the end: ${
            bytesToWrap(nearest)
          } bytes before it. So the lesson sent that many bytes, and some more.`,
      );
    } else if (pairs.length > 0) {
      show.say("tcpdump missed it just now, so this is the recording.");
    }
  } else if (ends !== undefined) {
    show.say("No direction started near the end, so this is the recording.");
  }
  const { last, next, ack } = findWrap(packets)!;
  const { sequence } = last.tcp!;
  show.fact("a segment", `sequence number ${sequence}`);
  show.fact("its data", counted(last.payloadBytes, "byte"));
  show.fact("the next segment", `sequence number ${next.tcp!.sequence}`);
  const sum = sequence + last.payloadBytes;
  show.fact("the sum", `${sum} - 2 ** 32 = ${sum - 2 ** 32}`);
  if (ack) show.fact("acknowledged", ack.tcp!.acknowledgment);
  show.say(
    "Nothing special happens: the numbers wrap around. So a low number can come " +
      "after a high one, and `a < b` doesn't tell you which comes first.",
  );
}

/** Shows what the checksum detects, and what it doesn't. */
async function oneBit(show: Narrator, packet: Packet): Promise<void> {
  show.step("One wrong bit");
  show.say(
    "IPv4 and TCP use the same kind of checksum. " +
      (packet.checksum === "offloaded"
        ? "The kernel left the one in the TCP header above to a network card, " +
          "which loopback doesn't have. The one in the IPv4 header is real."
        : "Here's the one in the IPv4 header, which is shorter.") +
      " A receiver adds up all 16-bit numbers, including the checksum, and " +
      "inverts the bits. 0 means that nothing was damaged.",
  );
  await show.predict(
    "Two 16-bit numbers in the header get swapped on the way. Does the checksum " +
      "notice? Does it notice a single wrong bit?",
  );
  // Some systems leave this one to a network card, too.
  const { bytes, link, ip } = packet.ipChecksum === "good"
    ? packet
    : readRecording(RECORDING)[0];
  const start = link?.headerBytes ?? 0;
  const header = bytes.slice(start, start + ip!.headerBytes);
  show.bytes(`the IPv4 header, ${header.length} bytes`, header);
  show.fact("as it arrived", hex(checksum(header)));
  const flipped = header.slice();
  flipped[8] ^= 1;
  show.fact("one bit wrong", hex(checksum(flipped)));
  const swapped = header.slice();
  swapped.set(header.subarray(2, 4), 4);
  swapped.set(header.subarray(4, 6), 2);
  show.fact("two numbers swapped", hex(checksum(swapped)));
  show.say(
    "A sum is the same in any order, so it can't detect a swap. It catches most " +
      "accidents, but it doesn't stop attackers: if you change the data, you can " +
      "change the checksum as well.",
  );
}

function hex(value: number): string {
  return `0x${value.toString(16).padStart(4, "0")}`;
}

if (import.meta.main) {
  await runLesson({ lessons, url: import.meta.url, lesson });
}

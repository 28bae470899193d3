/** How an answer to 10.2 is checked. */
import { bindUdp, seededRandom } from "../../../lib/net/mod.ts";
import {
  type Exercise,
  exercise,
  type Trial,
} from "../../../lib/workbook/kit/mod.ts";
import { fromDatagram, toDatagram } from "../datagrams.ts";
import * as solution from "../solution.ts";
import type { Packet, ReassemblerClass, Reassembling } from "../types.ts";

type Ranges = [start: number, end: number][];

const NUMBERS = "The numbers do it all";
const OWN_BYTES = "Bytes of its own";
const RANDOM_COUNT = 60;
const MESSAGE = bytesOf("ten bytes!");

/**
 * Makes exercise 10.2.
 *
 * @returns The exercise.
 */
export function makeReassembler(): Exercise<unknown> {
  return exercise<ReassemblerClass>({
    id: "10.2",
    pure: true,
    title: "Put it together again",
    solution: solution.Reassembler,
    hints: [
      "Two packets have come with 4 bytes each. How many bytes of the message " +
      "are there: 8, 4, or something in between? What must you remember to " +
      "know that?",
      "Make a buffer of `total` bytes at the first packet, and put the data of " +
      "each packet at its offset. Beside it remember which bytes have come: a " +
      "list of the gaps, or simply one boolean for each byte. A gap is a run " +
      "of bytes that have not come.",
      "Nearly the code, with `#bytes` and `#has`, an array of `total` booleans:\n" +
      "    this.#bytes.set(data, offset); // set() copies\n" +
      "    this.#has.fill(true, offset, offset + data.length);\n" +
      "and for missing(), going through all bytes:\n" +
      "    if (this.#has[at]) continue;\n" +
      "    const gap = gaps.at(-1);\n" +
      "    if (gap?.[1] === at) gap[1] = at + 1; // the gap goes on\n" +
      "    else gaps.push([at, at + 1]);",
    ],
    read: NUMBERS,
    check: checkReassembler,
  });
}

async function checkReassembler(
  Reassembler: ReassemblerClass,
  trial: Trial,
): Promise<void> {
  trial.step("three packets of ten bytes come in order");
  const inOrder = new Reassembler();
  const gaps = [[[4, 10]], [[8, 10]], []] as Ranges[];
  [[0, 4], [4, 8], [8, 10]].forEach(([start, end], i) => {
    inOrder.add(packetOf(start, end));
    expectMissing(inOrder, gaps[i], trial, {
      likely: "From `start` up to `end`, without the byte at `end`, as in " +
        "slice(): after 4 of 10 bytes that is [4, 10], and [] when all is there.",
    });
  });
  expectMessage(inOrder, MESSAGE, trial, {
    likely: "Put the data of each packet at its offset.",
  });

  trial.step("the same packets come in another order");
  const mixed = new Reassembler();
  for (const [start, end] of [[8, 10], [0, 4], [4, 8]]) {
    mixed.add(packetOf(start, end));
  }
  expectMessage(mixed, MESSAGE, trial, {
    likely: "The order of arrival says nothing. Each packet names its own " +
      "place: put its data at `offset`, wherever that is.",
  });

  trial.step("gaps open in front and in the middle, and close");
  checkGaps(Reassembler, trial);

  trial.step("packets come twice");
  const repeated = new Reassembler();
  for (const start of [0, 0, 0, 4]) repeated.add(packetOf(start, start + 4));
  expectMissing(repeated, [[8, 10]], trial, {
    likely: "A packet that comes again brings nothing new. Remember which " +
      "bytes are there, not how many have come.",
  });
  repeated.add(packetOf(8, 10));
  repeated.add(packetOf(0, 4));
  expectMissing(repeated, [], trial, {
    likely: "A repeat after the end changes nothing.",
  });
  expectMessage(repeated, MESSAGE, trial, {
    likely: "A packet that comes again brings nothing new: its bytes are in " +
      "their place already.",
  });

  trial.step("packets overlap");
  checkOverlaps(Reassembler, trial);

  trial.step("the bytes of a message are all 0");
  const zeros = new Reassembler();
  const nothing = "A byte that has come may be 0, so the bytes cannot tell " +
    "what is missing. Remember beside them which have come.";
  zeros.add({ offset: 0, total: 4, data: new Uint8Array(2) });
  expectMissing(zeros, [[2, 4]], trial, { likely: nothing });
  zeros.add({ offset: 2, total: 4, data: new Uint8Array(2) });
  expectMissing(zeros, [], trial, { likely: nothing });
  expectMessage(zeros, new Uint8Array(4), trial, { likely: nothing });

  trial.step("packets come for the bytes 2, 10 and 100, and then the rest");
  checkNumbers(new Reassembler(), trial);

  trial.step("it is asked for the message too early");
  const early = new Reassembler();
  expectThrow(early, "before the first packet", trial);
  early.add(packetOf(0, 8));
  expectThrow(early, "while 2 bytes are missing", trial);

  trial.step("a message of no bytes");
  const empty = new Reassembler();
  empty.add({ offset: 0, total: 0, data: new Uint8Array() });
  const likely = "total is 0: with its one packet this message is complete. " +
    "0 counts as false in an `if`, and a gap from 0 to 0 is none.";
  expectMissing(empty, [], trial, { likely });
  expectMessage(empty, new Uint8Array(), trial, { likely });

  trial.step("two messages are put together at the same time");
  const [one, other] = [new Reassembler(), new Reassembler()];
  one.add(packetOf(0, 8));
  const hello = bytesOf("hello");
  other.add({ offset: 0, total: 5, data: hello });
  const apart = "Each Reassembler has a message of its own. What stands " +
    "outside the class, or is static, is there once for all of them.";
  expectMissing(one, [[8, 10]], trial, { likely: apart });
  expectMessage(other, hello, trial, { likely: apart });

  trial.step(`${RANDOM_COUNT} messages in random pieces, in random order`);
  const random = seededRandom(10);
  for (let i = 0; i < RANDOM_COUNT; i++) {
    checkRandom(new Reassembler(), random, trial);
  }
  await checkDatagrams(new Reassembler(), trial);
}

/** What is missing, while packets come that leave gaps. */
function checkGaps(Reassembler: ReassemblerClass, trial: Trial): void {
  const reassembler = new Reassembler();
  const steps: [start: number, end: number, missing: Ranges][] = [
    [8, 10, [[0, 8]]],
    [3, 5, [[0, 3], [5, 8]]],
    [0, 3, [[5, 8]]],
    [6, 7, [[5, 6], [7, 8]]],
    [5, 6, [[7, 8]]],
    [7, 8, []],
  ];
  const came: string[] = [];
  for (const [start, end, missing] of steps) {
    reassembler.add(packetOf(start, end));
    came.push(`[${start}, ${end}]`);
    expectMissing(reassembler, missing, trial, {
      problem: `When ${came.join(", ")} had come, missing() was wrong.`,
      likely: "There can be gaps in front of what has come, and several of " +
        "them. Neither a count nor the highest byte so far can tell: remember " +
        "which bytes are there.",
    });
  }
}

/** Pieces that were cut differently when they were sent again. */
function checkOverlaps(Reassembler: ReassemblerClass, trial: Trial): void {
  const likely = "Where packets overlap, the same bytes come twice: count " +
    "them once. A packet may also lie over several gaps, or in the middle of " +
    "one, and a shorter one at the same offset takes nothing away.";
  const orders: [number, number][][] = [
    [[0, 6], [4, 9], [9, 10]],
    [[0, 4], [0, 8], [8, 10]],
    [[2, 4], [6, 8], [1, 9], [0, 10]],
    [[0, 10], [3, 5]],
    [[3, 5], [2, 6], [2, 6], [0, 3]],
    [[2, 8], [2, 5]],
  ];
  for (const pieces of orders) {
    const reassembler = new Reassembler();
    const has = new Set<number>();
    const came: string[] = [];
    for (const [start, end] of pieces) {
      came.push(`[${start}, ${end}]`);
      reassembler.add(packetOf(start, end));
      for (let at = start; at < end; at++) has.add(at);
      expectMissing(reassembler, gapsOf(has, 10), trial, {
        problem: `When ${came.join(", ")} had come, missing() was wrong.`,
        likely,
      });
    }
    if (has.size === 10) expectMessage(reassembler, MESSAGE, trial, { likely });
  }
}

/** Offsets of one, two and three digits: as text they have another order. */
function checkNumbers(reassembler: Reassembling, trial: Trial): void {
  const likely =
    "sort() without a comparison sorts numbers as text, and then " +
    "10 and 100 come before 2: use sort((a, b) => a - b). And if the bits of " +
    "one number say what has come: it has 32, and 1 << 32 is 1 again.";
  const message = Uint8Array.from({ length: 120 }, (_, i) => i);
  const total = message.length;
  const has = new Set<number>();
  const pieces = [[2, 5], [10, 15], [100, 110], [0, 60], [50, 105], [105, 120]];
  const came: string[] = [];
  for (const [offset, end] of pieces) {
    came.push(`[${offset}, ${end}]`);
    reassembler.add({ offset, total, data: message.slice(offset, end) });
    for (let at = offset; at < end; at++) has.add(at);
    expectMissing(reassembler, gapsOf(has, total), trial, {
      problem: `When ${came.join(", ")} had come, missing() was wrong.`,
      likely,
    });
  }
  expectMessage(reassembler, message, trial, { likely });
}

/** Random pieces until the message is whole, compared at every step. */
function checkRandom(
  reassembler: Reassembling,
  random: () => number,
  trial: Trial,
): void {
  const below = (limit: number) => Math.floor(random() * limit);
  const message = Uint8Array.from({ length: 1 + below(80) }, () => below(256));
  const total = message.length;
  const has = new Set<number>();
  while (has.size < total) {
    const offset = below(total);
    const data = message.slice(offset, offset + 1 + below(12));
    reassembler.add({ offset, total, data });
    data.forEach((_, i) => has.add(offset + i));
    expectMissing(reassembler, gapsOf(has, total), trial, {
      likely: `After bytes ${offset} to ${offset + data.length - 1} came as ` +
        "the last of several pieces. Compare the gaps one by one.",
    });
  }
  expectMessage(reassembler, message, trial, {
    likely: "Each piece goes to its own offset, whatever is there already.",
  });
}

/** Real datagrams, each received into the same buffer. */
async function checkDatagrams(
  reassembler: Reassembling,
  trial: Trial,
): Promise<void> {
  trial.step("UDP datagrams bring a message, all into one and the same buffer");
  const sender = trial.use(bindUdp());
  const receiver = trial.use(
    Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 }),
  );
  const message = bytesOf("One buffer, many packets: copy what you keep.");
  const buffer = new Uint8Array(64);
  for (const packet of solution.split(message, 6).toReversed()) {
    await sender.send(toDatagram(packet), receiver.addr as Deno.NetAddr);
    const [datagram] = await trial.waitFor(receiver.receive(buffer), {
      waitingFor: "a datagram to come over loopback",
      likely: "Nothing in the answer: this is the check's own socket.",
    });
    reassembler.add(fromDatagram(datagram));
  }
  expectMissing(reassembler, [], trial, { likely: "All packets have come." });
  expectMessage(reassembler, message, trial, {
    likely:
      "The next packet overwrote one that was kept: its data are a view " +
      "of the buffer that everything is received into. Copy the bytes in " +
      "add(), by set() or slice().",
    read: OWN_BYTES,
  });
}

interface Advice {
  problem?: string;
  likely: string;
  read?: string;
}

function expectMissing(
  reassembler: Reassembling,
  expected: Ranges,
  trial: Trial,
  advice: Advice,
): void {
  const received = reassembler.missing();
  if (JSON.stringify(received) === JSON.stringify(expected)) return;
  trial.fail({
    problem: "missing() gave other gaps than there are.",
    expected: showRanges(expected),
    received: showRanges(received),
    ...advice,
    likely: diagnose(received, expected) ?? advice.likely,
  });
}

/** What wrong gaps show of how they were made. */
function diagnose(received: unknown, expected: Ranges): string | undefined {
  if (!Array.isArray(received)) return "Return an array of gaps, [] if none.";
  if (JSON.stringify(received) === JSON.stringify(expected.toSorted())) {
    return "These are the right gaps, sorted as text: sort() without a " +
      "comparison does that, and then 10 and 100 come before 2. Use " +
      "sort(([a], [b]) => a - b).";
  }
  const bytes = bytesIn(received);
  if (String(bytes) === String(bytesIn(expected))) {
    return received.length > expected.length
      ? "These are the right bytes in too many pieces. Bytes that follow one " +
        "another are one gap; from 5 to 5, or back to 0, there is none."
      : "These are the right gaps, in another order: sort them by start.";
  }
  const inclusive = expected.map(([start, end]) => [start, end - 1]);
  if (JSON.stringify(received) === JSON.stringify(inclusive)) {
    return "The end is one too low: a gap goes up to `end`, without the byte " +
      "there, as in slice(start, end).";
  }
  return undefined;
}

function bytesIn(ranges: Ranges): number[] {
  const bytes: number[] = [];
  for (const [start, end] of ranges) {
    // A wrong answer may say anything: Infinity, too.
    for (let at = start; at < Math.min(end, 1000); at++) bytes.push(at);
  }
  return bytes.sort((a, b) => a - b);
}

function expectMessage(
  reassembler: Reassembling,
  expected: Uint8Array,
  trial: Trial,
  advice: Advice,
): void {
  let received: Uint8Array;
  try {
    received = reassembler.message();
  } catch (error) {
    trial.fail({
      problem: `message() threw ${error}, though all has come.`,
      ...advice,
    }, { cause: error });
  }
  if (!(received instanceof Uint8Array)) {
    trial.fail({
      problem: `message() gave ${Deno.inspect(received)}.`,
      expected: "a Uint8Array",
      likely: "Return the bytes of the message, and nothing around them.",
    });
  }
  trial.equalBytes(received, expected, advice);
}

function expectThrow(
  reassembler: Reassembling,
  when: string,
  trial: Trial,
): void {
  let received: unknown;
  try {
    received = reassembler.message();
  } catch {
    return;
  }
  trial.fail({
    problem: `message() returned ${when}.`,
    expected: "an error",
    received: Deno.inspect(received),
    likely: "Whoever gets it takes it for the whole message: zeros where " +
      "nothing came look like data. Throw until every byte is there.",
  });
}

/** The gaps among the first `total` numbers. */
function gapsOf(has: Set<number>, total: number): Ranges {
  const gaps: Ranges = [];
  for (let at = 0; at < total; at++) {
    if (has.has(at)) continue;
    const gap = gaps.at(-1);
    if (gap?.[1] === at) gap[1]++;
    else gaps.push([at, at + 1]);
  }
  return gaps;
}

function packetOf(start: number, end: number): Packet {
  const data = MESSAGE.slice(start, end);
  return { offset: start, total: MESSAGE.length, data };
}

function showRanges(ranges: unknown): string {
  return Deno.inspect(ranges, { breakLength: Infinity });
}

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

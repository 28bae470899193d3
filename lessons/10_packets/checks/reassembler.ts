/** Checks 10.2: what's missing after each packet, and the message at the end. */
import { seededRandom } from "../../../lib/net/mod.ts";
import type { Trial } from "../../../lib/workbook/kit/mod.ts";
import * as solution from "../solution.ts";
import type { Range, ReassemblerClass, Reassembling } from "../types.ts";

const OWN_BYTES = "Bytes of its own";
const RANDOM_COUNT = 60;
const TEN = bytesOf("ten bytes!");

/** Packets of one message, in the order in which they arrive. */
interface Case {
  step: string;
  message: Uint8Array;
  /** The bytes in each packet; each list of packets is a trial of its own. */
  packets: Range[][];
  /** What it usually means if the gaps are wrong, or message() throws. */
  likely: string;
}

const CASES: Case[] = [
  {
    step: "three packets of ten bytes arrive in order",
    message: TEN,
    packets: [[[0, 4], [4, 8], [8, 10]]],
    likely:
      "A gap goes from `start` up to `end`, without the byte at `end`, as " +
      "in slice(): after 4 of 10 bytes that's [4, 10], and [] at the end.",
  },
  {
    step: "packets arrive in any order, so that gaps open and close",
    message: TEN,
    packets: [
      [[8, 10], [0, 4], [4, 8]],
      [[8, 10], [3, 5], [0, 3], [6, 7], [5, 6], [7, 8]],
    ],
    likely: "There can be gaps before the bytes that have arrived, and more " +
      "than one. Neither a count nor the highest byte so far can tell: remember " +
      "which bytes have arrived.",
  },
  {
    step: "packets arrive twice",
    message: TEN,
    packets: [[[0, 4], [0, 4], [0, 4], [4, 8], [8, 10], [0, 4]]],
    likely:
      "A packet that arrives again adds nothing new. Remember which bytes " +
      "have arrived, not how many.",
  },
  {
    step: "packets overlap",
    message: TEN,
    packets: [
      [[0, 6], [4, 9], [9, 10]],
      [[0, 4], [0, 8], [8, 10]],
      [[2, 4], [6, 8], [1, 9], [0, 10]],
      [[0, 10], [3, 5]],
      [[3, 5], [2, 6], [2, 6], [0, 3]],
      [[2, 8], [2, 5]],
    ],
    likely: "Where packets overlap, the same bytes arrive twice: count them " +
      "once. A packet may also cover several gaps, or lie in the middle of " +
      "one, and a shorter packet at the same offset takes nothing away.",
  },
  {
    step: "the bytes of a message are all 0",
    message: new Uint8Array(4),
    packets: [[[0, 2], [2, 4]]],
    likely:
      "A byte that has arrived may be 0, so the bytes can't tell what's " +
      "missing. Also remember which ones have arrived.",
  },
  {
    step: "packets arrive for the bytes 2, 10, and 100, and then the rest",
    message: Uint8Array.from({ length: 120 }, (_, i) => i),
    packets: [
      [[2, 5], [10, 15], [100, 110], [0, 60], [50, 105], [105, 120]],
    ],
    likely:
      "sort() without a comparison sorts numbers as text, which puts 10 " +
      "and 100 before 2: use sort((a, b) => a - b). And if you use the bits of " +
      "a number to remember what has arrived: it has 32, and 1 << 32 is 1 again.",
  },
  {
    step: "a message is empty",
    message: new Uint8Array(),
    packets: [[[0, 0]]],
    likely: "total is 0: its one packet completes this message. 0 counts as " +
      "false in an `if`, and a gap from 0 to 0 isn't a gap.",
  },
];

/** Checks an answer to 10.2. */
export function checkReassembler(
  Reassembler: ReassemblerClass,
  trial: Trial,
): void {
  for (const { step, message, packets, likely } of CASES) {
    trial.step(step);
    for (const ranges of packets) {
      deliver(new Reassembler(), message, ranges, { trial, likely });
    }
  }

  trial.step("it's asked for the message too early");
  const early = new Reassembler();
  expectThrow(early, "before the first packet", trial);
  add(early, TEN, [0, 8]);
  expectThrow(early, "while 2 bytes were missing", trial);

  trial.step("two messages are put together at the same time");
  const [one, other] = [new Reassembler(), new Reassembler()];
  const hello = bytesOf("hello");
  add(one, TEN, [0, 8]);
  add(other, hello, [0, 5]);
  const apart =
    "Each Reassembler has its own message. A variable outside the " +
    "class, or a static one, is shared by all of them.";
  expectMissing(one, [[8, 10]], trial, apart);
  expectMessage(other, hello, trial, { likely: apart });

  trial.step(`${RANDOM_COUNT} messages in random pieces, in random order`);
  const random = seededRandom(10);
  const below = (limit: number) => Math.floor(random() * limit);
  for (let i = 0; i < RANDOM_COUNT; i++) {
    const total = 1 + below(80);
    const message = Uint8Array.from({ length: total }, () => below(256));
    const ranges: Range[] = [];
    while (gapsIn(ranges, total).length > 0) {
      const start = below(total);
      ranges.push([start, Math.min(start + 1 + below(12), total)]);
    }
    deliver(new Reassembler(), message, ranges, {
      trial,
      likely: "The last packet changed the gaps in another way than this. " +
        "Compare the gaps one by one.",
    });
  }

  trial.step("every packet arrives in one and the same buffer");
  const reassembler = new Reassembler();
  const message = bytesOf("One buffer, many packets: copy what you keep.");
  const buffer = new Uint8Array(64);
  for (const packet of solution.split(message, 6).toReversed()) {
    buffer.set(packet.data);
    const data = buffer.subarray(0, packet.data.length);
    reassembler.add({ ...packet, data });
  }
  expectMissing(reassembler, [], trial, "All packets have arrived.");
  expectMessage(reassembler, message, trial, {
    likely:
      "The next packet overwrote one that you kept: its data is a view of " +
      "the buffer that every packet arrives in. Copy the bytes in add(), with " +
      "set() or slice().",
    read: OWN_BYTES,
  });
}

/** Adds packets, and compares the gaps after each and the message at the end. */
function deliver(
  reassembler: Reassembling,
  message: Uint8Array,
  ranges: Range[],
  { trial, likely }: { trial: Trial; likely: string },
): void {
  ranges.forEach((range, i) => {
    add(reassembler, message, range);
    const arrived = ranges.slice(0, i + 1);
    const gaps = gapsIn(arrived, message.length);
    const problem = `When ${show(arrived.slice(-6))} had arrived` +
      `${i < 6 ? "" : ` after ${i - 5} others`}, missing() was wrong.`;
    expectMissing(reassembler, gaps, trial, likely, problem);
  });
  if (gapsIn(ranges, message.length).length > 0) return;
  expectMessage(reassembler, message, trial, {
    likely: "Put the data of each packet at its `offset`, whatever is there " +
      "already. The order of arrival says nothing.",
  }, likely);
}

function add(
  reassembler: Reassembling,
  message: Uint8Array,
  [offset, end]: Range,
): void {
  const data = message.slice(offset, end);
  reassembler.add({ offset, total: message.length, data });
}

/** The gaps between some ranges, and around them. */
function gapsIn(ranges: Range[], total: number): Range[] {
  const gaps: Range[] = [];
  for (let at = 0; at < total; at++) {
    if (ranges.some(([start, end]) => start <= at && at < end)) continue;
    const gap = gaps.at(-1);
    if (gap?.[1] === at) gap[1]++;
    else gaps.push([at, at + 1]);
  }
  return gaps;
}

function expectMissing(
  reassembler: Reassembling,
  expected: Range[],
  trial: Trial,
  likely: string,
  problem = "missing() returned the wrong gaps.",
): void {
  const received = reassembler.missing();
  if (JSON.stringify(received) === JSON.stringify(expected)) return;
  trial.fail({
    problem,
    expected: show(expected),
    received: show(received),
    likely: diagnose(received, expected) ?? likely,
  });
}

/** What wrong gaps have in common with the right ones. */
function diagnose(received: Range[], expected: Range[]): string | undefined {
  if (!Array.isArray(received) || !received.every(Array.isArray)) {
    return "Return an array of gaps, each of them [start, end]; [] if there " +
      "are none.";
  }
  const isSame = (ranges: unknown) =>
    JSON.stringify(received) === JSON.stringify(ranges);
  if (isSame(expected.toSorted())) {
    return "These are the right gaps, but sorted as text: sort() without a " +
      "comparison does that, and puts 10 and 100 before 2. Use " +
      "sort(([a], [b]) => a - b).";
  }
  if (isSame(expected.map(([start, end]) => [start, end - 1]))) {
    return "The end is one too low: a gap goes up to `end`, without the byte " +
      "there, as in slice(start, end).";
  }
  // A wrong answer may say anything, such as Infinity.
  const bytesIn = (ranges: Range[]) =>
    Array.from({ length: 1000 }, (_, at) => at)
      .flatMap((at) =>
        ranges.filter(([start, end]) => start <= at && at < end).map(() => at)
      );
  if (`${bytesIn(received)}` !== `${bytesIn(expected)}`) return undefined;
  return received.length > expected.length
    ? "These are the right bytes in too many pieces. Adjacent bytes are one " +
      "gap, and a range from 5 to 5, or back to 0, isn't a gap."
    : "These are the right gaps in another order: sort them by start.";
}

function expectMessage(
  reassembler: Reassembling,
  expected: Uint8Array,
  trial: Trial,
  advice: { likely: string; read?: string },
  ifThrown = advice.likely,
): void {
  let received: Uint8Array;
  try {
    received = reassembler.message();
  } catch (error) {
    trial.fail({
      problem: `message() threw ${trial.describe(error)}, but every byte has ` +
        "arrived.",
      likely: ifThrown,
    }, { cause: error });
  }
  if (!(received instanceof Uint8Array)) {
    trial.fail({
      problem: `message() returned ${Deno.inspect(received)}.`,
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
    likely: "Your caller takes it for the whole message: zeros where nothing " +
      "has arrived look like data. Throw until every byte has arrived.",
  });
}

function show(ranges: unknown): string {
  return Deno.inspect(ranges, { breakLength: Infinity });
}

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

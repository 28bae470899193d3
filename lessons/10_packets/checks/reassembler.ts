/** Checks 10.2: what's missing after each packet, and the message at the end. */
import { seededRandom } from "../../../lib/net/mod.ts";
import {
  type Advice,
  type CallResult,
  checkClass,
  type MethodCall,
  type ObjectCase,
  toBytes,
  type Trial,
} from "../../../lib/workbook/kit/mod.ts";
import type { Range, ReassemblerClass } from "../types.ts";

const NUMBERS = "The numbers do it all";
const OWN_BYTES = "Bytes of its own";

/** Packets of one message, in the order in which they arrive. */
interface Arrivals {
  step: string;
  message: Uint8Array | string;
  /** The bytes in each packet. */
  packets: Range[];
  /** What it usually means if the gaps are wrong, or message() throws. */
  likely: string;
}

const ANY_ORDER = "There can be gaps before the bytes that have arrived, and " +
  "more than one. Neither a count nor the highest byte so far can tell: " +
  "remember which bytes have arrived.";
const OVERLAP = "Where packets overlap, the same bytes arrive twice: count " +
  "them once. A packet may also cover several gaps, or lie in the middle of " +
  "one, and a shorter packet at the same offset takes nothing away.";
const NO_DATA =
  "A packet without data covers no byte: it adds nothing, and it " +
  "cuts no gap in two. All it tells is `total`.";

const TEN = "ten bytes!";
const MESSAGES: Arrivals[] = [
  {
    step: "three packets of ten bytes arrive in order",
    message: TEN,
    packets: [[0, 4], [4, 8], [8, 10]],
    likely:
      "A gap goes from `start` up to `end`, without the byte at `end`, as " +
      "in slice(): after 4 of 10 bytes that's [4, 10], and [] at the end.",
  },
  {
    step: "the last packet arrives first",
    message: TEN,
    packets: [[8, 10], [0, 4], [4, 8]],
    likely: ANY_ORDER,
  },
  {
    step: "packets arrive in any order, so that gaps open and close",
    message: TEN,
    packets: [[8, 10], [3, 5], [0, 3], [6, 7], [5, 6], [7, 8]],
    likely: ANY_ORDER,
  },
  {
    step: "packets arrive twice",
    message: TEN,
    packets: [[0, 4], [0, 4], [0, 4], [4, 8], [8, 10], [0, 4]],
    likely:
      "A packet that arrives again adds nothing new. Remember which bytes " +
      "have arrived, not how many.",
  },
  ...([
    ["and go on from there", [[0, 6], [4, 9], [9, 10]]],
    ["and begin at the same byte", [[0, 4], [0, 8], [8, 10]]],
    ["and cover all gaps", [[2, 4], [6, 8], [1, 9], [0, 10]]],
    ["when all is there", [[0, 10], [3, 5]]],
    ["on both sides", [[3, 5], [2, 6], [2, 6], [0, 3]]],
    ["and the second is shorter", [[2, 8], [2, 5]]],
  ] satisfies [string, Range[]][]).map(([how, packets]): Arrivals => ({
    step: `packets overlap, ${how}`,
    message: TEN,
    packets,
    likely: OVERLAP,
  })),
  {
    step: "the bytes of a message are all 0",
    message: new Uint8Array(4),
    packets: [[0, 2], [2, 4]],
    likely:
      "A byte that has arrived may be 0, so the bytes can't tell what's " +
      "missing. Also remember which ones have arrived.",
  },
  {
    step: "packets arrive for the bytes 2, 10, and 100, and then the rest",
    message: Uint8Array.from({ length: 120 }, (_, i) => i),
    packets: [[2, 5], [10, 15], [100, 110], [0, 60], [50, 105], [105, 120]],
    likely:
      "sort() without a comparison sorts numbers as text, which puts 10 " +
      "and 100 before 2: use sort((a, b) => a - b). And if you use the bits of " +
      "a number to remember what has arrived: it has 32, and 1 << 32 is 1 again.",
  },
  {
    step: "a message of 70000 bytes arrives in three packets",
    message: new Uint8Array(70_000).fill(46),
    packets: [[66_000, 70_000], [0, 300], [200, 66_000]],
    likely: "Offsets may be over 65535: keep them as plain numbers, not in 8 " +
      "or 16 bits each.",
  },
  {
    step: "a message is empty",
    message: "",
    packets: [[0, 0]],
    likely: "total is 0: its one packet completes this message. 0 counts as " +
      "false in an `if`, and a gap from 0 to 0 isn't a gap.",
  },
  {
    step: "packets without data arrive, the first one before any other",
    message: "!",
    packets: [[0, 0], [1, 1], [0, 1], [0, 0]],
    likely: NO_DATA,
  },
  {
    step: "a packet without data arrives in the middle of a gap",
    message: TEN,
    packets: [[4, 6], [8, 8], [2, 2], [0, 10]],
    likely: NO_DATA,
  },
  ...randomArrivals(6),
];

/** Checks an answer to 10.2. */
export async function checkReassembler(
  Reassembler: ReassemblerClass,
  trial: Trial,
): Promise<void> {
  await checkClass(trial, () => new Reassembler(), MESSAGES.map(deliver), {
    name: "Reassembler",
    copies: true,
  });
}

/** Adds packets, and asks for the gaps and the message after each. */
function deliver({ step, message, packets, likely }: Arrivals): ObjectCase {
  const bytes = toBytes(message);
  const total = bytes.length;
  const calls = [tooEarly("before the first packet")];
  packets.forEach(([offset, end], i) => {
    const gaps = gapsIn(packets.slice(0, i + 1), total);
    const arrived = packets.slice(Math.max(0, i - 5), i + 1);
    const problem = `When ${show(arrived)} had arrived` +
      `${i < 6 ? "" : ` after ${i - 5} others`}, missing() was wrong.`;
    calls.push(
      { do: "add", args: [{ offset, total, data: bytes.slice(offset, end) }] },
      {
        do: "missing",
        args: [],
        again: true,
        returns: gaps,
        likely: ({ value }) => ({
          problem,
          likely: diagnose(value, gaps, total) ?? likely,
          read: NUMBERS,
        }),
      },
      gaps.length > 0 ? tooEarly(`while ${show(gaps)} was missing`) : {
        do: "message",
        args: [],
        again: true,
        returns: bytes,
        likely: (result) => explainMessage(result, bytes, likely),
      },
    );
  });
  // For the probes, which are about whose the bytes are.
  return { step, calls, read: OWN_BYTES };
}

/** A call of message() that must throw. */
function tooEarly(when: string): MethodCall {
  return {
    do: "message",
    args: [],
    throws: Error,
    likely: ({ error }) =>
      error === undefined
        ? {
          problem: `message() returned ${when}.`,
          likely: "Your caller takes it for the whole message: zeros where " +
            "nothing has arrived look like data. Throw until every byte has " +
            "arrived, however often you're asked.",
          read: NUMBERS,
        }
        : { likely: "Throw an Error object: `throw new Error(…)`." },
  };
}

function explainMessage(
  { value, error }: CallResult,
  due: Uint8Array,
  ifThrown: string,
): Partial<Advice> {
  const read = NUMBERS;
  if (error !== undefined) {
    const problem = "message() threw, but every byte has arrived.";
    return { problem, likely: ifThrown, read };
  }
  if (!(value instanceof Uint8Array)) return { read };
  const likely = due.some((byte, i) => byte !== 0 && value[i] === 0)
    ? "There are zeros where bytes have arrived: make the buffer at the first " +
      "packet, and keep it for all the others."
    : "Put the data of each packet at its `offset`, whatever is there " +
      "already. The order of arrival says nothing.";
  return { likely, read };
}

/** What wrong gaps have in common with the right ones. */
function diagnose(
  received: unknown,
  due: Range[],
  total: number,
): string | undefined {
  if (!Array.isArray(received) || !received.every(Array.isArray)) {
    return "Return an array of gaps, each of them [start, end]; [] if there " +
      "are none.";
  }
  const isSame = (ranges: unknown) => show(received) === show(ranges);
  if (isSame(due.toSorted())) {
    return "These are the right gaps, but sorted as text: sort() without a " +
      "comparison does that, and puts 10 and 100 before 2. Use " +
      "sort(([a], [b]) => a - b).";
  }
  if (isSame(due.map(([start, end]) => [start, end - 1]))) {
    return "The end is one too low: a gap goes up to `end`, without the byte " +
      "there, as in slice(start, end).";
  }
  const marks = (ranges: number[][]) =>
    Array.from(
      { length: Math.min(total, 1000) },
      (_, at) =>
        ranges.filter(([start, end]) => start <= at && at < end).length,
    );
  if (`${marks(received)}` !== `${marks(due)}`) return undefined;
  return received.length > due.length
    ? "These are the right bytes in too many pieces. Adjacent bytes are one " +
      "gap, even if a packet without data came in between, and a range from 5 " +
      "to 5, or back to 0, isn't a gap."
    : "These are the right gaps in another order: sort them by start.";
}

/** The gaps between some ranges, and around them. */
function gapsIn(ranges: Range[], total: number): Range[] {
  const gaps: Range[] = [];
  let reached = 0;
  const sorted = ranges.filter(([start, end]) => start < end)
    .toSorted(([a], [b]) => a - b);
  for (const [start, end] of [...sorted, [total, total]]) {
    if (start > reached) gaps.push([reached, start]);
    reached = Math.max(reached, end);
  }
  return gaps;
}

/** Messages in random pieces that overlap, in random order. */
function randomArrivals(count: number): Arrivals[] {
  const random = seededRandom(10);
  const below = (limit: number) => Math.floor(random() * limit);
  return Array.from({ length: count }, () => {
    const message = Uint8Array.from(
      { length: 10 + below(20) },
      () => below(256),
    );
    const total = message.length;
    const packets: Range[] = [];
    while (gapsIn(packets, total).length > 0) {
      const start = below(total);
      packets.push([start, Math.min(start + 1 + below(8), total)]);
    }
    return {
      step: `a message of ${total} bytes arrives in random pieces`,
      message,
      packets,
      likely: "The last packet changed the gaps in another way than this. " +
        "Compare the gaps one by one.",
    };
  });
}

function show(ranges: unknown): string {
  return Deno.inspect(ranges, { breakLength: Infinity });
}

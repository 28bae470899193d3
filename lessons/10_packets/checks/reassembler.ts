/** Checks 10.2: the gaps after each packet, and the message at the end. */
import { seededRandom } from "../../../lib/net/mod.ts";
import {
  type Advice,
  type CallResult,
  checkClass,
  countedSample,
  lettersFirst,
  type MethodCall,
  type ObjectCase,
  randomSample,
  type Sample,
  sampleLetters,
  toBytes,
  type Trial,
} from "../../../lib/workbook/kit/mod.ts";
import type { Range, ReassemblerClass } from "../types.ts";

const NUMBERS = "Offsets put everything in order";
const OWN_BYTES = "A copy, not a view";

/** Packets of one message, in the order in which they arrive. */
interface Arrivals {
  step: string;
  message: Uint8Array | string;
  /** The bytes in each packet. */
  packets: Range[];
  /** The likely cause if the gaps are wrong, or message() throws. */
  likely: string;
}

const ANY_ORDER = "You missed a gap. There can be gaps before the bytes that " +
  "have arrived, and more than one. A count or the highest byte so far isn't " +
  "enough: remember which bytes have arrived.";
const OVERLAP =
  "Where packets overlap, the same bytes arrive twice, but count " +
  "only once. A packet may also cover several gaps, or land in the middle of " +
  "one. A shorter packet at the same offset takes nothing away.";
const NO_DATA =
  "A packet without data only tells you `total`. It fills no gap, and it " +
  "doesn't split one in two.";

const TEN = "ten bytes!";
const MESSAGES: Arrivals[] = [
  {
    step: "three packets of ten bytes arrive in order",
    message: TEN,
    packets: [[0, 4], [4, 8], [8, 10]],
    likely: "A gap goes from `start` up to, but not including, `end`, as " +
      "in slice(). After 4 of 10 bytes, missing() returns [[4, 10]]. At the " +
      "end, it returns [].",
  },
  {
    step: "the last packet arrives first",
    message: TEN,
    packets: [[8, 10], [0, 4], [4, 8]],
    likely: ANY_ORDER,
  },
  {
    step: "packets arrive in any order, so gaps open and close",
    message: TEN,
    packets: [[8, 10], [3, 5], [0, 3], [6, 7], [5, 6], [7, 8]],
    likely: ANY_ORDER,
  },
  {
    step: "packets arrive twice",
    message: TEN,
    packets: [[0, 4], [0, 4], [0, 4], [4, 8], [8, 10], [0, 4]],
    likely:
      "You counted a packet twice. When it arrives again, it adds nothing new, " +
      "so remember which bytes have arrived, not how many.",
  },
  ...([
    ["and each ends later than the one before", [[0, 6], [4, 9], [9, 10]]],
    ["and start at the same byte", [[0, 4], [0, 8], [8, 10]]],
    ["and one covers all gaps", [[2, 4], [6, 8], [1, 9], [0, 10]]],
    ["after everything has arrived", [[0, 10], [3, 5]]],
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
      "A byte that has arrived may be 0, so a 0 in your buffer doesn't mean that " +
      "the byte is missing. Remember which bytes have arrived.",
  },
  {
    step: "packets arrive for the bytes 2, 10, and 100, and then the rest",
    message: sampleLetters(120),
    packets: [[2, 5], [10, 15], [100, 110], [0, 60], [50, 105], [105, 120]],
    likely:
      "If you sort: sort() without a comparison function sorts numbers as text, " +
      "with 10 and 100 before 2, so use sort((a, b) => a - b). If you keep one " +
      "bit per byte in a number: there are only 32, and 1 << 32 is 1 again.",
  },
  {
    step: "a message of 70000 bytes arrives in three packets",
    message: sampleLetters(70_000),
    packets: [[66_000, 70_000], [0, 300], [200, 66_000]],
    likely:
      "Offsets may be over 65535. Keep them as plain numbers, not in 8 or " +
      "16 bits.",
  },
  {
    step: "a message is empty",
    message: "",
    packets: [[0, 0]],
    likely:
      "With a `total` of 0, the first packet completes the message. If you " +
      "test `total` or a length in an `if`: 0 is falsy. And [0, 0] isn't a gap.",
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
  ...lettersFirst(
    (sample) => randomArrivals(6, sample),
    randomSample(102),
  ).flat(),
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

/** Adds packets, and asks for the gaps and the message after each of them. */
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
  // `read` is for the probes, which test whether the bytes are copies.
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
          likely:
            "Your caller takes this for the whole message: the zeros in " +
            "the gaps look like data. Throw until every byte has arrived, " +
            "however often you're asked.",
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
    ? "There are zeros where bytes have arrived. Make the buffer when the first " +
      "packet arrives, and keep it for the others."
    : "You put data in the wrong place. Copy the data of each packet to its " +
      "`offset`, in whatever order the packets arrive.";
  return { likely, read };
}

/** Explains wrong gaps by comparing them with the right ones. */
function diagnose(
  received: unknown,
  due: Range[],
  total: number,
): string | undefined {
  if (!Array.isArray(received) || !received.every(Array.isArray)) {
    return "Return an array of gaps, each of them [start, end], or [] if there " +
      "are no gaps.";
  }
  const isSame = (ranges: unknown) => show(received) === show(ranges);
  if (isSame(due.toSorted())) {
    return "These are the right gaps, but you sorted them as text, with 10 and " +
      "100 before 2. sort() does that without a comparison function: use " +
      "sort(([a], [b]) => a - b).";
  }
  if (isSame(due.map(([start, end]) => [start, end - 1]))) {
    return "Each end is one too low. A gap goes up to, but not including, `end`, " +
      "as in slice(start, end).";
  }
  const marks = (ranges: number[][]) =>
    Array.from(
      { length: Math.min(total, 1000) },
      (_, at) =>
        ranges.filter(([start, end]) => start <= at && at < end).length,
    );
  if (`${marks(received)}` !== `${marks(due)}`) return undefined;
  const inOrder = received.every(([start], i) =>
    i === 0 || received[i - 1][0] <= start
  );
  return inOrder
    ? "These are the right bytes, but in too many gaps. Bytes next to each " +
      "other are in the same gap, even if a packet without data arrived between " +
      "them. A range whose end isn't after its start isn't a gap."
    : "These are the right bytes, but the gaps are in the wrong order. Sort by " +
      "number: sort() without a comparison function sorts numbers as text, with " +
      "10 and 100 before 2.";
}

/** Returns the gaps before, between, and after some ranges. */
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

/** Makes messages in random pieces that overlap, in random order. */
function randomArrivals(count: number, sample: Sample): Arrivals[] {
  const random = seededRandom(10);
  const below = (limit: number) => Math.floor(random() * limit);
  return Array.from({ length: count }, () => {
    const message = sample(10 + below(20));
    const total = message.length;
    const packets: Range[] = [];
    while (gapsIn(packets, total).length > 0) {
      const start = below(total);
      packets.push([start, Math.min(start + 1 + below(8), total)]);
    }
    return {
      step: `a message of ${countedSample(message)} arrives in random pieces`,
      message,
      packets,
      likely: "The last packet should have changed the gaps in another way. " +
        "Compare them one by one.",
    };
  });
}

function show(ranges: unknown): string {
  return Deno.inspect(ranges, { breakLength: Infinity });
}

/** Checks an answer to 17.1, with cases and random calls. */
import { seededRandom } from "../../../lib/net/mod.ts";
import {
  type CallAdvice,
  checkClass,
  type MethodCall,
  type ObjectCase,
  type Trial,
} from "../../../lib/workbook/kit/mod.ts";
import { ReceiveWindow as Solution } from "../solution.ts";
import type { ReceiveWindowClass, ReceiveWindowOptions } from "../types.ts";

/**
 * A call with its argument; for `advertise()`, the field and the edge it must
 * produce.
 */
type Step =
  | ["receive" | "read" | "resize", number]
  | [
    "advertise",
    field: number,
    edge: number,
    likely: CallAdvice,
    edgeLikely?: CallAdvice,
  ];

const TOP = 2 ** 32;

const FIRST =
  "Nothing was advertised yet, so all of the room is new: the window " +
  "is `capacity`, and the edge `ack` + `capacity`.";
const USED =
  "Bytes that arrive use up the window: `ack` moves on, and the edge " +
  "stays where it is. What's left is the difference.";
const UNREAD =
  "Bytes that the program hasn't read still need their room. The " +
  "free room is `capacity` minus the unread bytes, and acknowledging them " +
  "doesn't free it.";
const SILLY =
  "You advertise a small gain, so the peer sends a small segment, and " +
  "so on: silly window syndrome. Move the edge only if the gain is at least " +
  "`mss`, or half of `capacity`.";
/** Makes the advice for an edge that must move to `ack` plus `window`. */
const WORTH = (window: number): CallAdvice => ({ value }) =>
  Number(value) > window
    ? `The free room is ${window} bytes: \`capacity\`, as resize() set it last, ` +
      "minus the unread bytes. Promise no more than that: `edge` becomes `ack` " +
      "plus the free room."
    : "This gain is worth it: move the edge. Everything that the program has " +
      "read is free again. The limit is the smaller one of `mss` and half of " +
      "`capacity`, and reaching it is enough.";
const SHRUNK: CallAdvice = ({ value }) =>
  Number(value) === 0
    ? "You promised room to the peer, and it may have sent that much already. " +
      "Never move the edge to the left, even if the buffer has shrunk."
    : "The buffer has shrunk, but what was promised stays promised: don't move " +
      "the edge to the left.";
const SCALED =
  "The field counts by 2 ** shift bytes: divide the window by that.";
const ROUND =
  "A new window is a multiple of 2 ** shift, rounded down: if you round " +
  "up, you promise more room than there is.";
const REST = "What's left of the window isn't a multiple of 2 ** shift now. " +
  "Round the field down, and leave the edge as it is.";
const FIELD =
  "The field has 16 bits: it says at most 65535 × 2 ** shift. Promise no " +
  "more than the field can say, or `edge` is wrong.";
const ROUNDED_LEFT =
  "Rounding down must not move the edge to the left, either: keep " +
  "the edge if the new one would be before it.";
const WRAP =
  "Sequence numbers have 32 bits: after 4294967295 comes 0. `>>> 0` wraps " +
  "a sum, and makes it positive: `| 0` alone gives signed numbers.";
const ODD =
  "Half of 601 is 300.5, so a gain of 300 isn't enough. Don't round " +
  "the half.";
const NEW_HALF =
  "Half of `capacity` counts as resize() set it last, not as it was at first.";
const HALF =
  "Half of `capacity` is less than `mss` here, so a gain of half the " +
  "buffer is enough. Otherwise, a small buffer would never open again.";

const CASES: ObjectCase[] = [
  story("the buffer has room for 8000 bytes", 1000, {
    capacity: 8000,
    mss: 1000,
    shift: 0,
  }, [
    ["advertise", 8000, 9000, FIRST],
    ["advertise", 8000, 9000, "Nothing has changed."],
    ["receive", 3000],
    ["advertise", 5000, 9000, UNREAD],
    ["receive", 5000],
    ["advertise", 0, 9000, UNREAD],
    ["read", 4000],
    ["advertise", 4000, 13_000, WORTH(4000)],
    ["read", 4000],
    ["advertise", 8000, 17_000, WORTH(8000)],
  ]),
  story("data arrives before anything was advertised again", 0, {
    capacity: 4000,
    mss: 1000,
    shift: 0,
  }, [
    ["advertise", 4000, 4000, FIRST],
    ["receive", 1000],
    ["receive", 500],
    ["advertise", 2500, 4000, USED],
    ["read", 1500],
    ["advertise", 4000, 5500, WORTH(4000)],
  ]),
  story("the program reads one byte, then up to 999, then 1000", 0, {
    capacity: 8000,
    mss: 1000,
    shift: 0,
  }, [
    ["advertise", 8000, 8000, FIRST],
    ["receive", 8000],
    ["advertise", 0, 8000, USED],
    ["read", 1],
    ["advertise", 0, 8000, SILLY],
    ["read", 998],
    ["advertise", 0, 8000, SILLY],
    ["read", 1],
    ["advertise", 1000, 9000, WORTH(1000)],
    ["receive", 500],
    ["read", 999],
    ["advertise", 500, 9000, SILLY],
    ["read", 1],
    ["advertise", 1500, 10_000, WORTH(1500)],
  ]),
  story("the buffer is smaller than two segments", 0, {
    capacity: 1200,
    mss: 1000,
    shift: 0,
  }, [
    ["advertise", 1200, 1200, FIRST],
    ["receive", 1200],
    ["read", 599],
    ["advertise", 0, 1200, SILLY],
    ["read", 1],
    ["advertise", 600, 1800, HALF],
  ]),
  story("the size of the buffer is odd", 0, {
    capacity: 601,
    mss: 1000,
    shift: 0,
  }, [
    ["advertise", 601, 601, FIRST],
    ["receive", 601],
    ["read", 300],
    ["advertise", 0, 601, ODD],
    ["read", 1],
    ["advertise", 301, 902, HALF],
  ]),
  story("the buffer shrinks", 5000, {
    capacity: 8000,
    mss: 1000,
    shift: 0,
  }, [
    ["advertise", 8000, 13_000, FIRST],
    ["receive", 2000],
    ["resize", 4000],
    ["advertise", 6000, 13_000, SHRUNK],
    ["receive", 4000],
    ["advertise", 2000, 13_000, SHRUNK],
    ["read", 6000],
    ["advertise", 4000, 15_000, WORTH(4000)],
    ["resize", 9000],
    ["advertise", 9000, 20_000, WORTH(9000)],
  ]),
  story("the buffer shrinks, and then grows", 0, {
    capacity: 1600,
    mss: 1000,
    shift: 0,
  }, [
    ["advertise", 1600, 1600, FIRST],
    ["receive", 1600],
    ["read", 1000],
    ["resize", 800],
    // 200 of 800 bytes are free.
    ["advertise", 0, 1600, SILLY],
    ["read", 200],
    ["advertise", 400, 2000, NEW_HALF],
    ["receive", 400],
    ["resize", 1800],
    ["read", 50],
    ["advertise", 1050, 3050, WORTH(1050)],
    ["receive", 1050],
    ["read", 850],
    ["advertise", 0, 3050, NEW_HALF],
    ["read", 50],
    ["advertise", 900, 3950, NEW_HALF],
  ]),
  story("the window scale is 3, and the room isn't a multiple of 8", 0, {
    capacity: 8005,
    mss: 1000,
    shift: 3,
  }, [
    [
      "advertise",
      1000,
      8000,
      ({ value }) =>
        Number(value) > 1001 || Number(value) < 999 ? SCALED : ROUND,
      ({ value }) => Number(value) < 8000 ? SCALED : ROUND,
    ],
    ["receive", 1004],
    ["advertise", 874, 8000, REST],
    ["receive", 6993],
    ["advertise", 0, 8000, REST],
    ["read", 7997],
    ["advertise", 1000, 15_997, ROUND],
  ]),
  story("the buffer is larger than the field can say", 0, {
    capacity: 1_000_000,
    mss: 1000,
    shift: 0,
  }, [
    ["advertise", 65_535, 65_535, FIELD],
    ["receive", 65_535],
    ["advertise", 65_535, 131_070, FIELD],
  ]),
  story("the same with a window scale of 2", 0, {
    capacity: 1_000_000,
    mss: 1000,
    shift: 2,
  }, [
    ["advertise", 65_535, 262_140, FIELD],
  ]),
  story(
    "the buffer has more than the largest window, and the largest scale",
    0,
    {
      capacity: 2_000_000_000,
      mss: 1000,
      shift: 14,
    },
    [
      ["advertise", 65_535, 1_073_725_440, FIELD],
      ["receive", 1_000_000_000],
      ["advertise", 61_035, 1_999_997_440, FIELD],
    ],
  ),
  story("2 ** shift is larger than a segment", 0, {
    capacity: 20_479,
    mss: 1000,
    shift: 12,
  }, [
    ["advertise", 4, 16_384, ROUND],
    ["receive", 1],
    ["read", 1],
    ["advertise", 4, 16_385, "The gain is over 4000 bytes, so the edge moves."],
    ["receive", 3384],
    ["resize", 17_884],
    ["advertise", 3, 16_385, ROUNDED_LEFT],
  ]),
  story("the numbers pass 2 ** 31", 2 ** 31 - 1000, {
    capacity: 4000,
    mss: 1000,
    shift: 0,
  }, [
    ["advertise", 4000, 2 ** 31 + 3000, WRAP],
    ["receive", 2000],
    ["advertise", 2000, 2 ** 31 + 3000, WRAP],
    ["read", 2000],
    ["advertise", 4000, 2 ** 31 + 5000, WRAP],
  ]),
  story("the numbers wrap", TOP - 3000, {
    capacity: 4000,
    mss: 1000,
    shift: 0,
  }, [
    ["advertise", 4000, 1000, WRAP],
    ["receive", 2000],
    ["read", 500],
    ["advertise", 2000, 1000, WRAP],
    ["receive", 1500],
    ["advertise", 500, 1000, WRAP],
    ["read", 499],
    ["advertise", 500, 1000, WRAP],
    ["read", 1501],
    ["advertise", 3000, 3500, WRAP],
  ]),
];

/** Checks an answer to 17.1. */
export async function checkReceiveWindow(
  ReceiveWindow: ReceiveWindowClass,
  trial: Trial,
): Promise<void> {
  const random = seededRandom(171);
  await checkClass(
    trial,
    (initialSeq, options) => new ReceiveWindow(initialSeq, options),
    [...CASES, ...Array.from({ length: 10 }, () => randomStory(random))],
    { name: "ReceiveWindow" },
  );
}

function story(
  step: string,
  initialSeq: number,
  options: ReceiveWindowOptions,
  steps: Step[],
): ObjectCase {
  let ack = initialSeq;
  const calls: MethodCall[] = [
    { do: "ack", returns: initialSeq, likely: "ack starts at initialSeq." },
    {
      do: "edge",
      returns: initialSeq,
      likely: "No window was advertised yet.",
    },
  ];
  let edge = initialSeq;
  for (const one of steps) {
    if (one[0] === "advertise") {
      const [, field, newEdge, likely, edgeLikely = likely] = one;
      edge = newEdge;
      calls.push({
        do: "advertise",
        args: [],
        returns: field,
        likely,
        // Advertising changes nothing by itself.
        again: true,
      });
      calls.push({ do: "edge", returns: edge, likely: edgeLikely });
      continue;
    }
    const [name, count] = one;
    calls.push({ do: name, args: [count] });
    if (name === "receive") ack = (ack + count) % TOP;
    const newAck = ack;
    calls.push({
      do: "ack",
      returns: newAck,
      likely: name === "receive"
        ? ({ value }) =>
          Number(value) < 0 || newAck < count
            ? WRAP
            : "ack moves on by the number of bytes that arrived."
        : `${name}() doesn't change what has arrived.`,
    });
    calls.push({
      do: "edge",
      returns: edge,
      likely:
        "Only advertise() moves the edge: the peer can't know about room " +
        "that it wasn't told of.",
    });
  }
  return { step, make: [initialSeq, options], calls };
}

/** Compares random calls with the workbook's own window. */
function randomStory(random: () => number): ObjectCase {
  const below = (limit: number) => Math.floor(random() * limit);
  const options = {
    capacity: 1000 + below(50_000),
    mss: 100 + below(2000),
    shift: below(8),
  };
  const initialSeq = (TOP - below(20_000)) % TOP;
  const right = new Solution(initialSeq, options);
  const done: string[] = [];
  const steps: Step[] = [];
  let unread = 0;
  for (let i = 0; i < 40; i++) {
    const left = (right.edge - right.ack) >>> 0;
    const action = (["receive", "read", "resize"] as const)[below(10) % 3];
    const count = action === "receive"
      ? below(left + 1)
      : action === "read"
      ? below(unread + 1)
      : 1000 + below(50_000);
    unread += action === "receive" ? count : action === "read" ? -count : 0;
    right[action](count);
    done.push(`${action}(${count})`);
    steps.push([action, count]);
    if (below(3) === 0) {
      const field = right.advertise();
      done.push("advertise()");
      steps.push([
        "advertise",
        field,
        right.edge,
        `So far: ${done.join(", ")}.`,
      ]);
    }
  }
  return story("10 windows meet random calls", initialSeq, options, steps);
}

/** Checks an answer to 17.3, with cases and random states. */
import { seededRandom } from "../../../lib/net/mod.ts";
import {
  type CallAdvice,
  checkFunction,
  type FunctionCase,
  type Trial,
} from "../../../lib/workbook/kit/mod.ts";
import { maySend as solution } from "../solution.ts";
import type { SendDecision, SendState } from "../types.ts";

/** Nothing in flight, room everywhere, and much to send. */
const READY: SendState = {
  una: 5000,
  next: 5000,
  queued: 20_000,
  window: 8000,
  maxWindow: 8000,
  cwnd: 10_000,
  mss: 1000,
  hasExpired: false,
};

const FULL = "A full segment may go: `mss` bytes, and no more in one segment.";
const NOTHING = "There's nothing to send.";
const PEER = "The peer's window limits what's in flight, counted from `una`. " +
  "Beyond it, the peer has no room.";
const NETWORK =
  "The congestion window limits what's in flight, too: the smaller " +
  "one of the two windows counts.";
const FLIGHT = "What's in flight takes its share of both windows: subtract " +
  "`next` - `una`.";
const QUEUED =
  "`queued` counts only the bytes that were never sent, so what's " +
  "in flight isn't a part of it.";
const OVER =
  "More is in flight than the window allows now. It has shrunk: wait.";
const NAGLE =
  "A small segment must wait while something is in flight (Nagle's " +
  "algorithm): the acknowledgment is on its way, and by the time it arrives, " +
  "there may be more to send.";
const LAST =
  "Nothing is in flight, and this is all there is to send: don't wait.";
const SILLY =
  "Only a part of the queue fits, and it's less than a full segment and " +
  "less than half of `maxWindow`. If you send it, you get silly window syndrome: " +
  "wait until there's more room.";
const HALF =
  "It's less than a full segment, but at least half of the largest window " +
  "that the peer ever had. If you wait for more room, you may wait forever.";
const SMALL = "The segment must have at least half of `maxWindow`. It isn't " +
  "enough that `window` does: `cwnd` can be smaller.";
const EXPIRED =
  "Data has waited for too long: now send what fits, even a little.";
const PROBE =
  "A window of 0 means that you must wait, but not forever: the window " +
  "update can get lost. When the persist timer expires, probe.";
const ZERO: CallAdvice = ({ value }) =>
  value === "probe"
    ? "Probe only when the persist timer has expired: until then, the window " +
      "update may still come."
    : "A window of 0 means that the peer has no room at all.";
const NO_PROBE =
  "No probe is needed: there's nothing to send, so it doesn't matter " +
  "how large the window is.";
const RETRANSMIT =
  "Something is in flight, so the retransmission timer is running: the " +
  "answer to a retransmission tells you the window. Don't probe.";
const WRAP =
  "Sequence numbers wrap: after 4294967295 comes 0, so `next` can be the " +
  "smaller number. Take `(next - una) >>> 0`.";
const TOP = 2 ** 32;

/** Says which mistake it is: sending too much, or a small segment that fits. */
function tooSmall(tooMuch: string): CallAdvice {
  return ({ value }) => Number(value) < READY.mss ? NAGLE : tooMuch;
}

/**
 * The differences from READY, the right decision, and the advice for any other.
 */
type Row = [Partial<SendState>, SendDecision, CallAdvice];

const ROWS: Row[] = [
  [{}, 1000, FULL],
  [{ queued: 0 }, 0, NOTHING],
  [{ queued: 1000 }, 1000, FULL],
  [{ queued: 1001 }, 1000, FULL],
  [{ next: 8000 }, 1000, FULL],
  [{ next: 12_000 }, 1000, FULL],
  [{ next: 8000, queued: 1000 }, 1000, QUEUED],
  [{ next: 12_001 }, 0, tooSmall(PEER)],
  [{ next: 13_000 }, 0, PEER],
  [{ next: 14_000 }, 0, OVER],
  [{ cwnd: 4000, next: 8000 }, 1000, NETWORK],
  [{ cwnd: 4000, next: 8001 }, 0, tooSmall(NETWORK)],
  [{ cwnd: 4000, next: 9000 }, 0, NETWORK],
  [{ cwnd: 1000, next: 9000 }, 0, OVER],
  [{ cwnd: 4000, queued: 300, next: 8900 }, 0, FLIGHT],
  [{ queued: 300 }, 300, LAST],
  [{ queued: 1 }, 1, LAST],
  [{ queued: 300, next: 6000 }, 0, NAGLE],
  [{ queued: 999, next: 5001 }, 0, NAGLE],
  [{ window: 700 }, 0, SILLY],
  [{ window: 999, cwnd: 3000 }, 0, SILLY],
  [{ window: 300, queued: 300 }, 300, LAST],
  [{ window: 300, queued: 301 }, 0, SILLY],
  [{ window: 700, maxWindow: 1400 }, 700, HALF],
  [{ window: 700, maxWindow: 1401 }, 0, SILLY],
  [{ window: 700, maxWindow: 1000, cwnd: 400 }, 0, SMALL],
  [{ window: 700, maxWindow: 800, next: 5100 }, 0, NAGLE],
  [{ window: 700, hasExpired: true }, 700, EXPIRED],
  [{ window: 700, next: 5100, hasExpired: true }, 0, NAGLE],
  [{ window: 0 }, 0, ZERO],
  [{ window: 0, hasExpired: true }, "probe", PROBE],
  [{ window: 0, queued: 1, hasExpired: true }, "probe", PROBE],
  [{ window: 0, queued: 0, hasExpired: true }, 0, NO_PROBE],
  [{ window: 0, next: 6000, hasExpired: true }, 0, RETRANSMIT],
  [{ una: TOP - 2000, next: 2000, cwnd: 5000 }, 1000, WRAP],
  [{ una: TOP - 2000, next: 2000, cwnd: 4000 }, 0, WRAP],
  [{ una: TOP - 1000, next: 0, queued: 500 }, 0, WRAP],
  [{ una: 2 ** 31 - 1000, next: 2 ** 31 + 7000 }, 0, WRAP],
];

/** Checks an answer to 17.3. */
export async function checkMaySend(
  maySend: (state: SendState) => SendDecision,
  trial: Trial,
): Promise<void> {
  const random = seededRandom(173);
  await checkFunction(trial, maySend, [
    ...ROWS.map(([changes, returns, likely]): FunctionCase => ({
      step: `the sender is in ${ROWS.length} different states`,
      args: [{ ...READY, ...changes }],
      label: `maySend({ ${labelOf(changes)} })`,
      returns,
      likely,
    })),
    ...Array.from({ length: 300 }, () => randomCase(random)),
  ], { name: "maySend", explain });
}

/** Writes the whole state in one line. */
function labelOf(changes: Partial<SendState>): string {
  const shown = { ...READY, ...changes };
  return Object.entries(shown).map(([name, value]) => `${name}: ${value}`)
    .join(", ");
}

/** Makes a random state, and decides with the workbook's own sender. */
function randomCase(random: () => number): FunctionCase {
  const below = (limit: number) => Math.floor(random() * limit);
  const una = (TOP - below(5000)) % TOP;
  const maxWindow = below(4000);
  const state: SendState = {
    una,
    next: (una + (below(2) === 0 ? 0 : below(4000))) % TOP,
    queued: below(3) === 0 ? below(10) : below(3000),
    window: below(4) === 0 ? 0 : below(maxWindow + 1),
    maxWindow,
    cwnd: 1 + below(4000),
    mss: 1 + below(1500),
    hasExpired: below(2) === 0,
  };
  return {
    step: "300 random states",
    args: [state],
    label: `maySend({ ${labelOf(state)} })`,
    returns: solution(state),
    likely: "Go through the rules in the order of the task.",
  };
}

function explain({ value }: { value?: unknown }): string | undefined {
  if (typeof value === "number" && (!Number.isInteger(value) || value < 0)) {
    return "The answer is a number of bytes: never below 0, and never NaN.";
  }
}

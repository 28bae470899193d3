/** Checks an answer to 17.2, with cases and a random run. */
import { seededRandom } from "../../../lib/net/mod.ts";
import {
  type CallAdvice,
  checkClass,
  type MethodCall,
  type ObjectCase,
  type Trial,
} from "../../../lib/workbook/kit/mod.ts";
import { CongestionWindow as Solution } from "../solution.ts";
import type { AckSegment, CongestionWindowClass } from "../types.ts";

const MSS = 1000;
const WINDOW = 50_000;
const TOP = 2 ** 32;

const INITIAL =
  "cwnd starts at `initialWindow`, and ssthresh at Infinity: nothing " +
  "is known about the network yet.";
const SLOW_START: CallAdvice = ({ value }) =>
  Number(value) % MSS === 0
    ? "In slow start, cwnd grows by the bytes that are newly acknowledged, not by " +
      "one `mss` for each ACK: otherwise, a receiver that splits its ACKs makes " +
      "you send too fast."
    : "In slow start, cwnd grows by the bytes that are newly acknowledged.";
const AT_MOST =
  "One ACK adds at most one `mss`, even if it acknowledges more: " +
  "otherwise, cwnd would jump after a lost ACK.";
const PAST = "cwnd was less than ssthresh, so this is still slow start: cwnd " +
  "grows by the whole count, even past ssthresh.";
const AVOIDANCE = "From ssthresh on, cwnd grows by one `mss` per window of " +
  "acknowledged bytes, which is about one per round trip. Add up the bytes.";
const EXACT =
  "Add up the bytes, however many each ACK acknowledges. When the sum reaches " +
  "cwnd, take off the old cwnd, and then add one `mss` to cwnd. What's left of " +
  "the sum counts toward the next step.";
const DUPLICATE_GROWS =
  "A duplicate ACK acknowledges nothing new, so cwnd doesn't " +
  "grow before the third.";
const THIRD_ACK =
  "The first ACK with this number isn't a duplicate: it acknowledged " +
  "new data. Wait for three duplicates, so four ACKs with the same number.";
const THIRD: CallAdvice = ({ value }) =>
  value === false
    ? "The third duplicate ACK starts fast recovery: return true, so that the " +
      "missing segment is sent again."
    : "On the third duplicate ACK, ssthresh becomes half of the flight size, and " +
      "cwnd becomes ssthresh + 3 × `mss`, because three segments have left the " +
      "network.";
const FROM_OPTIONS =
  "This is the third duplicate: `ack` and `window` in the options are the peer's " +
  "latest, so the first segment repeats them already.";
const FLIGHT: CallAdvice = ({ value }) =>
  value === 10_000
    ? "You halved cwnd. The flight size counts: if the sender had less in flight, " +
      "cwnd says nothing about what the network can hold."
    : "ssthresh becomes half of the flight size.";
const FLOOR =
  "ssthresh is at least 2 × `mss`: with less, there would never be " +
  "three duplicates again.";
const ONCE =
  "In fast recovery, each further duplicate means that another segment has " +
  "left the network: add `mss` to cwnd. Don't cut it again for the same loss.";
const AGAIN_TRUE =
  "One retransmission is enough: until its ACK arrives, return false " +
  "for each further duplicate.";
const LEAVES: CallAdvice = ({ value }) =>
  value === true
    ? "All that was in flight at the loss is acknowledged now: fast recovery is " +
      "over, and there's nothing to send again."
    : "All that was in flight at the loss is acknowledged now, so fast recovery " +
      "ends: cwnd becomes ssthresh.";
const PARTIAL: CallAdvice = ({ value }) =>
  value === false
    ? "This acknowledges less than what was in flight at the loss, so another " +
      "segment is missing: a partial ACK. Return true."
    : "A partial ACK doesn't end fast recovery. Take the newly acknowledged bytes " +
      "off cwnd, and add one `mss` if there were that many.";
const SAME_LOSS =
  "A partial ACK belongs to the same loss: don't cut ssthresh " +
  "again.";
const SMALL_PARTIAL =
  "This partial ACK acknowledges less than one `mss`: take it off " +
  "cwnd, and add nothing.";
const NOT_DUPLICATE: Record<string, string> = {
  window:
    "The window differs, so it's a window update, not a duplicate ACK: it " +
    "says nothing about a loss.",
  data:
    "It carries data from the peer, so it isn't a duplicate ACK: the peer is " +
    "sending, and repeats the number in each segment.",
  idle:
    "Nothing is in flight, so nothing can be lost: it isn't a duplicate ACK.",
  old:
    "This acknowledgment is older than the last one: a newer one overtook it " +
    "on the way. Ignore it.",
};
const OLD_WINDOW =
  "This is the third duplicate. Ignore an old segment completely: its window is " +
  "out of date, too, so don't remember it as the last one.";
const TIME_OUT =
  "After a timeout, cwnd becomes one `mss`, and ssthresh half of the " +
  "flight size, at least 2 × `mss`.";
const SECOND_TIMEOUT =
  "The same segment timed out again. ssthresh stays, because " +
  "it was cut for this loss already; cwnd is one `mss`.";
const NEW_TIMEOUT =
  "New data was acknowledged in between, so this timeout is a new " +
  "loss: cut ssthresh again.";
const RECOVERED =
  "A timeout ends fast recovery: what comes next is slow start.";
const COUNT_RESET =
  "Duplicates count in a row: new data, or a timeout, starts over.";
const SUM_RESET = "After a loss, the sum starts over at 0.";
const IDLE =
  "After a pause longer than the RTO, cwnd shrinks to `initialWindow`: " +
  "what you knew about the network is out of date.";
const IDLE_GROWS =
  "A pause tells you nothing good about the network: cwnd may shrink to " +
  "`initialWindow`, but never grow.";
const NOT_IDLE = "The pause isn't longer than the RTO, so cwnd stays.";
const IDLE_SSTHRESH =
  "ssthresh stays after a pause: it remembers what the network " +
  "could hold.";
const WRAP = "Acknowledgment numbers wrap: after 4294967295 comes 0, and the " +
  "distance is `(b - a) | 0`.";

/** Calls to one window, and the results that they must return. */
class Story {
  readonly calls: MethodCall[] = [];
  #ack: number;

  constructor(
    private readonly step: string,
    private readonly options: { ack?: number; initialWindow?: number } = {},
  ) {
    this.#ack = options.ack ?? 1;
    const { initialWindow = 4 * MSS } = options;
    this.see(initialWindow, Infinity, INITIAL);
  }

  /** Requires values of `cwnd` and `ssthresh`. */
  see(
    cwnd: number,
    ssthresh: number,
    likely: CallAdvice,
    cwndLikely = likely,
  ): this {
    this.calls.push(
      { do: "ssthresh", returns: ssthresh, likely },
      { do: "cwnd", returns: cwnd, likely: cwndLikely },
    );
    return this;
  }

  /** Adds an ACK of `count` more bytes. */
  ack(
    count: number,
    flightSize: number,
    likely: CallAdvice,
    returns = false,
  ): this {
    this.#ack = (this.#ack + count + TOP) % TOP;
    return this.segment({}, flightSize, likely, returns);
  }

  /** Adds segments that repeat the last acknowledgment number. */
  repeat(times: number, flightSize: number, likely: CallAdvice): this {
    for (let i = 0; i < times; i++) this.segment({}, flightSize, likely);
    return this;
  }

  /** Adds a segment, by default with nothing new and no data. */
  segment(
    segment: Partial<AckSegment>,
    flightSize: number,
    likely: CallAdvice,
    returns = false,
  ): this {
    const full = { ack: this.#ack, window: WINDOW, dataBytes: 0, ...segment };
    this.calls.push({
      do: "receive",
      args: [full, flightSize],
      returns,
      likely,
    });
    return this;
  }

  timeOut(flightSize: number): this {
    this.calls.push({ do: "timeOut", args: [flightSize] });
    return this;
  }

  wake(idleMs: number, rtoMs: number): this {
    this.calls.push({ do: "wake", args: [idleMs, rtoMs] });
    return this;
  }

  get case(): ObjectCase {
    const { ack = 1, initialWindow = 4 * MSS } = this.options;
    const make = [{ mss: MSS, initialWindow, ack, window: WINDOW }];
    return { step: this.step, make, calls: this.calls };
  }
}

// RFC 6582 ignores duplicates until all that was in flight at the last loss, or
// timeout, is acknowledged; RFC 5681 doesn't. Either is right, so no case here has
// three duplicates then.
const CASES: ObjectCase[] = [
  new Story("slow start: four ACKs of a segment each")
    .ack(1000, 4000, SLOW_START).see(5000, Infinity, SLOW_START)
    .ack(1000, 4000, SLOW_START).see(6000, Infinity, SLOW_START)
    .ack(1000, 4000, SLOW_START).ack(1000, 4000, SLOW_START)
    .see(8000, Infinity, SLOW_START),
  new Story("slow start: ACKs of 10, 400, and 3000 bytes")
    .ack(10, 4000, SLOW_START).see(4010, Infinity, SLOW_START)
    .ack(400, 4000, SLOW_START).see(4410, Infinity, SLOW_START)
    .ack(3000, 4000, AT_MOST).see(5410, Infinity, AT_MOST),
  new Story("the last ACK of slow start")
    .timeOut(8000).see(1000, 4000, TIME_OUT)
    .ack(1000, 8000, SLOW_START).ack(700, 2000, SLOW_START)
    .ack(1000, 2000, SLOW_START).see(3700, 4000, SLOW_START)
    .ack(1000, 3000, SLOW_START).see(4700, 4000, PAST),
  new Story("congestion avoidance after a timeout")
    .timeOut(8000).see(1000, 4000, TIME_OUT)
    .ack(1000, 8000, SLOW_START).see(2000, 4000, SLOW_START)
    .ack(1000, 2000, SLOW_START).ack(1000, 2000, SLOW_START)
    .see(4000, 4000, SLOW_START)
    .ack(1000, 4000, AVOIDANCE).see(4000, 4000, AVOIDANCE)
    .ack(2500, 4000, AVOIDANCE).see(4000, 4000, AVOIDANCE)
    .ack(499, 4000, AVOIDANCE).see(4000, 4000, EXACT)
    .ack(1, 4000, EXACT).see(5000, 4000, EXACT)
    .ack(4000, 5000, AVOIDANCE).see(5000, 4000, EXACT)
    .ack(3000, 5000, EXACT).see(6000, 4000, EXACT)
    .ack(3999, 6000, EXACT).see(6000, 4000, EXACT)
    .ack(1, 6000, EXACT).see(7000, 4000, EXACT),
  new Story("three duplicate ACKs", { initialWindow: 20_000 })
    .ack(1000, 20_000, SLOW_START).see(21_000, Infinity, SLOW_START)
    .segment({}, 12_000, DUPLICATE_GROWS).see(21_000, Infinity, DUPLICATE_GROWS)
    .segment({}, 12_000, THIRD_ACK).see(21_000, Infinity, THIRD_ACK)
    .segment({}, 12_000, THIRD, true).see(9000, 6000, FLIGHT, THIRD)
    .segment({}, 12_000, AGAIN_TRUE).see(10_000, 6000, ONCE)
    .repeat(3, 12_000, ONCE).see(13_000, 6000, ONCE)
    .ack(12_000, 12_000, LEAVES).see(6000, 6000, LEAVES)
    .ack(6000, 6000, AVOIDANCE).see(7000, 6000, AVOIDANCE),
  new Story("three duplicates with an odd flight size")
    .repeat(2, 5001, THIRD_ACK)
    .segment({}, 5001, FROM_OPTIONS, true)
    .see(5500, 2500, "Half of the flight size is rounded down."),
  new Story("three duplicates with 3000 bytes in flight")
    .repeat(2, 3000, THIRD_ACK)
    .segment({}, 3000, THIRD, true).see(5000, 2000, FLOOR),
  new Story("three duplicates with one byte in flight")
    .repeat(2, 1, THIRD_ACK)
    .segment({}, 1, THIRD, true).see(5000, 2000, FLOOR),
  new Story("two segments of one flight are lost", { initialWindow: 20_000 })
    .repeat(2, 12_000, THIRD_ACK)
    .segment({}, 12_000, THIRD, true).see(9000, 6000, THIRD)
    .repeat(7, 12_000, ONCE).see(16_000, 6000, ONCE)
    .ack(5000, 16_000, PARTIAL, true).see(12_000, 6000, SAME_LOSS, PARTIAL)
    .repeat(4, 12_000, ONCE).see(16_000, 6000, ONCE)
    .ack(400, 12_000, PARTIAL, true).see(15_600, 6000, SMALL_PARTIAL)
    .ack(1000, 12_000, PARTIAL, true).see(15_600, 6000, PARTIAL)
    .ack(5599, 12_000, PARTIAL, true).see(11_001, 6000, PARTIAL)
    .ack(1, 4000, LEAVES).see(6000, 6000, LEAVES)
    .repeat(2, 4000, COUNT_RESET).see(6000, 6000, COUNT_RESET)
    .ack(1000, 4000, AVOIDANCE).see(6000, 6000, AVOIDANCE)
    .repeat(2, 4000, COUNT_RESET).see(6000, 6000, COUNT_RESET)
    .segment({}, 5000, THIRD, true).see(5500, 2500, THIRD),
  new Story("two duplicates, new data, two duplicates")
    .repeat(2, 4000, THIRD_ACK)
    .ack(1000, 4000, COUNT_RESET).see(5000, Infinity, SLOW_START)
    .repeat(2, 4000, COUNT_RESET).see(5000, Infinity, COUNT_RESET)
    .segment({}, 4000, THIRD, true).see(5000, 2000, THIRD),
  new Story("two duplicates, a timeout, two duplicates")
    .repeat(2, 8000, THIRD_ACK)
    .timeOut(8000).see(1000, 4000, TIME_OUT)
    .repeat(2, 1000, COUNT_RESET).see(1000, 4000, COUNT_RESET),
  new Story("the window changes each time")
    .repeat(2, 4000, THIRD_ACK)
    .segment({ window: WINDOW + 1 }, 4000, NOT_DUPLICATE.window)
    .see(4000, Infinity, NOT_DUPLICATE.window)
    .ack(1000, 4000, SLOW_START).see(5000, Infinity, SLOW_START)
    .segment({ window: WINDOW + 1 }, 4000, NOT_DUPLICATE.window)
    .segment({ window: WINDOW + 2 }, 4000, NOT_DUPLICATE.window)
    .segment({ window: WINDOW + 3 }, 4000, NOT_DUPLICATE.window)
    .see(5000, Infinity, NOT_DUPLICATE.window)
    .ack(1000, 4000, SLOW_START).see(6000, Infinity, SLOW_START)
    .segment({ window: WINDOW - 1 }, 4000, NOT_DUPLICATE.window)
    .segment({ window: WINDOW - 2 }, 4000, NOT_DUPLICATE.window)
    .segment({ window: 0 }, 4000, NOT_DUPLICATE.window)
    .see(6000, Infinity, NOT_DUPLICATE.window),
  new Story("the new window comes with new data")
    .segment({ ack: 1001, window: 9000 }, 4000, SLOW_START)
    .segment({ ack: 1001, window: 9000 }, 4000, DUPLICATE_GROWS)
    .segment({ ack: 1001, window: 9000 }, 4000, THIRD_ACK)
    .segment({ ack: 1001, window: 9000 }, 4000, THIRD, true)
    .see(5000, 2000, THIRD),
  new Story("segments with data of the peer")
    .segment({ dataBytes: 500 }, 4000, NOT_DUPLICATE.data)
    .segment({ dataBytes: 1 }, 4000, NOT_DUPLICATE.data)
    .segment({ dataBytes: 1 }, 4000, NOT_DUPLICATE.data)
    .segment({ dataBytes: 1 }, 4000, NOT_DUPLICATE.data)
    .see(4000, Infinity, NOT_DUPLICATE.data)
    .segment({ ack: 1001, dataBytes: 500 }, 4000, SLOW_START)
    .see(
      5000,
      Infinity,
      "New data is acknowledged, whether or not the segment " +
        "carries data itself.",
    ),
  new Story("repeated ACKs while nothing is in flight")
    .repeat(5, 0, NOT_DUPLICATE.idle)
    .see(4000, Infinity, NOT_DUPLICATE.idle),
  new Story("ACKs that were overtaken", { ack: 5000 })
    .segment({ ack: 4000 }, 4000, NOT_DUPLICATE.old)
    .segment({ ack: 4999, window: 1 }, 4000, NOT_DUPLICATE.old)
    .segment({ ack: 4000 }, 4000, NOT_DUPLICATE.old)
    .segment({ ack: 4000, window: 1 }, 4000, NOT_DUPLICATE.old)
    .see(4000, Infinity, NOT_DUPLICATE.old)
    .repeat(2, 4000, NOT_DUPLICATE.old)
    .segment({}, 4000, OLD_WINDOW, true).see(5000, 2000, THIRD),
  new Story("a timeout with little in flight")
    .timeOut(1500).see(1000, 2000, FLOOR),
  new Story("the same segment times out three times, and later another one")
    .timeOut(16_000).see(1000, 8000, TIME_OUT)
    .timeOut(1000).see(1000, 8000, SECOND_TIMEOUT)
    .timeOut(1000).see(1000, 8000, SECOND_TIMEOUT)
    .ack(1000, 1000, SLOW_START).see(2000, 8000, SLOW_START)
    .timeOut(6000).see(1000, 3000, NEW_TIMEOUT),
  new Story("a timeout, a duplicate ACK, and a second timeout")
    .timeOut(8000).see(1000, 4000, TIME_OUT)
    .repeat(1, 8000, DUPLICATE_GROWS)
    .timeOut(6000).see(1000, 4000, SECOND_TIMEOUT),
  new Story("a timeout in fast recovery", { initialWindow: 20_000 })
    .repeat(2, 16_000, THIRD_ACK)
    .segment({}, 16_000, THIRD, true).see(11_000, 8000, THIRD)
    .timeOut(14_000).see(1000, 7000, TIME_OUT)
    .ack(1000, 14_000, RECOVERED).see(2000, 7000, RECOVERED),
  new Story("a loss in congestion avoidance", { initialWindow: 4000 })
    .timeOut(4000).see(1000, 2000, TIME_OUT)
    .ack(1000, 1000, SLOW_START).see(2000, 2000, SLOW_START)
    .ack(1900, 2000, AVOIDANCE)
    .timeOut(2000).see(1000, 2000, TIME_OUT)
    .ack(1000, 1000, SLOW_START).see(2000, 2000, SLOW_START)
    .ack(1900, 2000, SUM_RESET).see(2000, 2000, SUM_RESET)
    .repeat(2, 4000, THIRD_ACK)
    .segment({}, 4000, THIRD, true).see(5000, 2000, THIRD)
    .ack(4000, 4000, LEAVES).see(2000, 2000, LEAVES)
    .ack(1999, 2000, SUM_RESET).see(2000, 2000, SUM_RESET)
    .ack(1, 2000, SUM_RESET).see(3000, 2000, SUM_RESET),
  new Story("a pause")
    .ack(4000, 4000, SLOW_START).ack(4000, 4000, SLOW_START)
    .see(6000, Infinity, AT_MOST)
    .wake(300, 300).see(6000, Infinity, NOT_IDLE)
    .wake(301, 300).see(4000, Infinity, IDLE)
    .timeOut(16_000).see(1000, 8000, TIME_OUT)
    .wake(5000, 300).see(1000, 8000, IDLE_SSTHRESH, IDLE_GROWS)
    .ack(1000, 1000, IDLE_SSTHRESH).see(2000, 8000, IDLE_SSTHRESH),
  new Story("the numbers wrap", { ack: TOP - 1500 })
    .ack(1000, 4000, SLOW_START).see(5000, Infinity, WRAP)
    .ack(1000, 4000, WRAP).see(6000, Infinity, WRAP)
    .segment({ ack: TOP - 500 }, 4000, NOT_DUPLICATE.old)
    .see(6000, Infinity, WRAP),
  new Story("the numbers wrap in fast recovery", { ack: TOP - 3000 })
    .repeat(2, 8000, THIRD_ACK)
    .segment({}, 8000, THIRD, true).see(7000, 4000, THIRD)
    .ack(1000, 8000, WRAP, true).see(7000, 4000, WRAP)
    .ack(6999, 8000, WRAP, true).see(1001, 4000, WRAP)
    .ack(1, 8000, LEAVES).see(4000, 4000, LEAVES),
  new Story("the numbers pass 2 ** 31", { ack: 2 ** 31 - 1000 })
    .ack(1000, 4000, WRAP).see(5000, Infinity, WRAP)
    .ack(1000, 4000, WRAP).see(6000, Infinity, WRAP),
].map((story) => story.case);

/** Checks an answer to 17.2. */
export async function checkCongestionWindow(
  CongestionWindow: CongestionWindowClass,
  trial: Trial,
): Promise<void> {
  const random = seededRandom(172);
  await checkClass(
    trial,
    (options) => new CongestionWindow(options),
    [...CASES, ...Array.from({ length: 10 }, () => randomStory(random))],
    { name: "CongestionWindow" },
  );
}

/** Compares a random run with the workbook's own window. */
function randomStory(random: () => number): ObjectCase {
  const below = (limit: number) => Math.floor(random() * limit);
  const start = (TOP - below(20_000)) % TOP;
  const options = {
    mss: MSS,
    initialWindow: 4 * MSS,
    ack: start,
    window: WINDOW,
  };
  const right = new Solution(options);
  const story = new Story("10 windows meet random ACKs and timeouts", {
    ack: start,
  });
  const done: string[] = [];
  let [ack, flight] = [start, 8 * MSS];
  let [acked, lossEnd, inRow] = [0, -1, 0];
  let isRecovering = false;
  for (let i = 0; i < 60; i++) {
    const likely = () => `So far: ${done.join(", ")}.`;
    const event = below(20);
    flight = Math.max(flight, right.cwnd);
    if (event === 0) {
      [lossEnd, inRow, isRecovering] = [acked + flight, 0, false];
      done.push(`timeOut(${flight})`);
      story.timeOut(flight);
      right.timeOut(flight);
    } else if (event === 1) {
      const idleMs = 200 + below(200);
      done.push(`wake(${idleMs}, 300)`);
      story.wake(idleMs, 300);
      right.wake(idleMs, 300);
    } else {
      // Mostly small ACKs, and duplicates in a row.
      const fresh = Math.min(flight, 1 + below(1500));
      // An answer may keep cwnd at one segment or more, so it never gets below.
      const count = below(2) === 0 || right.cwnd < MSS + fresh ? 0 : fresh;
      const most = isRecovering || acked > lossEnd ? 5 : 2 - inRow;
      const times = count > 0 ? 1 : Math.min(most, 1 + below(5));
      if (count > 0) [acked, inRow] = [acked + count, 0];
      else inRow += times;
      if (isRecovering && acked >= lossEnd) isRecovering = false;
      for (let n = 0; n < times; n++) {
        done.push(count === 0 ? "a duplicate" : `${count} bytes`);
        ack = (ack + count) % TOP;
        const isAgain = right.receive(
          { ack, window: WINDOW, dataBytes: 0 },
          flight,
        );
        story.ack(count, flight, likely(), isAgain);
        if (isAgain && count === 0) {
          [lossEnd, isRecovering] = [acked + flight, true];
        }
      }
      flight -= count;
    }
    story.see(right.cwnd, right.ssthresh, likely());
  }
  return story.case;
}

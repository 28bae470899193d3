/**
 * Lesson 17: two windows limit a sender.
 *
 * First, it shows real TCP, with a receiver that stops reading. Then it runs
 * the reliable stream of lesson 16 over a bottleneck in virtual time, and shows
 * its congestion window, one lost segment, two streams on one link, and a queue
 * that's too big. At the end, it asks this machine's own TCP about a
 * connection.
 */
import {
  connectTcp,
  listenTcp,
  readExact,
  writeAll,
} from "../../lib/net/mod.ts";
import { counted, type Narrator } from "../../lib/show/mod.ts";
import type { TcpHeader } from "../../lib/wire/mod.ts";
import { runLesson } from "../../lib/workbook/cli/run_lesson.ts";
import { observe, readRecording } from "../11_tcp_segment/observe.ts";
import { lessons } from "../mod.ts";
import { type FlowControl, flowControlOf, starve } from "./flow_control.ts";
import { IN_FLIGHT, loseOne, type Loss } from "./ladder.ts";
import { RECORDING } from "./recording.ts";
import {
  oneStream,
  queueOf,
  QUEUES,
  SAWTOOTH,
  SHARED_RATE,
  twoStreams,
} from "./scenarios.ts";
import { jainIndex } from "./sharing.ts";
import { MSS } from "./simulated_stream.ts";
import { socketStatistics } from "./socket_statistics.ts";

/** Runs the demonstration. */
export async function lesson(show: Narrator): Promise<void> {
  await receiverStops(show);
  await sawtooth(show);
  await lostInTheMiddle(show);
  await lostAtTheEnd(show);
  await sharing(show);
  await bufferbloat(show);
  await ownTcp(show);
}

/** Shows flow control, with real TCP. */
async function receiverStops(show: Narrator): Promise<void> {
  show.step("Flow control: a receiver stops reading");
  show.say(
    "A client sends 352 KiB to a server that reads nothing for a second. Each " +
      "segment from the server advertises its receive window: how many more " +
      "bytes it has room for.",
  );
  await show.predict(
    "What does the server's TCP advertise when its buffer is full? And how does " +
      "the client learn that there's room again, if that segment gets lost?",
  );
  const flow = await captured(show);
  const { syn, synAck, shift, windows, zeroAt, openAt, probes } = flow;
  show.fact("MSS, in the two SYNs", `${mssOf(syn)} and ${mssOf(synAck)} bytes`);
  show.fact(
    "window scale, in the SYNs",
    `${shiftOf(syn)} and ${shiftOf(synAck)}`,
  );
  const [first] = windows;
  show.fact(
    "unit of the server's window field",
    `2^${shift}: ${first.field} means ${first.field} × ${2 ** shift} = ` +
      `${first.window} bytes`,
  );
  show.bars("the server's receive window, segment by segment", {
    unit: "KiB",
    series: true,
    bars: windows.slice(0, openAt + 1).flatMap((one, i) => {
      const isNews = one.isAnswer || one.edge !== windows[i - 1]?.edge ||
        one.ack !== windows[i - 1].ack;
      const what = i === zeroAt
        ? "zero window"
        : one.isAnswer
        ? "answers a probe"
        : i === openAt
        ? "window update"
        : `ack ${one.ack}`;
      const name = `${formatMs(one.atMs)}  ${what}`;
      return isNews ? [{ name, value: one.window / 1024 }] : [];
    }),
  });
  const early = probes.filter(({ atMs }) => atMs < windows[openAt].atMs);
  const waits = early.map(({ atMs }, i) =>
    atMs - (early[i - 1] ?? windows[zeroAt]).atMs
  );
  show.fact("zero-window probes", early.length);
  show.fact("each waited", waits.map((ms) => `${ms.toFixed(0)} ms`).join(", "));
  show.fact("in a probe", describeProbe(early[0]));
  const moved = windows.filter(({ edge }, i) => edge < windows[i - 1]?.edge);
  show.fact(
    "right edge (ack + window)",
    moved.length === 0
      ? "never moved left"
      : `moved left ${moved.length} times`,
  );
  show.say(
    "That's flow control: a receiver that doesn't read stops its sender. A " +
      "window update can get lost, and nobody acknowledges an acknowledgment. " +
      "So the sender keeps probing a zero window, at longer and longer " +
      "intervals.",
  );
}

/** Captures the step, or uses the recording. */
async function captured(show: Narrator): Promise<FlowControl> {
  const observed = await observe(async () => [await starve()]);
  const flow = "packets" in observed
    ? flowControlOf(observed.packets)
    : undefined;
  if (flow !== undefined) return flow;
  const reason = "reason" in observed
    ? observed.reason
    : "the capture is incomplete";
  show.say(
    `Nothing was captured just now: ${reason}. What follows is a recording, ` +
      "made by this lesson on another machine.",
  );
  return flowControlOf(readRecording(RECORDING))!;
}

function describeProbe(
  { bytes, isOld }: FlowControl["probes"][number],
): string {
  const data = bytes === 0 ? "no data" : counted(bytes, "byte");
  return isOld ? `${data}, and an old sequence number` : data;
}

function mssOf({ options }: TcpHeader): number | string {
  const option = options.find(({ kind }) => kind === "mss");
  return option?.kind === "mss" ? option.size : "no";
}

function shiftOf({ options }: TcpHeader): number | string {
  const option = options.find(({ kind }) => kind === "windowScale");
  return option?.kind === "windowScale" ? option.shift : "none";
}

/** Draws the congestion window of one stream. */
async function sawtooth(show: Narrator): Promise<void> {
  show.step("Congestion control: the sender looks for the limit");
  const { segmentsPerSecond, queueSegments, roundTripMs } = SAWTOOTH;
  show.say(
    "From here on, the reliable stream of lesson 16 sends through a relay with " +
      `a bottleneck: ${segmentsPerSecond} segments a second, a drop-tail queue ` +
      `for ${queueSegments}, and ${roundTripMs} ms there and back. The code is ` +
      "real, but the clock is simulated: it jumps from event to event, so " +
      "seconds pass in no time, and every run is the same. After 4.4 s, the " +
      "link is down for 0.3 s.",
  );
  const pipe = segmentsPerSecond * roundTripMs / 1000;
  await show.predict(
    `The link itself holds ${pipe} segments, and its queue ${queueSegments} ` +
      "more. The sender knows neither. How does its congestion window get " +
      "there, and what happens then?",
  );
  const { samples, path, stats } = oneStream();
  show.bars("congestion window (cwnd), once per round trip; │ is ssthresh", {
    unit: "segments",
    series: true,
    bars: samples.map(({ atMs, what, cwnd, ssthresh }) => ({
      name: `${(atMs / 1000).toFixed(2)} s  ${what}`,
      value: cwnd / MSS,
      ...(ssthresh === Infinity ? {} : { mark: ssthresh / MSS }),
    })),
  });
  show.fact(
    "dropped because the queue was full",
    counted(path.dropped, "packet"),
  );
  show.fact("lost because the link was down", counted(path.lost, "packet"));
  show.fact("fast retransmits", stats.fastRetransmits);
  show.fact("timeouts", stats.timeouts);
  show.say(
    "Slow start doubles the window each round trip until a segment gets lost. " +
      "ssthresh becomes half of what was in flight. From there, congestion " +
      "avoidance adds one segment per round trip until the queue overflows " +
      "again: a sawtooth. After a timeout, it all starts over with one segment.",
  );
  show.say(
    "Nothing was broken until 4.4 s, and yet packets were lost: the sender " +
      'filled the queue until it overflowed. "A lost packet means a broken ' +
      'line" is a myth. On wired links, loss mostly means "too fast".',
  );
}

/** Loses a segment in the middle: three duplicate ACKs arrive. */
async function lostInTheMiddle(show: Narrator): Promise<void> {
  show.step("One segment is lost, and later ones arrive");
  await show.predict(
    `Of ${IN_FLIGHT} segments, the second gets lost. A retransmission timeout ` +
      "(RTO) takes at least a second here. Does the sender have to wait that long?",
  );
  tellLoss(show, loseOne(2));
  show.say(
    "Each segment after the gap makes the receiver repeat its " +
      "acknowledgment at once. The third duplicate ACK counts as a loss: fast " +
      "retransmit. The link still works, so the sender only halves its rate: " +
      "ssthresh becomes half of the six segments in flight. The window " +
      "becomes ssthresh plus three segments, because three duplicates mean " +
      "that three segments have left the network.",
  );
}

/** Loses the last segment: only a timeout is left. */
async function lostAtTheEnd(show: Narrator): Promise<void> {
  show.step("The last segment is lost");
  await show.predict(
    `The same again, but the last of the ${IN_FLIGHT} gets lost. What tells the ` +
      "sender this time?",
  );
  const [early, late] = [loseOne(2), loseOne(IN_FLIGHT)];
  tellLoss(show, late);
  show.bars("from the loss to the retransmission", {
    unit: "ms",
    bars: [
      { name: "the second of seven", value: Math.round(early.afterMs) },
      { name: "the last of seven", value: Math.round(late.afterMs) },
    ],
  });
  show.say(
    "Nothing arrives after the gap, so there are no duplicates: only the timer " +
      "is left. That often happens to the end of a short reply, and a timeout " +
      "costs more than time: it also cuts the window to one segment.",
  );
}

function tellLoss(show: Narrator, loss: Loss): void {
  const { segments, afterMs, duplicates, cwnd, ssthresh } = loss;
  show.segments(segments, { client: "sender", server: "receiver" });
  show.fact("duplicate ACKs", duplicates);
  show.fact("retransmitted after", `${afterMs.toFixed(0)} ms`);
  show.fact("ssthresh, then", `${ssthresh} bytes`);
  show.fact("congestion window", `${cwnd.join(" → ")} bytes`);
}

/** Runs two streams on one link. */
async function sharing(show: Narrator): Promise<void> {
  show.step("Two streams share a bottleneck");
  await show.predict(
    `A stream has a link of ${SHARED_RATE} segments/s to itself. After 4 s, a ` +
      "second one starts. Neither knows about the other, and nothing divides the " +
      "link. How much does each one get?",
  );
  const fair = twoStreams();
  show.table(
    ["second", "first, segments/s", "second, segments/s", "Jain's index"],
    fair.rates.map((rates, i) => [
      `${i + 1}`,
      ...rates.map(String),
      i < fair.aloneSeconds ? "" : jainIndex(rates).toFixed(3),
    ]),
  );
  const unfair = twoStreams({ secondReturnMs: 80, togetherSeconds: 30 });
  tellShares(show, "round trips of 40 and 40 ms", fair.lastHalf);
  tellShares(show, "round trips of 40 and 100 ms", unfair.lastHalf);
  show.say(
    "Jain's index is 1 if everyone gets the same, and 1/n if one of n gets " +
      "everything. Both streams add one segment to their window per round " +
      "trip, and both cut it in half at a loss, so the stream with the larger " +
      "window gives up more. That makes them equal only if their round trips " +
      "are: a window that grows once per round trip grows slowly when the " +
      "round trip is long.",
  );
}

function tellShares(show: Narrator, name: string, rates: number[]): void {
  const shares = rates.map((rate) => rate.toFixed(0)).join(" and ");
  show.fact(
    name,
    `${shares} segments/s, Jain's index ${jainIndex(rates).toFixed(3)}`,
  );
}

/** Compares queues of different sizes. */
async function bufferbloat(show: Narrator): Promise<void> {
  show.step("A bigger queue: bufferbloat");
  await show.predict(
    "The relay may have a queue for 4 packets, or 8, or 64. A bigger one drops " +
      "less. Does the file arrive faster?",
  );
  const runs = QUEUES.map((queue) => ({ queue, ...queueOf(queue) }));
  show.bars("throughput", {
    unit: "segments/s",
    series: true,
    bars: runs.map(({ queue, rate }) => ({
      name: `queue of ${queue}`,
      value: Math.round(rate),
    })),
  });
  show.bars("smoothed round-trip time (median)", {
    unit: "ms",
    series: true,
    bars: runs.map(({ queue, rttMs }) => ({
      name: `queue of ${queue}`,
      value: Math.round(rttMs),
    })),
  });
  show.say(
    'No. "A bigger buffer is better" is a myth: once the queue is as large as ' +
      "what the link holds, a larger queue only makes everyone who shares it " +
      "wait longer. Loss-based congestion control fills any queue, since it stops " +
      "only when something is lost.",
  );
}

/** Asks this machine's TCP about a connection. */
async function ownTcp(show: Narrator): Promise<void> {
  show.step("This machine's own TCP");
  await show.predict(
    "Your kernel keeps a cwnd and an ssthresh for each connection, too. Which " +
      "algorithm does it use?",
  );
  using listener = listenTcp();
  using client = await connectTcp(listener.addr.port);
  using server = await listener.accept();
  const bytes = 1024 * 1024;
  const reading = readExact(server, bytes);
  await writeAll(client, new Uint8Array(bytes));
  await reading;
  const { port } = client.localAddr;
  const seen = await socketStatistics(port, listener.addr.port);
  if (typeof seen === "string") {
    show.say(`Nothing to see here: ${seen}.`);
  } else {
    const { algorithm, cwnd, ssthresh, rtt, mss } = seen;
    show.fact("congestion control", algorithm);
    show.fact("cwnd", `${cwnd} segments of up to ${mss} bytes`);
    show.fact(
      "ssthresh",
      ssthresh === undefined ? "none yet" : `${ssthresh} segments`,
    );
    show.fact("rtt, and its variation", `${rtt.replace("/", " and ")} ms`);
  }
  show.command("all of your connections", "ss -ti");
}

/** Formats milliseconds in 7 columns. */
function formatMs(ms: number): string {
  return `${ms.toFixed(ms < 10 ? 2 : 0).padStart(4)} ms`;
}

if (import.meta.main) {
  await runLesson({ lessons, url: import.meta.url, lesson });
}

import { assert, assertEquals, assertMatch } from "@std/assert";
import { readRecording } from "../../../lessons/11_tcp_segment/observe.ts";
import { flowControlOf } from "../../../lessons/17_flow_and_congestion/flow_control.ts";
import {
  IN_FLIGHT,
  loseOne,
} from "../../../lessons/17_flow_and_congestion/ladder.ts";
import { lesson } from "../../../lessons/17_flow_and_congestion/lesson.ts";
import { RECORDING } from "../../../lessons/17_flow_and_congestion/recording.ts";
import {
  oneStream,
  queueOf,
  SAWTOOTH,
  twoStreams,
} from "../../../lessons/17_flow_and_congestion/scenarios.ts";
import { jainIndex } from "../../../lessons/17_flow_and_congestion/sharing.ts";
import { MSS } from "../../../lessons/17_flow_and_congestion/simulated_stream.ts";
import { parseStatistics } from "../../../lessons/17_flow_and_congestion/socket_statistics.ts";
import { record, type Recording, recordOnce } from "../record.ts";

const recordLesson = recordOnce(lesson);
const SEEDS = [1, 2, 3, 17];

/**
 * Checks the first step, captured on this machine or played from a recording.
 */
function assertFlowControl(recording: Recording): void {
  const { bars } = recording.all("bars")[0];
  const zero = bars.findIndex(({ name }) => name.endsWith("zero window"));
  assert(zero > 0);
  assertEquals(bars[zero].value, 0);
  assert(bars[0].value > 0);
  // While the server doesn't read, its window can only shrink.
  for (let i = 1; i <= zero; i++) assert(bars[i].value <= bars[i - 1].value);
  assertMatch(bars.at(-1)!.name, /window update$/);
  assert(bars.at(-1)!.value > 0);
  assert(Number(recording.fact("zero-window probes")) >= 1);
  assertEquals(recording.fact("right edge (ack + window)"), "never moved left");
  assertMatch(recording.fact("window scale, in the SYNs"), /^\d+ and \d+$/);
}

Deno.test("lesson 17 shows a window that closes, is probed, and opens", async () => {
  assertFlowControl(await recordLesson());
});

Deno.test({
  name: "lesson 17 shows its recording if it isn't allowed to start tcpdump",
  permissions: { net: true },
  async fn() {
    const recording = await record(lesson);
    assertFlowControl(recording);
    const said = recording.all("say").map(({ text }) => text).join("\n");
    assertMatch(said, /Nothing was captured just now/);
    assertMatch(said, /may not start ss/);
  },
});

Deno.test("lesson 17's recording has two probes, the second after twice the wait", () => {
  const { probes, windows, zeroAt, shift } = flowControlOf(
    readRecording(RECORDING),
  )!;
  const [first, second] = probes.map(({ atMs }) => atMs);
  const ratio = (second - first) / (first - windows[zeroAt].atMs);
  assert(ratio > 1.8 && ratio < 2.2, `${ratio}`);
  for (const { field, window } of windows) {
    assertEquals(window, field * 2 ** shift);
  }
});

Deno.test("lesson 17 shows every phase of congestion control, with ssthresh", async () => {
  const { bars } = (await recordLesson()).all("bars")[1];
  const phases = [
    "slow start",
    "congestion avoidance",
    "fast retransmit",
    "fast recovery",
    "timeout",
  ];
  for (const phase of phases) {
    assert(bars.some(({ name }) => name.endsWith(phase)), phase);
  }
  assert(bars.length <= 35, `${bars.length} rows`);
  assertEquals(bars[0].mark, undefined);
  assert(bars.at(-1)!.mark! > 0);
});

for (const seed of SEEDS) {
  Deno.test(`a stream's window follows RFC 5681, with seed ${seed}`, () => {
    const { samples, path, stats } = oneStream(seed);
    assertEquals(samples.slice(0, 3).map(({ cwnd }) => cwnd / MSS), [4, 8, 16]);
    for (const [i, sample] of samples.entries()) {
      const before = samples[i - 1];
      const { what, cwnd, ssthresh, inFlight } = sample;
      if (what === "fast retransmit") {
        assertEquals(cwnd, ssthresh + 3 * MSS);
        // Limited transmit has sent two segments, which don't count.
        assertEquals(ssthresh, Math.floor((inFlight - 2 * MSS) / 2));
      } else if (what === "timeout") {
        assertEquals(cwnd, MSS);
        assert(ssthresh >= 2 * MSS);
      } else if (
        what === "congestion avoidance" && before.what === what
      ) {
        assertEquals(cwnd - before.cwnd, MSS);
      } else if (what === "slow start" && before?.what === what) {
        assert(cwnd > before.cwnd && cwnd <= 2 * before.cwnd);
      }
    }
    const count = (what: string) =>
      samples.filter((sample) => sample.what === what).length;
    assertEquals(count("timeout"), stats.timeouts);
    assertEquals(count("fast retransmit"), stats.fastRetransmits);
    assert(stats.timeouts >= 1 && stats.fastRetransmits >= 2);
    assert(path.dropped > 0 && path.lost > 0);
    // The pipe and the queue hold no more than this.
    const { segmentsPerSecond, roundTripMs, queueSegments } = SAWTOOTH;
    const most = segmentsPerSecond * roundTripMs / 1000 + queueSegments + 3;
    for (const { what, cwnd } of samples) {
      if (what !== "congestion avoidance") continue;
      assert(cwnd / MSS <= most, `${cwnd}`);
    }
  });

  Deno.test(`two streams share a link fairly only with equal round trips, with seed ${seed}`, () => {
    assert(jainIndex(twoStreams({ seed }).lastHalf) > 0.98);
    const unfair = twoStreams({
      seed,
      secondReturnMs: 80,
      togetherSeconds: 30,
    });
    assert(jainIndex(unfair.lastHalf) < 0.9);
    assert(unfair.lastHalf[0] > unfair.lastHalf[1]);
  });

  Deno.test(`a bigger queue adds waiting, not throughput, with seed ${seed}`, () => {
    const [small, right, bloated] = [4, 16, 64].map((size) =>
      queueOf(size, seed)
    );
    assert(small.rate < right.rate);
    assert(bloated.rate <= 1.02 * right.rate);
    assert(bloated.rttMs > 2 * right.rttMs);
  });
}

Deno.test("the same seed gives the same run", () => {
  assertEquals(oneStream(5).samples, oneStream(5).samples);
  assertEquals(twoStreams({ seed: 5 }), twoStreams({ seed: 5 }));
});

Deno.test("a loss before the end takes three duplicates, one at the end a timeout", () => {
  for (let lost = 1; lost <= IN_FLIGHT; lost++) {
    const { duplicates, afterMs, cwnd, segments } = loseOne(lost);
    assertEquals(duplicates, IN_FLIGHT - lost);
    assertEquals(afterMs < 1000, duplicates >= 3, `${afterMs} ms`);
    if (duplicates < 3) assertEquals(cwnd[1], MSS);
    assertEquals(segments.at(-1)!.acknowledgment, 1 + IN_FLIGHT * MSS);
    assertEquals(segments.filter((one) => one.retransmission).length, 1);
  }
});

Deno.test("jainIndex() is 1 for equal rates, and 1/n if one has everything", () => {
  assertEquals(jainIndex([5, 5, 5]), 1);
  assertEquals(jainIndex([8, 0, 0, 0]), 0.25);
  assertEquals(jainIndex([0, 0]), 1);
});

Deno.test("parseStatistics() reads what ss prints, with and without ssthresh", () => {
  assertEquals(
    parseStatistics(
      "ESTAB 0 0 127.0.0.1:1 127.0.0.1:2\n\t bbr wscale:10,10 rto:204 " +
        "rtt:1.361/2.464 mss:65483 pmtu:65535 cwnd:44 ssthresh:8 bytes_sent:1\n",
    ),
    { algorithm: "bbr", cwnd: 44, ssthresh: 8, rtt: "1.361/2.464", mss: 65483 },
  );
  assertEquals(
    parseStatistics("\t ts sack cubic rto:201 rtt:0.1/0.05 mss:1448 cwnd:10"),
    { algorithm: "cubic", cwnd: 10, rtt: "0.1/0.05", mss: 1448 },
  );
  assertEquals(parseStatistics(""), undefined);
});

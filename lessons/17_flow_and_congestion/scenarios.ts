/** The bottlenecks of the lesson, and the streams that run over them. */
import type { ReliableStats } from "../../lib/net/reliable/mod.ts";
import { HEADER_BYTES } from "../../lib/net/reliable/mod.ts";
import { Bottleneck } from "./bottleneck.ts";
import { type Sample, samplesOf } from "./rounds.ts";
import { MSS, SimulatedStream } from "./simulated_stream.ts";
import { VirtualClock } from "./virtual_clock.ts";

/** A full segment on the wire, in bytes. */
const PACKET = MSS + HEADER_BYTES;

/** RFC 6298 wants a timeout of at least a second. */
const MIN_RTO_MS = 1000;

interface Path {
  /** The rate of the bottleneck. */
  segmentsPerSecond: number;
  /** The size of its queue. */
  queueSegments: number;
  /** The round trip, without waiting; half of it each way. */
  roundTripMs: number;
  /** The most jitter, in milliseconds. */
  jitterMs: number;
}

/** The path in the step with the sawtooth. */
export const SAWTOOTH: Path = {
  segmentsPerSecond: 100,
  queueSegments: 6,
  roundTripMs: 100,
  jitterMs: 1,
};

/** The rate of the link that two streams share, in segments per second. */
export const SHARED_RATE = 200;

const SHARED: Path = {
  segmentsPerSecond: SHARED_RATE,
  queueSegments: 12,
  roundTripMs: 40,
  jitterMs: 2,
};

/** The queues of the step about bufferbloat, in segments. */
export const QUEUES = [4, 8, 16, 32, 64];

function pathOf(clock: VirtualClock, path: Path, seed: number): Bottleneck {
  return new Bottleneck(clock, {
    seed,
    bytesPerSecond: path.segmentsPerSecond * PACKET,
    queueBytes: path.queueSegments * PACKET,
    delayMs: path.roundTripMs / 2,
    jitterMs: path.jitterMs,
  });
}

/**
 * Runs one stream through slow start, losses, and an outage.
 *
 * @param seed The seed of the jitter.
 * @returns The congestion window over time, and what was lost.
 */
export function oneStream(
  seed = 17,
): { samples: Sample[]; path: Bottleneck; stats: ReliableStats } {
  const clock = new VirtualClock();
  const path = pathOf(clock, SAWTOOTH, seed);
  const { sender, events } = new SimulatedStream(clock, path, {
    returnMs: SAWTOOTH.roundTripMs / 2,
    minRtoMs: MIN_RTO_MS,
    records: true,
  });
  clock.runUntil(4400);
  path.isDown = true;
  clock.runUntil(4700);
  path.isDown = false;
  clock.runUntil(6200);
  return { samples: samplesOf(events), path, stats: sender.stats };
}

/** How two streams shared a link. */
export interface Shared {
  /** How long the first stream was alone, in seconds. */
  aloneSeconds: number;
  /** How many segments each stream received in each second. */
  rates: [first: number, second: number][];
  /**
   * How many each received per second, in the second half of their time
   * together.
   */
  lastHalf: [first: number, second: number];
}

/**
 * Runs two streams over one bottleneck; the second one starts later.
 *
 * @param options The seed of the jitter, how long the second stream's ACKs travel,
 * and how long both streams run, in seconds.
 * @returns How much each of them got.
 */
export function twoStreams(
  options: {
    seed?: number;
    secondReturnMs?: number;
    togetherSeconds?: number;
  } = {},
): Shared {
  const { seed = 17, secondReturnMs = SHARED.roundTripMs / 2 } = options;
  const { togetherSeconds = 10 } = options;
  const aloneSeconds = 4;
  const clock = new VirtualClock();
  const path = pathOf(clock, SHARED, seed);
  const streams = [start(SHARED.roundTripMs / 2)];
  const rates: Shared["rates"] = [];
  let before = [0, 0];
  for (let second = 1; second <= aloneSeconds + togetherSeconds; second++) {
    clock.runUntil(1000 * second);
    const now = [streams[0].arrived, streams[1]?.arrived ?? 0];
    rates.push([(now[0] - before[0]) / MSS, (now[1] - before[1]) / MSS]);
    before = now;
    if (second === aloneSeconds) streams.push(start(secondReturnMs));
  }
  const half = rates.slice(-togetherSeconds / 2);
  const mean = (i: 0 | 1) =>
    half.reduce((sum, rate) => sum + rate[i], 0) / half.length;
  return { aloneSeconds, rates, lastHalf: [mean(0), mean(1)] };

  function start(returnMs: number): SimulatedStream {
    return new SimulatedStream(clock, path, { returnMs, minRtoMs: MIN_RTO_MS });
  }
}

/**
 * Runs one stream over a bottleneck with a queue of a certain size.
 *
 * @param queueSegments The size of the queue, in segments.
 * @param seed The seed of the jitter.
 * @returns The throughput in segments per second, and the median round trip.
 */
export function queueOf(
  queueSegments: number,
  seed = 17,
): { rate: number; rttMs: number } {
  const clock = new VirtualClock();
  const path = pathOf(clock, { ...SHARED, queueSegments }, seed);
  const stream = new SimulatedStream(clock, path, {
    returnMs: SHARED.roundTripMs / 2,
    minRtoMs: MIN_RTO_MS,
  });
  // Let it get over slow start.
  const [startMs, endMs, stepMs] = [10_000, 22_000, 50];
  clock.runUntil(startMs);
  const { arrived } = stream;
  const rtts: number[] = [];
  for (let ms = startMs; ms <= endMs; ms += stepMs) {
    clock.runUntil(ms);
    rtts.push(stream.sender.stats.srttMs!);
  }
  rtts.sort((a, b) => a - b);
  return {
    rate: (stream.arrived - arrived) / MSS / ((endMs - startMs) / 1000),
    rttMs: rtts[Math.floor(rtts.length / 2)],
  };
}

/** The congestion window, once per round trip. */
import type { ReliableEvent } from "../../lib/net/reliable/mod.ts";

/** A phase of congestion control. */
export type Phase = "slow start" | "congestion avoidance" | "fast recovery";

/** The congestion window at one moment. */
export interface Sample {
  /** Milliseconds since the SYN. */
  atMs: number;
  /** The sender's phase, or the event that has just happened. */
  what: Phase | "fast retransmit" | "timeout";
  /** The congestion window, in bytes. */
  cwnd: number;
  /** The slow start threshold, in bytes. */
  ssthresh: number;
  /** The flight size, in bytes. */
  inFlight: number;
}

/**
 * Samples a sender's window once per round trip, and at each loss.
 *
 * A round trip begins when a sample is taken, and ends when all the data that was
 * in flight then is acknowledged.
 *
 * @param events What happened at the sender.
 * @returns The samples, in order.
 */
export function samplesOf(events: ReliableEvent[]): Sample[] {
  const samples: Sample[] = [];
  let ack = 0;
  /** The sequence numbers at which the round trip and fast recovery end. */
  let [roundEnd, recoverTo] = [0, 0];
  let highest = 0;
  for (const { atMs, kind, segment, stats } of events) {
    const { cwnd, ssthresh, inFlight } = stats;
    const note = (what: Sample["what"]) =>
      samples.push({ atMs, what, cwnd, ssthresh, inFlight });
    if (kind === "received" && segment) {
      ack = Math.max(ack, segment.ack);
      if (ack < roundEnd) continue;
      roundEnd = ack + inFlight;
      if (ack < recoverTo) note("fast recovery");
      else if (cwnd < ssthresh) note("slow start");
      else note("congestion avoidance");
    } else if (kind === "fast retransmit") {
      recoverTo = highest;
      note("fast retransmit");
    } else if (kind === "timed out") {
      note("timeout");
      [roundEnd, recoverTo] = [ack + 1, 0];
    } else if (segment) {
      const end = segment.seq + segment.length;
      highest = Math.max(highest, end);
      // Data that goes out right after the sample belongs to that round trip.
      if (atMs === samples.at(-1)?.atMs) roundEnd = Math.max(roundEnd, end);
    }
  }
  return samples;
}

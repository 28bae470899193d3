/** One lost segment, as a sequence diagram. */
import type { DiagramSegment } from "../../lib/show/mod.ts";
import { Bottleneck } from "./bottleneck.ts";
import { MSS, SimulatedStream } from "./simulated_stream.ts";
import { VirtualClock } from "./virtual_clock.ts";

/** How many segments the sender has in flight when one gets lost. */
export const IN_FLIGHT = 7;

/** The result of losing one segment. */
export interface Loss {
  /** The segments that the sender sent and received, with the times there. */
  segments: DiagramSegment[];
  /**
   * How long the retransmission came after the lost segment, in milliseconds.
   */
  afterMs: number;
  /** How many duplicate ACKs arrived. */
  duplicates: number;
  /**
   * The congestion window before the loss, and when it was noticed, in bytes.
   */
  cwnd: [before: number, after: number];
  /** The slow start threshold after that, in bytes. */
  ssthresh: number;
}

/**
 * Sends seven segments, and loses one of them.
 *
 * @param lost Which one, from 1.
 * @returns What happened until everything was acknowledged.
 */
export function loseOne(lost: number): Loss {
  const clock = new VirtualClock();
  const path = new Bottleneck(clock, {
    seed: 17,
    bytesPerSecond: 1_000_000,
    queueBytes: 1_000_000,
    delayMs: 49,
  });
  const { events } = new SimulatedStream(clock, path, {
    returnMs: 50,
    bytes: IN_FLIGHT * MSS,
    initialSegments: IN_FLIGHT,
    minRtoMs: 1000,
    records: true,
    // A program that reads would change the window, and an ACK with another window
    // isn't a duplicate.
    reads: false,
    loses: (ordinal) => ordinal === lost - 1,
  });
  clock.runUntil(10_000);

  const firstData = events.findIndex(({ segment }) => segment?.length);
  const startMs = events[firstData].atMs;
  let [ordinal, duplicates, lastAck, lostAt, againAt] = [0, 0, 1, 0, 0];
  const segments: DiagramSegment[] = [];
  for (const { atMs, kind, segment, stats } of events.slice(firstData)) {
    if (segment === undefined) continue;
    const notes: string[] = [];
    if (kind === "sent" && ++ordinal === lost) {
      lostAt = atMs;
      notes.push("lost");
    } else if (kind === "sent again") {
      againAt = atMs;
      notes.push(stats.timeouts > 0 ? "timeout" : "fast retransmit");
    } else if (kind === "received") {
      if (segment.ack === lastAck) notes.push(`duplicate ACK ${++duplicates}`);
      lastAck = segment.ack;
    }
    const from = kind === "received" ? "server" : "client";
    // In the trace, an ACK comes after the sender's reaction to it.
    const at = kind === "received"
      ? segments.findIndex((one) => one.atMs === atMs - startMs)
      : -1;
    segments.splice(at < 0 ? segments.length : at, 0, {
      atMs: atMs - startMs,
      from,
      flags: from === "client" ? "" : segment.flags,
      sequence: segment.seq,
      relativeSequence: segment.seq,
      acknowledgment: from === "client" ? null : segment.ack,
      relativeAcknowledgment: from === "client" ? null : segment.ack,
      payloadBytes: segment.length,
      retransmission: kind === "sent again",
      notes,
      clientState: "ESTABLISHED",
      serverState: "ESTABLISHED",
    });
  }
  const noticed =
    events.find(({ kind }) =>
      kind === "fast retransmit" || kind === "timed out"
    )!.stats;
  return {
    segments,
    afterMs: againAt - lostAt,
    duplicates,
    cwnd: [events[firstData].stats.cwnd, noticed.cwnd],
    ssthresh: noticed.ssthresh,
  };
}

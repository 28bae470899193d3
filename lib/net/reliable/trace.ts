/**
 * What can be seen of a reliable stream while it works.
 *
 * @module
 */

import { TCP_STATES, type TcpState } from "../../wire/tcp/state.ts";

export { TCP_STATES, type TcpState };

/** What one end has done so far. */
export interface ReliableCounts {
  /** Segments sent, again or for the first time, with data or without. */
  segmentsSent: number;
  /** Segments received and understood. */
  segmentsReceived: number;
  /** Bytes of data sent for the first time. */
  bytesSent: number;
  /** Bytes of data received in order. */
  bytesReceived: number;
  /** Segments sent again, for whatever reason. */
  retransmissions: number;
  /** How often the retransmission timer has run out. */
  timeouts: number;
  /** How often three duplicate acknowledgments came before it did. */
  fastRetransmits: number;
  /** How often the receiver was asked whether it has room again. */
  probes: number;
}

/** How things stand at one end, and what it has done so far. */
export interface ReliableStats extends ReliableCounts {
  /** Its state, as in TCP. */
  state: TcpState;
  /** The congestion window, in bytes. */
  cwnd: number;
  /** Where slow start ends, in bytes; Infinity before the first loss. */
  ssthresh: number;
  /** How much is sent and not acknowledged, in bytes. */
  inFlight: number;
  /** How much is written and not acknowledged, in bytes. */
  unacknowledged: number;
  /** How much the other end has room for beyond what it has acknowledged, in bytes. */
  sendWindow: number;
  /** How much this end has room for, in bytes. */
  receiveWindow: number;
  /** The retransmission time-out, in milliseconds. */
  rtoMs: number;
  /** The smoothed round-trip time, in milliseconds, once one was measured. */
  srttMs?: number;
}

/** A segment as a trace shows it. */
export interface TracedSegment {
  /** For example `SYN,ACK`. */
  flags: string;
  /** Its sequence number. */
  seq: number;
  /** Its acknowledgment number. */
  ack: number;
  /** Its window, in bytes. */
  window: number;
  /** How much data it has, in bytes. */
  length: number;
}

/** Something that has happened at one end of a reliable stream. */
export interface ReliableEvent {
  /** When, in milliseconds since the end was made. */
  atMs: number;
  /** What. */
  kind:
    | "sent"
    | "sent again"
    | "received"
    | "timed out"
    | "fast retransmit"
    | "probed"
    | "state";
  /** The segment, if it was one. */
  segment?: TracedSegment;
  /** How things stand right after it. */
  stats: ReliableStats;
}

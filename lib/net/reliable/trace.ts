/**
 * The events and the state of a reliable connection, for `onEvent` and `stats`.
 *
 * @module
 */

import { TCP_STATES, type TcpState } from "../../wire/tcp/state.ts";

export { TCP_STATES, type TcpState };

/** The counts of what one end has done so far. */
export interface ReliableCounts {
  /** Segments sent, including retransmissions and pure ACKs. */
  segmentsSent: number;
  /** Valid segments received. */
  segmentsReceived: number;
  /** Bytes of data sent, without retransmissions. */
  bytesSent: number;
  /** Bytes of data received in order. */
  bytesReceived: number;
  /** Segments retransmitted, for any reason. */
  retransmissions: number;
  /** Retransmission timeouts. */
  timeouts: number;
  /** Fast retransmits, after three duplicate ACKs. */
  fastRetransmits: number;
  /** Zero-window probes. */
  probes: number;
}

/** The state of one end, and what it has done so far. */
export interface ReliableStats extends ReliableCounts {
  /** The state, as in TCP. */
  state: TcpState;
  /** The congestion window, in bytes. */
  cwnd: number;
  /** The slow start threshold, in bytes; Infinity before the first loss. */
  ssthresh: number;
  /** The flight size: the data sent but not acknowledged, in bytes. */
  inFlight: number;
  /** The data written but not acknowledged, in bytes. */
  unacknowledged: number;
  /** The peer's window, in bytes. */
  sendWindow: number;
  /** This end's window, in bytes. */
  receiveWindow: number;
  /** The retransmission timeout, in milliseconds. */
  rtoMs: number;
  /** The smoothed round-trip time, in milliseconds, after the first measurement. */
  srttMs?: number;
}

/** A segment, as a trace shows it. */
export interface TracedSegment {
  /** The flags, such as `SYN,ACK`. */
  flags: string;
  /** The sequence number. */
  seq: number;
  /** The acknowledgment number. */
  ack: number;
  /** The window, in bytes. */
  window: number;
  /** The size of its data, in bytes. */
  length: number;
}

/** An event at one end of a reliable connection. */
export interface ReliableEvent {
  /** The time of the event, in milliseconds since this end was made. */
  atMs: number;
  /** The kind of event. */
  kind:
    | "sent"
    | "sent again"
    | "received"
    | "timed out"
    | "fast retransmit"
    | "probed"
    | "state";
  /** The segment, if the event is about one. */
  segment?: TracedSegment;
  /** The state right after the event. */
  stats: ReliableStats;
}

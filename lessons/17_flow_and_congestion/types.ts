/** The options of 17.1. */
export interface ReceiveWindowOptions {
  /** The size of the receive buffer, in bytes. */
  capacity: number;
  /** The most data in a segment that the peer sends, in bytes. */
  mss: number;
  /** The window scale from 0 to 14: the field counts by 2 ** shift bytes. */
  shift: number;
}

/** The type of 17.1. */
export type ReceiveWindowClass = new (
  initialSeq: number,
  options: ReceiveWindowOptions,
) => {
  receive(count: number): void;
  read(count: number): void;
  resize(capacity: number): void;
  advertise(): number;
  readonly ack: number;
  readonly edge: number;
};

/** The options of 17.2: the state after the handshake. */
export interface CongestionWindowOptions {
  /** The most data in a segment, in bytes. */
  mss: number;
  /** The initial window (IW), in bytes. */
  initialWindow: number;
  /** The peer's latest acknowledgment number. */
  ack: number;
  /** The window that the peer advertised last, in bytes. */
  window: number;
}

/** A segment that arrives at the sender of 17.2. */
export interface AckSegment {
  /** Its acknowledgment number. */
  ack: number;
  /** The window that it advertises, in bytes. */
  window: number;
  /** The number of data bytes that it carries. */
  dataBytes: number;
}

/** The type of 17.2. */
export type CongestionWindowClass = new (
  options: CongestionWindowOptions,
) => {
  receive(segment: AckSegment, flightSize: number): boolean;
  timeOut(flightSize: number): void;
  wake(idleMs: number, rtoMs: number): void;
  readonly cwnd: number;
  readonly ssthresh: number;
};

/** The state of the sender in 17.3. */
export interface SendState {
  /** The oldest unacknowledged sequence number, SND.UNA. */
  una: number;
  /** The next sequence number to send, SND.NXT. */
  next: number;
  /** How many bytes are waiting to be sent for the first time. */
  queued: number;
  /** The peer's window from `una` on, in bytes, SND.WND. */
  window: number;
  /** The largest window that the peer has advertised so far, in bytes. */
  maxWindow: number;
  /** The congestion window, in bytes. */
  cwnd: number;
  /** The most data in a segment, in bytes. */
  mss: number;
  /** Whether the persist timer has expired: data has waited too long. */
  hasExpired: boolean;
}

/** How many bytes to send now in one segment, 0 to wait, or a probe. */
export type SendDecision = number | "probe";

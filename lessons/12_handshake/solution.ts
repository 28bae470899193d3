/** A good answer to each exercise of lesson 12. */
import type { Handshake, Segment, TcpEvent, TcpState } from "./types.ts";

// ---- 12.1 expectedAck -------------------------------------------------------

export function expectedAck({ sequence, payload, flags }: Segment): number {
  // A SYN counts as a byte before the data and a FIN as a byte after it, so
  // both can be acknowledged and retransmitted, like data.
  const length = payload.length + Number(flags.syn) + Number(flags.fin);
  // `>>> 0` takes it modulo 2 ** 32.
  return (sequence + length) >>> 0;
}

// ---- 12.2 findHandshake -----------------------------------------------------

export function findHandshake(segments: Segment[]): Handshake | null {
  let syn: Segment | undefined;
  let synAck: Segment | undefined;
  for (const segment of segments) {
    const { flags, sourcePort, sequence, acknowledgment } = segment;
    if (flags.rst) continue;
    if (flags.syn && !flags.ack) {
      // A retransmitted SYN has the same number, so the SYN-ACK still counts.
      if (sequence !== syn?.sequence) synAck = undefined;
      syn = segment;
    } else if (syn !== undefined && flags.syn) {
      const answers = sourcePort !== syn.sourcePort &&
        acknowledgment === next(syn);
      if (answers) synAck = segment;
    } else if (syn !== undefined && synAck !== undefined && flags.ack) {
      const answers = sourcePort === syn.sourcePort &&
        acknowledgment === next(synAck);
      if (answers) return { client: syn.sequence, server: synAck.sequence };
    }
  }
  return null;
}

/** Returns the number that acknowledges a SYN, which takes one number. */
function next({ sequence }: Segment): number {
  return (sequence + 1) >>> 0;
}

// ---- 12.3 nextState ---------------------------------------------------------

/** Where each event leads. Events that aren't listed change nothing. */
const NEXT: Record<TcpState, Partial<Record<TcpEvent, TcpState>>> = {
  "CLOSED": { "passive OPEN": "LISTEN", "active OPEN": "SYN-SENT" },
  // A reset doesn't close a listener, which waits for any client.
  "LISTEN": {
    "active OPEN": "SYN-SENT",
    "rcv SYN": "SYN-RECEIVED",
    "CLOSE": "CLOSED",
  },
  "SYN-SENT": {
    "rcv SYN,ACK": "ESTABLISHED",
    // A simultaneous open.
    "rcv SYN": "SYN-RECEIVED",
    "rcv RST": "CLOSED",
    "CLOSE": "CLOSED",
  },
  "SYN-RECEIVED": {
    "rcv ACK of SYN": "ESTABLISHED",
    "rcv RST": "CLOSED",
    "CLOSE": "FIN-WAIT-1",
  },
  "ESTABLISHED": {
    "rcv FIN": "CLOSE-WAIT",
    "rcv RST": "CLOSED",
    "CLOSE": "FIN-WAIT-1",
  },
  "FIN-WAIT-1": {
    "rcv ACK of FIN": "FIN-WAIT-2",
    // A simultaneous close.
    "rcv FIN": "CLOSING",
    "rcv RST": "CLOSED",
  },
  "FIN-WAIT-2": { "rcv FIN": "TIME-WAIT", "rcv RST": "CLOSED" },
  "CLOSE-WAIT": { "CLOSE": "LAST-ACK", "rcv RST": "CLOSED" },
  "CLOSING": { "rcv ACK of FIN": "TIME-WAIT", "rcv RST": "CLOSED" },
  "LAST-ACK": { "rcv ACK of FIN": "CLOSED", "rcv RST": "CLOSED" },
  "TIME-WAIT": { "2MSL timeout": "CLOSED", "rcv RST": "CLOSED" },
};

export function nextState(state: TcpState, event: TcpEvent): TcpState {
  return NEXT[state][event] ?? state;
}

import type { Segment } from "../11_tcp_segment/types.ts";
import type { TcpEvent as AnyEvent, TcpState } from "../../lib/wire/mod.ts";

export type { Segment };

/**
 * A state of one end of a connection: "CLOSED", "LISTEN", "SYN-SENT",
 * "SYN-RECEIVED", "ESTABLISHED", "FIN-WAIT-1", "FIN-WAIT-2", "CLOSE-WAIT",
 * "CLOSING", "LAST-ACK", or "TIME-WAIT".
 */
export type { TcpState };

/**
 * Something that happens to one end. Its program asks for "passive OPEN",
 * "active OPEN", or "CLOSE". A segment arrives: "rcv SYN", "rcv SYN,ACK",
 * "rcv ACK of SYN", "rcv FIN", "rcv ACK of FIN", or "rcv RST". Or time is up:
 * "2MSL timeout".
 */
export type TcpEvent = Exclude<AnyEvent, "SEND" | "ABORT">;

/** The initial sequence numbers of both directions. */
export interface Handshake {
  /** The sequence number of the client's SYN. */
  client: number;
  /** The sequence number of the server's SYN. */
  server: number;
}

/** The type of 12.1. */
export type ExpectedAck = (segment: Segment) => number;

/** The type of 12.2. */
export type FindHandshake = (segments: Segment[]) => Handshake | null;

/** The type of 12.3. */
export type NextState = (state: TcpState, event: TcpEvent) => TcpState;

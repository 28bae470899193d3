/**
 * Your answers to lesson 12.
 *
 * Put your code in the place of each line with `todo(…)`, save, and run
 *
 *     deno task check 12
 *
 * Keep the lines with the numbers: `deno task reset 12.1` goes by them.
 */
import { todo } from "../../lib/workbook/kit/mod.ts";
import type { Handshake, Segment, TcpEvent, TcpState } from "./types.ts";

// ---- 12.1 expectedAck -------------------------------------------------------

/**
 * Says which acknowledgment number a receiver sends when it has everything up
 * to the end of this segment. Each byte of data takes a sequence number, and so
 * do a SYN and a FIN; nothing else does. After 4294967295 comes 0. A Segment is
 * what `decodeSegment` of lesson 11 gives.
 *
 *     export function expectedAck(segment: Segment): number {
 *     }
 */
export const expectedAck: (segment: Segment) => number = todo(
  "12.1 expectedAck",
);

// ---- 12.2 findHandshake -----------------------------------------------------

/**
 * Finds the handshake among the segments of one connection, of both directions,
 * in the order in which they passed; other segments may come in between:
 *
 * 1. SYN without ACK: the client's number A.
 * 2. SYN and ACK from the other port, acknowledging A + 1: the server's number B.
 * 3. ACK from the client, without SYN and RST, acknowledging B + 1.
 *
 * Returns `{ client: A, server: B }`, or null if there is none. Each of the
 * three may be sent again, with the same numbers. A SYN with another number
 * begins anew.
 *
 *     export function findHandshake(segments: Segment[]): Handshake | null {
 *     }
 */
export const findHandshake: (segments: Segment[]) => Handshake | null = todo(
  "12.2 findHandshake",
);

// ---- 12.3 nextState ---------------------------------------------------------

/**
 * Says in which state an end of a connection is after an event (RFC 9293,
 * section 3.3.2; the lesson's README has the drawing). An event that leads
 * nowhere from a state leaves the state as it is.
 *
 *     export function nextState(state: TcpState, event: TcpEvent): TcpState {
 *     }
 */
export const nextState: (state: TcpState, event: TcpEvent) => TcpState = todo(
  "12.3 nextState",
);

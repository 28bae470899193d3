/**
 * Lesson 12: check your answers with `deno task check 12` or `deno task watch`.
 *
 * Replace each `todo(…)` with your code. Keep the lines with the exercise
 * numbers: `deno task reset 12.1` looks for them.
 */
import { todo } from "../../lib/workbook/kit/mod.ts";
import type { Handshake, Segment, TcpEvent, TcpState } from "./types.ts";

// ---- 12.1 expectedAck -------------------------------------------------------

/**
 *     export function expectedAck(segment: Segment): number {
 *     }
 *
 * Computes the acknowledgment number that a receiver sends once it has
 * everything up to the end of this segment. A `Segment` is what `decodeSegment`
 * of lesson 11 returns.
 *
 * - Each byte of data takes a sequence number, and so do a SYN and a FIN. One
 *   segment may have all three. Nothing else takes one.
 * - After 4294967295 comes 0.
 */
export const expectedAck: (segment: Segment) => number = todo(
  "12.1 expectedAck",
);

// ---- 12.2 findHandshake -----------------------------------------------------

/**
 *     export function findHandshake(segments: Segment[]): Handshake | null {
 *     }
 *
 * Finds the three-way handshake among the segments of one connection, which
 * come from both ends, in the order in which they were captured:
 *
 * 1. a SYN without ACK: the client's, with sequence number A
 * 2. a SYN with ACK from the other port: it acknowledges A + 1, and has
 *    sequence number B
 * 3. an ACK without SYN or RST from the client's port: it acknowledges B + 1
 *
 * Returns `{ client: A, server: B }`, or null if there is no handshake.
 *
 * - Other segments, also resets, may come in between. Each of the three may have
 *   more flags and carry data, and either end's port may be the lower one.
 * - Each of the three may be retransmitted, with the same numbers.
 * - A SYN with another sequence number starts over.
 * - After 4294967295 comes 0, and any number may be an initial sequence number.
 */
export const findHandshake: (segments: Segment[]) => Handshake | null = todo(
  "12.2 findHandshake",
);

// ---- 12.3 nextState ---------------------------------------------------------

/**
 *     export function nextState(state: TcpState, event: TcpEvent): TcpState {
 *     }
 *
 * Returns the state of one end of a connection after an event. The diagram in
 * "The state machine" of this lesson's README shows where each event leads (see
 * also RFC 9293, section 3.3.2), and `types.ts` lists all states and events.
 *
 * - An event that leads nowhere leaves the state as it is.
 * - CLOSE leads from LISTEN and SYN-SENT to CLOSED, and from SYN-RECEIVED to
 *   FIN-WAIT-1. "active OPEN" leads from LISTEN to SYN-SENT, too.
 * - A reset leads from every state to CLOSED, except from LISTEN, which stays.
 * - In SYN-RECEIVED, three more answers count as right: LISTEN after a reset,
 *   CLOSE-WAIT after a FIN, and ESTABLISHED after "rcv SYN,ACK".
 */
export const nextState: (state: TcpState, event: TcpEvent) => TcpState = todo(
  "12.3 nextState",
);

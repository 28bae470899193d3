/**
 * Check your answers to lesson 12: `deno task check 12`, or `deno task watch`.
 *
 * Replace each `todo(…)` below with your code. Keep the numbered headings,
 * because `deno task reset 12.1` needs them. The types are in types.ts.
 */
import { todo } from "../../lib/workbook/kit/mod.ts";
import type { Handshake, Segment, TcpEvent, TcpState } from "./types.ts";

// ---- 12.1 expectedAck -------------------------------------------------------

/**
 *     export function expectedAck(segment: Segment): number {
 *     }
 *
 * Computes the acknowledgment number that a receiver sends once it has received
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
 * Finds the three-way handshake among the segments of one connection. They come
 * from both ends, in the order in which they were captured. The three are:
 *
 * 1. a SYN without ACK: the client's, with sequence number A
 * 2. a SYN with ACK, from the other port, with sequence number B; it
 *    acknowledges A + 1
 * 3. an ACK without SYN or RST, from the client's port; it acknowledges B + 1
 *
 * Returns `{ client: A, server: B }`, or null if there is no handshake.
 *
 * - There may be other segments in between, even resets. Each of the three may
 *   have more flags and carry data. Either end's port may be the lower one.
 * - Each of the three may be retransmitted, with the same numbers.
 * - A SYN with another sequence number starts over.
 * - After 4294967295 comes 0. Any number may be an initial sequence number.
 */
export const findHandshake: (segments: Segment[]) => Handshake | null = todo(
  "12.2 findHandshake",
);

// ---- 12.3 nextState ---------------------------------------------------------

/**
 *     export function nextState(state: TcpState, event: TcpEvent): TcpState {
 *     }
 *
 * Returns the state of one end of a connection after an event. "The state
 * machine" in this lesson's README has a diagram that shows where each event
 * leads (see also RFC 9293, section 3.3.2). `types.ts` has all states and events.
 *
 * - An event that doesn't lead anywhere leaves the state as it is.
 * - CLOSE leads from LISTEN and SYN-SENT to CLOSED, and from SYN-RECEIVED to
 *   FIN-WAIT-1. "active OPEN" leads from LISTEN to SYN-SENT, too.
 * - A reset leads from every state to CLOSED, but LISTEN stays LISTEN.
 * - In SYN-RECEIVED, three more answers are right: LISTEN after a reset,
 *   CLOSE-WAIT after a FIN, and ESTABLISHED after "rcv SYN,ACK".
 */
export const nextState: (state: TcpState, event: TcpEvent) => TcpState = todo(
  "12.3 nextState",
);

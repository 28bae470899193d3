/**
 * Check your answers to lesson 17: `deno task check 17`, or `deno task watch`.
 *
 * Replace each `todo(…)` below with your code. Keep the numbered headings,
 * because `deno task reset 17.1` needs them. The types are in types.ts.
 */
import { todo } from "../../lib/workbook/kit/mod.ts";
import type {
  AckSegment,
  CongestionWindowOptions,
  ReceiveWindowOptions,
  SendDecision,
  SendState,
} from "./types.ts";

// ---- 17.1 ReceiveWindow -----------------------------------------------------

/**
 *     export class ReceiveWindow {
 *       constructor(initialSeq: number, options: ReceiveWindowOptions) {
 *       }
 *       receive(count: number): void {
 *       }
 *       read(count: number): void {
 *       }
 *       resize(capacity: number): void {
 *       }
 *       advertise(): number {
 *       }
 *       get ack(): number {
 *       }
 *       get edge(): number {
 *       }
 *     }
 *
 * Decides which receive window to advertise (RFC 9293, section 3.8.6.2.2, and
 * RFC 7323). The options are `{ capacity, mss, shift }`: the buffer's size and
 * the MSS in bytes, and the window scale. The handshake is over, and you haven't
 * advertised a window since.
 *
 * - `receive(count)`: `count` bytes have arrived in order, all within the window.
 *   `ack` grows by `count`; it starts at `initialSeq`, and after 2 ** 32 - 1
 *   comes 0.
 * - `read(count)`: the program has read `count` bytes, which frees their room.
 *   `resize(capacity)`: the buffer has a new size.
 * - `edge` is the first sequence number that you haven't promised room for. It
 *   starts as `initialSeq`. Only `advertise` moves it, and never to the left,
 *   even if the buffer has become smaller.
 * - `advertise` moves `edge` only if it's worth it: if the free room (`capacity`
 *   minus the unread bytes) exceeds what's left of the window (`edge` minus
 *   `ack`) by at least `mss`, or by at least half of `capacity`.
 * - The new window is the free room, but at most 65535 × 2 ** shift, which is all
 *   that the field can say. Round it down to a multiple of 2 ** shift. `edge`
 *   becomes `ack` plus this window.
 * - `advertise` returns the window field, from 0 to 65535: what's left of the
 *   window, divided by 2 ** shift and rounded down.
 */
export const ReceiveWindow: new (
  initialSeq: number,
  options: ReceiveWindowOptions,
) => {
  receive(count: number): void;
  read(count: number): void;
  resize(capacity: number): void;
  advertise(): number;
  readonly ack: number;
  readonly edge: number;
} = todo("17.1 ReceiveWindow");

// ---- 17.2 CongestionWindow --------------------------------------------------

/**
 *     export class CongestionWindow {
 *       constructor(options: CongestionWindowOptions) {
 *       }
 *       receive(segment: AckSegment, flightSize: number): boolean {
 *       }
 *       timeOut(flightSize: number): void {
 *       }
 *       wake(idleMs: number, rtoMs: number): void {
 *       }
 *       get cwnd(): number {
 *       }
 *       get ssthresh(): number {
 *       }
 *     }
 *
 * Discovers how much the network can hold (RFC 5681). The options are
 * `{ mss, initialWindow, ack, window }`: `cwnd` starts at `initialWindow` and
 * `ssthresh` at Infinity; `ack` and `window` are the peer's latest. `receive`
 * gets a segment `{ ack, window, dataBytes }`, and the flight size before it
 * arrived: how many bytes were sent and not acknowledged. It returns true if you
 * must retransmit the segment at `ack` now.
 *
 * - **New data.** If `ack` is beyond the last one, `count` bytes are newly
 *   acknowledged. In slow start (`cwnd` < `ssthresh`), `cwnd` grows by `count`,
 *   but at most by `mss`. Otherwise, in congestion avoidance, add up the counts:
 *   once the sum is at least `cwnd`, subtract `cwnd` from it, and then add `mss`
 *   to `cwnd`.
 * - **A duplicate ACK** has the same `ack` and the same `window` as the segment
 *   before it, carries no data, and arrives while bytes are in flight. New data
 *   and timeouts restart the count. The third duplicate starts fast recovery:
 *   `ssthresh` becomes half of the flight size (rounded down), but at least
 *   2 × `mss`, and `cwnd` becomes `ssthresh` + 3 × `mss`. Return true.
 * - **In fast recovery**, each further duplicate adds `mss` to `cwnd`. An ACK for
 *   everything that was in flight when fast recovery started ends it: `cwnd`
 *   becomes `ssthresh`, and the sum 0. An ACK for only a part of it is a partial
 *   ACK: subtract `count` from `cwnd`, and if `count` is at least `mss`, add
 *   `mss`. Return true.
 * - **timeOut** sets `ssthresh` as above, except at a second timeout with nothing
 *   newly acknowledged since the first. It always sets `cwnd` to `mss` and the
 *   sum to 0, and ends fast recovery.
 * - **wake** is called before you send again after a pause. If the pause was
 *   longer than the RTO, `cwnd` becomes `initialWindow`, unless it's smaller
 *   already. `ssthresh` stays.
 * - Acknowledgment numbers wrap: after 2 ** 32 - 1 comes 0. Ignore a segment
 *   whose `ack` is before the last one.
 *
 * RFC 6582 goes further: it ignores duplicates until everything that was in
 * flight at the last loss is acknowledged. You may do that, too.
 */
export const CongestionWindow: new (options: CongestionWindowOptions) => {
  receive(segment: AckSegment, flightSize: number): boolean;
  timeOut(flightSize: number): void;
  wake(idleMs: number, rtoMs: number): void;
  readonly cwnd: number;
  readonly ssthresh: number;
} = todo("17.2 CongestionWindow");

// ---- 17.3 maySend -----------------------------------------------------------

/**
 *     export function maySend(state: SendState): number | "probe" {
 *     }
 *
 * Decides how many bytes a sender may send now, in one segment; 0 means that it
 * must wait (RFC 9293, section 3.8.6.2.1). The state is
 * `{ una, next, queued, window, maxWindow, cwnd, mss, hasExpired }`.
 *
 * - The bytes from `una` to `next` are in flight; sequence numbers wrap. Together
 *   with the new segment, they may exceed neither `window` nor `cwnd`. The
 *   segment has at most `mss` bytes, and as many as these limits allow.
 * - You may always send a segment of `mss` bytes.
 * - While anything is in flight, don't send a smaller one (Nagle's algorithm).
 * - With nothing in flight, you may send a smaller one in three cases: it's all
 *   that is queued; it's at least half of `maxWindow`; or `hasExpired` is true.
 *   (This avoids silly windows.)
 * - If data is queued, nothing is in flight, `window` is 0, and `hasExpired` is
 *   true, return `"probe"`.
 */
export const maySend: (state: SendState) => SendDecision = todo("17.3 maySend");

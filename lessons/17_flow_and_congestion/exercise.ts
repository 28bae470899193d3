/**
 * Your answers to lesson 17. Commands: `deno task check 17`, `deno task watch`.
 *
 * Replace each `export const … = todo(…);` with your code. Keep the numbered
 * lines: `deno task reset 17.1` looks for them.
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
 * the MSS in bytes, and the window scale. The handshake is done, and no window
 * has been advertised yet.
 *
 * - `receive(count)`: that many bytes in order have arrived, all within the
 *   window. `ack` moves on by as much; it starts at `initialSeq`, and after
 *   2 ** 32 - 1 comes 0.
 * - `read(count)`: the program has read that many of them, which frees their
 *   room. `resize(capacity)`: the buffer now has another size.
 * - `edge` is the first sequence number that you have promised no room for, at
 *   first `initialSeq`. Only `advertise` moves it, and never to the left, even if
 *   the buffer has become smaller.
 * - `advertise` moves `edge` only if it's worth it: if the free room (`capacity`
 *   minus the unread bytes) exceeds what's left of the window (`edge` minus
 *   `ack`) by at least `mss`, or by at least half of `capacity`.
 * - Then `edge` becomes `ack` plus the free room, but at most what the field can
 *   say: 65535 × 2 ** shift. Round that down to a multiple of 2 ** shift.
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
 * `ssthresh` at Infinity; `ack` and `window` are what the peer said last.
 * `receive` gets a segment `{ ack, window, dataBytes }`, and the flight size
 * before it: how many bytes were sent and not acknowledged. It returns whether
 * to retransmit the segment at `ack` now.
 *
 * - **New data.** If `ack` is beyond the last one, `count` bytes are newly
 *   acknowledged. In slow start (`cwnd` < `ssthresh`), `cwnd` grows by `count`,
 *   but at most by `mss`. Otherwise, in congestion avoidance, add up these counts:
 *   once the sum is at least `cwnd`, take `cwnd` off the sum, and then add `mss`
 *   to `cwnd`.
 * - **A duplicate ACK** has the same `ack` and the same `window` as the last
 *   segment, no data, and comes while bytes are in flight. The third in a row
 *   starts fast recovery: `ssthresh` becomes half of the flight size (rounded
 *   down), but at least 2 × `mss`, and `cwnd` becomes `ssthresh` + 3 × `mss`.
 *   Return true.
 * - **In fast recovery**, each further duplicate adds `mss` to `cwnd`. New data
 *   up to all that was in flight when it started ends it: `cwnd` becomes
 *   `ssthresh`, and the sum 0. Less is a partial ACK: it takes `count` off
 *   `cwnd`, and then adds `mss` if `count` is at least `mss`. Return true.
 * - **timeOut** sets `ssthresh` as above, unless there was a timeout already and
 *   nothing new has been acknowledged since. In any case, `cwnd` becomes `mss`,
 *   the sum 0, and fast recovery ends.
 * - **wake** comes before data is sent after a pause. If that was longer than the
 *   RTO, `cwnd` shrinks to `initialWindow`, if it's larger. `ssthresh` stays.
 * - Acknowledgment numbers wrap: after 2 ** 32 - 1 comes 0. Ignore a segment
 *   whose `ack` is before the last one.
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
 * Decides how many bytes a sender may send now, in one segment: 0 means that it
 * must wait. The state is
 * `{ una, next, queued, window, maxWindow, cwnd, mss, hasExpired }`.
 *
 * - In flight are the bytes from `una` to `next`; sequence numbers wrap. Together
 *   with them, a segment may exceed neither `window` nor `cwnd`, and it has at
 *   most `mss` bytes.
 * - A segment of `mss` bytes may always go.
 * - A smaller one may go only if nothing is in flight, and if it's all that is
 *   queued, or at least half of `maxWindow`, or if `hasExpired` is true. (That's
 *   Nagle's algorithm, and the sender's silly window avoidance.)
 * - If data is queued, nothing is in flight, `window` is 0, and `hasExpired` is
 *   true, return `"probe"`.
 */
export const maySend: (state: SendState) => SendDecision = todo("17.3 maySend");

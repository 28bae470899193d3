/**
 * Check your answers to lesson 16: `deno task check 16`, or `deno task watch`.
 *
 * Replace each `todo(…)` below with your code. Keep the numbered headings,
 * because `deno task reset 16.1` needs them. The types are in types.ts.
 */
import { todo } from "../../lib/workbook/kit/mod.ts";
import type { Piece, ReceiverClass, RetransmitTimerClass } from "./types.ts";

// ---- 16.1 Receiver ----------------------------------------------------------

/**
 *     export class Receiver {
 *       constructor(initialSeq: number, capacity: number) {
 *       }
 *       accept(seq: number, data: Uint8Array): Uint8Array {
 *       }
 *       get ack(): number {
 *       }
 *       get window(): number {
 *       }
 *     }
 *
 * Puts a stream in order. `accept` gets a segment whose first byte has the
 * sequence number `seq`, and returns the bytes that are in order now and that it
 * hasn't returned before. If there are none, it returns an empty array.
 *
 * - Segments arrive in any order, repeat, and overlap; where they overlap, their
 *   bytes agree.
 * - `ack` is the sequence number of the first missing byte, at first
 *   `initialSeq`. After 2 ** 32 - 1 comes 0.
 * - What you keep and what you return are copies: the caller reuses its array.
 * - `window` is the number of bytes that there's room for, counted from `ack`.
 *   It's always `capacity`, because you return bytes as soon as they're in
 *   order.
 * - Drop bytes before `ack`, and bytes beyond the window as it is when the
 *   segment arrives, whether they're in order or not. Keep the rest of such a
 *   segment.
 */
export const Receiver: ReceiverClass = todo("16.1 Receiver");

// ---- 16.2 RetransmitTimer ---------------------------------------------------

/**
 *     export class RetransmitTimer {
 *       sample(rttMs: number): void {
 *       }
 *       backOff(): void {
 *       }
 *       get rtoMs(): number {
 *       }
 *     }
 *
 * Computes how long to wait for an acknowledgment: `rtoMs` is the retransmission
 * timeout (RTO) of RFC 6298, section 2. All times are in milliseconds. You may
 * round `rtoMs` to whole milliseconds, but not srtt and rttvar.
 *
 * - Before the first sample, `rtoMs` is 1000.
 * - `sample` adds a measured round-trip time, R. The first one sets srtt = R and
 *   rttvar = R / 2. Each later one sets rttvar = 3/4 rttvar + 1/4 |srtt - R|, and
 *   then srtt = 7/8 srtt + 1/8 R.
 * - After each sample, `rtoMs` is srtt + 4 rttvar, but at least 200 and at most
 *   60000.
 * - `backOff` doubles `rtoMs`, up to 60000. The next sample ends that.
 */
export const RetransmitTimer: RetransmitTimerClass = todo(
  "16.2 RetransmitTimer",
);

// ---- 16.3 SendWindow --------------------------------------------------------

/**
 *     export class SendWindow {
 *       constructor(initialSeq: number, segmentSize: number) {
 *       }
 *       push(data: Uint8Array): void {
 *       }
 *       takeNext(peerWindow: number): Piece | undefined {
 *       }
 *       acknowledge(ack: number): void {
 *       }
 *       retransmit(): Piece | undefined {
 *       }
 *       get inFlight(): number {
 *       }
 *     }
 *
 * Keeps the bytes that a sender may still need, and says what to send. A `Piece`
 * is `{ seq: number, data: Uint8Array }`, where `seq` is the sequence number of
 * the first byte.
 *
 * - `push` appends a copy of the bytes: the caller reuses its array. The very
 *   first byte has the sequence number `initialSeq`; after 2 ** 32 - 1 comes 0.
 * - `takeNext` returns the next bytes that were never sent: as many as there are,
 *   but at most `segmentSize`, and not so many that `inFlight` exceeds
 *   `peerWindow`. It returns `undefined` if there are none, or no room. From
 *   then on, these bytes are in flight.
 * - `inFlight` is the number of bytes sent and not yet acknowledged.
 * - `acknowledge`: all bytes before `ack` have arrived, even if `ack` is in the
 *   middle of a segment. Ignore `ack` if it acknowledges nothing new, or more
 *   than was sent.
 * - `retransmit` returns the oldest bytes in flight again, `undefined` if there
 *   are none. Return either as many as fit into `segmentSize`, or what's left of
 *   the oldest segment that was taken.
 */
export const SendWindow: new (initialSeq: number, segmentSize: number) => {
  push(data: Uint8Array): void;
  takeNext(peerWindow: number): Piece | undefined;
  acknowledge(ack: number): void;
  retransmit(): Piece | undefined;
  readonly inFlight: number;
} = todo("16.3 SendWindow");

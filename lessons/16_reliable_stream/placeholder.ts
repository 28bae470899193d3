/**
 * Your answers to lesson 16.
 *
 * Put your code in the place of each line with `todo(…)`, save, and run
 *
 *     deno task check 16
 *
 * Keep the lines with the numbers: `deno task reset 16.1` goes by them.
 */
import { todo } from "../../lib/workbook/kit/mod.ts";
import type { Piece } from "./types.ts";

// ---- 16.1 Receiver ----------------------------------------------------------

/**
 * Puts a stream in order. `accept()` takes a segment whose first byte has the
 * number `seq`, and returns the bytes that are in order now and were not
 * returned before (none: an empty array). It keeps what came early, in a copy.
 * `ack` is the number of the next byte that is lacking, at first `initialSeq`.
 * `window` says how many bytes from `ack` on there is room for: always
 * `capacity`, since what is in order is handed on at once. Bytes beyond the room
 * that there is when a segment comes are dropped, in order or not, as are bytes
 * that came before. Numbers go from 0 to 2 ** 32 - 1 and then on with 0.
 *
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
 */
export const Receiver: new (initialSeq: number, capacity: number) => {
  accept(seq: number, data: Uint8Array): Uint8Array;
  readonly ack: number;
  readonly window: number;
} = todo("16.1 Receiver");

// ---- 16.2 RetransmitTimer ---------------------------------------------------

/**
 * Says how long to wait for an acknowledgment (RFC 6298, section 2).
 * `rtoMs` is 1000 at first. `sample()` brings a measured round trip R:
 *
 * - the first: srtt = R, rttvar = R / 2
 * - each other: rttvar = 3/4 rttvar + 1/4 |srtt - R|, and after that
 *   srtt = 7/8 srtt + 1/8 R
 * - after either: rtoMs = srtt + 4 rttvar, but at least 200 and at most 60000
 *
 * `backOff()` doubles rtoMs, to 60000 at most; the next sample ends that.
 *
 *     export class RetransmitTimer {
 *       sample(rttMs: number): void {
 *       }
 *       backOff(): void {
 *       }
 *       get rtoMs(): number {
 *       }
 *     }
 */
export const RetransmitTimer: new () => {
  sample(rttMs: number): void;
  backOff(): void;
  readonly rtoMs: number;
} = todo("16.2 RetransmitTimer");

// ---- 16.3 SendWindow --------------------------------------------------------

/**
 * Knows what is under way. `push()` puts a copy of bytes behind what is there.
 * `takeNext()` gives the next bytes that were never sent, at most `segmentSize`
 * and no more than leaves `inFlight` within `peerWindow`; `undefined` if there
 * are none, or no room. From then on they are in flight. `acknowledge()` says
 * that all before `ack` has arrived, also in the midst of a segment; it changes
 * nothing if nothing new is acknowledged, or more than was sent.
 * `retransmit()` gives the oldest bytes in flight once more: as many as fit into
 * `segmentSize`, or what is left of the oldest segment that was taken (either is
 * right); `undefined` if there are none. The first byte has the number
 * `initialSeq`, and after 2 ** 32 - 1 comes 0.
 *
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
 */
export const SendWindow: new (initialSeq: number, segmentSize: number) => {
  push(data: Uint8Array): void;
  takeNext(peerWindow: number): Piece | undefined;
  acknowledge(ack: number): void;
  retransmit(): Piece | undefined;
  readonly inFlight: number;
} = todo("16.3 SendWindow");

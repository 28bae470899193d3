/**
 * Check your answers to lesson 10: `deno task check 10`, or `deno task watch`.
 *
 * Replace each `todo(…)` below with your code. Keep the numbered headings,
 * because `deno task reset 10.1` needs them. The types are in types.ts.
 */
import { todo } from "../../lib/workbook/kit/mod.ts";
import type { Packet, ReassemblerClass } from "./types.ts";

// ---- 10.1 split -------------------------------------------------------------

/**
 *     export function split(message: Uint8Array, size: number): Packet[] {
 *     }
 *
 * Cuts `message` into packets of `size` bytes each, in order. `size` is a whole
 * number, at least 1. A packet's `offset` is the position of its first byte in
 * the message, and `total` is the number of bytes in the whole message.
 *
 * - The last packet holds the bytes that are left.
 * - An empty message takes one packet, without data.
 * - `data` is a copy, because the caller writes its next message into the same
 *   buffer.
 */
export const split: (message: Uint8Array, size: number) => Packet[] = todo(
  "10.1 split",
);

// ---- 10.2 Reassembler -------------------------------------------------------

/**
 *     export class Reassembler {
 *       add(packet: Packet): void {
 *       }
 *       missing(): [start: number, end: number][] {
 *       }
 *       message(): Uint8Array {
 *       }
 *     }
 *
 * Puts one message back together from its packets, which arrive in any order.
 * Some arrive more than once. Some overlap, and then their bytes agree.
 *
 * - `missing()` returns the gaps that are left, in order. A gap goes from `start`
 *   up to, but not including, `end`, and two gaps never touch. The caller doesn't
 *   call `missing()` before the first packet.
 * - `message()` returns the whole message, every time it's called. It throws an
 *   `Error` while any part is missing, and before the first packet.
 * - A packet without data only tells you `total`.
 * - `add()` copies what it keeps, because the caller receives the next packet
 *   into the same buffer.
 */
export const Reassembler: ReassemblerClass = todo("10.2 Reassembler");

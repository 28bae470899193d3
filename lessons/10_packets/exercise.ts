/**
 * Your answers to lesson 10.
 *
 * Put your code in the place of each line with `todo(…)`, save, and run
 *
 *     deno task check 10
 *
 * Keep the lines with the numbers: `deno task reset 10.1` goes by them.
 */
import { todo } from "../../lib/workbook/kit/mod.ts";
import type { Packet } from "./types.ts";

// ---- 10.1 split -------------------------------------------------------------

/**
 * Cuts `message` into packets of `size` bytes each, in order; the last one has
 * what is left. `offset` says at which byte of the message a packet belongs,
 * `total` how many bytes the whole message has. A message of no bytes is one
 * packet without data. The data are copies: the caller uses `message` again.
 *
 *     export function split(message: Uint8Array, size: number): Packet[] {
 *     }
 */
export const split: (message: Uint8Array, size: number) => Packet[] = todo(
  "10.1 split",
);

// ---- 10.2 Reassembler -------------------------------------------------------

/**
 * Puts one message together from its packets, which come in any order, some of
 * them twice, and may overlap. `missing()` gives the gaps that are left, in
 * order, each as large as it is: from `start` up to `end`, without `end`
 * itself. `message()` gives the whole message, and throws as long as a part of
 * it is missing, also before the first packet. `add()` copies what it keeps:
 * the caller receives the next packet into the same buffer.
 *
 *     export class Reassembler {
 *       add(packet: Packet): void {
 *       }
 *       missing(): [start: number, end: number][] {
 *       }
 *       message(): Uint8Array {
 *       }
 *     }
 */
export const Reassembler: new () => {
  add(packet: Packet): void;
  missing(): [start: number, end: number][];
  message(): Uint8Array;
} = todo("10.2 Reassembler");

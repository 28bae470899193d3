/**
 * Your answers to lesson 20.
 *
 * Put your code in the place of each line with `todo(…)`, save, and run
 *
 *     deno task check 20
 *
 * Keep the lines with the numbers: `deno task reset 20.1` goes by them.
 */
import { todo } from "../../lib/workbook/kit/mod.ts";
import type { DecodedMessage } from "./types.ts";

// ---- 20.1 encodeQuery -------------------------------------------------------

/**
 * Makes a query: a header of twelve bytes (the id, the flags 0x0100, one
 * question, and three counts of 0), the name as labels with their lengths in
 * front and a 0 behind them, the type (A is 1, TXT 16, AAAA 28), and the class
 * 1. Numbers are of two bytes, the most significant first. The name is ASCII
 * and may have a dot at its end. A label that is empty or over 63 bytes, and a
 * name of over 255 bytes as it is sent, throw RangeError.
 *
 *     export function encodeQuery(
 *       id: number,
 *       name: string,
 *       type: "A" | "AAAA" | "TXT",
 *     ): Uint8Array {
 *     }
 */
export const encodeQuery: (
  id: number,
  name: string,
  type: "A" | "AAAA" | "TXT",
) => Uint8Array = todo("20.1 encodeQuery");

// ---- 20.2 decodeMessage -----------------------------------------------------

/**
 * Decodes the answer to the query with this id: whether it was cut (TC), its
 * response code, and the records of its answer section. For a record of type A
 * (1) the value is the address, for a CNAME (5) the name, for others `""`. Names
 * have no dot at their end, and may be compressed. A message with another id,
 * one that is no response (QR), one that ends too early, a label that begins
 * with 01 or 10, an address that is not four bytes long, and a pointer that
 * leads to itself or round in a ring, throw TypeError.
 *
 *     export function decodeMessage(
 *       bytes: Uint8Array,
 *       id: number,
 *     ): DecodedMessage {
 *     }
 */
export const decodeMessage: (
  bytes: Uint8Array,
  id: number,
) => DecodedMessage = todo("20.2 decodeMessage");

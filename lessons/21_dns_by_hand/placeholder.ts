/**
 * Check your answers to lesson 21: `deno task check 21`, or `deno task watch`.
 *
 * Replace each `todo(…)` below with your code. Keep the numbered headings,
 * because `deno task reset 21.1` needs them. The types are in types.ts.
 */
import { todo } from "../../lib/workbook/kit/mod.ts";
import type { DecodedMessage } from "./types.ts";

// ---- 21.1 encodeQuery -------------------------------------------------------

/**
 *     export function encodeQuery(
 *       id: number,
 *       name: string,
 *       type: "A" | "AAAA" | "TXT",
 *     ): Uint8Array {
 *     }
 *
 * Returns a query for a name: a header of twelve bytes, the name, the type, and
 * the class. Numbers have two bytes and are big-endian.
 *
 * - The header has the id (any 16 bits), the flags 0x0100, and four counts: 1
 *   question, and then 0, 0, 0.
 * - The name is written as labels, each with its length before it in one byte,
 *   and then a 0. It's ASCII, and may have a dot at its end.
 * - The type is 1 for A, 16 for TXT, and 28 for AAAA. The class is 1.
 * - Return a new array each time, exactly as long as the query.
 * - Throw `RangeError` if a label is empty or longer than 63 bytes, or if the
 *   name takes more than 255 bytes with its length bytes and the 0.
 */
export const encodeQuery: (
  id: number,
  name: string,
  type: "A" | "AAAA" | "TXT",
) => Uint8Array = todo("21.1 encodeQuery");

// ---- 21.2 decodeMessage -----------------------------------------------------

/**
 *     export function decodeMessage(
 *       bytes: Uint8Array,
 *       id: number,
 *     ): DecodedMessage {
 *     }
 *
 * Decodes the response to the query with this id: `isTruncated` is its TC bit,
 * `rcode` its response code, and `answers` are the records of its answer
 * section.
 *
 * - A record of type 1 is an `"A"` whose value is the address, and one of type 5
 *   is a `"CNAME"` whose value is a name. Any other is `"other"` and has the
 *   value `""`. `ttl` is the raw number.
 * - Names may be compressed. Return their labels as they are, with dots between
 *   them and none at the end. The root, which has no labels, is `""`.
 * - There may be any number of questions. What follows the answer section is up
 *   to you: you may ignore it, or check it, too.
 * - Don't throw because of a response code, TC, other flags, or an empty answer
 *   section.
 *
 * Throw `TypeError` for
 *
 * - a different id, or a message that isn't a response (QR)
 * - a message that ends before its last answer does, even in data that you skip
 * - a label whose length begins with the bits 01 or 10
 * - a pointer that doesn't lead back to an earlier name: into the header,
 *   forward, to itself, or into a loop
 * - an address that isn't four bytes long, or a `"CNAME"` whose name doesn't end
 *   where the record's data ends
 */
export const decodeMessage: (
  bytes: Uint8Array,
  id: number,
) => DecodedMessage = todo("21.2 decodeMessage");

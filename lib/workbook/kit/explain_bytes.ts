import { wentThroughText } from "./sample_bytes.ts";

/** The diagnosis of reading too little. */
export const READ_ON =
  "read() returns whatever has arrived, even if that's a single byte, and " +
  "a short read isn't always the last one. Keep reading until you have " +
  "everything you need.";

/**
 * Explains how an answer that reads may have got the wrong bytes.
 *
 * @param received The bytes that it returned.
 * @param due The expected bytes: not UTF-8, and without 0, as {@linkcode
 * sampleBytes} makes them.
 * @returns The likely cause, and what to do.
 */
export function explainBytes(received: unknown, due: Uint8Array): string {
  if (!(received instanceof Uint8Array)) {
    return "Return the bytes themselves, as a Uint8Array, even if there are none.";
  }
  if (wentThroughText(received, due)) {
    return "TextDecoder replaces bytes that aren't valid UTF-8 with EF BF " +
      "BD. These bytes may not be text, so don't decode them.";
  }
  if (received.length < due.length) return READ_ON;
  if (received.length > due.length) {
    return "After a read, only the first `count` bytes of the buffer are " +
      "new. Return an array of exactly the right length, even if your own " +
      "buffer is longer.";
  }
  const filled = received.findLastIndex((byte) => byte !== 0) + 1;
  const isStart = received.subarray(0, filled)
    .every((byte, i) => byte === due[i]);
  return isStart
    ? `The rest of the array was never filled. ${READ_ON}`
    : "The length is right, but the pieces aren't: read() always writes to " +
      "the start of the buffer you pass. Pass data.subarray(filled), the " +
      "part that's still free, or keep a copy of each piece with " +
      "buffer.slice(0, count). A subarray() is a view, and the next read() " +
      "overwrites it.";
}

import { concat, writeUint32 } from "../../../lib/wire/bytes.ts";

/** Makes a question or an answer: a number in 4 bytes, followed by data. */
export function datagram(
  number: number | Uint8Array,
  data: Uint8Array | string,
): Uint8Array<ArrayBuffer> {
  const head = new Uint8Array(4);
  if (typeof number === "number") writeUint32(head, 0, number);
  else head.set(number);
  return concat([head, typeof data === "string" ? encode(data) : data]);
}

/** Encodes text as UTF-8. */
export function encode(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

/** Decodes the data of a question or an answer. */
export function textOf(message: Uint8Array): string {
  return new TextDecoder().decode(message.subarray(4));
}

import { concat, writeUint32 } from "../../../lib/wire/bytes.ts";
import { toBytes } from "../../../lib/workbook/kit/mod.ts";

/** The server that calls ask. */
export const SERVER: Deno.NetAddr = {
  transport: "udp",
  hostname: "127.0.0.1",
  port: 7000,
};

/** A program that wasn't asked anything. */
export const STRANGER: Deno.NetAddr = { ...SERVER, port: 7001 };

/** Makes a question or an answer: a number in 4 bytes, followed by data. */
export function datagram(
  number: number | Uint8Array,
  data: Uint8Array | string,
): Uint8Array<ArrayBuffer> {
  const head = new Uint8Array(4);
  if (typeof number === "number") writeUint32(head, 0, number);
  else head.set(number.subarray(0, 4));
  return concat([head, toBytes(data)]);
}

/** Decodes the data of a question or an answer. */
export function textOf(message: Uint8Array): string {
  return new TextDecoder().decode(message.subarray(4));
}

/** A packet as it lies in a UDP datagram: its two numbers, and its data. */
import type { Packet } from "./types.ts";

/** Two numbers of four bytes each. */
const HEADER_BYTES = 8;

/**
 * Writes a packet into a datagram.
 *
 * @param packet The packet.
 * @returns Its offset and its total in four bytes each, then its data.
 */
export function toDatagram(packet: Packet): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES + packet.data.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, packet.offset);
  view.setUint32(4, packet.total);
  bytes.set(packet.data, HEADER_BYTES);
  return bytes;
}

/**
 * Reads a packet out of a datagram.
 *
 * @param bytes What was received.
 * @returns The packet; its data is a view of `bytes`.
 */
export function fromDatagram(bytes: Uint8Array): Packet {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return {
    offset: view.getUint32(0),
    total: view.getUint32(4),
    data: bytes.subarray(HEADER_BYTES),
  };
}

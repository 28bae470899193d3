/** Encodes a packet as a UDP datagram, and decodes it: two numbers, then data. */
import type { Packet } from "./types.ts";

/** Two numbers of four bytes each. */
const HEADER_BYTES = 8;

/**
 * Encodes a packet as a datagram.
 *
 * @param packet The packet.
 * @returns The offset and the total in four bytes each, then the data.
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
 * Decodes the packet in a datagram.
 *
 * @param bytes The datagram.
 * @returns The packet. Its data is a view of `bytes`.
 */
export function fromDatagram(bytes: Uint8Array): Packet {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return {
    offset: view.getUint32(0),
    total: view.getUint32(4),
    data: bytes.subarray(HEADER_BYTES),
  };
}

import { protocolOf } from "../../show/packet_line.ts";
import {
  type ChecksumVerdict,
  formatTcpFlags,
  formatTimestamp,
  type Packet,
} from "../../wire/mod.ts";

/**
 * A packet as one JSON object. All numbers are those on the wire; what a packet
 * does not have is `null`.
 */
export interface PacketRecord {
  /** Its place in the capture, from 1. */
  number: number;
  /** Seconds since 1970 with nine digits after the point: too many for a number. */
  time: string | null;
  /** IP address of the sender. */
  src: string | null;
  /** IP address of the receiver. */
  dst: string | null;
  /** `TCP`, `UDP`, `ICMP`, `ARP`, … */
  protocol: string | null;
  /** Port of the sender. */
  srcPort: number | null;
  /** Port of the receiver. */
  dstPort: number | null;
  /** Sequence number. */
  seq: number | null;
  /** Acknowledgment number, also where the flag ACK is not set. */
  ack: number | null;
  /** The flags that are set: `SYN,ACK`; empty if none is. */
  flags: string | null;
  /** The window, not scaled. */
  window: number | null;
  /** Bytes in the header of TCP or UDP. */
  headerBytes: number | null;
  /** Bytes on the wire of what the innermost header carries. */
  payloadBytes: number;
  /** The verdict on the checksum of TCP or UDP. */
  checksum: ChecksumVerdict;
  /** The verdict on the checksum of the IPv4 header. */
  ipChecksum: ChecksumVerdict;
  /** Bytes of the whole packet on the wire. */
  bytes: number;
  /** Why the rest of it could not be decoded. */
  problem: string | null;
}

/**
 * Puts a packet into a JSON object.
 *
 * @param packet The packet, decoded.
 * @returns Its fields.
 *
 * @example A SYN
 * ```ts
 * import { decodePacket, encodePacket, LINK_TYPES } from "../../wire/mod.ts";
 * import { packetRecord } from "./packet_record.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const packet = decodePacket(
 *   encodePacket({
 *     ip: { version: 4, source: "127.0.0.1", destination: "127.0.0.1" },
 *     tcp: { sourcePort: 50000, destinationPort: 7, flags: { syn: true } },
 *   }),
 *   LINK_TYPES.RAW,
 * );
 * const { srcPort, dstPort, flags, checksum } = packetRecord(packet);
 * assertEquals([srcPort, dstPort, flags, checksum], [50000, 7, "SYN", "good"]);
 * ```
 */
export function packetRecord(packet: Packet): PacketRecord {
  const { number, time, ip, tcp, udp, problem } = packet;
  const ports = tcp ?? udp;
  return {
    number,
    time: time === null ? null : formatTimestamp(time),
    src: ip?.source ?? null,
    dst: ip?.destination ?? null,
    protocol: protocolOf(packet),
    srcPort: ports?.sourcePort ?? null,
    dstPort: ports?.destinationPort ?? null,
    seq: tcp?.sequence ?? null,
    ack: tcp?.acknowledgment ?? null,
    flags: tcp === null ? null : formatTcpFlags(tcp.flags),
    window: tcp?.window ?? null,
    headerBytes: tcp?.headerBytes ?? (udp === null ? null : 8),
    payloadBytes: packet.payloadBytes,
    checksum: packet.checksum,
    ipChecksum: packet.ipChecksum,
    bytes: packet.originalLength,
    problem: problem?.message ?? null,
  };
}

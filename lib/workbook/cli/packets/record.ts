import { applicationWords } from "../../../show/application_words.ts";
import { protocolOf, vlansOf } from "../../../show/packet_line.ts";
import {
  type ChecksumVerdict,
  formatTcpFlags,
  formatTimestamp,
  icmpMeaning,
  type Packet,
  type SegmentNote,
  type TrackedPacket,
} from "../../../wire/mod.ts";

/**
 * A packet as one JSON object. All numbers are those on the wire; a field that
 * the packet doesn't have is `null`.
 */
export interface PacketRecord {
  /** The packet's number in the capture, from 1. */
  number: number;
  /**
   * Seconds since 1970 as text with nine decimal places, which are too many for
   * a JavaScript number.
   */
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
  /** Acknowledgment number, even if the ACK flag isn't set. */
  ack: number | null;
  /** The flags that are set, such as `SYN,ACK`; empty if none are. */
  flags: string | null;
  /** The window as sent, not scaled. */
  window: number | null;
  /** The size of the TCP or UDP header, in bytes. */
  headerBytes: number | null;
  /** The size of the innermost header's payload on the wire, in bytes. */
  payloadBytes: number;
  /** The verdict on the checksum of TCP, UDP, or ICMP. */
  checksum: ChecksumVerdict;
  /** The verdict on the checksum of the IPv4 header. */
  ipChecksum: ChecksumVerdict;
  /** The size of the whole packet on the wire, in bytes. */
  bytes: number;
  /** The first part that couldn't be decoded. */
  problem: string | null;
  /** The number of its conversation, as for `--follow`. */
  conversation: number | null;
  /** The length in the UDP header, which counts all fragments. */
  udpLength: number | null;
  /** The window in bytes; also `null` if its scale is unknown. */
  scaledWindow: number | null;
  /**
   * Wireshark's notes about the segment, such as `zero window` and
   * `retransmission`.
   */
  notes: SegmentNote[];
  /** The IDs of its virtual networks (VLANs), the outermost first. */
  vlans: number[];
  /** Addresses of the packet's tunnels, the outermost first. */
  outer: { src: string; dst: string }[];
  /** The ICMP message. */
  icmp: IcmpRecord | null;
  /** The DNS or TLS message, such as `DNS query 0x1a2b A example.org`. */
  application: string | null;
}

/** An ICMP message in JSON. */
export interface IcmpRecord {
  /** The type of the message. */
  type: number;
  /** The code, which refines the type. */
  code: number;
  /** The type and code in words. */
  meaning: string;
  /** The packet that an error is about. */
  quoted:
    | Pick<PacketRecord, "src" | "dst" | "protocol" | "srcPort" | "dstPort">
    | null;
}

/**
 * Converts a packet to a JSON object.
 *
 * @param packet The decoded packet.
 * @param tracked The packet as part of its conversation.
 * @returns The packet's fields.
 *
 * @example A SYN
 * ```ts
 * import { decodePacket, encodePacket, LINK_TYPES } from "../../../wire/mod.ts";
 * import { packetRecord } from "./record.ts";
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
export function packetRecord(
  packet: Packet,
  tracked: TrackedPacket | null = null,
): PacketRecord {
  const { number, time, tcp, udp, problem } = packet;
  const segment = tracked?.segment ?? null;
  return {
    number,
    time: time === null ? null : formatTimestamp(time),
    ...endsOf(packet),
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
    conversation: tracked?.number ?? null,
    udpLength: udp?.length ?? null,
    scaledWindow: segment?.scaledWindow ?? null,
    notes: segment?.notes ?? [],
    vlans: vlansOf(packet),
    outer: packet.outer.map(({ source, destination }) => ({
      src: source,
      dst: destination,
    })),
    icmp: icmpRecord(packet),
    application: applicationWords(packet),
  };
}

function endsOf(packet: Packet) {
  const { ip, ports } = packet;
  return {
    src: ip?.source ?? null,
    dst: ip?.destination ?? null,
    protocol: protocolOf(packet),
    srcPort: ports?.source ?? null,
    dstPort: ports?.destination ?? null,
  };
}

function icmpRecord({ icmp, quoted }: Packet): IcmpRecord | null {
  if (icmp === null) return null;
  const { type, code } = icmp;
  return {
    type,
    code,
    meaning: icmpMeaning(icmp),
    quoted: quoted?.ip ? endsOf(quoted) : null,
  };
}

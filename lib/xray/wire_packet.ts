import { formatEnd, protocolOf } from "../show/mod.ts";
import {
  type ChecksumVerdict,
  formatTcpFlags,
  icmpMeaning,
  type Packet,
  type Timestamp,
  type TrackedSegment,
} from "../wire/mod.ts";
import { KEPT_BYTES } from "./strace.ts";

/** A packet on the timeline. */
export interface WirePacket {
  /** The protocol. */
  protocol: "tcp" | "udp" | "icmp";
  /**
   * The sender's address and port, such as `127.0.0.1:42694`; ICMP has no ports.
   */
  source: string;
  /** The receiver's address and port, such as `127.0.0.1:45885`. */
  destination: string;
  /** The flags, such as `SYN,ACK`; TCP only. */
  flags?: string;
  /** The sequence number in the header; TCP only. */
  sequence?: number;
  /** The acknowledgment number in the header; only if ACK is set. */
  acknowledgment?: number;
  /** The sequence number, counted from the sender's SYN. */
  relativeSequence?: number;
  /** The acknowledgment number, counted from the receiver's SYN. */
  relativeAcknowledgment?: number;
  /** The sender's window, before scaling; TCP only. */
  window?: number;
  /** The sender's window in bytes, if its scale is known. */
  scaledWindow?: number;
  /** Wireshark's notes about the segment, such as `zero window`. */
  notes?: string[];
  /** Whether all of its bytes were sent before. */
  retransmission?: boolean;
  /** Whether more of its data follows in other packets, which have no ports. */
  fragment?: boolean;
  /** The offset of a later fragment's bytes in the datagram; never 0. */
  fragmentFrom?: number;
  /** The meaning of an ICMP message. */
  icmp?: string;
  /** The packet that an ICMP error is about. */
  quoted?: { protocol: string; source: string; destination: string };
  /** The size of its data, in bytes. */
  bytes: number;
  /** The first bytes of its data, in hexadecimal. */
  data?: string;
  /** The meaning of its data, if it can be decoded, such as `HTTP GET /`. */
  says?: string;
  /** Its headers, from the IP header on, in hexadecimal. */
  headers?: string;
  /** The verdict on the checksum of TCP, UDP, or ICMP. */
  checksum?: ChecksumVerdict;
}

/** A packet, and when it was on the wire, in milliseconds since 1970. */
export interface TimedPacket {
  /** The time, in milliseconds since 1970. */
  time: number;
  /** The packet. */
  packet: WirePacket;
}

/**
 * Converts a decoded packet to a packet for the timeline.
 *
 * @param packet The decoded packet.
 * @returns The packet for the timeline, or `undefined` if its protocol isn't
 * shown. A later fragment has addresses without ports.
 */
export function wirePacketOf(packet: Packet): WirePacket | undefined {
  const { ip, tcp, udp, ports, icmp, payload, payloadBytes } = packet;
  if (ip === null) return undefined;
  const protocol = PROTOCOLS[ip.protocol];
  const isLater = ip.fragmentOffset > 0;
  if (protocol === undefined) return undefined;
  if (!isLater && (tcp ?? udp ?? icmp) === null) return undefined;
  const data = payload.length > 0 && icmp === null
    ? payload.subarray(0, KEPT_BYTES).toHex()
    : undefined;
  return {
    protocol,
    source: endpoint(ip.source, ports?.source),
    destination: endpoint(ip.destination, ports?.destination),
    ...(tcp === null ? {} : {
      flags: formatTcpFlags(tcp.flags),
      sequence: tcp.sequence,
      ...(tcp.flags.ack ? { acknowledgment: tcp.acknowledgment } : {}),
      window: tcp.window,
    }),
    ...(isLater ? { fragmentFrom: ip.fragmentOffset } : {}),
    ...(ip.moreFragments && !isLater ? { fragment: true } : {}),
    ...(icmp === null
      ? {}
      : { icmp: `${protocolOf(packet)} ${icmpMeaning(icmp)}` }),
    ...quotedBy(packet),
    bytes: payloadBytes,
    ...(data === undefined ? {} : { data }),
    headers: headersOf(packet).toHex(),
    checksum: packet.checksum,
  };
}

/**
 * Returns the headers, including those that an ICMP error quotes in its
 * payload.
 */
function headersOf(
  { bytes, ipStart, payload, quoted }: Packet,
): Uint8Array {
  const start = payload.byteOffset - bytes.byteOffset;
  const end = quoted === null ? start : start + payload.length;
  return bytes.subarray(ipStart, end);
}

/** The protocols that are shown, by their numbers in the IP header. */
const PROTOCOLS: Record<number, WirePacket["protocol"]> = {
  1: "icmp",
  6: "tcp",
  17: "udp",
  58: "icmp",
};

function quotedBy({ quoted }: Packet): Pick<WirePacket, "quoted"> {
  if (quoted === null || quoted.ip === null) return {};
  const { ip, ports } = quoted;
  return {
    quoted: {
      protocol: PROTOCOLS[ip.protocol] ?? String(ip.protocol),
      source: endpoint(ip.source, ports?.source),
      destination: endpoint(ip.destination, ports?.destination),
    },
  };
}

/** The conversations' ends that last advertised a zero window. */
const noRoom = new WeakMap<TrackedSegment["conversation"], Set<string>>();

/**
 * Adds the facts about a segment that follow from its conversation.
 *
 * @param packet The packet for the timeline, which is changed.
 * @param tracked The segment as part of its conversation.
 */
export function addTracked(packet: WirePacket, tracked: TrackedSegment): void {
  const { conversation, from, notes, scaledWindow } = tracked;
  packet.relativeSequence = tracked.relativeSequence;
  if (tracked.relativeAcknowledgment !== null) {
    packet.relativeAcknowledgment = tracked.relativeAcknowledgment;
  }
  if (scaledWindow !== null) packet.scaledWindow = scaledWindow;
  if (tracked.retransmission) packet.retransmission = true;
  const full = noRoom.get(conversation) ?? new Set();
  noRoom.set(conversation, full);
  if (packet.window === 0) full.add(from);
  else full.delete(from);
  const isProbe = full.has(from === "client" ? "server" : "client");
  if (notes.length === 0) return;
  packet.notes = notes.map((note) => {
    if (note === "duplicate ACK") return `${note} #${tracked.duplicateAcks}`;
    // On Linux, a zero window probe looks like a keep-alive, and that's what
    // Wireshark calls it.
    return note === "keep-alive" && isProbe ? "zero window probe" : note;
  });
}

function endpoint(address: string, port?: number): string {
  return port === undefined ? address : formatEnd(address, port);
}

/**
 * Converts a packet's time to a number.
 *
 * @param timestamp The time of a captured packet.
 * @returns Milliseconds since 1970, exact to a quarter of a microsecond.
 */
export function epochMs({ seconds, nanoseconds }: Timestamp): number {
  return seconds * 1000 + nanoseconds / 1e6;
}

import { formatTcpFlags, type Packet, type Timestamp } from "../wire/mod.ts";
import { KEPT_BYTES } from "./strace.ts";

/** A packet, as the timeline shows it. */
export interface WirePacket {
  /** The protocol. */
  protocol: "tcp" | "udp";
  /** The sender's address and port, such as `127.0.0.1:42694`. */
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
  /** Whether all of its bytes were sent before. */
  retransmission?: boolean;
  /** Whether more of its data follows in other packets, which have no ports. */
  fragment?: boolean;
  /** The size of its data, in bytes. */
  bytes: number;
  /** The first bytes of its data, in hexadecimal. */
  data?: string;
}

/** A packet, and when it was on the wire, in milliseconds since 1970. */
export interface TimedPacket {
  /** The time, in milliseconds since 1970. */
  time: number;
  /** The packet. */
  packet: WirePacket;
}

/**
 * Converts a decoded packet to what the timeline shows.
 *
 * @param packet The decoded packet.
 * @returns The packet for the timeline, or `undefined` if it has no ports.
 */
export function wirePacketOf(packet: Packet): WirePacket | undefined {
  const { ip, tcp, udp, payload, payloadBytes } = packet;
  const ports = tcp ?? udp;
  if (ip === null || ports === null) return undefined;
  return {
    protocol: tcp === null ? "udp" : "tcp",
    source: endpoint(ip.source, ports.sourcePort),
    destination: endpoint(ip.destination, ports.destinationPort),
    ...(tcp === null ? {} : {
      flags: formatTcpFlags(tcp.flags),
      sequence: tcp.sequence,
      ...(tcp.flags.ack ? { acknowledgment: tcp.acknowledgment } : {}),
      window: tcp.window,
    }),
    ...(ip.moreFragments ? { fragment: true } : {}),
    bytes: payloadBytes,
    ...(payload.length > 0
      ? { data: payload.subarray(0, KEPT_BYTES).toHex() }
      : {}),
  };
}

function endpoint(address: string, port: number): string {
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
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

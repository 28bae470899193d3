/**
 * Prepares a packet for its drawing: its headers field by field, and its bytes.
 *
 * @module
 */
import { counted } from "../../../show/counted.ts";
import { formatTcpFlags } from "../../../wire/tcp/flags.ts";
import { LINK_TYPES } from "../../../wire/capture/link.ts";
import { decodePacket, type Packet } from "../../../wire/capture/packet.ts";
import type { EventOf, WirePacket } from "../types.ts";
import type { HeaderContext, HeaderLayer } from "../../../show/header_box.ts";
import { formatEnd } from "../format_end.ts";
import type { HeaderGrid } from "./fields.ts";
import { ipv4Grid, ipv6Grid } from "./ip_fields.ts";
import { recordedGrids } from "./recorded_view.ts";
import { icmpGrid, udpGrid } from "./other_fields.ts";
import { tcpGrid } from "./tcp_fields.ts";

/** A packet, ready to be drawn. */
export interface PacketView {
  /** The packet in short: `PSH ACK · 10 bytes`. */
  title: string;
  /** Its source and destination. */
  way: string;
  /** Its headers, the outermost first. */
  grids: HeaderGrid[];
  /** Its known bytes, from the IP header on. */
  bytes: Uint8Array;
  /** How many bytes it had on the wire, from the IP header on. */
  total: number;
  /**
   * Whether its headers' bytes are unknown, so that `bytes` is only its data.
   */
  isPartial?: true;
}

/** A packet of a timeline, of a capture, or in an event of a run. */
export type DrawnPacket = WirePacket | Packet | EventOf<"headers">;

const ALL_LAYERS: HeaderLayer[] = ["ip", "tcp", "udp", "icmp"];

/**
 * Prepares a packet.
 *
 * @param drawn The packet.
 * @param context For a packet of a capture: facts from its connection.
 * @returns The packet for its drawing; `undefined` if its headers are unknown.
 */
export function packetView(
  drawn: DrawnPacket,
  context: HeaderContext = {},
): PacketView | undefined {
  if ("kind" in drawn) {
    const bytes = Uint8Array.fromHex(drawn.hex);
    const { originalLength, checksum, ipChecksum, layers } = drawn;
    const packet = decodePacket(bytes, LINK_TYPES.RAW, { originalLength });
    return viewOf({ ...packet, checksum, ipChecksum }, {
      title: drawn.title,
      context: drawn.context,
      layers,
    });
  }
  if ("ipStart" in drawn) {
    if (drawn.ip === null) return undefined;
    return viewOf(drawn, { title: titleOf(drawn), context });
  }
  if (drawn.headers === undefined) return recordedView(drawn);
  const headers = Uint8Array.fromHex(drawn.headers);
  const data = Uint8Array.fromHex(drawn.data ?? "");
  const bytes = new Uint8Array([...headers, ...data]);
  const packet = decodePacket(bytes, LINK_TYPES.RAW, {
    originalLength: headers.length + drawn.bytes,
  });
  return viewOf({ ...packet, checksum: drawn.checksum ?? "unknown" }, {
    title: titleOf(packet),
    context: contextOf(drawn),
  });
}

/** Prepares a packet of a recording without headers. */
function recordedView(packet: WirePacket): PacketView | undefined {
  const grids = recordedGrids(packet, contextOf(packet));
  if (grids.length === 0) return undefined;
  const kind = packet.flags?.replaceAll(",", " ") ?? "UDP datagram";
  return {
    title: `${kind} · ${dataWords(packet.bytes)}`,
    way: `${packet.source} → ${packet.destination}`,
    grids,
    bytes: Uint8Array.fromHex(packet.data ?? ""),
    total: packet.bytes,
    isPartial: true,
  };
}

function viewOf(
  packet: Packet,
  { title, context, layers = ALL_LAYERS }: {
    title: string;
    context: HeaderContext;
    layers?: HeaderLayer[];
  },
): PacketView {
  const bytes = packet.bytes.subarray(packet.ipStart);
  return {
    title,
    way: wayOf(packet),
    grids: gridsOf(packet, { context, layers }),
    bytes,
    total: packet.originalLength - packet.ipStart,
  };
}

/**
 * Returns the headers of a packet, and of the packet that an ICMP error quotes.
 */
function gridsOf(
  packet: Packet,
  { context, layers }: { context: HeaderContext; layers: HeaderLayer[] },
): HeaderGrid[] {
  const { ip, tcp, udp, icmp, quoted, ipStart, bytes, payload } = packet;
  const { checksum, ipChecksum } = packet;
  const grids: HeaderGrid[] = [];
  if (ip === null) return grids;
  const start = ip.headerBytes;
  if (layers.includes("ip")) {
    grids.push(
      ip.version === 4
        ? ipv4Grid(ip, { start: 0, checksum: ipChecksum })
        : ipv6Grid(ip, { start: 0 }),
    );
  }
  if (tcp !== null && layers.includes("tcp")) {
    grids.push(tcpGrid(tcp, { ...context, start, checksum }));
  }
  if (udp !== null && layers.includes("udp")) {
    grids.push(udpGrid(udp, { start, checksum }));
  }
  if (icmp !== null && layers.includes("icmp")) {
    grids.push(icmpGrid(icmp, { start, checksum }));
    if (quoted !== null) {
      const from = payload.byteOffset - bytes.byteOffset - ipStart;
      grids.push(...quotedGrids(quoted, from));
    }
  }
  return grids;
}

/**
 * Returns the headers of a quote. It's cut off by design, so there's no verdict
 * on its checksums.
 */
function quotedGrids(quoted: Packet, from: number): HeaderGrid[] {
  const judged = { ...quoted, checksum: "none", ipChecksum: "none" } as const;
  return gridsOf({ ...judged, quoted: null }, {
    context: {},
    layers: ALL_LAYERS,
  }).map((grid) => ({
    ...grid,
    title: `quoted: ${grid.title}`,
    rows: grid.rows.map((row) =>
      row.map((field) => ({
        ...field,
        bytes: [field.bytes[0] + from, field.bytes[1] + from] as const,
      }))
    ),
  }));
}

/** Returns the facts that the timeline has from a packet's connection. */
function contextOf(packet: WirePacket): HeaderContext {
  const { window, scaledWindow, flags = "" } = packet;
  const shift = window && scaledWindow
    ? Math.round(Math.log2(scaledWindow / window))
    : undefined;
  return {
    relativeSequence: packet.relativeSequence,
    relativeAcknowledgment: packet.relativeAcknowledgment,
    windowShift: flags.includes("SYN") ? undefined : shift,
  };
}

function wayOf({ ip, ports }: Packet): string {
  if (ip === null) return "";
  const end = (address: string, port?: number) =>
    port === undefined ? address : formatEnd(address, port);
  return `${end(ip.source, ports?.source)} → ` +
    end(ip.destination, ports?.destination);
}

function titleOf({ tcp, udp, icmp, payloadBytes }: Packet): string {
  const kind = tcp !== null
    ? formatTcpFlags(tcp.flags).replaceAll(",", " ")
    : udp !== null
    ? "UDP datagram"
    : icmp !== null
    ? "ICMP message"
    : "IP packet";
  return `${kind} · ${dataWords(payloadBytes)}`;
}

function dataWords(bytes: number): string {
  return bytes === 0 ? "no data" : `${counted(bytes, "byte")} of data`;
}

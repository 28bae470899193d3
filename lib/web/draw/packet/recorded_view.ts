/**
 * Prepares a packet whose headers weren't recorded, as in older recordings.
 * Only the fields in the timeline are known.
 *
 * @module
 */
import type { HeaderContext } from "../../../show/header_box.ts";
import { TCP_FLAG_NAMES, type TcpFlags } from "../../../wire/tcp/flags.ts";
import type { WirePacket } from "../types.ts";
import type { HeaderField, HeaderGrid } from "./fields.ts";
import { udpGrid } from "./other_fields.ts";
import { tcpGrid } from "./tcp_fields.ts";

/** Fields that a timeline doesn't have. */
const UNKNOWN = ["data offset", "reserved", "checksum", "urgent pointer"];

/**
 * Describes the fields of a packet's header that a timeline has.
 *
 * @param packet The packet.
 * @param context Facts from its connection.
 * @returns The header; nothing for ICMP and for later fragments.
 */
export function recordedGrids(
  packet: WirePacket,
  context: HeaderContext,
): HeaderGrid[] {
  const { protocol, source, destination, bytes, flags = "" } = packet;
  const [sourcePort, destinationPort] = [source, destination].map(portOf);
  if (sourcePort === undefined || destinationPort === undefined) return [];
  const ports = { sourcePort, destinationPort };
  if (protocol === "udp") {
    const header = { ...ports, length: 8 + bytes, checksum: 0 };
    return [withoutUnknown(udpGrid(header, { start: 0 }))];
  }
  if (protocol !== "tcp") return [];
  const set = flags.toLowerCase().split(",");
  return [withoutUnknown(tcpGrid({
    ...ports,
    sequence: packet.sequence ?? 0,
    acknowledgment: packet.acknowledgment ?? 0,
    headerBytes: 20,
    reserved: 0,
    flags: Object.fromEntries(
      TCP_FLAG_NAMES.map((name) => [name, set.includes(name)]),
    ) as unknown as TcpFlags,
    window: packet.window ?? 0,
    checksum: 0,
    urgentPointer: 0,
    options: [],
  }, { ...context, start: 0 }))];
}

function portOf(address: string): number | undefined {
  const port = address.match(/:(\d+)$/)?.[1];
  return port === undefined ? undefined : Number(port);
}

/** Marks some fields as unknown, and removes the bytes of all fields. */
function withoutUnknown({ title, kind, rows }: HeaderGrid): HeaderGrid {
  return {
    title: `${title.split(",")[0]}, as far as it was recorded`,
    kind,
    rows: rows.map((row) =>
      row.map((field): HeaderField => ({
        ...field,
        bytes: [0, 0],
        ...(UNKNOWN.includes(field.name)
          ? { value: "?", meaning: "This recording doesn't have it." }
          : {}),
      }))
    ),
  };
}

/**
 * Finds the sliding windows of a connection at a moment of a timeline: the
 * bytes sent, the bytes acknowledged, and the bytes that may be sent now.
 *
 * @module
 */
import type { Side, TimelineItem, WirePacket } from "../types.ts";
import { findSides } from "../timeline/sides.ts";

/** One direction of a connection. Numbers count from the sender's SYN. */
export interface StreamWindow {
  /** The sender. */
  side: Side;
  /** The first byte that isn't acknowledged (SND.UNA in RFC 9293). */
  unacknowledged: number;
  /** The next byte to send (SND.NXT). */
  next: number;
  /** The byte that the sender must not reach (SND.UNA + SND.WND). */
  edge: number;
}

/** The parts of a packet that matter here, from TCP or the reliable stream. */
interface Seen {
  source: string;
  destination: string;
  seq: number;
  ack: number | undefined;
  window: number | undefined;
  /**
   * How many sequence numbers it takes: its bytes, and one for a SYN or a FIN.
   */
  size: number;
  isSyn: boolean;
}

/**
 * Finds the windows of the connection that was active last.
 *
 * @param items The items, in order.
 * @param upTo How many of them have happened.
 * @returns Both directions, the client's first; none if there's no connection
 * yet, or if its packets don't have the numbers.
 */
export function windowsAt(items: TimelineItem[], upTo: number): StreamWindow[] {
  const sides = findSides(items);
  const last = items.slice(0, upTo).findLast((item) =>
    item.seen === "packet" && seenOf(item.packet) !== undefined
  );
  if (last?.seen !== "packet") return [];
  const { protocol } = last.packet;
  const ends = [last.packet.source, last.packet.destination];
  const windows = new Map<string, StreamWindow>();
  for (const item of items.slice(0, upTo)) {
    if (item.seen !== "packet" || item.packet.protocol !== protocol) continue;
    const { source, destination } = item.packet;
    if (!ends.includes(source) || !ends.includes(destination)) continue;
    const seen = seenOf(item.packet);
    if (seen === undefined) continue;
    follow(windows, seen, sides.ofSender(protocol, source, destination));
  }
  return [...windows.values()].toSorted((a) => a.side === "client" ? -1 : 1);
}

function follow(
  windows: Map<string, StreamWindow>,
  { source, destination, seq, ack, window, size, isSyn }: Seen,
  side: Side,
): void {
  let own = windows.get(source);
  if (own === undefined || isSyn) {
    own = { side, unacknowledged: seq, next: seq, edge: seq };
    windows.set(source, own);
  }
  own.next = Math.max(own.next, seq + size);
  own.edge = Math.max(own.edge, own.unacknowledged);
  const other = windows.get(destination);
  if (other === undefined || ack === undefined) return;
  other.unacknowledged = Math.max(other.unacknowledged, ack);
  other.next = Math.max(other.next, other.unacknowledged);
  // A window counts from the segment's acknowledgment number.
  if (window !== undefined) other.edge = Math.max(ack + window, ack);
}

const RELIABLE =
  /^reliable (\S+) seq (\d+)(?: ack (\d+))?(?: win (\d+))?(?: (\d+) bytes?)?/;

function seenOf(packet: WirePacket): Seen | undefined {
  const { source, destination, says, bytes, flags = "" } = packet;
  const ends = { source, destination };
  if (packet.protocol === "tcp") {
    const { relativeSequence, relativeAcknowledgment, scaledWindow } = packet;
    if (relativeSequence === undefined || flags.includes("RST")) {
      return undefined;
    }
    return {
      ...ends,
      seq: relativeSequence,
      ack: relativeAcknowledgment,
      window: scaledWindow,
      size: bytes + (/SYN|FIN/.test(flags) ? 1 : 0),
      isSyn: flags.includes("SYN"),
    };
  }
  const [, kind = "", seq, ack, window, size = "0"] = says?.match(RELIABLE) ??
    [];
  if (seq === undefined || kind.includes("RST")) return undefined;
  return {
    ...ends,
    seq: Number(seq),
    ack: ack === undefined ? undefined : Number(ack),
    window: window === undefined ? undefined : Number(window),
    size: Number(size) + (/SYN|FIN/.test(kind) ? 1 : 0),
    isSyn: kind.includes("SYN"),
  };
}

/**
 * Updates a conversation with a segment: the sender's totals, the relative
 * numbers, the notes, and the states of both ends.
 *
 * @module
 */

import { followStates } from "./connection_states.ts";
import type {
  Conversation,
  ConversationEnd,
  TrackedSegment,
} from "./conversation.ts";
import type { Packet } from "./packet.ts";
import { RETRANSMISSION_NOTES, SegmentNotes } from "./segment_notes.ts";
import { seqAdd } from "../tcp/sequence.ts";
import { StreamProgress } from "../tcp/stream_progress.ts";
import type { TcpHeader } from "../tcp/header.ts";
import type { Side } from "../tcp/walk.ts";

/** A conversation, and the state that tracking it needs. */
export interface Tracking {
  /** The conversation. */
  conversation: Conversation;
  /** The progress of each direction. */
  progress: Record<Side, StreamProgress>;
  /** The notes so far. */
  notes: SegmentNotes;
  /** Whether the same ports had an earlier connection. */
  reusesPorts: boolean;
  /** The last acknowledgment that each end sent. */
  acknowledgment: Record<Side, number | null>;
  /** Whether each end's SYN has been acknowledged. */
  synAcked: Record<Side, boolean>;
  /** Whether each end's FIN has been acknowledged. */
  finAcked: Record<Side, boolean>;
  firstFin: Side | null;
  simultaneous: boolean;
  closingSegments: number;
}

/**
 * The largest window scale; a larger one counts as this (RFC 7323, section
 * 2.3).
 */
const MAX_WINDOW_SHIFT = 14;

/**
 * Starts a conversation.
 *
 * @param packet The conversation's first packet.
 * @param tcp The packet's TCP header.
 * @param number The number of the conversation.
 * @returns The conversation and its state. The packet itself isn't counted yet.
 */
export function beginTracking(
  packet: Packet,
  tcp: TcpHeader,
  number: number,
): Tracking {
  const { syn, ack } = tcp.flags;
  const ip = packet.ip!;
  const sender = newEnd(ip.source, tcp.sourcePort);
  const receiver = newEnd(ip.destination, tcp.destinationPort);
  // The end that sent a SYN-ACK is the server, even if its packet came first.
  const [client, server] = syn && ack ? [receiver, sender] : [sender, receiver];
  if (syn) {
    client.state = ack ? "SYN-SENT" : "CLOSED";
    server.state = "LISTEN";
  }
  return {
    conversation: {
      number,
      client,
      server,
      handshake: false,
      firstPacket: packet.number,
      lastPacket: packet.number,
      start: packet.time,
      end: packet.time,
      ending: { how: "open" },
    },
    progress: { client: new StreamProgress(), server: new StreamProgress() },
    notes: new SegmentNotes(),
    reusesPorts: false,
    acknowledgment: { client: null, server: null },
    synAcked: { client: false, server: false },
    finAcked: { client: false, server: false },
    firstFin: null,
    simultaneous: false,
    closingSegments: 0,
  };
}

/**
 * Returns which end of a conversation sent a packet.
 *
 * @param conversation The conversation.
 * @param packet One of its packets.
 * @returns The end whose address and port are the packet's source.
 */
export function senderOf({ client }: Conversation, { ip, tcp }: Packet): Side {
  const isClient = ip!.source === client.address &&
    tcp!.sourcePort === client.port;
  return isClient ? "client" : "server";
}

/**
 * Counts a segment in its conversation, and returns its place there.
 *
 * @param tracking The conversation, which changes.
 * @param packet The packet that carries the segment.
 * @param tcp Its TCP header.
 * @returns The segment as part of its conversation.
 */
export function trackSegment(
  tracking: Tracking,
  packet: Packet,
  tcp: TcpHeader,
): TrackedSegment {
  const { conversation, progress } = tracking;
  const { client, server } = conversation;
  const from = senderOf(conversation, packet);
  const sender = conversation[from];
  const receiver = from === "client" ? server : client;
  const { syn, fin, ack, rst } = tcp.flags;

  conversation.lastPacket = packet.number;
  conversation.end = packet.time;
  sender.segments++;
  if (syn) noteSyn(sender, tcp);
  // Without the SYN, the first byte seen counts as number 1.
  sender.base ??= seqAdd(tcp.sequence, -1);
  if (ack) receiver.base ??= seqAdd(tcp.acknowledgment, -1);

  // A reset's data, if any, explains the reset, and isn't part of the stream.
  const data = rst ? 0 : packet.payloadBytes;
  const flagged = (syn ? 1 : 0) + (fin ? 1 : 0);
  const added = progress[from].add(tcp.sequence, data + flagged);
  // After the first SYN, it isn't known yet whether the SYN-ACK will agree to
  // window scaling.
  const windowShift = syn && !ack ? null : windowShiftOf(tracking, from);
  const scaledWindow = windowOf(tcp, windowShift);
  const notes = tracking.notes.add({
    from,
    tcp,
    data,
    progress: added,
    window: scaledWindow,
    time: packet.time,
  });
  if (tracking.reusesPorts && sender.segments + receiver.segments === 1) {
    notes.unshift("port numbers reused");
  }
  // A FIN uses the last of the new numbers. A keep-alive's byte isn't part of
  // the stream.
  const bytes = notes.includes("keep-alive") ? 0 : added.fresh - (fin ? 1 : 0);
  sender.bytes += Math.max(0, Math.min(data, bytes));
  const retransmission = notes.some((n) => RETRANSMISSION_NOTES.includes(n));
  if (retransmission) sender.retransmissions++;

  followStates(tracking, packet, tcp, { from, data });
  return {
    conversation,
    from,
    relativeSequence: seqAdd(tcp.sequence, -sender.base),
    relativeAcknowledgment: ack
      ? seqAdd(tcp.acknowledgment, -receiver.base!)
      : null,
    notes,
    retransmission,
    duplicateAcks: notes.includes("duplicate ACK")
      ? tracking.notes.duplicateAcks(from)
      : 0,
    windowShift,
    scaledWindow,
    clientState: client.state,
    serverState: server.state,
  };
}

function newEnd(address: string, port: number): ConversationEnd {
  return {
    address,
    port,
    initialSequence: null,
    base: null,
    windowShift: null,
    segments: 0,
    bytes: 0,
    retransmissions: 0,
    finSequence: null,
    state: "ESTABLISHED",
  };
}

function noteSyn(sender: ConversationEnd, tcp: TcpHeader): void {
  sender.initialSequence ??= tcp.sequence;
  // Relative numbers of segments captured before its SYN were a guess.
  sender.base = sender.initialSequence;
  const scale = tcp.options.find((option) => option.kind === "windowScale");
  sender.windowShift ??= scale?.shift ?? null;
}

/**
 * Returns the window scale of an end. Scaling applies only if both SYNs have
 * the option (RFC 7323, section 2.2). If the other SYN wasn't captured, it's
 * assumed to have the option, like nearly all SYNs.
 */
function windowShiftOf(
  { conversation }: Tracking,
  from: Side,
): number | null {
  const { client, server } = conversation;
  const hasNone = (end: ConversationEnd) =>
    end.initialSequence !== null && end.windowShift === null;
  if (hasNone(client) || hasNone(server)) return 0;
  const { windowShift } = conversation[from];
  return windowShift === null ? null : Math.min(windowShift, MAX_WINDOW_SHIFT);
}

/**
 * Returns the scaled window. Windows in SYN segments are never scaled (RFC
 * 7323, section 2.2).
 */
function windowOf(
  { flags, window }: TcpHeader,
  windowShift: number | null,
): number | null {
  if (flags.syn) return window;
  return windowShift === null ? null : window * 2 ** windowShift;
}

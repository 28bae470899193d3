/**
 * What a segment changes in its conversation: the bytes of its sender, the
 * handshake, the close, and the states of both ends.
 *
 * @module
 */

import type {
  Conversation,
  ConversationEnd,
  Ending,
  TrackedSegment,
} from "./conversation.ts";
import type { Packet } from "./packet.ts";
import { RETRANSMISSION_NOTES, SegmentNotes } from "./segment_notes.ts";
import { seqAdd, seqLessOrEqual } from "../tcp/sequence.ts";
import { StreamProgress } from "../tcp/stream_progress.ts";
import type { TcpHeader } from "../tcp/header.ts";
import { nextState, type TcpEvent, type TcpState } from "../tcp/state.ts";
import type { Side } from "../tcp/walk.ts";

/** What is remembered of a conversation besides what it shows. */
export interface Tracking {
  /** What it shows. */
  conversation: Conversation;
  /** How far each direction has come. */
  progress: Record<Side, StreamProgress>;
  /** What was remarkable so far. */
  notes: SegmentNotes;
  /** Whether it began between ports that had a connection before. */
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

/** The states of an end that has not heard everything of the handshake. */
const OPENING: readonly TcpState[] = ["LISTEN", "SYN-SENT", "SYN-RECEIVED"];

/** RFC 7323, section 2.3: what is larger counts as this. */
const MAX_WINDOW_SHIFT = 14;

/**
 * Begins a conversation.
 *
 * @param packet The packet that it begins with.
 * @param tcp The packet's TCP header.
 * @param number The number of the conversation.
 * @returns What to remember of it. The packet itself is not counted yet.
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
  // Who answers with SYN-ACK is the server, though its packet came first.
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
 * Says which end of a conversation sent a packet.
 *
 * @param conversation The conversation.
 * @param packet One of its packets.
 * @returns The end whose address and port the packet comes from.
 */
export function senderOf({ client }: Conversation, { ip, tcp }: Packet): Side {
  const isClient = ip!.source === client.address &&
    tcp!.sourcePort === client.port;
  return isClient ? "client" : "server";
}

/**
 * Counts a segment in its conversation, and says what it was there.
 *
 * @param tracking The conversation, which changes.
 * @param packet The packet that carries the segment.
 * @param tcp Its TCP header.
 * @returns The segment, seen as part of its conversation.
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

  // A reset's data, if any, explains the reset, and is not part of the stream.
  const data = rst ? 0 : packet.payloadBytes;
  const flagged = (syn ? 1 : 0) + (fin ? 1 : 0);
  const added = progress[from].add(tcp.sequence, data + flagged);
  // A first SYN can't tell whether the answer will agree to scaled windows.
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
  // The last of the fresh numbers is the FIN's, if there is one. The byte of a
  // keep-alive is none of the stream's.
  const bytes = notes.includes("keep-alive") ? 0 : added.fresh - (fin ? 1 : 0);
  sender.bytes += Math.max(0, Math.min(data, bytes));
  const retransmission = notes.some((n) => RETRANSMISSION_NOTES.includes(n));
  if (retransmission) sender.retransmissions++;

  noteAcknowledgment(tracking, tcp, from);
  const events = eventsOf(tracking, tcp, from);
  noteClosing(tracking, tcp, from, data);
  moveStates(sender, receiver, tcp, events);
  noteHandshake(tracking, packet);
  conversation.ending = endingOf(tracking, tcp, from);
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
  // What came before its SYN was captured has been counted from a guess.
  sender.base = sender.initialSequence;
  const scale = tcp.options.find((option) => option.kind === "windowScale");
  sender.windowShift ??= scale?.shift ?? null;
}

/**
 * The power of 2 by which an end's windows count. Scales count only where both
 * ends have given one (RFC 7323, section 2.2). Where the other SYN was not
 * captured, it's assumed to have one, as nearly all do.
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

/** The windows in SYN segments are never scaled (RFC 7323, section 2.2). */
function windowOf(
  { flags, window }: TcpHeader,
  windowShift: number | null,
): number | null {
  if (flags.syn) return window;
  return windowShift === null ? null : window * 2 ** windowShift;
}

/**
 * Follows the acknowledgments of the SYNs. Each segment is looked at, since
 * packets can be captured in another order than they were sent, and a segment
 * that acknowledges data acknowledges the SYN before it.
 */
function noteAcknowledgment(
  tracking: Tracking,
  tcp: TcpHeader,
  from: Side,
): void {
  const { conversation, acknowledgment, progress, synAcked } = tracking;
  if (tcp.flags.ack && !tcp.flags.rst) {
    acknowledgment[from] = tcp.acknowledgment;
  }
  for (const side of ["client", "server"] as const) {
    const { initialSequence } = conversation[side];
    const acked = acknowledgment[peerOf(side)];
    if (initialSequence === null || acked === null) continue;
    const first = seqAdd(initialSequence, 1);
    // What was never sent can't be acknowledged.
    const isSent = seqLessOrEqual(acked, progress[side].next ?? first);
    if (isSent && seqLessOrEqual(first, acked)) synAcked[side] = true;
  }
}

/** The handshake is complete when each end knows that the other hears it. */
function noteHandshake(tracking: Tracking, packet: Packet): void {
  const { conversation, synAcked } = tracking;
  if (conversation.handshake || !synAcked.client || !synAcked.server) return;
  conversation.handshake = true;
  tracking.notes.noteHandshake(packet.time);
  for (const end of [conversation.client, conversation.server]) {
    if (OPENING.includes(end.state)) end.state = "ESTABLISHED";
  }
}

function peerOf(side: Side): Side {
  return side === "client" ? "server" : "client";
}

/** Follows the FINs: who was first, and whose has been acknowledged. */
function noteClosing(
  tracking: Tracking,
  tcp: TcpHeader,
  from: Side,
  data: number,
): void {
  const { conversation, finAcked } = tracking;
  const peer = peerOf(from);
  const sender = conversation[from];
  const isFin = tcp.flags.fin && sender.finSequence === null;
  const isAck = acksFinOf(conversation[peer], tcp) && !finAcked[peer];
  if (isAck) finAcked[peer] = true;
  if (isFin) {
    sender.finSequence = seqAdd(tcp.sequence, data + (tcp.flags.syn ? 1 : 0));
    if (tracking.firstFin === null) tracking.firstFin = from;
    else tracking.simultaneous = !finAcked[peer];
  }
  if (isFin || isAck) tracking.closingSegments++;
}

function acksFinOf(end: ConversationEnd, tcp: TcpHeader): boolean {
  return tcp.flags.ack && end.finSequence !== null &&
    seqLessOrEqual(seqAdd(end.finSequence, 1), tcp.acknowledgment);
}

/** What the segment is to its receiver, in the order in which it counts. */
function eventsOf(tracking: Tracking, tcp: TcpHeader, from: Side): TcpEvent[] {
  const { conversation, finAcked, progress, synAcked } = tracking;
  const peer = peerOf(from);
  const { syn, ack, fin, rst } = tcp.flags;
  if (rst) return ["rcv RST"];
  // Where a SYN was not captured, it was acknowledged for all that is known.
  const acksSyn = ack &&
    (synAcked[peer] || conversation[peer].initialSequence === null);
  if (syn && acksSyn && conversation[peer].state === "SYN-SENT") {
    return ["rcv SYN,ACK"];
  }
  const events: TcpEvent[] = [];
  if (syn && !ack) events.push("rcv SYN");
  if (acksSyn) events.push("rcv ACK of SYN");
  if (acksFinOf(conversation[peer], tcp) && !finAcked[peer]) {
    events.push("rcv ACK of FIN");
  }
  // A FIN after a gap has to wait until the gap is filled.
  if (fin && progress[from].isWhole) events.push("rcv FIN");
  return events;
}

/** What an end sends shows what its program did; then the other receives it. */
function moveStates(
  sender: ConversationEnd,
  receiver: ConversationEnd,
  tcp: TcpHeader,
  events: TcpEvent[],
): void {
  const { syn, ack, fin, rst } = tcp.flags;
  const listens = sender.state === "LISTEN";
  if (syn && !ack) sender.state = nextState(sender.state, "active OPEN");
  // Its answer says that the SYN has arrived, captured or not.
  if (syn && ack && listens) sender.state = nextState(sender.state, "rcv SYN");
  if (fin) sender.state = stateAfterFin(sender, receiver, tcp);
  if (rst) sender.state = listens ? "CLOSED" : nextState(sender.state, "ABORT");
  for (const event of events) {
    // A closed end does not come back to life by what arrives late.
    if (receiver.state === "CLOSED") break;
    receiver.state = nextState(receiver.state, event);
  }
}

/**
 * A capture shows when a segment passes, not when it arrives. An end that seemed
 * to have heard the other's FIN, and sends its own without acknowledging that,
 * had not: the two crossed on the way.
 */
function stateAfterFin(
  sender: ConversationEnd,
  receiver: ConversationEnd,
  tcp: TcpHeader,
): TcpState {
  if (sender.state === "CLOSE-WAIT" && !acksFinOf(receiver, tcp)) {
    return nextState(nextState("ESTABLISHED", "CLOSE"), "rcv FIN");
  }
  return nextState(sender.state, "CLOSE");
}

function endingOf(tracking: Tracking, tcp: TcpHeader, from: Side): Ending {
  const { conversation, finAcked, firstFin } = tracking;
  const { client, server, ending } = conversation;
  if (ending.how === "reset" || ending.how === "refused") return ending;
  if (tcp.flags.rst && ending.how !== "closed") {
    const refused = from === "server" && server.segments === 1 &&
      client.initialSequence !== null;
    return refused ? { how: "refused" } : { how: "reset", by: from };
  }
  if (firstFin === null) return { how: "open" };
  if (client.finSequence === null || server.finSequence === null) {
    return { how: "half-closed", by: firstFin };
  }
  if (!finAcked.client || !finAcked.server) {
    return { how: "closing", first: firstFin };
  }
  const { simultaneous, closingSegments: segments } = tracking;
  return { how: "closed", first: firstFin, simultaneous, segments };
}

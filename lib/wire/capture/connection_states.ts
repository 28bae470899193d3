/**
 * The opening and closing of a connection, as its segments show it: the
 * handshake, the FINs, and the states of both ends. They all follow from the
 * same facts, so a summary and a diagram always agree.
 *
 * @module
 */

import type { ConversationEnd, Ending } from "./conversation.ts";
import type { Packet } from "./packet.ts";
import { seqAdd, seqLessOrEqual } from "../tcp/sequence.ts";
import type { TcpHeader } from "../tcp/header.ts";
import { nextState, type TcpEvent, type TcpState } from "../tcp/state.ts";
import type { Tracking } from "./track_segment.ts";
import type { Side } from "../tcp/walk.ts";

/** The states of an end that hasn't finished the handshake. */
const OPENING: readonly TcpState[] = ["LISTEN", "SYN-SENT", "SYN-RECEIVED"];

/**
 * Follows a segment through the states of its connection.
 *
 * @param tracking The conversation, which changes.
 * @param packet The packet that carries the segment.
 * @param tcp Its TCP header.
 * @param sent The end that sent it, and the number of bytes of data.
 */
export function followStates(
  tracking: Tracking,
  packet: Packet,
  tcp: TcpHeader,
  { from, data }: { from: Side; data: number },
): void {
  const { conversation } = tracking;
  const sender = conversation[from];
  const receiver = conversation[peerOf(from)];
  noteAcknowledgment(tracking, tcp, from);
  const events = eventsOf(tracking, tcp, from);
  noteClosing(tracking, tcp, from, data);
  moveStates(sender, receiver, tcp, events);
  noteHandshake(tracking, packet);
  conversation.ending = endingOf(tracking, tcp, from);
}

/**
 * Follows the acknowledgments of the SYNs. It checks every segment, because
 * packets can be captured out of order, and because a segment that acknowledges
 * data also acknowledges the SYN before it.
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
    // Data that was never sent can't be acknowledged.
    const isSent = seqLessOrEqual(acked, progress[side].next ?? first);
    if (isSent && seqLessOrEqual(first, acked)) synAcked[side] = true;
  }
}

/**
 * Notes when the handshake is complete: each end knows that the other one
 * receives its segments.
 */
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

/**
 * Follows the FINs: which end sent its FIN first, and which FINs have been
 * acknowledged.
 */
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

/**
 * Returns the segment as events for its receiver, in the order to handle them.
 */
function eventsOf(tracking: Tracking, tcp: TcpHeader, from: Side): TcpEvent[] {
  const { conversation, finAcked, progress, synAcked } = tracking;
  const peer = peerOf(from);
  const { syn, ack, fin, rst } = tcp.flags;
  if (rst) return ["rcv RST"];
  // If a SYN wasn't captured, assume that it was acknowledged.
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

/**
 * Updates the states: the segment shows a call of the sender's program; then
 * the other end receives it.
 */
function moveStates(
  sender: ConversationEnd,
  receiver: ConversationEnd,
  tcp: TcpHeader,
  events: TcpEvent[],
): void {
  const { syn, ack, fin, rst } = tcp.flags;
  const listens = sender.state === "LISTEN";
  if (syn && !ack) sender.state = nextState(sender.state, "active OPEN");
  // A SYN-ACK shows that the SYN has arrived, captured or not.
  if (syn && ack && listens) sender.state = nextState(sender.state, "rcv SYN");
  if (fin) sender.state = stateAfterFin(sender, receiver, tcp);
  if (rst) sender.state = listens ? "CLOSED" : nextState(sender.state, "ABORT");
  for (const event of events) {
    // A late segment doesn't reopen a closed end.
    if (receiver.state === "CLOSED") break;
    receiver.state = nextState(receiver.state, event);
  }
}

/**
 * Returns the sender's state after its FIN. A capture shows when a segment
 * passes, not when it arrives: if the sender doesn't acknowledge the other
 * end's FIN, that FIN hadn't arrived, although it was captured first.
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

/**
 * Conversations: the packets of one TCP connection, found by their four-tuple
 * of two addresses and two ports, and summed up.
 *
 * Whoever listens in between must guess a little: a segment that was seen
 * before is a retransmission, whether or not it had arrived; a connection whose
 * beginning was not captured counts from the first number seen; and the states
 * are those that the ends have once each segment has arrived, though a capture
 * shows only when it passes.
 *
 * @module
 */

import type { Packet } from "./packet.ts";
import { seqAdd, seqLessOrEqual } from "../tcp/sequence.ts";
import { StreamProgress } from "../tcp/stream_progress.ts";
import type { TcpHeader } from "../tcp/header.ts";
import { nextState, type TcpEvent, type TcpState } from "../tcp/state.ts";
import type { Side } from "../tcp/walk.ts";
import type { Timestamp } from "./timestamp.ts";

/** How a conversation ended. */
export type Ending =
  /** Neither end has ended its direction. */
  | { how: "open" }
  /** Only one end has. */
  | { how: "half-closed"; by: Side }
  /** Both have, but not both were acknowledged within the capture. */
  | { how: "closing"; first: Side }
  /**
   * Both have, and each heard of the other. `simultaneous`: each sent its FIN
   * before the other's had arrived. `segments`: those that carry a FIN or are
   * the first to acknowledge one: three or four, as a rule.
   */
  | { how: "closed"; first: Side; simultaneous: boolean; segments: number }
  /** One end has reset the connection. */
  | { how: "reset"; by: Side }
  /** The SYN was answered by a reset: nobody listens there. */
  | { how: "refused" };

/** One end of a conversation, and what it sent. */
export interface ConversationEnd {
  /** Its IP address. */
  address: string;
  /** Its port. */
  port: number;
  /** Number of its SYN; `null` if that was not captured. */
  initialSequence: number | null;
  /** Which number counts as 0 in relative ones; `null` before any was seen. */
  base: number | null;
  /** The window scale in its SYN; `null` if there was none. */
  windowShift: number | null;
  /** Segments that it sent. */
  segments: number;
  /** Bytes of data that it sent, each counted once. */
  bytes: number;
  /** Segments of which everything had been sent before. */
  retransmissions: number;
  /** Number of its FIN; `null` if it has not sent any. */
  finSequence: number | null;
  /** The state that it is in, judging by what was captured. */
  state: TcpState;
}

/** One TCP connection, as far as it was captured. */
export interface Conversation {
  /** Its place among all conversations of the capture, from 1. */
  number: number;
  /** The end that sent the SYN, or else the packet that was seen first. */
  client: ConversationEnd;
  /** The other end. */
  server: ConversationEnd;
  /** Whether SYN, SYN-ACK and ACK were all captured, and fit together. */
  handshake: boolean;
  /** Number in the capture of its first packet. */
  firstPacket: number;
  /** Number in the capture of its last packet. */
  lastPacket: number;
  /** When it began. */
  start: Timestamp | null;
  /** When its last packet was captured. */
  end: Timestamp | null;
  /** How it ended. */
  ending: Ending;
}

/** A segment, seen as part of its conversation. */
export interface TrackedSegment {
  /** The conversation, which later segments will change. */
  conversation: Conversation;
  /** Which end sent it. */
  from: Side;
  /** Its sequence number, counted from the sender's SYN. */
  relativeSequence: number;
  /** Its acknowledgment, counted from the receiver's SYN; `null` if none. */
  relativeAcknowledgment: number | null;
  /** Whether all of it had been sent before. */
  retransmission: boolean;
  /** State of the client once this segment has arrived. */
  clientState: TcpState;
  /** State of the server once this segment has arrived. */
  serverState: TcpState;
}

/** What is remembered of a conversation besides what it shows. */
interface Tracking {
  conversation: Conversation;
  progress: Record<Side, StreamProgress>;
  /** Whether the SYN-ACK acknowledged the SYN. */
  synAcked: boolean;
  /** Whether each end's FIN has been acknowledged. */
  finAcked: Record<Side, boolean>;
  firstFin: Side | null;
  simultaneous: boolean;
  closingSegments: number;
}

/** How much is remembered. */
export interface ConversationsOptions {
  /**
   * How many conversations, so that no capture takes all memory. Of more, the
   * one that has been quiet for the longest is forgotten: what is still said in
   * it counts as a new one.
   *
   * @default {10000}
   */
  max?: number;
}

/**
 * Sorts packets into conversations. It keeps no packets, only the sums.
 *
 * @example A connection that is refused
 * ```ts
 * import { Conversations } from "./conversation.ts";
 * import { encodePacket } from "./encode_packet.ts";
 * import { decodePacket } from "./packet.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const ip = { version: 4, source: "127.0.0.1", destination: "127.0.0.1" } as const;
 * const conversations = new Conversations();
 * conversations.add(decodePacket(
 *   encodePacket({
 *     ip,
 *     tcp: { sourcePort: 50000, destinationPort: 7, flags: { syn: true } },
 *   }),
 *   101,
 * ));
 * conversations.add(decodePacket(
 *   encodePacket({
 *     ip,
 *     tcp: {
 *       sourcePort: 7,
 *       destinationPort: 50000,
 *       acknowledgment: 1,
 *       flags: { rst: true, ack: true },
 *     },
 *   }),
 *   101,
 * ));
 * const [{ client, ending }] = conversations.list;
 * assertEquals(client.port, 50000);
 * assertEquals(ending, { how: "refused" });
 * ```
 */
export class Conversations {
  /**
   * The conversations, in the order of their first packets: all of them, unless
   * there were more than `max`.
   */
  readonly list: Conversation[] = [];
  /** Those that are remembered, the one that spoke last at the end. */
  readonly #open = new Map<string, Tracking>();
  readonly #max: number;
  #count = 0;

  /**
   * Has seen none yet.
   *
   * @param options How much to remember.
   */
  constructor(options: ConversationsOptions = {}) {
    this.#max = options.max ?? 10_000;
  }

  /** How many there were in all. */
  get count(): number {
    return this.#count;
  }

  /**
   * Adds a packet to its conversation, or begins one with it.
   *
   * @param packet A decoded packet.
   * @returns What it was there; `null` if it is not TCP, or a fragment without
   * a header.
   */
  add(packet: Packet): TrackedSegment | null {
    const { ip, tcp } = packet;
    if (ip === null || tcp === null) return null;
    const source = `${ip.source}|${tcp.sourcePort}`;
    const destination = `${ip.destination}|${tcp.destinationPort}`;
    // The same key for both directions.
    const key = source < destination
      ? `${source}|${destination}`
      : `${destination}|${source}`;
    let tracking = this.#open.get(key);
    if (tracking === undefined || isNewSyn(tracking.conversation, tcp)) {
      tracking = begin(packet, tcp, ++this.#count);
      if (this.list.length < this.#max) this.list.push(tracking.conversation);
    }
    this.#remember(key, tracking);
    return track(tracking, packet, tcp);
  }

  /** A Map keeps the order in which its keys came in. */
  #remember(key: string, tracking: Tracking): void {
    this.#open.delete(key);
    this.#open.set(key, tracking);
    if (this.#open.size <= this.#max) return;
    const [quietest] = this.#open.keys();
    this.#open.delete(quietest);
  }
}

/** Ports are used again: a SYN with another number begins a new connection. */
function isNewSyn({ client, server }: Conversation, tcp: TcpHeader): boolean {
  if (!tcp.flags.syn || tcp.flags.ack) return false;
  const sender = tcp.sourcePort === client.port ? client : server;
  return sender.base !== null && sender.base !== tcp.sequence;
}

function begin(packet: Packet, tcp: TcpHeader, number: number): Tracking {
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
    synAcked: false,
    finAcked: { client: false, server: false },
    firstFin: null,
    simultaneous: false,
    closingSegments: 0,
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

function track(
  tracking: Tracking,
  packet: Packet,
  tcp: TcpHeader,
): TrackedSegment {
  const { conversation, progress } = tracking;
  const { client, server } = conversation;
  const from: Side = packet.ip!.source === client.address &&
      tcp.sourcePort === client.port
    ? "client"
    : "server";
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
  const { fresh, repeated } = progress[from].add(tcp.sequence, data + flagged);
  const retransmission = fresh === 0 && repeated > 0;
  if (retransmission) sender.retransmissions++;
  // The last of the fresh numbers is the FIN's, if there is one.
  sender.bytes += Math.max(0, Math.min(data, fresh - (fin ? 1 : 0)));

  const events = eventsOf(tracking, tcp, from);
  noteClosing(tracking, tcp, from, data);
  moveStates(sender, receiver, tcp, events);
  noteHandshake(tracking, tcp, from);
  conversation.ending = endingOf(tracking, tcp, from);
  return {
    conversation,
    from,
    relativeSequence: seqAdd(tcp.sequence, -sender.base),
    relativeAcknowledgment: ack
      ? seqAdd(tcp.acknowledgment, -receiver.base!)
      : null,
    retransmission,
    clientState: client.state,
    serverState: server.state,
  };
}

function noteSyn(sender: ConversationEnd, tcp: TcpHeader): void {
  sender.initialSequence ??= tcp.sequence;
  sender.base ??= tcp.sequence;
  const scale = tcp.options.find((option) => option.kind === "windowScale");
  sender.windowShift ??= scale?.shift ?? null;
}

/** The third segment must acknowledge what the second one acknowledged. */
function noteHandshake(tracking: Tracking, tcp: TcpHeader, from: Side): void {
  const { conversation } = tracking;
  const { client, server } = conversation;
  const { syn, ack, rst } = tcp.flags;
  if (!ack || rst) return;
  const acknowledges = (end: ConversationEnd) =>
    end.initialSequence !== null &&
    tcp.acknowledgment === seqAdd(end.initialSequence, 1);
  if (from === "server" && syn && acknowledges(client)) {
    tracking.synAcked = true;
  } else if (from === "client" && tracking.synAcked && acknowledges(server)) {
    conversation.handshake = true;
  }
}

/** Follows the FINs: who was first, and whose has been acknowledged. */
function noteClosing(
  tracking: Tracking,
  tcp: TcpHeader,
  from: Side,
  data: number,
): void {
  const { conversation, finAcked } = tracking;
  const peer: Side = from === "client" ? "server" : "client";
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
  const { conversation, finAcked, progress } = tracking;
  const peer: Side = from === "client" ? "server" : "client";
  const { syn, ack, fin, rst } = tcp.flags;
  if (rst) return ["rcv RST"];
  if (syn && ack && conversation[peer].state === "SYN-SENT") {
    return ["rcv SYN,ACK"];
  }
  const events: TcpEvent[] = [];
  if (syn && !ack) events.push("rcv SYN");
  if (ack) events.push("rcv ACK of SYN");
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
    const refused = from === "server" && server.initialSequence === null &&
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

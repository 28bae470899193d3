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

import { FourTuples } from "./four_tuple.ts";
import type { Packet } from "./packet.ts";
import type { SegmentNote } from "./segment_notes.ts";
import { PROTOCOL_TCP, type TcpHeader } from "../tcp/header.ts";
import { seqDiff } from "../tcp/sequence.ts";
import type { TcpState } from "../tcp/state.ts";
import type { Side } from "../tcp/walk.ts";
import type { Timestamp } from "./timestamp.ts";
import { beginTracking, senderOf, trackSegment } from "./track_segment.ts";
import type { Tracking } from "./track_segment.ts";

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
  /** Segments that were sent before, whole or in part. */
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
  /** Whether both SYNs were captured, and the acknowledgments of both. */
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
  /** What is remarkable about it, by the names that Wireshark gives. */
  notes: SegmentNote[];
  /** Whether the notes say that it was sent before. */
  retransmission: boolean;
  /** How many duplicate ACKs it is the last of; 0 if it is none. */
  duplicateAcks: number;
  /**
   * The power of 2 by which its window counts; `null` if unknown, since the
   * SYNs were not captured.
   */
  windowShift: number | null;
  /** The window in bytes, scaled; `null` if the scale is unknown. */
  scaledWindow: number | null;
  /** State of the client once this segment has arrived. */
  clientState: TcpState;
  /** State of the server once this segment has arrived. */
  serverState: TcpState;
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
  /**
   * Gives each new conversation its number, where others count along.
   *
   * @default {it counts from 1}
   */
  nextNumber?: () => number;
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
  readonly #open: FourTuples<Tracking>;
  readonly #max: number;
  readonly #nextNumber: () => number;
  #count = 0;

  /**
   * Has seen none yet.
   *
   * @param options How much to remember, and how to count.
   */
  constructor(options: ConversationsOptions = {}) {
    const { max = 10_000, nextNumber } = options;
    this.#max = max;
    this.#open = new FourTuples(max);
    this.#nextNumber = nextNumber ?? (() => this.#count);
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
    const known = this.#open.get(packet);
    if (known !== undefined && !isNewSyn(known.conversation, packet, tcp)) {
      this.#open.set(packet, known);
      return trackSegment(known, packet, tcp);
    }
    this.#count++;
    const tracking = beginTracking(packet, tcp, this.#nextNumber());
    tracking.reusesPorts = known !== undefined;
    if (this.list.length < this.#max) this.list.push(tracking.conversation);
    this.#open.set(packet, tracking);
    return trackSegment(tracking, packet, tcp);
  }

  /**
   * Finds the conversation that a packet belongs to, and leaves it as it is.
   *
   * @param packet A TCP packet, perhaps cut off or quoted by ICMP.
   * @returns The conversation; `null` if there is none.
   */
  find(packet: Packet): Conversation | null {
    if (packet.ip?.protocol !== PROTOCOL_TCP) return null;
    return this.#open.get(packet)?.conversation ?? null;
  }
}

/**
 * How far before the first number seen a SYN may be, if data that it carries was
 * captured, or acknowledged, before it was.
 */
const MAX_SYN_DISTANCE = 65_535;

/** Ports are used again: a SYN with another number begins a new connection. */
function isNewSyn(
  conversation: Conversation,
  packet: Packet,
  tcp: TcpHeader,
): boolean {
  if (!tcp.flags.syn || tcp.flags.ack) return false;
  const sender = conversation[senderOf(conversation, packet)];
  if (sender.base === null) return false;
  if (sender.initialSequence !== null) {
    return sender.initialSequence !== tcp.sequence;
  }
  const distance = seqDiff(sender.base, tcp.sequence);
  return distance < 0 || distance > MAX_SYN_DISTANCE;
}

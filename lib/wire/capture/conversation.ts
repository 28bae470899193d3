/**
 * Conversations: the packets of one TCP connection, found by their four-tuple
 * (two addresses and two ports), and summarized.
 *
 * An observer on the network must guess a little. A segment that was seen
 * before counts as a retransmission, whether or not the first one had arrived.
 * If a connection's start wasn't captured, its relative numbers count from the
 * first one seen. The states assume that each segment arrives right after it
 * was captured.
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

/** The way in which a conversation ended. */
export type Ending =
  /** Neither end has ended its direction. */
  | { how: "open" }
  /** Only one end has ended its direction. */
  | { how: "half-closed"; by: Side }
  /** Both ends have, but the capture doesn't show both acknowledgments. */
  | { how: "closing"; first: Side }
  /**
   * Both ends have, and each one's FIN was acknowledged. `simultaneous`: each
   * sent its FIN before the other's arrived. `segments`: the number of segments
   * that carry a FIN or are the first to acknowledge one, usually three or
   * four.
   */
  | { how: "closed"; first: Side; simultaneous: boolean; segments: number }
  /** One end has reset the connection. */
  | { how: "reset"; by: Side }
  /** The SYN was answered by a reset: no socket is listening there. */
  | { how: "refused" };

/** One end of a conversation, and what it sent. */
export interface ConversationEnd {
  /** Its IP address. */
  address: string;
  /** Its port. */
  port: number;
  /** The sequence number of its SYN; `null` if that wasn't captured. */
  initialSequence: number | null;
  /**
   * The sequence number that counts as 0 in relative numbers; `null` before the
   * first segment.
   */
  base: number | null;
  /** The window scale in its SYN; `null` if there was none. */
  windowShift: number | null;
  /** The number of segments that it sent. */
  segments: number;
  /** Bytes of data that it sent, each counted once. */
  bytes: number;
  /** The number of segments that were sent before, in whole or in part. */
  retransmissions: number;
  /** The sequence number of its FIN; `null` if it hasn't sent one. */
  finSequence: number | null;
  /** Its state, as far as the captured segments show. */
  state: TcpState;
}

/** The captured part of one TCP connection. */
export interface Conversation {
  /** Its number among all conversations of the capture, from 1. */
  number: number;
  /** The end that sent the SYN, or else the packet that was seen first. */
  client: ConversationEnd;
  /** The other end. */
  server: ConversationEnd;
  /** Whether both SYNs were captured, and the acknowledgments of both. */
  handshake: boolean;
  /** The number of its first packet in the capture. */
  firstPacket: number;
  /** The number of its last packet in the capture. */
  lastPacket: number;
  /** The time of its first packet. */
  start: Timestamp | null;
  /** The time of its last packet. */
  end: Timestamp | null;
  /** The way in which it ended. */
  ending: Ending;
}

/** A segment as part of its conversation. */
export interface TrackedSegment {
  /** The conversation, which later segments will change. */
  conversation: Conversation;
  /** The end that sent it. */
  from: Side;
  /** Its sequence number, counted from the sender's SYN. */
  relativeSequence: number;
  /**
   * Its acknowledgment number, counted from the receiver's SYN; `null` if it
   * has none.
   */
  relativeAcknowledgment: number | null;
  /** Notes about it, with Wireshark's names. */
  notes: SegmentNote[];
  /** Whether the notes say that it was sent before. */
  retransmission: boolean;
  /** Its number in a series of duplicate ACKs; 0 if it isn't one. */
  duplicateAcks: number;
  /**
   * The window scale that applies to it; `null` if it's unknown because the
   * SYNs weren't captured.
   */
  windowShift: number | null;
  /** The window in bytes, scaled; `null` if the scale is unknown. */
  scaledWindow: number | null;
  /** State of the client once this segment has arrived. */
  clientState: TcpState;
  /** State of the server once this segment has arrived. */
  serverState: TcpState;
}

/** Options for {@linkcode Conversations}. */
export interface ConversationsOptions {
  /**
   * The most conversations to remember, so that a capture can't use up the
   * memory. If there are more, the least recently active one is dropped: its
   * later packets start a new one.
   *
   * @default {10000}
   */
  max?: number;
  /**
   * Returns the number for a new conversation, if the numbers are shared with
   * conversations of another kind.
   *
   * @default {counts from 1}
   */
  nextNumber?: () => number;
}

/**
 * Groups packets by conversation. It keeps only totals, not the packets.
 *
 * @example A refused connection
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
   * Creates an instance without conversations.
   *
   * @param options The limit, and the numbering.
   */
  constructor(options: ConversationsOptions = {}) {
    const { max = 10_000, nextNumber } = options;
    this.#max = max;
    this.#open = new FourTuples(max);
    this.#nextNumber = nextNumber ?? (() => this.#count);
  }

  /** The total number of conversations. */
  get count(): number {
    return this.#count;
  }

  /**
   * Adds a packet to its conversation, or starts a new one.
   *
   * @param packet A decoded packet.
   * @returns The segment as part of its conversation; `null` if it isn't TCP,
   * or is a fragment without a header.
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
   * Finds a packet's conversation without changing it.
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
 * The largest distance from a SYN to the first sequence number seen, if data of
 * the connection was captured or acknowledged before the SYN was.
 */
const MAX_SYN_DISTANCE = 65_535;

/** Ports are reused: a SYN with another number starts a new connection. */
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

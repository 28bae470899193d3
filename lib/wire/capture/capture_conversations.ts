/**
 * All conversations of a capture, over TCP and over UDP, numbered together.
 *
 * @module
 */

import { type Conversation, Conversations } from "./conversation.ts";
import type { TrackedSegment } from "./conversation.ts";
import type { Packet } from "./packet.ts";
import { DatagramConversations } from "./udp_conversation.ts";
import type { DatagramConversation } from "./udp_conversation.ts";
import type { TrackedDatagram } from "./udp_conversation.ts";

/** A packet's place in the conversations of its capture. */
export interface TrackedPacket {
  /**
   * The number of its conversation; for an ICMP error, that of the packet it
   * quotes. `null` if it doesn't belong to one.
   */
  number: number | null;
  /** The packet as a TCP segment of its conversation. */
  segment: TrackedSegment | null;
  /** The packet as a UDP datagram of its conversation. */
  datagram: TrackedDatagram | null;
  /** The conversation of the packet that an ICMP error quotes. */
  quoted: Conversation | DatagramConversation | null;
}

/**
 * Sorts packets into conversations.
 *
 * @example Numbered together
 * ```ts
 * import { CaptureConversations, decodePacket, encodePacket } from "./mod.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const ip = { version: 4, source: "127.0.0.1", destination: "127.0.0.1" } as const;
 * const ports = { sourcePort: 50000, destinationPort: 53 };
 * const conversations = new CaptureConversations();
 * const numbers = [{ ip, udp: ports }, { ip, tcp: ports }].map((fields) =>
 *   conversations.add(decodePacket(encodePacket(fields), 101)).number
 * );
 * assertEquals(numbers, [1, 2]);
 * ```
 */
export class CaptureConversations {
  readonly #tcp: Conversations;
  readonly #udp: DatagramConversations;
  #count = 0;

  /** Creates an instance without conversations. */
  constructor() {
    const nextNumber = () => ++this.#count;
    this.#tcp = new Conversations({ nextNumber });
    this.#udp = new DatagramConversations({ nextNumber });
  }

  /** The total number of conversations. */
  get count(): number {
    return this.#count;
  }

  /** The TCP and UDP conversations, in the order of their numbers. */
  get list(): (Conversation | DatagramConversation)[] {
    return [...this.#tcp.list, ...this.#udp.list]
      .sort((a, b) => a.number - b.number);
  }

  /**
   * Adds a packet to its conversation, or starts a new one.
   *
   * @param packet A decoded packet.
   * @returns The packet's place in its conversation.
   */
  add(packet: Packet): TrackedPacket {
    const segment = this.#tcp.add(packet);
    const datagram = this.#udp.add(packet);
    const own = (segment ?? datagram)?.conversation ?? this.#tcp.find(packet);
    const quoted = packet.quoted === null
      ? null
      : this.#tcp.find(packet.quoted) ?? this.#udp.find(packet.quoted);
    return {
      number: (own ?? quoted)?.number ?? null,
      segment,
      datagram,
      quoted,
    };
  }
}

/**
 * Returns whether a conversation uses UDP, not TCP.
 *
 * @param conversation A conversation of either kind.
 * @returns Whether it uses UDP.
 */
export function isDatagrams(
  conversation: Conversation | DatagramConversation,
): conversation is DatagramConversation {
  return "datagrams" in conversation.client;
}

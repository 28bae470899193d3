/**
 * Conversations over UDP: the datagrams between two addresses and ports. UDP
 * has no handshake and no close, so there's less to record than for TCP.
 *
 * @module
 */

import type { ConversationsOptions } from "./conversation.ts";
import { FourTuples } from "./four_tuple.ts";
import type { Packet } from "./packet.ts";
import { PROTOCOL_UDP } from "../ip/udp.ts";
import type { Side } from "../tcp/walk.ts";
import type { Timestamp } from "./timestamp.ts";

/** One end of a UDP conversation, and what it sent. */
export interface DatagramEnd {
  /** Its IP address. */
  address: string;
  /** Its port. */
  port: number;
  /** The number of datagrams that it sent. */
  datagrams: number;
  /** The number of bytes of data in them. */
  bytes: number;
}

/** The datagrams between two ends. */
export interface DatagramConversation {
  /** Its number among all conversations of the capture, from 1. */
  number: number;
  /** The end that sent the first datagram. */
  client: DatagramEnd;
  /** The other end. */
  server: DatagramEnd;
  /** The number of its first packet in the capture. */
  firstPacket: number;
  /** The number of its last packet in the capture. */
  lastPacket: number;
  /** The time of its first packet. */
  start: Timestamp | null;
  /** The time of its last packet. */
  end: Timestamp | null;
}

/** A datagram as part of its conversation. */
export interface TrackedDatagram {
  /** The conversation, which later datagrams will change. */
  conversation: DatagramConversation;
  /** The end that sent it. */
  from: Side;
}

/**
 * Groups UDP packets by conversation. It keeps only totals, not the packets.
 *
 * @example A query and its response
 * ```ts
 * import { DatagramConversations, decodePacket, encodePacket } from "./mod.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const ip = { version: 4, source: "127.0.0.1", destination: "127.0.0.1" } as const;
 * const conversations = new DatagramConversations();
 * for (const [sourcePort, destinationPort] of [[50000, 53], [53, 50000]]) {
 *   const bytes = encodePacket({ ip, udp: { sourcePort, destinationPort } });
 *   conversations.add(decodePacket(bytes, 101));
 * }
 * const [{ client, server }] = conversations.list;
 * assertEquals([client.port, server.datagrams], [50000, 1]);
 * ```
 */
export class DatagramConversations {
  /**
   * The conversations, in the order of their first packets: all of them, unless
   * there were more than `max`.
   */
  readonly list: DatagramConversation[] = [];
  readonly #open: FourTuples<DatagramConversation>;
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
   * @returns The datagram as part of its conversation; `null` if it isn't UDP,
   * or is a fragment without ports.
   */
  add(packet: Packet): TrackedDatagram | null {
    if (packet.ip?.protocol !== PROTOCOL_UDP || packet.ports === null) {
      return null;
    }
    let conversation = this.#open.get(packet);
    if (conversation === undefined) {
      this.#count++;
      conversation = begin(packet, this.#nextNumber());
      if (this.list.length < this.#max) this.list.push(conversation);
    }
    this.#open.set(packet, conversation);
    const from = senderOf(conversation, packet);
    conversation.lastPacket = packet.number;
    conversation.end = packet.time;
    conversation[from].datagrams++;
    conversation[from].bytes += packet.udp === null ? 0 : packet.payloadBytes;
    return { conversation, from };
  }

  /**
   * Finds a packet's conversation without changing it.
   *
   * @param packet A UDP packet, perhaps quoted by ICMP.
   * @returns The conversation; `null` if there is none.
   */
  find(packet: Packet): DatagramConversation | null {
    if (packet.ip?.protocol !== PROTOCOL_UDP) return null;
    return this.#open.get(packet) ?? null;
  }
}

function begin(packet: Packet, number: number): DatagramConversation {
  const { source, destination } = packet.ip!;
  const ports = packet.ports!;
  return {
    number,
    client: { address: source, port: ports.source, datagrams: 0, bytes: 0 },
    server: {
      address: destination,
      port: ports.destination,
      datagrams: 0,
      bytes: 0,
    },
    firstPacket: packet.number,
    lastPacket: packet.number,
    start: packet.time,
    end: packet.time,
  };
}

function senderOf({ client }: DatagramConversation, packet: Packet): Side {
  const isClient = packet.ip!.source === client.address &&
    packet.ports!.source === client.port;
  return isClient ? "client" : "server";
}

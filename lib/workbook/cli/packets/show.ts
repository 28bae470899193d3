import {
  conversationTitle,
  summarizeConversation,
  summarizeDatagrams,
} from "../../../show/mod.ts";
import {
  type Conversation,
  type DatagramConversation,
  elapsedMs,
  isDatagrams,
  type Packet,
  type Timestamp,
} from "../../../wire/mod.ts";
import type { Output } from "../output.ts";
import type { PacketFilter } from "./filter.ts";

/** A way to show a capture. */
export interface Show {
  /** Handles the next packet, and returns whether it needs another one. */
  packet(packet: Packet): boolean;
  /** Handles the end of the capture: shows everything that's left. */
  end(): void;
  /**
   * After the whole capture, reports a requested packet or conversation that
   * doesn't exist.
   */
  missing?(): string | null;
}

/** Options for showing a capture. */
export interface ShowOptions {
  /** The output for the lines. */
  output: Output;
  /** The width, in columns. */
  width: number;
  /** Whether to show sequence numbers as on the wire. */
  raw: boolean;
  /** The filter for the packets to show; `null` for all of them. */
  filter: PacketFilter | null;
  /** The only conversation to show; `null` for all of them. */
  conversation: number | null;
}

/**
 * Summarizes a conversation of either protocol.
 *
 * @param conversation The conversation.
 * @param width The width, in columns.
 * @returns Lines: a title, and the facts.
 */
export function summary(
  conversation: Conversation | DatagramConversation,
  width: number,
): string[] {
  return [
    conversationTitle(conversation),
    ...(isDatagrams(conversation)
      ? summarizeDatagrams(conversation, { width })
      : summarizeConversation(conversation, { width })),
  ];
}

/**
 * Formats a message that there is no such conversation, and which conversations
 * there are.
 *
 * @param number The requested number.
 * @param count The number of conversations.
 * @returns One line.
 */
export function noConversation(number: number, count: number): string {
  return `no conversation ${number}: ` + (
    count === 0
      ? "this capture has no TCP or UDP packets"
      : count === 1
      ? "the only one is conversation 1"
      : `conversations are 1 to ${count}`
  );
}

/**
 * Returns the time from the start of a capture to a packet.
 *
 * @param start The time of the start.
 * @param time The time of the packet.
 * @returns The milliseconds; `null` if a time is unknown.
 */
export function elapsedSince(
  start: Timestamp | null,
  time: Timestamp | null,
): number | null {
  return start === null || time === null ? null : elapsedMs(start, time);
}

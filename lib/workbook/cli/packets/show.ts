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

/** One way of showing a capture. */
export interface Show {
  /** Takes the next packet, and says whether it wants another one. */
  packet(packet: Packet): boolean;
  /** Says what is left to be said when no packet comes any more. */
  end(): void;
  /** Says what was asked for and is not there, once all has been read. */
  missing?(): string | null;
}

/** How to show it, and what of it. */
export interface ShowOptions {
  /** Where the lines go. */
  output: Output;
  /** Columns to fit into. */
  width: number;
  /** Whether to show the numbers as they were on the wire. */
  raw: boolean;
  /** Which packets to show; `null` for all of them. */
  filter: PacketFilter | null;
  /** The only conversation to show; `null` for all of them. */
  conversation: number | null;
}

/**
 * Sums a conversation up, whatever its protocol is.
 *
 * @param conversation The conversation.
 * @param width Columns to fit into.
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
 * Says that there is no such conversation, and which ones there are.
 *
 * @param number The number that was asked for.
 * @param count How many there are.
 * @returns One line.
 */
export function noConversation(number: number, count: number): string {
  return `no conversation ${number}: ` + (
    count === 0
      ? "there is no TCP and no UDP in this capture"
      : count === 1
      ? "there is one, conversation 1"
      : `conversations are 1 to ${count}`
  );
}

/**
 * Says how long after the start something was captured.
 *
 * @param start When it began.
 * @param time When it was captured.
 * @returns Milliseconds; `null` if a time is unknown.
 */
export function elapsedSince(
  start: Timestamp | null,
  time: Timestamp | null,
): number | null {
  return start === null || time === null ? null : elapsedMs(start, time);
}

/**
 * Summarizes a conversation in words.
 *
 * @module
 */

import { counted } from "./counted.ts";
import { bold, cyan } from "@std/fmt/colors";
import type {
  Conversation,
  ConversationEnd,
  Ending,
} from "../wire/capture/conversation.ts";
import type { TcpState } from "../wire/tcp/state.ts";
import type {
  DatagramConversation,
  DatagramEnd,
} from "../wire/capture/udp_conversation.ts";
import { isDatagrams } from "../wire/capture/capture_conversations.ts";
import { elapsedMs } from "../wire/capture/timestamp.ts";
import { formatElapsed } from "./elapsed.ts";
import { formatEnd } from "./packet_line.ts";
import { wrapText } from "./text.ts";

/** The states of an end that is still opening its connection. */
const OPENING: ReadonlySet<TcpState> = new Set(
  ["LISTEN", "SYN-SENT", "SYN-RECEIVED"] as const,
);

/** The width of the facts' names and their indent, in columns. */
const NAME_WIDTH = 14;

/**
 * Formats a conversation's title: its number and its two ends.
 *
 * @param conversation The conversation.
 * @returns One line of text.
 */
export function conversationTitle(
  conversation: Conversation | DatagramConversation,
): string {
  const { number, client, server } = conversation;
  const ends = [client, server].map(({ address, port }) =>
    formatEnd(address, port)
  );
  const protocol = isDatagrams(conversation) ? ", UDP" : "";
  return bold(`Conversation ${number}${protocol}: ${ends.join(" → ")}`);
}

/**
 * Summarizes a conversation: the handshake, the bytes in each direction, the
 * retransmissions, and how it closed.
 *
 * @param conversation The conversation.
 * @param options `width`: the width, in columns.
 * @returns The lines, indented by two columns.
 *
 * @example A refused connection
 * ```ts
 * import { summarizeConversation } from "./conversation_summary.ts";
 * import type { ConversationEnd } from "../wire/mod.ts";
 * import { stripAnsiCode } from "@std/fmt/colors";
 * import { assertEquals } from "@std/assert";
 *
 * const client: ConversationEnd = {
 *   address: "127.0.0.1",
 *   port: 50000,
 *   initialSequence: 700,
 *   base: 700,
 *   windowShift: null,
 *   segments: 1,
 *   bytes: 0,
 *   retransmissions: 0,
 *   finSequence: null,
 *   state: "CLOSED",
 * };
 * const server = { ...client, port: 7, initialSequence: null };
 * const lines = summarizeConversation({
 *   number: 1,
 *   client,
 *   server,
 *   handshake: false,
 *   firstPacket: 1,
 *   lastPacket: 2,
 *   start: null,
 *   end: null,
 *   ending: { how: "refused" },
 * }, { width: 80 });
 * assertEquals(lines.map(stripAnsiCode), [
 *   "  packets     2, from number 1 to 2",
 *   "  handshake   not complete: the client's SYN has sequence number 700",
 *   "  the client  sent 0 bytes in 1 segment",
 *   "  the server  sent 0 bytes in 1 segment",
 *   "  outcome     refused: no socket was listening there",
 * ]);
 * ```
 */
export function summarizeConversation(
  conversation: Conversation,
  options: { width: number },
): string[] {
  const { client, server, ending } = conversation;
  return drawFacts([
    ["packets", packetsText(conversation, client.segments + server.segments)],
    ["handshake", handshakeText(conversation)],
    ["the client", sentText(client)],
    ["the server", sentText(server)],
    ["outcome", endingText(ending)],
  ], options);
}

/**
 * Summarizes a UDP conversation: the datagrams and bytes in each direction.
 *
 * @param conversation The conversation.
 * @param options `width`: the width, in columns.
 * @returns The lines, indented by two columns.
 *
 * @example A query without a response
 * ```ts
 * import { summarizeDatagrams } from "./conversation_summary.ts";
 * import { stripAnsiCode } from "@std/fmt/colors";
 * import { assertEquals } from "@std/assert";
 *
 * const client = { address: "::1", port: 50000, datagrams: 1, bytes: 29 };
 * const lines = summarizeDatagrams({
 *   number: 1,
 *   client,
 *   server: { ...client, port: 53, datagrams: 0, bytes: 0 },
 *   firstPacket: 1,
 *   lastPacket: 1,
 *   start: null,
 *   end: null,
 * }, { width: 80 });
 * assertEquals(lines.map(stripAnsiCode), [
 *   "  packets     1, number 1",
 *   "  the client  sent 29 bytes in 1 datagram",
 *   "  the server  sent nothing",
 * ]);
 * ```
 */
export function summarizeDatagrams(
  conversation: DatagramConversation,
  options: { width: number },
): string[] {
  const { client, server } = conversation;
  return drawFacts([
    ["packets", packetsText(conversation, client.datagrams + server.datagrams)],
    ["the client", datagramsText(client)],
    ["the server", datagramsText(server)],
  ], options);
}

function drawFacts(facts: string[][], { width }: { width: number }): string[] {
  return facts.flatMap(([name, value]) =>
    wrapText(cyan(value), {
      width,
      indent: " ".repeat(NAME_WIDTH),
      firstIndent: `  ${name}`.padEnd(NAME_WIDTH),
    })
  );
}

function packetsText(
  conversation: Conversation | DatagramConversation,
  count: number,
): string {
  const { firstPacket, lastPacket, start, end } = conversation;
  const text = count === 1
    ? `1, number ${firstPacket}`
    : `${count}, from number ${firstPacket} to ${lastPacket}`;
  if (count === 1 || start === null || end === null) return text;
  return `${text}, in ${formatElapsed(Math.max(0, elapsedMs(start, end)))}`;
}

function handshakeText(conversation: Conversation): string {
  const { handshake, client, server, ending } = conversation;
  const a = client.initialSequence;
  const b = server.initialSequence;
  if (handshake) {
    return `SYN, SYN-ACK, ACK; the client counts from ${a}, the server ` +
      `from ${b}`;
  }
  if (a === null && b === null) return "not in this capture";
  const seen = [["client", a], ["server", b]]
    .filter(([, number]) => number !== null)
    .map(([side, number]) => `the ${side}'s SYN has sequence number ${number}`);
  const wasOpen = ending.how === "reset"
    ? client.bytes + server.bytes > 0
    : ending.how !== "refused" &&
      ![client, server].some(({ state }) => OPENING.has(state));
  const head = wasOpen ? "only partly in this capture" : "not complete";
  return `${head}: ${seen.join(", ")}`;
}

function datagramsText({ bytes, datagrams }: DatagramEnd): string {
  if (datagrams === 0) return "sent nothing";
  return `sent ${counted(bytes, "byte")} in ${counted(datagrams, "datagram")}`;
}

function sentText(end: ConversationEnd): string {
  const { bytes, segments, retransmissions } = end;
  const text = `sent ${counted(bytes, "byte")} in ${
    counted(segments, "segment")
  }`;
  return retransmissions === 0
    ? text
    : `${text}, ${counted(retransmissions, "retransmission")}`;
}

function endingText(ending: Ending): string {
  switch (ending.how) {
    case "open":
      return "open: no FIN and no reset in this capture";
    case "half-closed":
      return `half closed: only the ${ending.by} has ended its side`;
    case "closing":
      return `closing, the ${ending.first} first; not both FINs were ` +
        "acknowledged";
    case "closed":
      return ending.simultaneous
        ? `closed by both at the same time, in ${ending.segments} segments`
        : `closed in ${ending.segments} segments, the ${ending.first} first`;
    case "reset":
      return `reset by the ${ending.by}`;
    case "refused":
      return "refused: no socket was listening there";
  }
}

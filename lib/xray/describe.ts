import { counted, printable } from "../show/mod.ts";
import { type NameOf, shortPath } from "./names.ts";
import { nameOfSocket } from "./socket_calls.ts";
import type { TimedCall, TimelineItem } from "./timeline.ts";
import type { WirePacket } from "./wire_packet.ts";

/** A space at which a line can't break. */
const TIED = "\u00a0";

/** Options for {@linkcode describeItem}. */
export interface DescribeOptions {
  /** Returns the name of an address. */
  nameOf: NameOf;
  /**
   * The width of the timeline's column, in characters.
   *
   * @default {Infinity}
   */
  width?: number;
}

/** The width that a packet's seq and ack need beside its names, in characters. */
export const MIN_NUMBERS_WIDTH = 36;
/** The most width for data, in characters. */
const MAX_DATA = 34;

/** What the error of a non-blocking call means. */
const MEANINGS: Record<string, string> = {
  EAGAIN: "nothing yet",
  EINPROGRESS: "under way",
};

/**
 * Describes one item of a timeline in a line.
 *
 * No-break spaces tie words that belong together.
 *
 * @param item The item to describe.
 * @param options The names of addresses, and the width.
 * @returns The line, which is empty for an event that isn't shown here.
 *
 * @example A packet
 * ```ts
 * import { describeItem } from "./describe.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const line = describeItem({
 *   atMs: 0.5,
 *   step: 1,
 *   seen: "packet",
 *   packet: {
 *     protocol: "tcp",
 *     source: "127.0.0.1:50000",
 *     destination: "127.0.0.1:7000",
 *     flags: "PSH,ACK",
 *     relativeSequence: 1,
 *     bytes: 2,
 *     data: "6869",
 *   },
 * }, { nameOf: (address) => address.split(":")[1] });
 * assertEquals(
 *   line.replaceAll("\u00a0", " "),
 *   '50000 → 7000 PSH,ACK seq 1 2 bytes "hi"',
 * );
 * ```
 */
export function describeItem(
  item: TimelineItem,
  options: DescribeOptions,
): string {
  if (item.seen === "call") return describeCall(item.call, options);
  if (item.seen === "packet") return describePacket(item.packet, options);
  if (item.seen === "more") return "";
  const { event } = item;
  switch (event.kind) {
    case "call":
      return `${tie(`${event.lane}:`)} ${event.call}`;
    case "arrow":
      return `${tie(`${event.from} → ${event.to}:`)} ${
        event.label || event.sent
      }`;
    case "fact":
      return `${event.name}: ${event.value}`;
    case "note":
      return event.text;
    default:
      return "";
  }
}

function describeCall(call: TimedCall, options: DescribeOptions): string {
  const { name, socket, moves } = call;
  const given = shortPath(call.given);
  const args = name === "socket" ? [] : [String(socket.descriptor)];
  if (call.housekeeping) {
    if (name.endsWith("sockopt")) args.push(tie(given));
    const text = `${name}(${args.join(", ")})`;
    if (call.error !== undefined) return `${text} ${tie(`= ${call.error}`)}`;
    // It tells which port came of port 0.
    const tells = name === "getsockname" && socket.remote === undefined;
    return tells && given !== "" ? `${text} ${tie(`= ${given}`)}` : text;
  }
  if (moves === "out") {
    const count = tie(`${given} ${dataOf(call, call.asked ?? 0, options)}`);
    args.push(count.trim() + toPeer(call, "to", options));
  } else if (given !== "") args.push(tie(given));
  // A few digits say little by themselves, so they stay with what is before.
  const outcome = outcomeOf(call, options);
  const gap = /^\d{1,4}$/.test(outcome) ? TIED : " ";
  return `${name}(${args.join(", ")})${gap}=${TIED}${outcome}`;
}

/** Describes the result of a call. */
function outcomeOf(call: TimedCall, options: DescribeOptions): string {
  const { error, made, moves, moved = 0, returned } = call;
  if (error !== undefined) {
    const meaning = moves === "out" ? undefined : MEANINGS[error];
    return tie(meaning === undefined ? error : `${error}, ${meaning}`);
  }
  if (made !== undefined) {
    return tie(nameOfSocket(made)) + toPeer(call, "from", options);
  }
  if (moves !== "in") return returned;
  const { kind } = call.socket;
  const isStream = kind === "tcp" || kind === "unix";
  if (isStream && moved === 0 && call.asked !== 0) return tie("0, the end");
  const got = `${returned} ${dataOf(call, moved, options)}`.trim();
  return tie(got) + toPeer(call, "from", options);
}

function toPeer(
  { peer }: TimedCall,
  word: "to" | "from",
  { nameOf }: DescribeOptions,
): string {
  return peer === undefined ? "" : ` ${tie(`${word} ${nameOf(peer)}`)}`;
}

function describePacket(
  packet: WirePacket,
  options: DescribeOptions,
): string {
  const { nameOf, width = Infinity } = options;
  const { source, destination, bytes, protocol, flags = "UDP" } = packet;
  const words = [tie(`${nameOf(source)} → ${nameOf(destination)}`), flags];
  if (width >= MIN_NUMBERS_WIDTH) {
    const { relativeSequence: seq, relativeAcknowledgment: ack } = packet;
    if (seq !== undefined) words.push(tie(`seq ${seq}`));
    if (ack !== undefined) words.push(tie(`ack ${ack}`));
  }
  if (bytes > 0 || protocol === "udp") {
    words.push(
      tie(`${counted(bytes, "byte")} ${dataOf(packet, bytes, options)}`.trim()),
    );
  }
  if (packet.fragment) words.push(tie("(first fragment)"));
  if (packet.retransmission) words.push(tie("(sent again)"));
  return words.join(" ");
}

/** Formats the first bytes of data as text, with `…` if there are more. */
function dataOf(
  { data = "" }: { data?: string },
  total: number,
  { width = Infinity }: DescribeOptions,
): string {
  const bytes = Uint8Array.fromHex(data).subarray(0, total);
  if (bytes.length === 0) return "";
  // An indent, the number of bytes, and a bracket go on the same line.
  const room = width - `  ${total} bytes )…`.length;
  const text = printable(bytes, { max: Math.max(8, Math.min(MAX_DATA, room)) });
  return bytes.length < total && !text.endsWith("…") ? `${text}…` : text;
}

function tie(text: string): string {
  return text.replaceAll(" ", TIED);
}

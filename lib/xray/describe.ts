import { counted } from "../show/mod.ts";
import { dataWords } from "./data_words.ts";
import { type NameOf, shortPath } from "./names.ts";
import { nameOfSocket } from "./socket_calls.ts";
import type { TimedCall, TimelineItem } from "./timeline.ts";
import type { WirePacket } from "./wire_packet.ts";

/** A no-break space. */
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

/**
 * The width that a packet's seq and ack need next to its names, in characters.
 */
export const MIN_NUMBERS_WIDTH = 36;
/** The most width for data, in characters. */
const MAX_DATA = 34;

/** The meanings of a non-blocking call's errors. */
const MEANINGS: Record<string, string> = {
  EAGAIN: "nothing yet",
  EINPROGRESS: "under way",
};

/**
 * Describes one item of a timeline in a line.
 *
 * No-break spaces keep words together.
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

/** Calls whose socket isn't connected yet, or never will be. */
const BEFORE_CONNECTED = [
  ...["bind", "listen", "connect", "accept", "accept4", "setsockopt"],
];

function describeCall(call: TimedCall, options: DescribeOptions): string {
  const { name, moves } = call;
  const given = shortPath(call.given);
  const args = name === "socket" ? [] : [tie(descriptorOf(call, options))];
  if (name === "getsockname" || name === "getpeername") {
    const result = call.error ?? given;
    return `${name}(${args[0]})${
      result === "" ? "" : ` ${tie(`= ${result}`)}`
    }`;
  }
  if (call.housekeeping) {
    const text = `${name}(${[...args, tie(given)].join(", ")})`;
    return call.error === undefined
      ? text
      : `${text} ${tie(`= ${call.error}`)}`;
  }
  if (moves === "out") {
    const data = dataOf(call, call.asked ?? 0, options);
    args.push(tie(given) + data + toPeer(call, "to", options));
  } else if (given !== "") args.push(tie(given));
  // A few digits alone mean little, so keep them on the same line as the text
  // before them.
  const outcome = outcomeOf(call, options);
  const gap = /^\d{1,4}$/.test(outcome) ? TIED : " ";
  return `${name}(${args.join(", ")})${gap}=${TIED}${outcome}`;
}

/** Returns a file descriptor and its peer: `21 → server`. */
function descriptorOf(
  { name, socket, housekeeping }: TimedCall,
  { nameOf }: DescribeOptions,
): string {
  const { descriptor, remote = "" } = socket;
  const leads = remote !== "" && !housekeeping &&
    !BEFORE_CONNECTED.includes(name);
  return leads ? `${descriptor} → ${nameOf(remote)}` : String(descriptor);
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
  return tie(returned) + dataOf(call, moved, options) +
    toPeer(call, "from", options);
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
  const { nameOf } = options;
  const { source, destination, bytes, protocol, flags = "UDP" } = packet;
  const way = tie(`${nameOf(source)} → ${nameOf(destination)}`);
  if (protocol === "icmp") return `${way} ${icmpWords(packet, options)}`;
  const words = [way, flags, ...numbersOf(packet, options)];
  if (bytes > 0 || protocol === "udp") {
    const data = packet.fragmentFrom === undefined
      ? dataOf(packet, bytes, options)
      : "";
    words.push(tie(counted(bytes, "byte")) + data);
  }
  if (packet.fragment) words.push(tie("(first fragment)"));
  if (packet.fragmentFrom !== undefined) {
    words.push(tie(`(fragment from byte ${packet.fragmentFrom})`));
  }
  words.push(...notesOf(packet));
  return words.join(" ");
}

/** Returns seq and ack, if there is room for them. */
function numbersOf(
  { relativeSequence: seq, relativeAcknowledgment: ack }: WirePacket,
  { width = Infinity }: DescribeOptions,
): string[] {
  if (width < MIN_NUMBERS_WIDTH) return [];
  return [
    ...(seq === undefined ? [] : [tie(`seq ${seq}`)]),
    ...(ack === undefined ? [] : [tie(`ack ${ack}`)]),
  ];
}

/** Returns notes about a segment, with Wireshark's names. */
function notesOf({ notes = [], scaledWindow }: WirePacket): string[] {
  if (notes.length === 0) return [];
  const words = notes.map((note) =>
    note === "window update" && scaledWindow !== undefined
      ? `${note}: ${scaledWindow} bytes`
      : note
  );
  return [tie(`(${words.join(", ")})`)];
}

function icmpWords(
  { icmp = "ICMP", quoted }: WirePacket,
  { nameOf }: DescribeOptions,
): string {
  if (quoted === undefined) return icmp;
  const { protocol, source, destination } = quoted;
  const way = tie(`${nameOf(source)} → ${nameOf(destination)}`);
  return `${icmp}, about ${protocol.toUpperCase()} ${way}`;
}

/** Describes data, or shows its first bytes, after a space. */
function dataOf(
  { data = "", says }: { data?: string; says?: string },
  total: number,
  { width = Infinity }: DescribeOptions,
): string {
  if (says !== undefined) return ` ${says}`;
  // An indent, the number of bytes, and a bracket go on the same line.
  const room = width - `  ${total} bytes )…`.length;
  const columns = Math.min(MAX_DATA, room);
  const words = dataWords(Uint8Array.fromHex(data), { total, columns });
  return words === "" ? "" : TIED + tie(words);
}

function tie(text: string): string {
  return text.replaceAll(" ", TIED);
}

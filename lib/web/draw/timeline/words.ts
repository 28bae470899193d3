/**
 * Says in a few words what a system call did and what a packet carried.
 *
 * @module
 */
import { counted } from "../../../show/counted.ts";
import type { TimedCall, WirePacket } from "../types.ts";

/** The meanings of a non-blocking call's errors. */
const MEANINGS: Record<string, string> = {
  EAGAIN: "nothing yet",
  EINPROGRESS: "under way",
};

/** The most characters of data on a label. */
const MAX_DATA = 18;

/**
 * Describes a system call: `sendto(22, 10 bytes)`.
 *
 * @param call The call.
 */
export function callWords(call: TimedCall): string {
  const { name, socket, made, moves, asked = 0, moved = 0, error } = call;
  const { descriptor, kind } = socket;
  const failure = error === undefined ? undefined : MEANINGS[error] ?? error;
  if (name === "socket") return `socket()${gives(String(descriptor))}`;
  if (moves === "out") {
    const result = failure ?? (moved === asked ? undefined : String(moved));
    const args = `${descriptor}, ${tie(counted(asked, "byte"))}`;
    return `${name}(${args})${result === undefined ? "" : gives(result)}`;
  }
  if (moves === "in") {
    const isStream = kind === "tcp" || kind === "unix";
    const isEnd = isStream && moved === 0 && asked !== 0;
    const result = failure ?? (isEnd ? "0, the end" : String(moved));
    const data = failure === undefined ? dataWords(call, moved) : "";
    return `${name}(${descriptor}, ${asked})${gives(result)}${data}`;
  }
  if (made !== undefined) {
    return `${name}(${descriptor})${gives(String(made.descriptor))}`;
  }
  const given = shortAddress(call.given);
  if (/^get(sock|peer)name$/.test(name)) {
    return `${name}(${descriptor})${gives(failure ?? given)}`;
  }
  // "backlog 511" stays on one line.
  const args = given === ""
    ? `${descriptor}`
    : `${descriptor}, ${name === "listen" ? tie(given) : given}`;
  const asks = name === "getsockopt" ? call.returned : undefined;
  const result = failure ?? asks;
  return `${name}(${args})${result === undefined ? "" : gives(result)}`;
}

/**
 * Describes the bytes that a call moved to its peer's socket without a packet.
 *
 * @param call The call.
 */
export function carriedWords(call: TimedCall): string {
  const { moved = 0 } = call;
  return tie(counted(moved, "byte")) + dataWords(call, moved);
}

/** Keeps a result on the same line as its sign. */
function gives(result: string): string {
  return ` =\u00a0${tie(result)}`;
}

/** Keeps words on one line. */
function tie(text: string): string {
  return text.replaceAll(" ", "\u00a0");
}

/** A packet in words: the most important ones, and its numbers. */
export interface PacketWords {
  main: string;
  numbers: string;
  notes: string;
}

/**
 * Describes a packet.
 *
 * @param packet The packet.
 * @param tag Which connection it belongs to, if that isn't clear.
 */
export function packetWords(packet: WirePacket, tag = ""): PacketWords {
  const { protocol, flags, bytes, icmp, quoted, notes = [] } = packet;
  if (protocol === "icmp") {
    return {
      main: icmp ?? "ICMP",
      numbers: quoted === undefined
        ? ""
        : `about ${quoted.protocol.toUpperCase()} to ` +
          shortAddress(quoted.destination),
      notes: "",
    };
  }
  const { relativeSequence: seq, relativeAcknowledgment: ack } = packet;
  const isData = bytes > 0 || protocol === "udp";
  return {
    main: (flags?.replaceAll(",", " ") ?? "UDP") +
      (isData
        ? ` ${tie(counted(bytes, "byte"))}${dataWords(packet, bytes)}`
        : ""),
    numbers: [
      ...(seq === undefined ? [] : [tie(`seq ${seq}`)]),
      ...(ack === undefined ? [] : [tie(`ack ${ack}`)]),
      ...(tag === "" ? [] : [`(${tag})`]),
    ].join(" "),
    notes: [
      ...notes.map((note) =>
        note === "window update" && packet.scaledWindow !== undefined
          ? `${note}: ${packet.scaledWindow}`
          : note
      ),
      ...(packet.fragment ? ["first fragment"] : []),
      ...(packet.fragmentFrom === undefined
        ? []
        : [`fragment from byte ${packet.fragmentFrom}`]),
    ].join(", "),
  };
}

/** Describes data, or shows its first characters if it's text. */
function dataWords(
  { data, says }: { data?: string; says?: string },
  total: number,
): string {
  // Keep a number on the same line as its name.
  if (says !== undefined) return ` ${says.replaceAll(/ (?=\d)/g, "\u00a0")}`;
  const text = textOf(data ?? "", total);
  return text === undefined ? "" : ` ${tie(`"${text}"`)}`;
}

/**
 * Returns bytes as text, or `undefined` if they aren't text.
 *
 * @param hex The bytes in hexadecimal; the last characters may be missing.
 * @param total How many bytes there are.
 */
export function textOf(hex: string, total: number): string | undefined {
  const bytes = Uint8Array.fromHex(hex).subarray(0, total);
  if (bytes.length === 0) return undefined;
  const text = new TextDecoder().decode(bytes)
    .replaceAll("\n", "\\n").replaceAll("\r", "\\r").replaceAll("\t", "\\t");
  // deno-lint-ignore no-control-regex
  if (/[\0-\x1f\x7f\ufffd]/.test(text)) return undefined;
  const characters = [...text];
  return characters.length <= MAX_DATA && bytes.length === total
    ? text
    : characters.slice(0, MAX_DATA - 1).join("") + "…";
}

/** Shortens an address: to the port at 127.0.0.1, and to the name of a path. */
export function shortAddress(address: string): string {
  return address.replace(/^127\.0\.0\.1(?=:\d+$)/, "")
    .replace(/^\/.*\//, "…/");
}

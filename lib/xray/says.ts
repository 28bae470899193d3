import {
  ACK,
  decodeHeader,
  decodeSegment,
  formatFlags,
  HEADER_BYTES,
  RST,
  SYN,
} from "../net/reliable/segment.ts";
import {
  counted,
  dnsWords,
  printable,
  tlsWords,
  truncateVisible,
  WebSocketWords,
} from "../show/mod.ts";
import {
  CommandParser,
  decodeReply,
  reasonOf,
  recognizeDns,
  type RespReply,
} from "../wire/mod.ts";

/** The place where data was observed. */
export interface DataPlace {
  /** The sender's address or name. */
  source: string;
  /** The receiver's address or name. */
  destination: string;
  /** Whether the data is part of a stream. */
  isStream: boolean;
  /** The size of all the data; only its start may be available. */
  bytes: number;
}

/**
 * The most conversations to remember. If there are more, the oldest is dropped.
 */
const MAX_REMEMBERED = 10_000;
/** The width for the words of a command or a reply, in columns. */
const MAX_WORDS = 40;

const REQUEST = /^([A-Z]+) (\S+) HTTP\/1\.[01]\r?\n/;
const RESPONSE = /^HTTP\/1\.[01] (\d{3})[ \r\n]/;
const latin1 = new TextDecoder("latin1");

/**
 * Describes data of the protocols that the workbook decodes: HTTP, WebSocket,
 * DNS, RESP, TLS, and the workbook's own reliable stream.
 *
 * It remembers a little about each conversation: a RESP reply can look like any
 * line, so only the commands before it identify it, a WebSocket starts with an
 * HTTP response, and a reliable stream's numbers count from its SYN.
 *
 * @example A command and its reply
 * ```ts
 * import { DataWords } from "./says.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const words = new DataWords();
 * const say = (text: string, source: string, destination: string) => {
 *   const data = new TextEncoder().encode(text);
 *   const bytes = data.length;
 *   return words.of(data, { source, destination, isStream: true, bytes });
 * };
 * assertEquals(say("+OK\r\n", "b", "a"), undefined);
 * assertEquals(say("*1\r\n$4\r\nPING\r\n", "a", "b"), "RESP PING");
 * assertEquals(say("+PONG\r\n", "b", "a"), "RESP PONG");
 * ```
 */
export class DataWords {
  /** The directions in which RESP commands were sent. */
  readonly #commands = new Map<string, true>();
  /** The initial sequence number of each direction of a reliable stream. */
  readonly #initial = new Map<string, number>();
  readonly #webSockets = new WebSocketWords();

  /**
   * Describes some data.
   *
   * @param data The data, or its first bytes.
   * @param place The place where it was observed.
   * @returns A few words, or `undefined` if the protocol is unknown.
   */
  of(data: Uint8Array, place: DataPlace): string | undefined {
    if (data.length === 0) return undefined;
    return this.#reliable(data, place) ??
      (place.isStream ? this.#webSockets.of(data, place) : undefined) ??
      dns(data, place) ??
      (place.isStream ? tlsWords(data) ?? http(data) : undefined) ??
      (place.isStream ? this.#resp(data, place) : undefined);
  }

  /**
   * Describes a segment of the workbook's reliable stream, which is a datagram.
   */
  #reliable(data: Uint8Array, place: DataPlace): string | undefined {
    if (place.isStream || data.length < HEADER_BYTES) return undefined;
    const header = quietly(() => decodeHeader(data));
    if (header === undefined) return undefined;
    const { source, destination } = place;
    const { flags, seq, ack, window } = header;
    // The checksum covers the whole segment.
    const isDamaged = data.length === place.bytes &&
      quietly(() => decodeSegment(data)) === undefined;
    const way = `${source} ${destination}`;
    if (flags & SYN) remember(this.#initial, way, seq);
    const relative = (number: number, way: string) => {
      const initial = this.#initial.get(way);
      return initial === undefined ? number : (number - initial) >>> 0;
    };
    const size = place.bytes - HEADER_BYTES;
    return [
      `reliable ${formatFlags(flags)} seq ${relative(seq, way)}`,
      ...(flags & ACK
        ? [`ack ${relative(ack, `${destination} ${source}`)}`]
        : []),
      ...(flags & RST ? [] : [`win ${window}`]),
      ...(size > 0 ? [counted(size, "byte")] : []),
      ...(isDamaged ? ["damaged"] : []),
    ].join(" ");
  }

  #resp(data: Uint8Array, place: DataPlace): string | undefined {
    const { source, destination } = place;
    const isReply = this.#commands.has(`${destination} ${source}`);
    if (isReply) return reply(data);
    if (data[0] !== 0x2a) return undefined; // *
    const command = commandWords(data, place.bytes);
    if (command === undefined) return undefined;
    remember(this.#commands, `${source} ${destination}`, true);
    return command;
  }
}

/**
 * Stores a value as the newest one, and drops the oldest one if there are too
 * many.
 */
function remember<T>(map: Map<string, T>, key: string, value: T): void {
  map.delete(key);
  map.set(key, value);
  if (map.size > MAX_REMEMBERED) map.delete(map.keys().next().value!);
}

/** Returns what a decoder returns, or `undefined` if it throws. */
function quietly<T>(decode: () => T): T | undefined {
  try {
    return decode();
  } catch {
    return undefined;
  }
}

function dns(
  data: Uint8Array,
  { source, destination, isStream }: DataPlace,
): string | undefined {
  const [from, to] = [source, destination].map((address) =>
    Number(address.slice(address.lastIndexOf(":") + 1))
  );
  const ports = { source: from, destination: to };
  const message = recognizeDns(data, { ports, isStream });
  return message === null ? undefined : dnsWords(message);
}

function http(data: Uint8Array): string | undefined {
  const text = latin1.decode(data);
  const [, method, target] = text.match(REQUEST) ?? [];
  if (method !== undefined) return `HTTP ${method} ${target}`;
  const status = text.match(RESPONSE)?.[1];
  if (status === undefined) return undefined;
  return `HTTP ${status} ${reasonOf(Number(status))}`.trimEnd();
}

/** Describes the first command; if it's cut off, its name is enough. */
function commandWords(data: Uint8Array, bytes: number): string | undefined {
  const parser = new CommandParser();
  parser.push(data);
  const command = quietly(() => parser.next());
  if (command === undefined) return undefined;
  if (command === null) {
    const name = latin1.decode(data).match(/^\*\d+\r\n\$\d+\r\n([!-~]+)/)?.[1];
    return name === undefined ? undefined : `RESP ${name} …`;
  }
  const isAll = parser.isBetween && data.length === bytes;
  return cut(`RESP ${command.map(word).join(" ")}`) +
    (isAll ? "" : ", and more");
}

function reply(data: Uint8Array): string | undefined {
  const decoded = quietly(() => decodeReply(data));
  if (decoded === undefined || decoded === null) return undefined;
  return cut(`RESP ${replyWords(decoded.reply)}`) +
    (decoded.end < data.length ? ", and more" : "");
}

function cut(text: string): string {
  return truncateVisible(text, MAX_WORDS);
}

function replyWords(reply: RespReply): string {
  switch (reply.kind) {
    case "simple":
      return reply.text;
    case "error":
      return `error ${reply.text}`;
    case "integer":
      return String(reply.value);
    case "bulk":
      return reply.value === null ? "nil" : word(reply.value);
    case "array":
      return reply.items === null ? "nil" : counted(reply.items.length, "item");
  }
}

/** Removes a word's quotes if it doesn't need them. */
function word(bytes: Uint8Array): string {
  const text = printable(bytes, { max: MAX_WORDS });
  return /^"[\x21-\x7e]+"$/.test(text) && !text.includes("\\")
    ? text.slice(1, -1)
    : text;
}

import { protocolOf } from "../../../show/packet_line.ts";
import { applicationWords } from "../../../show/application_words.ts";
import type { Packet, TrackedPacket } from "../../../wire/capture/mod.ts";
import { formatIpv4, formatIpv6, parseIp } from "../../../wire/ip/mod.ts";
import { TCP_FLAG_NAMES } from "../../../wire/tcp/mod.ts";
import { repeated, UsageError } from "../../checker/usage_error.ts";

/** Returns whether to show a packet. */
export type PacketFilter = (packet: Packet, tracked: TrackedPacket) => boolean;

/** Examples of filters, for messages. */
const EXAMPLES = "'port 53', 'host ::1', 'udp', 'syn and not ack', " +
  "'conversation 3 or icmp'";

/** The names of protocols, in lower case, and their tests. */
const PROTOCOLS: Readonly<Record<string, (packet: Packet) => boolean>> = {
  ip: ({ ip }) => ip?.version === 4,
  ip6: ({ ip }) => ip?.version === 6,
  ipv4: ({ ip }) => ip?.version === 4,
  ipv6: ({ ip }) => ip?.version === 6,
  // `icmp` matches ICMPv6, too: that's usually what you want.
  icmp: (packet) => named(packet, "icmp") || named(packet, "icmpv6"),
  icmp6: (packet) => named(packet, "icmpv6"),
  icmpv6: (packet) => named(packet, "icmpv6"),
  tcp: (packet) => named(packet, "tcp"),
  udp: (packet) => named(packet, "udp"),
  arp: (packet) => named(packet, "arp"),
  dns: (packet) => says(packet, "DNS "),
  tls: (packet) => says(packet, "TLS "),
};

/**
 * Parses a filter in the style of tcpdump's simplest filters: `port 53`, `src
 * host ::1`, `tcp`, `syn`, `conversation 3`, combined with `and`, `or`, `not`,
 * and parentheses.
 *
 * @param text The filter.
 * @returns A function that says whether to show a packet.
 * @throws {UsageError} If the filter isn't valid.
 *
 * @example DNS queries
 * ```ts
 * import { CaptureConversations, decodePacket } from "../../../wire/mod.ts";
 * import { encodePacket } from "../../../wire/mod.ts";
 * import { parseFilter } from "./filter.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const packet = decodePacket(
 *   encodePacket({
 *     ip: { version: 4, source: "127.0.0.1", destination: "127.0.0.1" },
 *     udp: { sourcePort: 50000, destinationPort: 53 },
 *   }),
 *   101,
 * );
 * const tracked = new CaptureConversations().add(packet);
 * assertEquals(parseFilter("udp and dst port 53")(packet, tracked), true);
 * assertEquals(parseFilter("port 80")(packet, tracked), false);
 * ```
 */
export function parseFilter(text: string): PacketFilter {
  const parser = new FilterParser(text);
  const filter = parser.alternatives();
  parser.requireEnd();
  return filter;
}

/** Parses the words from left to right; `and` binds more tightly than `or`. */
class FilterParser {
  readonly #words: string[];
  #at = 0;

  constructor(text: string) {
    this.#words = text.match(/[()!]|[^\s()!]+/g) ?? [];
    if (this.#words.length === 0) throw wrong("a condition");
  }

  alternatives(): PacketFilter {
    let filter = this.#terms();
    while (this.#accept("or", "||")) {
      const [left, right] = [filter, this.#terms()];
      filter = (...args) => left(...args) || right(...args);
    }
    return filter;
  }

  requireEnd(): void {
    const rest = this.#words[this.#at];
    if (rest !== undefined) throw wrong(`"and" or "or" before ${rest}`);
  }

  #terms(): PacketFilter {
    let filter = this.#term();
    while (this.#accept("and", "&&")) {
      const [left, right] = [filter, this.#term()];
      filter = (...args) => left(...args) && right(...args);
    }
    return filter;
  }

  #term(): PacketFilter {
    if (this.#accept("not", "!")) {
      const filter = this.#term();
      return (...args) => !filter(...args);
    }
    if (this.#accept("(")) {
      const filter = this.alternatives();
      if (!this.#accept(")")) throw wrong("a ) for every (");
      return filter;
    }
    const side = this.#accept("src")
      ? "source"
      : this.#accept("dst")
      ? "destination"
      : null;
    const word = this.#next("a condition");
    if (word === "port") return portIs(this.#next("a port"), side);
    if (word === "host" || word === "address") {
      return addressIs(this.#next("an address"), side);
    }
    if (side !== null) return addressIs(word, side);
    if (word === "conversation") {
      return conversationIs(this.#next("a conversation"));
    }
    if (word === "flag") return flagIs(this.#next("a flag"));
    if (word === "protocol" || word === "proto") {
      return protocolIs(this.#next("a protocol"));
    }
    return bare(word);
  }

  #accept(...words: string[]): boolean {
    const isOne = words.includes(this.#words[this.#at]?.toLowerCase());
    if (isOne) this.#at++;
    return isOne;
  }

  #next(what: string): string {
    const word = this.#words[this.#at++];
    if (word === undefined) throw wrong(`${what} at the end`);
    return word.toLowerCase();
  }
}

function wrong(expected: string): UsageError {
  return new UsageError(`--only needs ${expected}: try ${EXAMPLES}`);
}

/** Parses a single word: a protocol, a flag, or an address. */
function bare(word: string): PacketFilter {
  if (Object.hasOwn(PROTOCOLS, word)) return protocolIs(word);
  if (TCP_FLAG_NAMES.some((name) => name === word)) return flagIs(word);
  if (/[.:]/.test(word)) return addressIs(word, null);
  throw wrong(`a condition, not ${repeated(word)}`);
}

type Which = "source" | "destination" | null;

function portIs(text: string, side: Which): PacketFilter {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : NaN;
  if (!(port <= 65535)) throw wrong(`a port, not ${repeated(text)}`);
  return ({ ports, quoted }) =>
    // An ICMP error has the ports of the packet that it's about.
    [ports, quoted?.ports ?? null].some((found) =>
      found !== null && (side === null
        ? found.source === port || found.destination === port
        : found[side] === port)
    );
}

function addressIs(text: string, side: Which): PacketFilter {
  const address = normalized(text);
  return ({ ip }) =>
    ip !== null &&
    (side === null
      ? ip.source === address || ip.destination === address
      : ip[side] === address);
}

/** Normalizes an address, which can be written in several ways. */
function normalized(text: string): string {
  try {
    const bytes = parseIp(text.replace(/^\[(.*)\]$/, "$1"));
    return bytes.length === 4 ? formatIpv4(bytes) : formatIpv6(bytes);
  } catch {
    throw wrong(`an address, not ${repeated(text)}`);
  }
}

function flagIs(text: string): PacketFilter {
  const flag = TCP_FLAG_NAMES.find((name) => name === text);
  if (flag === undefined) throw wrong(`a flag, not ${repeated(text)}`);
  return ({ tcp }) => tcp?.flags[flag] ?? false;
}

function protocolIs(text: string): PacketFilter {
  if (Object.hasOwn(PROTOCOLS, text)) return PROTOCOLS[text];
  return (packet) => named(packet, text);
}

function conversationIs(text: string): PacketFilter {
  if (!/^0*[1-9]\d{0,14}$/.test(text)) {
    throw wrong(`a conversation, not ${repeated(text)}`);
  }
  return (_packet, { number }) => number === Number(text);
}

function named(packet: Packet, name: string): boolean {
  return protocolOf(packet)?.toLowerCase() === name;
}

function says(packet: Packet, start: string): boolean {
  return applicationWords(packet)?.startsWith(start) ?? false;
}

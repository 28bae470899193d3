import { bold, dim } from "@std/fmt/colors";
import {
  applicationWords,
  conversationTitle,
  counted,
  DatagramDiagram,
  diagramSegment,
  drawHeaders,
  formatElapsed,
  headerContext,
  packetWay,
  packetWords,
  printable,
  protocolOf,
  SegmentDiagram,
  summarizeConversation,
  summarizeDatagrams,
  vlansOf,
} from "../../../show/mod.ts";
import {
  CaptureConversations,
  type Conversation,
  type DatagramConversation,
  elapsedMs,
  icmpMeaning,
  isDatagrams,
  type Packet,
  type Side,
  type Timestamp,
  type TrackedPacket,
} from "../../../wire/mod.ts";
import { DamagedCapture, readPackets } from "../capture_file.ts";
import type { CommandContext } from "../command.ts";
import { parseCommandLine } from "../command_line.ts";
import { Interrupted } from "../../checker/interrupted.ts";
import { NobodyReads, Output } from "../output.ts";
import { type PacketFilter, parseFilter } from "../packet_filter.ts";
import { packetRecord } from "../packet_record.ts";
import { repeated, UsageError } from "../../checker/usage_error.ts";

const USAGE =
  "deno task packets FILE [--json | --follow 1 | --box 1] [--raw] " +
  "[--only 'port 53'] [--conversation 1]";

/** Both kinds of number have room on one arrow from this width on. */
const BOTH_WIDTH = 100;

/** More conversations than anybody reads through. */
const MAX_SUMMARIES = 1000;

/** One way of showing a capture. */
interface Show {
  /** Takes the next packet, and says whether it wants another one. */
  packet(packet: Packet): boolean;
  /** Says what is left to be said when no packet comes any more. */
  end(): void;
  /** Says what was asked for and is not there, once all has been read. */
  missing?(): string | null;
}

/** How to show it, and what of it. */
interface ShowOptions {
  output: Output;
  width: number;
  raw: boolean;
  /** Which packets to show; `null` for all of them. */
  filter: PacketFilter | null;
  /** The only conversation to show; `null` for all of them. */
  conversation: number | null;
}

/** `deno task packets FILE`: the packets of a capture, and what they are to each other. */
export default async function packets(
  args: string[],
  io: CommandContext,
): Promise<number> {
  const { words: [name], flags, values } = parseCommandLine(args, {
    usage: USAGE,
    flags: ["json", "raw"],
    values: ["follow", "box", "only", "conversation"],
    words: [1, 1],
    noun: "capture",
  });
  const output = new Output(io.output);
  const show = chooseShow({
    json: flags.json > 0,
    follow: values.follow,
    box: values.box,
  }, {
    output,
    width: io.width,
    raw: flags.raw > 0,
    filter: values.only === undefined ? null : parseFilter(values.only),
    conversation: values.conversation === undefined
      ? null
      : parseNumber("conversation", values.conversation),
  });
  try {
    const problem = await readPackets(name, {
      visit: (packet) => show.packet(packet),
      pause: () => output.flush(),
      input: io.input,
    }).catch((error) => {
      const isPartial = error instanceof DamagedCapture ||
        error instanceof Interrupted;
      if (isPartial) return error;
      throw error;
    });
    const missing = show.missing?.() ?? null;
    // What is missing from a part may be in the rest.
    if (missing !== null && !problem) throw new UsageError(missing);
    if (missing === null) show.end();
    await output.flush();
    if (problem instanceof Interrupted) throw problem;
    if (problem instanceof DamagedCapture) {
      io.complain(problem.message);
      return 1;
    }
    return 0;
  } catch (error) {
    if (error instanceof NobodyReads) return 0;
    throw error;
  }
}

function chooseShow(
  modes: { json: boolean; follow?: string; box?: string },
  options: ShowOptions,
): Show {
  const { json, follow, box } = modes;
  const given = [
    json ? "--json" : "",
    follow === undefined ? "" : "--follow",
    box === undefined ? "" : "--box",
  ].filter((option) => option !== "");
  if (given.length > 1) {
    throw new UsageError(`${given.join(" and ")} do not go together: take one`);
  }
  const { filter, conversation } = options;
  if ((filter !== null || conversation !== null) && !json && given.length > 0) {
    const option = filter === null ? "--conversation" : "--only";
    throw new UsageError(
      `${given[0]} and ${option} do not go together: take one`,
    );
  }
  if (options.raw && (json || box !== undefined)) {
    throw new UsageError(
      `${given[0]} shows raw numbers anyway: leave out --raw`,
    );
  }
  if (json) return new JsonLines(options);
  if (follow !== undefined) {
    return new Follow(parseNumber("conversation", follow), options);
  }
  if (box !== undefined) return new Box(parseNumber("packet", box), options);
  return new List(options);
}

function parseNumber(noun: string, text: string): number {
  if (/^0*[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw new UsageError(
    `no ${noun} ${repeated(text)}: ${noun}s are numbered from 1`,
  );
}

/** The packets that pass the filter, and what they are to each other. */
abstract class Chosen implements Show {
  protected readonly options: ShowOptions;
  protected readonly conversations = new CaptureConversations();
  /** Packets there were in all, and packets that were shown. */
  protected seen = 0;
  protected shown = 0;

  constructor(options: ShowOptions) {
    this.options = options;
  }

  packet(packet: Packet): boolean {
    const { filter, conversation } = this.options;
    // All packets count for the conversations, shown or not.
    const tracked = this.conversations.add(packet);
    this.seen++;
    if (conversation !== null && tracked.number !== conversation) return true;
    if (filter !== null && !filter(packet, tracked)) return true;
    this.shown++;
    this.show(packet, tracked);
    return true;
  }

  missing(): string | null {
    const { conversation } = this.options;
    if (conversation === null || conversation <= this.conversations.count) {
      return null;
    }
    return noConversation(conversation, this.conversations.count);
  }

  protected abstract show(packet: Packet, tracked: TrackedPacket): void;
  abstract end(): void;
}

/** One JSON object a line. */
class JsonLines extends Chosen {
  protected show(packet: Packet, tracked: TrackedPacket): void {
    const record = packetRecord(packet, tracked);
    this.options.output.print(JSON.stringify(record));
  }

  end(): void {}
}

/** One line a packet, then the conversations. */
class List extends Chosen {
  readonly #lines: PacketLines;
  readonly #counts = new Map<string, number>();
  /** The numbers of the conversations of which a packet was shown. */
  readonly #numbers = new Set<number>();

  constructor(options: ShowOptions) {
    super(options);
    this.#lines = new PacketLines(options);
  }

  protected show(packet: Packet, tracked: TrackedPacket): void {
    this.options.output.print(this.#lines.draw(packet, tracked));
    if (tracked.number !== null) this.#numbers.add(tracked.number);
    this.#count(protocolOf(packet) ?? "other");
    if (packet.checksum === "bad") this.#count("with a bad checksum");
    if (packet.problem !== null) this.#count("not decoded to the end");
  }

  end(): void {
    const { output, width } = this.options;
    const { list } = this.conversations;
    const shown = list.filter(({ number }) => this.#numbers.has(number))
      .slice(0, MAX_SUMMARIES);
    for (const conversation of shown) {
      output.print("", ...summary(conversation, width));
    }
    const rest = this.#numbers.size - shown.length;
    if (rest > 0) {
      const [last] = shown.slice(-1);
      const next = list.find(({ number }) => number > last.number)?.number ??
        last.number + 1;
      output.print(
        "",
        `and ${counted(rest, "more conversation")}: --follow ${next} draws one`,
      );
    }
    output.print("", this.#total(), ...this.#hints());
  }

  #total(): string {
    const counts = Array.from(this.#counts, ([what, n]) => `${n} ${what}`);
    const total = counts.length === 0 ? "no packets" : counts.join(", ");
    return this.shown === this.seen
      ? total
      : `${total}; ${this.shown} of ${counted(this.seen, "packet")} shown`;
  }

  #hints(): string[] {
    const [first] = this.#numbers;
    return first === undefined ? [] : [
      dim(
        `draw a conversation: --follow ${first}    ` +
          "a packet's headers: --box 1",
      ),
    ];
  }

  #count(what: string): void {
    this.#counts.set(what, (this.#counts.get(what) ?? 0) + 1);
  }
}

function summary(
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

function noConversation(number: number, count: number): string {
  return `no conversation ${number}: ` + (
    count === 0
      ? "there is no TCP and no UDP in this capture"
      : count === 1
      ? "there is one, conversation 1"
      : `conversations are 1 to ${count}`
  );
}

/** A sequence diagram of one conversation. */
class Follow implements Show {
  readonly #number: number;
  readonly #options: ShowOptions;
  readonly #conversations = new CaptureConversations();
  readonly #segments: SegmentDiagram;
  readonly #datagrams: DatagramDiagram;
  #found: Conversation | DatagramConversation | null = null;

  constructor(number: number, options: ShowOptions) {
    const { width, raw } = options;
    this.#number = number;
    this.#options = options;
    this.#segments = new SegmentDiagram({
      width,
      numbers: raw ? "raw" : width >= BOTH_WIDTH ? "both" : "relative",
    });
    this.#datagrams = new DatagramDiagram(width);
  }

  packet(packet: Packet): boolean {
    const tracked = this.#conversations.add(packet);
    if (tracked.number !== this.#number) return true;
    const { segment, datagram } = tracked;
    const own = segment?.conversation ?? datagram?.conversation ?? null;
    if (this.#found === null && own !== null) {
      this.#found = own;
      const diagram = isDatagrams(own) ? this.#datagrams : this.#segments;
      this.#options.output.print(conversationTitle(own), "", ...diagram.head());
    }
    this.#options.output.print(...this.#draw(packet, tracked));
    return true;
  }

  #draw(packet: Packet, { segment, datagram, quoted }: TrackedPacket) {
    if (segment !== null) {
      return this.#segments.draw(diagramSegment(packet, segment));
    }
    const found = this.#found;
    if (found === null) return [];
    const atMs = elapsedSince(found.start, packet.time);
    if (datagram !== null) {
      const phrases = datagramPhrases(packet);
      return this.#datagrams.draw({ atMs, from: datagram.from, phrases });
    }
    if (quoted === null) return [];
    // An ICMP error goes to the end that sent the packet that it quotes.
    const from: Side = packet.quoted!.ip!.source === found.client.address &&
        packet.quoted!.ports!.source === found.client.port
      ? "server"
      : "client";
    const phrases = [`${protocolOf(packet)} ${icmpMeaning(packet.icmp!)}`];
    return isDatagrams(found)
      ? this.#datagrams.draw({ atMs, from, phrases })
      : this.#segments.message({ atMs, from, phrases });
  }

  end(): void {
    const { output, width } = this.#options;
    output.print(
      ...this.#segments.end(),
      "",
      ...summary(this.#found!, width).slice(1),
    );
  }

  missing(): string | null {
    if (this.#found !== null) return null;
    return noConversation(this.#number, this.#conversations.count);
  }
}

/** Columns of data on an arrow. */
const ARROW_DATA = 40;

function datagramPhrases(packet: Packet): string[] {
  const { payload, payloadBytes } = packet;
  const size = counted(payloadBytes, "byte");
  const application = applicationWords(packet);
  if (application !== null) return [application, size];
  return payload.length === 0
    ? [size]
    : [size, printable(payload, { max: ARROW_DATA })];
}

function elapsedSince(
  start: Timestamp | null,
  time: Timestamp | null,
): number | null {
  return start === null || time === null ? null : elapsedMs(start, time);
}

/** The headers of one packet. */
class Box implements Show {
  readonly #number: number;
  readonly #options: ShowOptions;
  readonly #conversations = new CaptureConversations();
  readonly #lines: PacketLines;
  #last = 0;

  constructor(number: number, options: ShowOptions) {
    this.#number = number;
    this.#options = options;
    this.#lines = new PacketLines(options);
  }

  packet(packet: Packet): boolean {
    // Packets before it give the relative numbers and the window's scale.
    const tracked = this.#conversations.add(packet);
    const { segment } = tracked;
    this.#last = packet.number;
    const line = this.#lines.draw(packet, tracked);
    if (packet.number !== this.#number) return true;
    const { output, width } = this.#options;
    const context = segment === null ? {} : headerContext(segment);
    output.print(
      bold(line),
      "",
      linkLine(packet),
      "",
      ...drawHeaders(packet, { width, ...context }),
      ...(packet.ip === null ? [] : [""]),
      payloadLine(packet, width),
    );
    return false;
  }

  end(): void {}

  missing(): string | null {
    if (this.#last >= this.#number) return null;
    return `no packet ${this.#number}: ` + (
      this.#last === 0
        ? "there is none in this capture"
        : `packets are 1 to ${this.#last}`
    );
  }
}

/** Lines of packets, their columns as wide as they have needed to be so far. */
class PacketLines {
  readonly #options: ShowOptions;
  #start: Timestamp | null = null;
  #numberWidth = 0;
  #wayWidth = 0;

  constructor(options: ShowOptions) {
    this.#options = options;
  }

  draw(packet: Packet, { number, segment }: TrackedPacket): string {
    const { width, raw } = this.#options;
    this.#start ??= packet.time;
    const elapsedMs = elapsedSince(this.#start, packet.time);
    const elapsed = elapsedMs === null ? "" : formatElapsed(elapsedMs);
    const conversation = number === null ? "" : `[${number}]`;
    this.#numberWidth = Math.max(this.#numberWidth, conversation.length);
    const way = packetWay(packet);
    this.#wayWidth = Math.max(this.#wayWidth, way.length);
    const head = `${String(packet.number).padStart(4)} ` +
      `${conversation.padEnd(this.#numberWidth)} ${elapsed.padStart(8)}  ` +
      `${way.padEnd(this.#wayWidth)}  `;
    const words = packetWords(packet, {
      segment,
      raw,
      width: width - head.length,
    });
    return head + words;
  }
}

function linkLine(packet: Packet): string {
  const { link, originalLength, bytes } = packet;
  const size = bytes.length < originalLength
    ? `${originalLength} bytes, ${bytes.length} of them captured`
    : `${originalLength} bytes`;
  if (link === null) return size;
  const name = {
    ethernet: "an Ethernet header",
    cooked: "a Linux cooked header",
    loopback: "a loopback header",
    raw: "no link header",
    other: `a header of ${link.kind === "other" ? link.name : ""}`,
  }[link.kind];
  const ids = vlansOf(packet).join(", ");
  const vlan = ids === "" ? "" : ` with VLAN ${ids}`;
  return `${size}, of which ${name} of ${link.headerBytes}${vlan}`;
}

function payloadLine({ payload, payloadBytes }: Packet, width: number): string {
  if (payloadBytes === 0) return "no payload";
  const count = counted(payloadBytes, "byte");
  const head = `payload, ${count}: `;
  return head + printable(payload, { max: width - head.length });
}

import { bold, dim } from "@std/fmt/colors";
import {
  conversationTitle,
  counted,
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
} from "../../../show/mod.ts";
import {
  CaptureConversations,
  type Conversation,
  Conversations,
  elapsedMs,
  type Packet,
  type Timestamp,
  type TrackedSegment,
} from "../../../wire/mod.ts";
import { DamagedCapture, readPackets } from "../capture_file.ts";
import type { CommandContext } from "../command.ts";
import { parseCommandLine } from "../command_line.ts";
import { Interrupted } from "../../checker/interrupted.ts";
import { NobodyReads, Output } from "../output.ts";
import { packetRecord } from "../packet_record.ts";
import { repeated, UsageError } from "../../checker/usage_error.ts";

const USAGE = "deno task packets FILE [--json | --follow 1 | --box 1] [--raw]";

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

/** How to show it. */
interface ShowOptions {
  output: Output;
  width: number;
  raw: boolean;
}

/** `deno task packets FILE`: the packets of a capture, and what they are to each other. */
export default async function packets(
  args: string[],
  io: CommandContext,
): Promise<number> {
  const { words: [name], flags, values } = parseCommandLine(args, {
    usage: USAGE,
    flags: ["json", "raw"],
    values: ["follow", "box"],
    words: [1, 1],
    noun: "capture",
  });
  const output = new Output(io.output);
  const show = chooseShow({
    json: flags.json > 0,
    follow: values.follow,
    box: values.box,
  }, { output, width: io.width, raw: flags.raw > 0 });
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

/** One JSON object a line. */
class JsonLines implements Show {
  readonly #output: Output;
  readonly #conversations = new CaptureConversations();

  constructor({ output }: ShowOptions) {
    this.#output = output;
  }

  packet(packet: Packet): boolean {
    const tracked = this.#conversations.add(packet);
    this.#output.print(JSON.stringify(packetRecord(packet, tracked)));
    return true;
  }

  end(): void {}
}

/** One line a packet, then the conversations. */
class List implements Show {
  readonly #options: ShowOptions;
  readonly #conversations = new Conversations();
  readonly #lines: PacketLines;
  #counts = new Map<string, number>();

  constructor(options: ShowOptions) {
    this.#options = options;
    this.#lines = new PacketLines(options);
  }

  packet(packet: Packet): boolean {
    const segment = this.#conversations.add(packet);
    this.#options.output.print(this.#lines.draw(packet, segment));
    this.#count(protocolOf(packet) ?? "other");
    if (packet.checksum === "bad") this.#count("with a bad checksum");
    if (packet.problem !== null) this.#count("not decoded to the end");
    return true;
  }

  end(): void {
    const { output, width } = this.#options;
    const { list, count } = this.#conversations;
    const shown = list.slice(0, MAX_SUMMARIES);
    for (const conversation of shown) {
      output.print(
        "",
        conversationTitle(conversation),
        ...summarizeConversation(conversation, { width }),
      );
    }
    if (count > shown.length) {
      const rest = counted(count - shown.length, "more conversation");
      output.print("", `and ${rest}: --follow ${shown.length + 1} draws one`);
    }
    const counts = Array.from(this.#counts, ([what, n]) => `${n} ${what}`);
    const total = counts.length === 0 ? "no packets" : counts.join(", ");
    const follow = count === 0 ? [] : [
      dim("draw a conversation: --follow 1    a packet's headers: --box 1"),
    ];
    output.print("", total, ...follow);
  }

  #count(what: string): void {
    this.#counts.set(what, (this.#counts.get(what) ?? 0) + 1);
  }
}

/** A sequence diagram of one conversation. */
class Follow implements Show {
  readonly #number: number;
  readonly #options: ShowOptions;
  readonly #conversations = new Conversations();
  readonly #diagram: SegmentDiagram;
  #found: Conversation | null = null;

  constructor(number: number, options: ShowOptions) {
    const { width, raw } = options;
    this.#number = number;
    this.#options = options;
    this.#diagram = new SegmentDiagram({
      width,
      numbers: raw ? "raw" : width >= BOTH_WIDTH ? "both" : "relative",
    });
  }

  packet(packet: Packet): boolean {
    const { output } = this.#options;
    const segment = this.#conversations.add(packet);
    if (segment?.conversation.number !== this.#number) return true;
    if (this.#found === null) {
      this.#found = segment.conversation;
      output.print(conversationTitle(this.#found), "", ...this.#diagram.head());
    }
    output.print(...this.#diagram.draw(diagramSegment(packet, segment)));
    return true;
  }

  end(): void {
    const { output, width } = this.#options;
    output.print(
      ...this.#diagram.end(),
      "",
      ...summarizeConversation(this.#found!, { width }),
    );
  }

  missing(): string | null {
    if (this.#found !== null) return null;
    const { count } = this.#conversations;
    return `no conversation ${this.#number}: ` + (
      count === 0
        ? "there is no TCP in this capture"
        : count === 1
        ? "there is one, conversation 1"
        : `conversations are 1 to ${count}`
    );
  }
}

/** The headers of one packet. */
class Box implements Show {
  readonly #number: number;
  readonly #options: ShowOptions;
  readonly #conversations = new Conversations();
  readonly #lines: PacketLines;
  #last = 0;

  constructor(number: number, options: ShowOptions) {
    this.#number = number;
    this.#options = options;
    this.#lines = new PacketLines(options);
  }

  packet(packet: Packet): boolean {
    // Packets before it give the relative numbers and the window's scale.
    const segment = this.#conversations.add(packet);
    this.#last = packet.number;
    const line = this.#lines.draw(packet, segment);
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
  #wayWidth = 0;

  constructor(options: ShowOptions) {
    this.#options = options;
  }

  draw(packet: Packet, segment: TrackedSegment | null): string {
    const { width, raw } = this.#options;
    const { number, time } = packet;
    this.#start ??= time;
    const elapsed = time === null || this.#start === null
      ? ""
      : formatElapsed(elapsedMs(this.#start, time));
    const way = packetWay(packet);
    this.#wayWidth = Math.max(this.#wayWidth, way.length);
    const head = `${String(number).padStart(4)} ${elapsed.padStart(8)}  ` +
      `${way.padEnd(this.#wayWidth)}  `;
    const words = packetWords(packet, {
      segment,
      raw,
      width: width - head.length,
    });
    return head + words;
  }
}

function linkLine({ link, originalLength, bytes }: Packet): string {
  const size = bytes.length < originalLength
    ? `${originalLength} bytes, ${bytes.length} of them captured`
    : `${originalLength} bytes`;
  if (link === null) return size;
  const name = {
    ethernet: "an Ethernet header",
    cooked: "a Linux cooked header",
    loopback: "a loopback header",
    raw: "no link header",
  }[link.kind];
  return `${size}, of which ${name} of ${link.headerBytes}`;
}

function payloadLine({ payload, payloadBytes }: Packet, width: number): string {
  if (payloadBytes === 0) return "no payload";
  const count = counted(payloadBytes, "byte");
  const head = `payload, ${count}: `;
  return head + printable(payload, { max: width - head.length });
}

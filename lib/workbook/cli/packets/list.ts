import { dim } from "@std/fmt/colors";
import { counted, jsonLine, protocolOf } from "../../../show/mod.ts";
import {
  CaptureConversations,
  type Packet,
  type TrackedPacket,
} from "../../../wire/mod.ts";
import { PacketLines } from "./lines.ts";
import { packetRecord } from "./record.ts";
import {
  noConversation,
  type Show,
  type ShowOptions,
  summary,
} from "./show.ts";

/** The most conversations to list. */
const MAX_SUMMARIES = 1000;

/** The packets that match the filter, and their conversations. */
abstract class Chosen implements Show {
  protected readonly options: ShowOptions;
  protected readonly conversations = new CaptureConversations();
  /** The number of all packets, and of those shown. */
  protected seen = 0;
  protected shown = 0;

  constructor(options: ShowOptions) {
    this.options = options;
  }

  packet(packet: Packet): boolean {
    const { filter, conversation } = this.options;
    // Conversations count all packets, even those not shown.
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

/** Shows one JSON object per line. */
export class JsonLines extends Chosen {
  protected show(packet: Packet, tracked: TrackedPacket): void {
    const record = packetRecord(packet, tracked);
    this.options.output.print(jsonLine(record));
  }

  end(): void {}
}

/** Shows one line per packet, and then the conversations. */
export class List extends Chosen {
  readonly #lines: PacketLines;
  readonly #counts = new Map<string, number>();
  /** The numbers of the conversations with at least one packet shown. */
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
    if (packet.problem !== null) this.#count("not fully decoded");
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

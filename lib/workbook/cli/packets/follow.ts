import {
  applicationWords,
  conversationTitle,
  counted,
  DatagramDiagram,
  diagramSegment,
  printable,
  protocolOf,
  SegmentDiagram,
  WebSocketWords,
} from "../../../show/mod.ts";
import {
  CaptureConversations,
  type Conversation,
  type DatagramConversation,
  icmpMeaning,
  isDatagrams,
  type Packet,
  type Side,
  type TrackedPacket,
} from "../../../wire/mod.ts";
import {
  elapsedSince,
  noConversation,
  type Show,
  type ShowOptions,
  summary,
} from "./show.ts";

/** The smallest width at which an arrow has room for both kinds of numbers. */
const BOTH_WIDTH = 100;

/** Draws a sequence diagram of one conversation. */
export class Follow implements Show {
  readonly #number: number;
  readonly #options: ShowOptions;
  readonly #conversations = new CaptureConversations();
  readonly #segments: SegmentDiagram;
  readonly #datagrams: DatagramDiagram;
  readonly #webSocket = new WebSocketWords();
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
      const { from } = segment;
      const words = this.#webSocket.of(packet.payload, {
        source: from,
        destination: from === "client" ? "server" : "client",
        bytes: packet.payloadBytes,
      });
      const drawn = diagramSegment(packet, segment);
      return this.#segments.draw({ ...drawn, ...words && { words } });
    }
    const found = this.#found;
    if (found === null) return [];
    const atMs = elapsedSince(found.start, packet.time);
    if (datagram !== null) {
      const phrases = datagramPhrases(packet);
      return this.#datagrams.draw({ atMs, from: datagram.from, phrases });
    }
    if (quoted === null) return [];
    // An ICMP error goes to the sender of the packet that it quotes.
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

/** The width of the data on an arrow, in columns. */
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

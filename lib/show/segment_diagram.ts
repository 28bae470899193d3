/**
 * Sequence diagrams of captured TCP segments.
 *
 * @module
 */

import { bold } from "@std/fmt/colors";
import type { TrackedSegment } from "../wire/capture/conversation.ts";
import type { Packet } from "../wire/capture/packet.ts";
import { formatTcpFlags } from "../wire/tcp/flags.ts";
import type { TcpState } from "../wire/tcp/state.ts";
import type { Side } from "../wire/tcp/walk.ts";
import { elapsedMs } from "../wire/capture/timestamp.ts";
import { counted } from "./counted.ts";
import { drawLaneRow, FRAME_WIDTH, type LaneLayout } from "./lane_rows.ts";

/** The width of a lane, in columns: the longest name of a state. */
const LANE_WIDTH = "SYN-RECEIVED".length;

/**
 * The longest arrows, in columns. With both kinds of numbers, they need more
 * room.
 */
const MAX_ARROW = { relative: 42, raw: 60, both: 64 };

/** The kind of numbers on the arrows. */
export type SegmentNumbers =
  /** Counted from the sender's SYN. */
  | "relative"
  /** As on the wire. */
  | "raw"
  /** Counted from the SYN, followed by the numbers on the wire. */
  | "both";

/** A segment in a diagram, as plain data that can be stored or sent. */
export interface DiagramSegment {
  /** Milliseconds since the conversation's first packet; `null` if unknown. */
  atMs: number | null;
  /** The end that sent it. */
  from: Side;
  /** Its flags: `SYN,ACK`. */
  flags: string;
  /** The sequence number on the wire. */
  sequence: number;
  /** The sequence number, counted from the sender's SYN. */
  relativeSequence: number;
  /** The acknowledgment number on the wire; `null` without ACK. */
  acknowledgment: number | null;
  /** The acknowledgment number, counted from the receiver's SYN. */
  relativeAcknowledgment: number | null;
  /** The number of bytes of data in it. */
  payloadBytes: number;
  /** Whether it was sent before. */
  retransmission: boolean;
  /**
   * Notes about it, with Wireshark's names.
   *
   * @default {[]}
   */
  notes?: string[];
  /**
   * The meaning of its data, if known, such as `WebSocket ping`.
   *
   * @default nothing
   */
  words?: string;
  /** The client's state after it arrives. */
  clientState: TcpState;
  /** The server's state after it arrives. */
  serverState: TcpState;
}

/** Options for drawing a diagram. */
export interface SegmentDiagramOptions {
  /** The width, in columns, at least 57. */
  width: number;
  /**
   * The kind of numbers to show on the arrows.
   *
   * @default {"relative"}
   */
  numbers?: SegmentNumbers;
  /**
   * The name of the client, at the head of the left lane.
   *
   * @default {"client"}
   */
  client?: string;
  /**
   * The name of the server, at the head of the right lane.
   *
   * @default {"server"}
   */
  server?: string;
}

/**
 * Converts a packet and its place in its conversation to a segment for a
 * diagram.
 *
 * @param packet A packet with a TCP header.
 * @param segment The result of `Conversations.add()` for it.
 * @returns Plain data, without any of the packet's bytes.
 * @throws {TypeError} If the packet has no TCP header.
 */
export function diagramSegment(
  packet: Packet,
  segment: TrackedSegment,
): DiagramSegment {
  const { tcp, time, payloadBytes } = packet;
  if (tcp === null) {
    throw new TypeError(
      `Cannot draw packet ${packet.number}: it has no TCP header`,
    );
  }
  const { conversation } = segment;
  return {
    atMs: conversation.start === null || time === null
      ? null
      : elapsedMs(conversation.start, time),
    from: segment.from,
    flags: formatTcpFlags(tcp.flags),
    sequence: tcp.sequence,
    relativeSequence: segment.relativeSequence,
    acknowledgment: tcp.flags.ack ? tcp.acknowledgment : null,
    relativeAcknowledgment: segment.relativeAcknowledgment,
    payloadBytes,
    retransmission: segment.retransmission,
    ...(segment.notes.length > 0 ? { notes: segment.notes } : {}),
    clientState: segment.clientState,
    serverState: segment.serverState,
  };
}

/**
 * Draws all segments at once: the client on the left, the server on the right,
 * an arrow for each segment, and the states in the margins, as they change.
 *
 * @param segments The segments of one conversation, in order.
 * @param options The width, the kind of numbers, and the names of the ends.
 * @returns Lines.
 *
 * @example A refused connection
 * ```ts
 * import { type DiagramSegment, drawSegments } from "./segment_diagram.ts";
 * import { stripAnsiCode } from "@std/fmt/colors";
 * import { assertEquals } from "@std/assert";
 *
 * const syn: DiagramSegment = {
 *   atMs: 0,
 *   from: "client",
 *   flags: "SYN",
 *   sequence: 700,
 *   relativeSequence: 0,
 *   acknowledgment: null,
 *   relativeAcknowledgment: null,
 *   payloadBytes: 0,
 *   retransmission: false,
 *   clientState: "SYN-SENT",
 *   serverState: "SYN-RECEIVED",
 * };
 * const reset: DiagramSegment = {
 *   ...syn,
 *   atMs: 0.25,
 *   from: "server",
 *   flags: "RST,ACK",
 *   sequence: 0,
 *   acknowledgment: 701,
 *   relativeAcknowledgment: 1,
 *   clientState: "CLOSED",
 *   serverState: "CLOSED",
 * };
 * const lines = drawSegments([syn, reset], { width: 60 });
 * assertEquals(lines.map(stripAnsiCode), [
 *   "          client       │                      │ server",
 *   "          CLOSED       │                      │ CLOSED",
 *   " 0.00 ms  SYN-SENT     │───── SYN seq 0 ─────▶│",
 *   "                       │    RST,ACK seq 0     │",
 *   " 0.25 ms  CLOSED       │◀─────── ack 1 ───────│",
 * ]);
 * ```
 */
export function drawSegments(
  segments: Iterable<DiagramSegment>,
  options: SegmentDiagramOptions,
): string[] {
  const diagram = new SegmentDiagram(options);
  const lines = diagram.head();
  for (const segment of segments) lines.push(...diagram.draw(segment));
  return [...lines, ...diagram.end()];
}

/**
 * Draws segments one by one, and holds back one segment at most.
 *
 * It never shows states that an observer can't know yet. Only the answer to a
 * first SYN shows whether the other end is listening, so the SYN is held back
 * until then.
 *
 * @example Line by line
 * ```ts
 * import { SegmentDiagram } from "./segment_diagram.ts";
 * import { stripAnsiCode } from "@std/fmt/colors";
 * import { assertEquals } from "@std/assert";
 *
 * const diagram = new SegmentDiagram({ width: 70, numbers: "raw" });
 * assertEquals(diagram.head().length, 1);
 * const lines = diagram.draw({
 *   atMs: 1,
 *   from: "server",
 *   flags: "FIN,ACK",
 *   sequence: 4294967295,
 *   relativeSequence: 100,
 *   acknowledgment: 9,
 *   relativeAcknowledgment: 9,
 *   payloadBytes: 0,
 *   retransmission: false,
 *   clientState: "CLOSE-WAIT",
 *   serverState: "FIN-WAIT-1",
 * });
 * assertEquals(lines.map(stripAnsiCode), [
 *   "                       │     FIN,ACK seq 4294967295     │",
 *   " 1.00 ms  CLOSE-WAIT   │◀──────────── ack 9 ────────────│ FIN-WAIT-1",
 * ]);
 * assertEquals(diagram.end(), []);
 * ```
 */
export class SegmentDiagram {
  readonly #names: Record<Side, string>;
  readonly #numbers: SegmentNumbers;
  readonly #layout: LaneLayout;
  #shown: Record<Side, string> = { client: "", server: "" };
  #isFirst = true;
  #held: DiagramSegment | null = null;

  /**
   * Creates a diagram.
   *
   * @param options The width, the kind of numbers, and the names of the ends.
   */
  constructor(options: SegmentDiagramOptions) {
    const { width, numbers = "relative" } = options;
    const { client = "client", server = "server" } = options;
    this.#names = { client, server };
    this.#numbers = numbers;
    this.#layout = {
      left: LANE_WIDTH,
      right: LANE_WIDTH,
      arrow: Math.max(
        1,
        Math.min(MAX_ARROW[numbers], width - FRAME_WIDTH - 2 * LANE_WIDTH),
      ),
    };
  }

  /**
   * Draws the heading above the first segment.
   *
   * @returns Lines: the names of the two ends.
   */
  head(): string[] {
    const { client, server } = this.#names;
    return this.#row(bold(client), bold(server));
  }

  /**
   * Draws the next segment.
   *
   * @param segment The segment.
   * @returns Lines; empty for a first SYN, which is held back.
   */
  draw(segment: DiagramSegment): string[] {
    const isFirst = this.#isFirst;
    this.#isFirst = false;
    if (isFirst && isOpening(segment)) {
      this.#held = segment;
      return [];
    }
    return [...this.#release(segment), ...this.#arrow(segment)];
  }

  /**
   * Draws a message about the conversation that isn't one of its segments: an
   * ICMP error.
   *
   * @param message The time, the sending end, and the arrow's label.
   * @returns Lines.
   */
  message(
    { atMs, from, phrases }: {
      atMs: number | null;
      from: Side;
      phrases: string[];
    },
  ): string[] {
    const toRight = from === "client";
    const row = { left: "", right: "", arrow: { phrases, toRight } };
    return [
      ...this.#release(null),
      ...drawLaneRow({ ...row, atMs: atMs ?? undefined }, this.#layout),
    ];
  }

  /**
   * Ends the diagram.
   *
   * @returns The lines of a segment that's still held back, if any.
   */
  end(): string[] {
    return this.#release(null);
  }

  /**
   * Draws the first SYN, after the next packet has shown whether the other end
   * was listening.
   */
  #release(next: DiagramSegment | null): string[] {
    const syn = this.#held;
    if (syn === null) return [];
    this.#held = null;
    const answer = next?.from === "server" ? next.flags : "";
    if (answer.includes("SYN,ACK")) {
      return [...this.#states("CLOSED", "LISTEN"), ...this.#arrow(syn)];
    }
    const serverState = answer.includes("RST") ? "CLOSED" : "";
    return [
      ...this.#states("CLOSED", serverState),
      ...this.#arrow({ ...syn, serverState }),
    ];
  }

  #arrow(
    segment: Omit<DiagramSegment, "serverState"> & { serverState: string },
  ): string[] {
    const { atMs, from, clientState, serverState } = segment;
    return drawLaneRow({
      atMs: atMs ?? undefined,
      left: this.#changed("client", clientState),
      right: this.#changed("server", serverState),
      arrow: {
        phrases: phrasesOf(segment, this.#numbers),
        toRight: from === "client",
      },
    }, this.#layout);
  }

  #states(client: string, server: string): string[] {
    return this.#row(
      this.#changed("client", client),
      this.#changed("server", server),
    );
  }

  #row(left: string, right: string): string[] {
    return drawLaneRow({ left, right }, this.#layout);
  }

  /** Returns a state if it has changed: each is shown only where it begins. */
  #changed(side: Side, state: string): string {
    if (this.#shown[side] === state) return "";
    this.#shown[side] = state;
    return state;
  }
}

/** Returns whether a segment is a SYN without an ACK. */
function isOpening({ flags, acknowledgment }: DiagramSegment): boolean {
  return flags.startsWith("SYN") && acknowledgment === null;
}

function phrasesOf(
  segment: Omit<DiagramSegment, "serverState">,
  numbers: SegmentNumbers,
): string[] {
  const { acknowledgment, payloadBytes, retransmission, notes = [] } = segment;
  const phrases = [segment.flags];
  const add = (name: string, raw: number, relative: number) =>
    phrases.push(
      {
        relative: `${name} ${relative}`,
        raw: `${name} ${raw}`,
        both: `${name} ${relative} (${raw})`,
      }[numbers],
    );
  add("seq", segment.sequence, segment.relativeSequence);
  if (acknowledgment !== null) {
    add("ack", acknowledgment, segment.relativeAcknowledgment ?? 0);
  }
  if (payloadBytes > 0) {
    phrases.push(counted(payloadBytes, "byte"));
  }
  if (segment.words !== undefined) phrases.push(segment.words);
  phrases.push(...notes);
  // Older recordings have no notes.
  if (retransmission && notes.length === 0) phrases.push("retransmission");
  return phrases.filter((phrase) => phrase !== "");
}

import { formatElapsed, packetWay, packetWords } from "../../../show/mod.ts";
import type { Packet, Timestamp, TrackedPacket } from "../../../wire/mod.ts";
import { elapsedSince, type ShowOptions } from "./show.ts";

/** Draws packets as lines, whose columns grow as needed. */
export class PacketLines {
  readonly #options: ShowOptions;
  #start: Timestamp | null = null;
  #numberWidth = 0;
  #wayWidth = 0;

  /** @param options The width, and the kind of numbers. */
  constructor(options: ShowOptions) {
    this.#options = options;
  }

  /**
   * Draws the line of a packet.
   *
   * @param packet The packet.
   * @param tracked The packet as part of its conversation.
   * @returns One line.
   */
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

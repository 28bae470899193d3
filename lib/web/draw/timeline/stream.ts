import type { Side, WirePacket } from "../types.ts";

/** How full a buffer is after an item. */
export interface BufferLevel {
  side: Side;
  which: "send" | "receive";
  /** The bytes in it. */
  bytes: number;
  /** The most bytes that it has in this timeline. */
  most: number;
  /** The bytes themselves in hexadecimal, if they're known. */
  content?: string;
}

/** Bytes of a buffer that are kept, so that a small one can show them. */
const KEPT_BYTES = 24;

/** One direction of a stream, and the buffers at its two ends. */
export class Stream {
  /** The step in which it was last used. */
  step = 0;
  /** Whether all that happened is there; a recording may leave some out. */
  isWhole = true;
  /** All levels that it had, and the most of each buffer. */
  readonly levels: BufferLevel[] = [];
  readonly most = { send: 0, receive: 0 };
  /** The bytes that calls gave, that arrived, were acknowledged, and taken. */
  #given = 0;
  #arrived = 0;
  #acknowledged = 0;
  #taken = 0;
  /** The bytes in the receive buffer, if all of them are known. */
  #content: string | undefined = "";
  /** The bytes before the first packet that's there. */
  #base: number | undefined;

  /** A call gives bytes to the send buffer. */
  give(bytes: number, side: Side): BufferLevel {
    this.#given += bytes;
    return this.level(side, "send");
  }

  /** A call takes bytes from the receive buffer. */
  take(bytes: number, side: Side): BufferLevel {
    this.#taken += bytes;
    this.#content = this.#content?.slice(2 * bytes);
    return this.level(side, "receive");
  }

  /** A call puts bytes straight into the receive buffer of its peer. */
  put(bytes: number, data: string | undefined, side: Side): BufferLevel {
    this.#arrived += bytes;
    this.#append(bytes, data);
    return this.level(side, "receive");
  }

  /** Adds a packet's bytes; says whether they are new. */
  arrive({ bytes, relativeSequence = 1, data }: WirePacket): boolean {
    this.#base ??= Math.max(0, relativeSequence - 1);
    const end = relativeSequence - 1 + bytes - this.#base;
    if (bytes === 0 || end <= this.#arrived) return false;
    const isNext = end - bytes === this.#arrived;
    this.#append(bytes, isNext ? data : undefined);
    this.#arrived = end;
    return true;
  }

  /** Notes what a packet acknowledges; says whether that's new. */
  acknowledge({ relativeAcknowledgment }: WirePacket): boolean {
    if (relativeAcknowledgment === undefined) return false;
    this.#base ??= Math.max(0, relativeAcknowledgment - 1);
    // A FIN counts as a byte, and has none.
    const end = Math.min(
      this.#given,
      relativeAcknowledgment - 1 - this.#base,
    );
    if (end <= this.#acknowledged) return false;
    this.#acknowledged = end;
    return true;
  }

  /** Returns how full a buffer is now. */
  level(side: Side, which: "send" | "receive"): BufferLevel {
    const bytes = Math.max(
      0,
      which === "send"
        ? this.#given - this.#acknowledged
        : this.#arrived - this.#taken,
    );
    this.most[which] = Math.max(this.most[which], bytes);
    const level: BufferLevel = { side, which, bytes, most: 0 };
    if (which === "receive" && this.#content?.length === 2 * bytes) {
      level.content = this.#content;
    }
    this.levels.push(level);
    return level;
  }

  #append(bytes: number, data: string | undefined): void {
    const isWhole = data !== undefined && data.length === 2 * bytes &&
      this.#content !== undefined;
    const content = isWhole ? this.#content + data : undefined;
    this.#content = content !== undefined && content.length <= 2 * KEPT_BYTES
      ? content
      : undefined;
  }
}

import {
  awaited,
  FakeConn,
  type FakeConnOptions,
} from "../../../lib/workbook/kit/mod.ts";

/**
 * How an echo server behaves. `room` is how many unread bytes the server and the
 * network can hold.
 */
export interface EchoOptions
  extends Pick<FakeConnOptions, "readSize" | "writeSize" | "room" | "most"> {
  /** Whether the server sends back capital letters for lowercase ones. */
  inCapitals?: boolean;
  /** How the connection ends after four bytes have come back. */
  afterFour?: "end" | "reset";
}

/** A connection to an echo server. */
export class EchoConn extends FakeConn {
  readonly #options: EchoOptions;
  #isOver = false;

  /** Connects, and calls `onMove` whenever bytes have moved. */
  constructor(options: EchoOptions, onMove: () => void) {
    super({ ...options, then: "silence", onMove });
    this.#options = options;
  }

  override write(data: Uint8Array): Promise<number> {
    const written = super.write(data).then((count) => {
      this.#sendBack(data.slice(0, count));
      return count;
    });
    return awaited("conn.write", written);
  }

  override read(buffer: Uint8Array): Promise<number | null> {
    const read = super.read(buffer).then((count) => {
      // Bytes that have been read make room for new ones, unless the server has
      // stopped reading.
      if (!this.#options.afterFour) this.peerTakes(count ?? 0);
      return count;
    });
    return awaited("conn.read", read);
  }

  #sendBack(bytes: Uint8Array): void {
    const { inCapitals, afterFour } = this.#options;
    if (this.#isOver) return;
    this.#isOver = afterFour !== undefined;
    if (inCapitals) bytes.forEach((byte, i) => bytes[i] = byte & ~0x20);
    this.peerSends(afterFour ? bytes.subarray(0, 4) : bytes);
    if (afterFour === "end") this.peerEnds();
    if (afterFour === "reset") this.peerResets();
  }
}

import {
  awaited,
  FakeConn,
  type FakeConnOptions,
} from "../../../lib/workbook/kit/mod.ts";

/**
 * What a server does that sends back what it gets. `room` is how many unread
 * bytes it and the network hold.
 */
export interface EchoOptions
  extends Pick<FakeConnOptions, "readSize" | "writeSize" | "room"> {
  /** Whether it sends back each lowercase letter as a capital. */
  inCapitals?: boolean;
  /** What comes after four bytes. */
  afterFour?: "end" | "reset";
}

/** A connection to such a server. */
export class EchoConn extends FakeConn {
  readonly #options: EchoOptions;

  /** Connects; `onMove` is called whenever bytes have moved. */
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
      // What has been read makes room for as much.
      this.peerTakes(count ?? 0);
      return count;
    });
    return awaited("conn.read", read);
  }

  #sendBack(bytes: Uint8Array): void {
    const { inCapitals, afterFour } = this.#options;
    if (inCapitals) bytes.forEach((byte, i) => bytes[i] = byte & ~0x20);
    this.peerSends(afterFour ? bytes.subarray(0, 4) : bytes);
    if (afterFour === "end") this.peerEnds();
    if (afterFour === "reset") this.peerResets();
  }
}

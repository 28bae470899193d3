import { awaited, FakeConn } from "../../../lib/workbook/kit/mod.ts";

/** What a server does that sends back what it gets. */
export interface EchoOptions {
  /** The most bytes that one read gives. */
  readSize?: number;
  /** The most bytes that one write takes. */
  writeSize?: number;
  /**
   * How many unread bytes the server and the network hold.
   *
   * @default Infinity
   */
  room?: number;
  /** Whether the server sends back each lowercase letter as a capital. */
  inCapitals?: boolean;
  /** After how many bytes it ends the stream, or resets the connection. */
  stopsAfter?: number;
  /** How it stops. */
  by?: "end" | "reset";
}

/** A connection to a server that sends back what it gets. */
export class EchoConn extends FakeConn {
  readonly #options: EchoOptions;

  /** Connects; `onMove` is called whenever bytes have moved. */
  constructor(options: EchoOptions, onMove: () => void) {
    super({ ...options, then: "silence", onMove });
    this.#options = options;
  }

  override write(data: Uint8Array): Promise<number> {
    const { inCapitals, stopsAfter = Infinity, by } = this.#options;
    const sent = super.write(data).then((count) => {
      const excess = Math.max(0, this.bytesWritten - stopsAfter);
      const bytes = data.slice(0, Math.max(0, count - excess));
      if (inCapitals) bytes.forEach((byte, i) => bytes[i] = byte & ~0x20);
      this.peerSends(bytes);
      if (this.bytesWritten >= stopsAfter) {
        by === "reset" ? this.peerResets() : this.peerEnds();
      }
      return count;
    });
    return awaited("conn.write", sent);
  }

  override read(buffer: Uint8Array): Promise<number | null> {
    const read = super.read(buffer).then((count) => {
      // What has been read makes room for as much.
      this.peerTakes(count ?? 0);
      return count;
    });
    return awaited("conn.read", read);
  }
}

import { ShortConn } from "../../lib/workbook/kit/mod.ts";

/** So many writes of no bytes are a loop that will not end. */
const MAX_EMPTY_WRITES = 100;

/** A connection that knows what is written on it, and when. */
export class WatchedConn extends ShortConn {
  readonly #conn: ShortConn;
  readonly #due: number;
  readonly #endless = Promise.withResolvers<void>();
  readonly #moved = Promise.withResolvers<void>();
  readonly #offered: Uint8Array[] = [];
  #emptyWrites = 0;
  /** Bytes that were taken so far. */
  taken = 0;
  /** Writes that are under way. */
  pending = 0;
  /** Whether a write was ever started while another was under way. */
  overlapped = false;
  /** Resolves when bytes have been taken. */
  readonly moved: Promise<void> = this.#moved.promise;
  /**
   * Resolves when more bytes are offered than are due, or none again and again.
   * The write that does so gets no answer: an endless loop ends there.
   */
  readonly endless: Promise<void> = this.#endless.promise;

  /**
   * @param conn The connection to write to.
   * @param due Bytes that will have been written when all is done.
   */
  constructor(conn: ShortConn, due: number) {
    super(conn);
    this.#conn = conn;
    this.#due = due;
  }

  /** All bytes that were taken, and those that were offered too many. */
  get offered(): Uint8Array {
    return Uint8Array.fromHex(this.#offered.map((b) => b.toHex()).join(""));
  }

  override async write(data: Uint8Array): Promise<number> {
    if (this.pending > 0) this.overlapped = true;
    this.pending++;
    if (data.length === 0) this.#emptyWrites++;
    if (
      this.#emptyWrites > MAX_EMPTY_WRITES ||
      this.taken >= this.#due && data.length > 0
    ) {
      this.#offered.push(data.slice());
      this.#endless.resolve();
      await new Promise(() => {});
    }
    try {
      const count = await this.#conn.write(data);
      this.taken += count;
      this.#offered.push(data.slice(0, count));
      this.#moved.resolve();
      return count;
    } finally {
      this.pending--;
    }
  }
}

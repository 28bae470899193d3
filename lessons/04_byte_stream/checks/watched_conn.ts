import { concat } from "../../../lib/wire/bytes.ts";
import { ShortConn } from "../../../lib/workbook/kit/mod.ts";

/** This many writes of no bytes are an endless loop. */
const MAX_EMPTY_WRITES = 100;

/** A connection that records what is written to it, and when. */
export class WatchedConn extends ShortConn {
  readonly #due: number;
  readonly #endless = Promise.withResolvers<void>();
  readonly #moved = Promise.withResolvers<void>();
  readonly #offered: Uint8Array[] = [];
  #emptyWrites = 0;
  /** How many bytes the connection has accepted so far. */
  taken = 0;
  /** How many writes are in progress. */
  pending = 0;
  /** Whether a write ever began while another was in progress. */
  overlapped = false;
  /** Resolves when the connection has accepted the first bytes. */
  readonly moved: Promise<void> = this.#moved.promise;
  /**
   * Resolves when a write offers more bytes than are due, or when 100 writes
   * have offered none. That write never returns, so an endless loop stops there.
   */
  readonly endless: Promise<void> = this.#endless.promise;

  /**
   * Wraps a connection.
   *
   * @param conn The connection to write to.
   * @param due How many bytes a correct answer writes in total.
   */
  constructor(conn: ShortConn, due: number) {
    super(conn);
    this.#due = due;
  }

  /** All bytes accepted, and those offered beyond what was due. */
  get offered(): Uint8Array {
    return concat(this.#offered);
  }

  override async write(data: Uint8Array): Promise<number> {
    this.overlapped ||= this.pending > 0;
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
      const count = await super.write(data);
      this.taken += count;
      this.#offered.push(data.slice(0, count));
      this.#moved.resolve();
      return count;
    } finally {
      this.pending--;
    }
  }
}

import { concat } from "../../wire/bytes.ts";
import type { Trial } from "./trial.ts";

/** The most that is kept of what a peer sends, in bytes. */
const MAX_BYTES = 128 * 1024 * 1024;

/**
 * Reads all that comes on a connection, from the moment it is made.
 *
 * A check that reads by itself knows only whether its read came to an end. This
 * keeps what did come, so that a failure can show it.
 */
export class Collector {
  readonly #chunks: Uint8Array[] = [];
  #length = 0;
  #moved = Promise.withResolvers<void>();
  #ended = false;
  #error: unknown;

  /**
   * Begins to read.
   *
   * @param conn Where to read from. Nobody else may read from it.
   * @param trial Is told of progress, so that a long transfer is not a stall.
   */
  constructor(conn: Pick<Deno.Conn, "read">, trial: Trial) {
    this.#readAll(conn, trial);
  }

  /** Bytes so far. */
  get length(): number {
    return this.#length;
  }

  /** All that came so far. */
  get bytes(): Uint8Array {
    return concat(this.#chunks);
  }

  /** Whether the stream has come to its end, or failed. */
  get ended(): boolean {
    return this.#ended;
  }

  /**
   * Waits until so many bytes have come, or the stream has ended.
   *
   * @param size Bytes.
   * @returns All that came: perhaps more than `size`, or less at the end.
   */
  async atLeast(size: number): Promise<Uint8Array> {
    while (this.#length < size && !this.#ended) await this.#moved.promise;
    return this.bytes;
  }

  /**
   * Waits for the end of the stream.
   *
   * @returns All that came.
   * @throws What reading threw: ConnectionReset, for example.
   */
  async end(): Promise<Uint8Array> {
    while (!this.#ended) await this.#moved.promise;
    if (this.#error !== undefined) throw this.#error;
    return this.bytes;
  }

  async #readAll(conn: Pick<Deno.Conn, "read">, trial: Trial): Promise<void> {
    const buffer = new Uint8Array(64 * 1024);
    try {
      // Beyond the limit it reads no more: a flood then counts as a stall.
      while (this.#length < MAX_BYTES) {
        const count = await conn.read(buffer);
        if (count === null) break;
        this.#chunks.push(buffer.slice(0, count));
        this.#length += count;
        trial.progress();
        this.#wake();
      }
    } catch (error) {
      this.#error = error;
    }
    if (this.#length < MAX_BYTES) this.#ended = true;
    this.#wake();
  }

  #wake(): void {
    this.#moved.resolve();
    this.#moved = Promise.withResolvers();
  }
}

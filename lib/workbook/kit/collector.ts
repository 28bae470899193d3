import { concat } from "../../wire/bytes.ts";
import type { Trial } from "./trial.ts";

/** The most bytes from a peer to keep. */
const MAX_BYTES = 128 * 1024 * 1024;

/**
 * Reads everything that arrives on a connection, from the start.
 *
 * A check that calls `read` itself knows only whether its read completed. A
 * collector keeps all received bytes, so that a failure can show them.
 */
export class Collector {
  readonly #chunks: Uint8Array[] = [];
  #length = 0;
  #moved = Promise.withResolvers<void>();
  #ended = false;
  #error: unknown;

  /**
   * Starts to read.
   *
   * @param conn The connection to read from. Nothing else may read from it.
   * @param trial The run to report progress to, so that a long transfer doesn't
   * count as a stall.
   */
  constructor(conn: Pick<Deno.Conn, "read">, trial: Trial) {
    this.#readAll(conn, trial);
  }

  /** The number of bytes so far. */
  get length(): number {
    return this.#length;
  }

  /** Everything that has arrived so far. */
  get bytes(): Uint8Array {
    return concat(this.#chunks);
  }

  /** Whether the stream has ended or failed. */
  get ended(): boolean {
    return this.#ended;
  }

  /**
   * Waits until `size` bytes have arrived, or the stream has ended.
   *
   * @param size The number of bytes.
   * @returns Everything that has arrived: possibly more than `size`, or less at
   * the end of the stream.
   */
  async atLeast(size: number): Promise<Uint8Array> {
    while (this.#length < size && !this.#ended) await this.#moved.promise;
    return this.bytes;
  }

  /**
   * Waits for the end of the stream.
   *
   * @returns All bytes that arrived.
   * @throws The read's error, such as ConnectionReset.
   */
  async end(): Promise<Uint8Array> {
    while (!this.#ended) await this.#moved.promise;
    if (this.#error !== undefined) throw this.#error;
    return this.bytes;
  }

  async #readAll(conn: Pick<Deno.Conn, "read">, trial: Trial): Promise<void> {
    const buffer = new Uint8Array(64 * 1024);
    try {
      // Stop reading at the limit, so that a flood counts as a stall.
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

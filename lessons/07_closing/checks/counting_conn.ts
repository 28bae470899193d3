import {
  connectPair,
  ShortConn,
  type ShortConnOptions,
  type Trial,
} from "../../../lib/workbook/kit/mod.ts";

/** A connection that counts the bytes read from it. */
export class CountingConn extends ShortConn {
  #moved = Promise.withResolvers<void>();
  /** Bytes read so far. */
  bytesRead = 0;

  /** Waits until this many bytes have been read, or the connection is closed. */
  async readUpTo(count: number): Promise<void> {
    while (this.bytesRead < count && !this.closed) await this.#moved.promise;
  }

  override async read(buffer: Uint8Array): Promise<number | null> {
    const count = await super.read(buffer);
    this.bytesRead += count ?? 0;
    this.#wake();
    return count;
  }

  override close(): void {
    super.close();
    this.#wake();
  }

  #wake(): void {
    this.#moved.resolve();
    this.#moved = Promise.withResolvers();
  }
}

/**
 * Connects a pair whose end for the answer counts. Its reads don't count as
 * progress, unless `onMove` says so.
 *
 * @param trial Closes both ends when the check ends.
 * @param options How much the answer's end moves in one call.
 * @returns Both ends.
 */
export async function connectCounting(
  trial: Trial,
  options: ShortConnOptions = {},
): Promise<{ peer: Deno.Conn; conn: CountingConn }> {
  const { peer, conn } = await connectPair(trial, { onMove: () => {} });
  return { peer, conn: new CountingConn(conn, options) };
}

import { concat } from "../../wire/bytes.ts";
import {
  awaited,
  requireAnEnd,
  requireBytes,
  requireData,
  requireFewPending,
  requireRoom,
} from "./misuse.ts";

// A check may replace the global function to see how the answer uses it.
const { setImmediate } = globalThis;

/** Options for a {@linkcode FakeConn}. */
export interface FakeConnOptions {
  /**
   * The bytes that the peer sends; text becomes UTF-8.
   *
   * @default Nothing
   */
  incoming?: Uint8Array | string;
  /**
   * The event after the incoming bytes: the end (`null`), a reset
   * (ConnectionReset), or nothing, so that a read waits until the test calls
   * `peerSends`, `peerEnds`, or `peerResets`.
   *
   * @default "end"
   */
  then?: "end" | "reset" | "silence";
  /**
   * The most bytes that one `read` returns. In a list, each read uses one
   * number, and the last number applies to all later reads. A read of 0 returns
   * 0, which isn't the end.
   *
   * @default Infinity
   */
  readSize?: number | readonly number[];
  /**
   * The most bytes that one `write` takes: a number or a list, as above.
   *
   * @default Infinity
   */
  writeSize?: number | readonly number[];
  /**
   * The number of written bytes after which each write rejects with BrokenPipe.
   *
   * @default Infinity
   */
  breakAt?: number;
  /**
   * The error that `closeWrite` rejects with, as on a connection that no longer
   * exists.
   */
  closeWriteError?: Error;
  /**
   * The number of bytes that fit in the buffers between the two sides. When
   * they're full, writes wait until `peerTakes`, as for a peer that doesn't
   * read.
   *
   * @default Infinity
   */
  room?: number;
  /**
   * The most bytes that an answer has to write. More than that is a misuse, which
   * ends the check: the answer would write forever.
   *
   * @default 16777216
   */
  most?: number;
  /** Called whenever bytes have moved: `() => trial.progress()` in a check. */
  onMove?: () => void;
}

/**
 * A simulated connection, controlled by a test.
 *
 * Loopback hardly ever delivers one byte at a time, and doesn't reset a
 * connection at byte 7. This class does, reproducibly. In all other ways, it
 * behaves like Deno's own connections, according to measurements:
 *
 * - It works in later turns of the event loop, never immediately. So if you
 *   change bytes before a write is done, it sends the changed bytes, and if you
 *   call `close()` before a write is done, the write rejects with Interrupted
 *   and sends nothing.
 * - `close()` rejects waiting calls with Interrupted. Any later use, even a
 *   second `close()`, fails with BadResource, but an empty read returns 0.
 * - After `closeWrite()`, a write rejects with BrokenPipe. While a write is
 *   waiting, `closeWrite()` waits for it.
 * - A reset is reported once, as ConnectionReset, to the next read (after the
 *   bytes that arrived before it) or write. After that, reads return `null`,
 *   and writes reject with BrokenPipe.
 * - Two reads or two writes at once are served in order, and recorded in
 *   `overlappedReads` and `overlappedWrites`.
 * - `readable` and `writable` close the whole connection when they end or fail.
 *
 * ```ts
 * import { readExact } from "../../net/mod.ts";
 * import { FakeConn } from "./fake_conn.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const conn = new FakeConn({ incoming: "hello", readSize: [1, 2] });
 * assertEquals(await readExact(conn, 4), new TextEncoder().encode("hell"));
 * assertEquals(conn.reads, 3); // 1, 2 and 1 of 2 bytes.
 * assertEquals(conn.unread, 1);
 * ```
 */
export class FakeConn implements Deno.TcpConn {
  #incoming: Uint8Array;
  #inputOver: boolean;
  #resetAfterInput: boolean;
  #reset: "no" | "due" | "told" = "no";
  #sawEnd = false;
  #reads = 0;
  #bytesRead = 0;
  #pendingReads = 0;
  #overlappedReads = false;
  #emptyReads = 0;
  readonly #nextReadSize: () => number;

  readonly #chunks: Uint8Array[] = [];
  #bytesWritten = 0;
  #writes = 0;
  #emptyWrites = 0;
  #pendingWrites = 0;
  #overlappedWrites = false;
  #room: number;
  readonly #most?: number;
  readonly #breakAt: number;
  readonly #closeWriteError?: Error;
  readonly #nextWriteSize: () => number;

  #closed = false;
  #closedByStream = false;
  #writeEnded = false;
  #readable?: ReadableStream<Uint8Array<ArrayBuffer>>;
  #writable?: WritableStream<Uint8Array<ArrayBufferLike>>;
  readonly #onMove: () => void;
  #change = Promise.withResolvers<void>();

  readonly localAddr: Deno.NetAddr = {
    transport: "tcp",
    hostname: "127.0.0.1",
    port: 7000,
  };
  readonly remoteAddr: Deno.NetAddr = {
    transport: "tcp",
    hostname: "127.0.0.1",
    port: 50000,
  };

  /** @param options The connection's behavior. */
  constructor(options: FakeConnOptions = {}) {
    const { then = "end" } = options;
    this.#incoming = bytesOf(options.incoming ?? "");
    this.#inputOver = then !== "silence";
    this.#resetAfterInput = then === "reset";
    this.#nextReadSize = inTurn(options.readSize);
    this.#nextWriteSize = inTurn(options.writeSize);
    this.#breakAt = options.breakAt ?? Infinity;
    this.#closeWriteError = options.closeWriteError;
    this.#room = options.room ?? Infinity;
    this.#most = options.most;
    this.#onMove = options.onMove ?? (() => {});
    this.#resetIfDue();
  }

  /**
   * The number of reads that were started, except those into an empty buffer.
   */
  get reads(): number {
    return this.#reads;
  }

  /** The number of reads that are waiting. */
  get pendingReads(): number {
    return this.#pendingReads;
  }

  /** Whether a read was ever started while another one was in progress. */
  get overlappedReads(): boolean {
    return this.#overlappedReads;
  }

  /**
   * The number of reads into an empty buffer since the last other read.
   */
  get emptyReads(): number {
    return this.#emptyReads;
  }

  /**
   * Whether everything that has arrived has been read, and a read is waiting
   * for more.
   */
  get isDrained(): boolean {
    return this.#pendingReads > 0 && this.unread === 0 && !this.#inputOver;
  }

  /** Whether a write is waiting for the peer to make room. */
  get isFull(): boolean {
    return this.#pendingWrites > 0 && this.#room === 0;
  }

  /**
   * The number of incoming bytes that are unread, or that were unread when the
   * connection was closed.
   */
  get unread(): number {
    return this.#incoming.length;
  }

  /** The unread bytes, in a new buffer. */
  get unreadBytes(): Uint8Array {
    return this.#incoming.slice();
  }

  /** The number of bytes that were read. */
  get bytesRead(): number {
    return this.#bytesRead;
  }

  /** Whether a read has returned `null` because the peer ended its side. */
  get sawEnd(): boolean {
    return this.#sawEnd;
  }

  /** All written bytes, in a new buffer. */
  get written(): Uint8Array {
    return concat(this.#chunks);
  }

  /** The number of bytes that were written. */
  get bytesWritten(): number {
    return this.#bytesWritten;
  }

  /** The number of writes that were started. */
  get writes(): number {
    return this.#writes;
  }

  /** The number of writes that are waiting. */
  get pendingWrites(): number {
    return this.#pendingWrites;
  }

  /** Whether a write was ever started while another one was in progress. */
  get overlappedWrites(): boolean {
    return this.#overlappedWrites;
  }

  /** Whether `closeWrite` has ended this side. */
  get writeEnded(): boolean {
    return this.#writeEnded;
  }

  /** Whether `close` was called, also by `using` or by a stream that ended. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Whether `readable` or `writable` closed it. */
  get closedByStream(): boolean {
    return this.#closedByStream;
  }

  /**
   * Lets more bytes arrive. With `then: "silence"`, this simulates a slow peer
   * without a clock.
   *
   * @param data The bytes that arrive; text becomes UTF-8.
   * @throws {TypeError} If the peer has ended its side or reset it.
   */
  peerSends(data: Uint8Array | string): void {
    if (this.#inputOver) {
      throw new TypeError('The peer has ended its side: use then: "silence"');
    }
    this.#incoming = concat([this.#incoming, bytesOf(data)]);
    this.#wake();
  }

  /** Ends the peer's side: after the unread bytes, reads return `null`. */
  peerEnds(): void {
    this.#inputOver = true;
    this.#wake();
  }

  /**
   * Resets the connection: writes fail immediately, and reads after the unread
   * bytes.
   */
  peerResets(): void {
    this.#inputOver = true;
    this.#reset = "due";
    this.#wake();
  }

  /**
   * Makes room for more writes, as a peer does by reading.
   *
   * @param size The number of bytes; `Infinity` for a peer that reads
   * everything from now on.
   */
  peerTakes(size: number): void {
    this.#room += size;
    this.#wake();
  }

  /**
   * Waits until `condition` holds; it's checked whenever something happens on
   * the connection.
   *
   * @param condition The condition, such as `() => conn.pendingReads > 0`.
   */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await this.#change.promise;
  }

  read(buffer: Uint8Array): Promise<number | null> {
    requireFewPending("conn.read", this.#pendingReads);
    return awaited("conn.read", this.#read(buffer));
  }

  async #read(buffer: Uint8Array): Promise<number | null> {
    requireBytes("conn.read", buffer);
    this.#emptyReads = buffer.length === 0 ? this.#emptyReads + 1 : 0;
    requireRoom(this.#emptyReads);
    if (buffer.length === 0) return 0;
    // Reject later, too: a loop that retries must let other code run.
    if (this.#closed) await nextTurn();
    this.#assertOpen();
    this.#reads++;
    if (this.#pendingReads++ > 0) this.#overlappedReads = true;
    const size = this.#nextReadSize();
    this.#wake();
    try {
      return await this.#when(() => {
        if (this.unread > 0) return this.#take(buffer, size);
        if (this.#reset === "due") throw this.#tellReset();
        if (!this.#inputOver) return undefined;
        this.#sawEnd = this.#reset === "no";
        return null;
      });
    } finally {
      this.#pendingReads--;
      this.#wake();
    }
  }

  write(data: Uint8Array): Promise<number> {
    return awaited("conn.write", this.#write(data));
  }

  async #write(data: Uint8Array): Promise<number> {
    requireBytes("conn.write", data);
    this.#emptyWrites = data.length === 0 ? this.#emptyWrites + 1 : 0;
    requireData(this.#emptyWrites);
    if (this.#closed) await nextTurn();
    this.#assertOpen();
    this.#writes++;
    requireAnEnd({
      bytes: this.#bytesWritten,
      writes: this.#writes,
      most: this.#most,
    });
    if (this.#pendingWrites++ > 0) this.#overlappedWrites = true;
    const size = this.#nextWriteSize();
    this.#wake();
    try {
      return await this.#when(() => {
        if (this.#reset === "due") throw this.#tellReset();
        if (this.#isBroken()) {
          throw new Deno.errors.BrokenPipe("Broken pipe (os error 32)");
        }
        return this.#room > 0 ? this.#put(data, size) : undefined;
      });
    } finally {
      this.#pendingWrites--;
      this.#wake();
    }
  }

  async closeWrite(): Promise<void> {
    this.#assertOpen();
    if (this.#pendingWrites > 0) {
      await this.#when(() => this.#pendingWrites === 0 || undefined);
    }
    if (this.#closeWriteError !== undefined) {
      await nextTurn();
      throw this.#closeWriteError;
    }
    this.#writeEnded = true;
    this.#wake();
    await nextTurn();
  }

  close(): void {
    this.#assertOpen();
    this.#closed = true;
    this.#wake();
  }

  [Symbol.dispose](): void {
    // As in Deno, leaving a `using` block after a close isn't an error.
    if (!this.#closed) this.close();
  }

  /** Does nothing: there's no socket that could keep the program running. */
  ref(): void {}

  /** Does nothing. */
  unref(): void {}

  /** Does nothing: there are no segments to delay. */
  setNoDelay(): void {}

  /** Does nothing. */
  setKeepAlive(): void {}

  /**
   * A byte stream that closes the whole connection when it ends, as Deno's own
   * does.
   */
  get readable(): ReadableStream<Uint8Array<ArrayBuffer>> {
    return this.#readable ??= new ReadableStream({
      type: "bytes",
      autoAllocateChunkSize: 64 * 1024,
      pull: async (controller) => {
        // There's a request for every reader, because chunks are allocated
        // automatically.
        const request = controller.byobRequest!;
        const view = request.view as Uint8Array<ArrayBuffer>;
        let count: number | null;
        do count = await this.#orClose(this.read(view)); while (count === 0);
        if (count === null) {
          controller.close();
          this.#closeStream();
        }
        request.respond(count ?? 0);
      },
      cancel: () => this.#closeStream(),
    }, { highWaterMark: 0 });
  }

  /**
   * A stream that closes the whole connection when it ends, as Deno's own does.
   */
  get writable(): WritableStream<Uint8Array<ArrayBufferLike>> {
    return this.#writable ??= new WritableStream({
      write: async (data) => {
        requireBytes("writer.write", data);
        for (let sent = 0; sent < data.length;) {
          sent += await this.#orClose(this.write(data.subarray(sent)));
        }
      },
      close: () => this.#closeStream(),
      abort: () => this.#closeStream(),
    });
  }

  #take(buffer: Uint8Array, size: number): number {
    const count = Math.min(size, buffer.length, this.unread);
    buffer.set(this.#incoming.subarray(0, count));
    this.#incoming = this.#incoming.subarray(count);
    this.#bytesRead += count;
    this.#resetIfDue();
    if (count > 0) this.#onMove();
    return count;
  }

  #put(data: Uint8Array, size: number): number {
    const left = this.#breakAt - this.#bytesWritten;
    const count = Math.min(size, data.length, this.#room, left);
    this.#chunks.push(data.slice(0, count));
    this.#bytesWritten += count;
    this.#room -= count;
    if (count > 0) this.#onMove();
    return count;
  }

  #isBroken(): boolean {
    return this.#writeEnded || this.#reset !== "no" ||
      this.#bytesWritten >= this.#breakAt;
  }

  #resetIfDue(): void {
    if (this.#resetAfterInput && this.unread === 0) this.#reset = "due";
  }

  #tellReset(): Error {
    this.#reset = "told";
    return new Deno.errors.ConnectionReset(
      "Connection reset by peer (os error 104)",
    );
  }

  #assertOpen(): void {
    if (this.#closed) throw new Deno.errors.BadResource("Bad resource ID");
  }

  /** Tries until it returns something, or until `close`. */
  async #when<V>(attempt: () => V | undefined): Promise<V> {
    await nextTurn();
    while (true) {
      if (this.#closed) throw new Deno.errors.Interrupted("operation canceled");
      const result = attempt();
      if (result !== undefined) return result;
      await this.#change.promise;
    }
  }

  #wake(): void {
    this.#change.resolve();
    this.#change = Promise.withResolvers();
  }

  /** As in Deno, a stream that fails closes the connection too. */
  async #orClose<V>(moving: Promise<V>): Promise<V> {
    try {
      return await moving;
    } catch (error) {
      this.#closeStream();
      throw error;
    }
  }

  #closeStream(): void {
    this.#closedByStream ||= !this.#closed;
    this[Symbol.dispose]();
  }
}

/** Yields the numbers one by one, and then the last one forever. */
function inTurn(sizes: number | readonly number[] = Infinity): () => number {
  const list = [sizes].flat();
  let at = 0;
  return () => list[Math.min(at++, list.length - 1)] ?? Infinity;
}

function bytesOf(data: Uint8Array | string): Uint8Array {
  return typeof data === "string"
    ? new TextEncoder().encode(data)
    : data.slice();
}

/**
 * Waits for one turn of the event loop. A promise alone isn't enough: code that
 * reads in an endless loop would keep every timer from running, even the
 * deadline.
 */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

import {
  awaited,
  requireBytes,
  requireData,
  requireFewPending,
  requireRoom,
} from "./misuse.ts";

/** The limits for one call on a connection. */
export interface ShortConnOptions {
  /**
   * The most bytes that one `read` returns.
   *
   * @default Infinity
   */
  readSize?: number;
  /**
   * The most bytes that one `write` takes.
   *
   * @default Infinity
   */
  writeSize?: number;
  /** Called whenever bytes have moved. */
  onMove?: () => void;
}

/**
 * A real connection that reads and writes less than requested.
 *
 * A network may do this at any time, but loopback hardly ever does. A check
 * wraps a connection in it to see whether an answer relies on luck, and how the
 * answer used the connection.
 */
export class ShortConn implements Deno.Conn {
  readonly #conn: Deno.Conn;
  readonly #readSize: number;
  readonly #writeSize: number;
  readonly #onMove: () => void;
  #closed = false;
  #writeEnded = false;
  #pendingReads = 0;
  #emptyReads = 0;
  #emptyWrites = 0;
  #readable?: ReadableStream<Uint8Array<ArrayBuffer>>;
  #writable?: WritableStream<Uint8Array<ArrayBufferLike>>;

  /**
   * Wraps a connection.
   *
   * @param conn The connection to read from and write to.
   * @param options The most bytes that move in one call.
   */
  constructor(conn: Deno.Conn, options: ShortConnOptions = {}) {
    this.#conn = conn;
    this.#readSize = options.readSize ?? Infinity;
    this.#writeSize = options.writeSize ?? Infinity;
    this.#onMove = options.onMove ?? (() => {});
  }

  /** Whether `close` was called, also by `using` or by a stream that ended. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Whether `closeWrite` was called. */
  get writeEnded(): boolean {
    return this.#writeEnded;
  }

  /** The address of this end. */
  get localAddr(): Deno.Addr {
    return this.#conn.localAddr;
  }

  /** The address of the other end. */
  get remoteAddr(): Deno.Addr {
    return this.#conn.remoteAddr;
  }

  /**
   * The number of reads into an empty buffer since the last other read.
   */
  get emptyReads(): number {
    return this.#emptyReads;
  }

  /** Reads as `Deno.Conn.read` does, but no more than `readSize` bytes. */
  read(buffer: Uint8Array): Promise<number | null> {
    requireFewPending("conn.read", this.#pendingReads);
    return awaited("conn.read", this.#read(buffer));
  }

  async #read(buffer: Uint8Array): Promise<number | null> {
    requireBytes("conn.read", buffer);
    this.#emptyReads = buffer.length === 0 ? this.#emptyReads + 1 : 0;
    requireRoom(this.#emptyReads);
    this.#pendingReads++;
    try {
      const count = await this.#conn.read(buffer.subarray(0, this.#readSize));
      if (count) this.#onMove();
      return count;
    } finally {
      this.#pendingReads--;
    }
  }

  /** Writes as `Deno.Conn.write` does, but no more than `writeSize` bytes. */
  write(data: Uint8Array): Promise<number> {
    return awaited("conn.write", this.#write(data));
  }

  async #write(data: Uint8Array): Promise<number> {
    requireBytes("conn.write", data);
    this.#emptyWrites = data.length === 0 ? this.#emptyWrites + 1 : 0;
    requireData(this.#emptyWrites);
    const count = await this.#conn.write(data.subarray(0, this.#writeSize));
    if (count) this.#onMove();
    return count;
  }

  /** Ends this side of the connection. */
  async closeWrite(): Promise<void> {
    this.#writeEnded = true;
    await this.#conn.closeWrite();
  }

  /** Closes it. */
  close(): void {
    this.#closed = true;
    this.#conn.close();
  }

  /** Keeps the process alive while a call is pending. */
  ref(): void {
    this.#conn.ref();
  }

  /** Lets the process end while a call is pending. */
  unref(): void {
    this.#conn.unref();
  }

  /** Turns Nagle's algorithm off or on, if it's a TCP connection. */
  setNoDelay(noDelay?: boolean): void {
    (this.#conn as Deno.TcpConn).setNoDelay(noDelay);
  }

  /** Turns keep-alive on or off, if it's a TCP connection. */
  setKeepAlive(keepAlive?: boolean): void {
    (this.#conn as Deno.TcpConn).setKeepAlive(keepAlive);
  }

  /** Closes it if it isn't closed yet. */
  [Symbol.dispose](): void {
    // As in Deno, leaving a `using` block after a close isn't an error.
    if (!this.#closed) this.close();
  }

  /**
   * A byte stream that closes the whole connection when it ends, as Deno's own
   * does. Its reader may pass a buffer.
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
        const count = await this.#orClose(this.read(view));
        if (count === null) {
          controller.close();
          this[Symbol.dispose]();
        }
        request.respond(count ?? 0);
      },
      cancel: () => this[Symbol.dispose](),
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
      close: () => this[Symbol.dispose](),
      abort: () => this[Symbol.dispose](),
    });
  }

  /** As in Deno, a stream that fails closes the connection too. */
  async #orClose<V>(moving: Promise<V>): Promise<V> {
    try {
      return await moving;
    } catch (error) {
      this[Symbol.dispose]();
      throw error;
    }
  }
}

/**
 * A listener whose connections are {@linkcode ShortConn}s.
 *
 * @param listener The listener that accepts the real connections.
 * @param options The most bytes that move in one call.
 * @returns The listener, which records its connections and whether it was
 * closed.
 */
export class ShortListener implements Deno.Listener<ShortConn> {
  readonly #listener: Deno.Listener;
  readonly #options: ShortConnOptions;
  #closed = false;
  /** All accepted connections, in order. */
  readonly accepted: ShortConn[] = [];

  /**
   * Wraps a listener.
   *
   * @param listener Accepts the real connections.
   * @param options The most bytes that move in one call.
   */
  constructor(listener: Deno.Listener, options: ShortConnOptions = {}) {
    this.#listener = listener;
    this.#options = options;
  }

  /** Whether `close` was called. */
  get closed(): boolean {
    return this.#closed;
  }

  /** The address that it listens on. */
  get addr(): Deno.Addr {
    return this.#listener.addr;
  }

  /** Accepts as the real listener does, and wraps the connection. */
  async accept(): Promise<ShortConn> {
    const conn = new ShortConn(await this.#listener.accept(), this.#options);
    this.accepted.push(conn);
    return conn;
  }

  /** Closes it. */
  close(): void {
    this.#closed = true;
    this.#listener.close();
  }

  /** Keeps the process alive while a call is pending. */
  ref(): void {
    this.#listener.ref();
  }

  /** Lets the process end while a call is pending. */
  unref(): void {
    this.#listener.unref();
  }

  /** Closes it if it isn't closed yet. */
  [Symbol.dispose](): void {
    if (!this.#closed) this.close();
  }

  /** As in Deno, leaving a `for await` loop early closes the listener. */
  [Symbol.asyncIterator](): AsyncIterableIterator<ShortConn> {
    return {
      next: async () => {
        try {
          return { value: await this.accept(), done: false };
        } catch (error) {
          // As in Deno, closing the listener ends the loop.
          if (
            !(error instanceof Deno.errors.BadResource) &&
            !(error instanceof Deno.errors.Interrupted)
          ) throw error;
          return { value: undefined, done: true };
        }
      },
      return: (value) => {
        this[Symbol.dispose]();
        return Promise.resolve({ value, done: true });
      },
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  }
}

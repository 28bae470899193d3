/**
 * Accepts reliable connections.
 *
 * @module
 */

import { addContext } from "../add_context.ts";
import { formatEndpoint } from "../endpoint.ts";
import { ReliableConn } from "./conn.ts";
import { type ReliableOptions, settingsOf } from "./options.ts";
import { type DroppedCounts, SharedUdpSocket } from "./shared_udp_socket.ts";

/** Options for {@linkcode listenReliable}; the others are for its connections. */
export interface ListenReliableOptions extends ReliableOptions {
  /**
   * The local address to listen on. Only this machine can reach the default.
   *
   * @default "127.0.0.1"
   */
  hostname?: string;
  /**
   * The number of connections that may wait for `accept()`, an integer >= 1.
   * Further clients get no answer, and send their SYN again.
   *
   * @default 128
   */
  backlog?: number;
}

/**
 * Listens for reliable connections, by default on a free UDP port of the loopback
 * address.
 *
 * @param port The UDP port; 0 asks the system for a free one.
 * @param options The address, the backlog, and the options of the connections.
 * @returns The listener, which you must close.
 * @throws {RangeError} If an option is out of range.
 * @throws {Deno.errors.AddrInUse} If another UDP socket has that port.
 *
 * @example Listen on a free port; see {@linkcode connectReliable} for the client
 * ```ts
 * import { listenReliable } from "./listener.ts";
 * import { assert } from "@std/assert";
 *
 * await using listener = listenReliable();
 * assert(listener.addr.port > 0);
 * ```
 */
export function listenReliable(
  port = 0,
  options: ListenReliableOptions = {},
): ReliableListener {
  const { hostname = "127.0.0.1", backlog = 128, ...rest } = options;
  if (!(Number.isInteger(backlog) && backlog >= 1)) {
    throw new RangeError(
      `Cannot listen with a backlog of ${backlog}: it must be an integer >= 1`,
    );
  }
  settingsOf(rest);
  try {
    const socket = new SharedUdpSocket({ hostname, port, isListening: true });
    return new ReliableListener(socket, { ...rest, backlog });
  } catch (error) {
    const at = formatEndpoint({ protocol: "udp", hostname, port });
    throw addContext(error, `Cannot listen on ${at}`);
  }
}

/**
 * A listener with the interface of `Deno.Listener`. Open it with {@linkcode
 * listenReliable}.
 */
export class ReliableListener
  implements Deno.Listener<ReliableConn, Deno.NetAddr>, AsyncDisposable {
  readonly #socket: SharedUdpSocket;
  readonly #options: ReliableOptions & { backlog: number };
  /** Connections in their handshake, and those that wait for `accept()`. */
  readonly #opening = new Set<ReliableConn>();
  readonly #ready: ReliableConn[] = [];
  readonly #accepting: PromiseWithResolvers<ReliableConn>[] = [];
  #isClosed = false;
  /** The address that it listens on. */
  readonly addr: Deno.NetAddr;

  /**
   * Makes a listener. Only this folder calls it.
   *
   * @param socket The UDP socket.
   * @param options The backlog and the options of the connections.
   */
  constructor(
    socket: SharedUdpSocket,
    options: ReliableOptions & { backlog: number },
  ) {
    this.#socket = socket;
    this.#options = options;
    this.addr = socket.addr;
    socket.onSyn = (from) => this.#receiveSyn(from);
    socket.ref(this);
  }

  /** How many datagrams were dropped because they belong to no connection. */
  get dropped(): Readonly<DroppedCounts> {
    return this.#socket.dropped;
  }

  /**
   * Resolves when the listener and all the connections it accepted are closed.
   * Then the port is free.
   */
  get done(): Promise<void> {
    return this.#socket.closed;
  }

  /**
   * Accepts the next connection, or waits for one.
   *
   * @returns The connection, which you must close.
   * @throws {Deno.errors.BadResource} If the listener is already closed, or is
   * closed meanwhile.
   */
  accept(): Promise<ReliableConn> {
    if (this.#isClosed) {
      return Promise.reject(
        new Deno.errors.BadResource("Cannot accept: the listener is closed"),
      );
    }
    const ready = this.#ready.shift();
    if (ready) return Promise.resolve(ready);
    const accepting = Promise.withResolvers<ReliableConn>();
    this.#accepting.push(accepting);
    return accepting.promise;
  }

  /**
   * Stops listening. Connections that wait for `accept()` are reset; accepted
   * connections stay open.
   */
  close(): void {
    if (this.#isClosed) {
      throw new Deno.errors.BadResource("Cannot close: the listener is closed");
    }
    this.#isClosed = true;
    for (const conn of [...this.#opening, ...this.#ready.splice(0)]) {
      conn.reset();
    }
    for (const { reject } of this.#accepting.splice(0)) {
      reject(
        new Deno.errors.BadResource(
          "Cannot accept: the listener was closed meanwhile",
        ),
      );
    }
    this.#socket.unref(this);
    this.#socket.stopListening();
  }

  /** Lets the program end while this listener is open. */
  unref(): void {
    this.#socket.unref(this);
  }

  /** Undoes {@linkcode ReliableListener.unref}. */
  ref(): void {
    this.#socket.ref(this);
  }

  /**
   * Accepts connections until the listener is closed.
   *
   * @returns The connections, in the order in which they opened.
   */
  async *[Symbol.asyncIterator](): AsyncGenerator<ReliableConn> {
    while (!this.#isClosed) {
      try {
        yield await this.accept();
      } catch (error) {
        if (!this.#isClosed) throw error;
      }
    }
  }

  /** Closes the listener, if it isn't closed yet. */
  [Symbol.dispose](): void {
    if (!this.#isClosed) this.close();
  }

  /** Closes the listener, and waits until its connections are closed, too. */
  async [Symbol.asyncDispose](): Promise<void> {
    this[Symbol.dispose]();
    await this.done;
  }

  /** Makes a connection for a SYN from a new address, if the backlog has room. */
  #receiveSyn(from: Deno.NetAddr): ReliableConn | undefined {
    const { backlog, ...options } = this.#options;
    if (this.#opening.size + this.#ready.length >= backlog) return undefined;
    const conn = new ReliableConn("server", settingsOf(options), {
      socket: this.#socket,
      remoteAddr: from,
    });
    this.#opening.add(conn);
    this.#queueWhenOpen(conn);
    return conn;
  }

  async #queueWhenOpen(conn: ReliableConn): Promise<void> {
    try {
      await conn.opened();
    } catch {
      // The client or this listener has reset the connection.
      return;
    } finally {
      this.#opening.delete(conn);
    }
    if (this.#isClosed) return conn.reset();
    const accepting = this.#accepting.shift();
    if (accepting) accepting.resolve(conn);
    else this.#ready.push(conn);
  }
}

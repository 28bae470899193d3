/**
 * Waiting for reliable streams.
 *
 * @module
 */

import { formatEndpoint } from "../endpoint.ts";
import { restate } from "../restate.ts";
import { ReliableConn } from "./conn.ts";
import { type ReliableOptions, settingsOf } from "./options.ts";
import { Port, type PortCounts } from "./port.ts";

/** Options for {@linkcode listenReliable}; the others are for its streams. */
export interface ListenReliableOptions extends ReliableOptions {
  /**
   * The local address to listen on. The default can be reached from this
   * machine only.
   *
   * @default "127.0.0.1"
   */
  hostname?: string;
  /**
   * How many streams may wait for `accept()`, an integer >= 1. Further clients
   * get no answer, and ask again.
   *
   * @default 128
   */
  backlog?: number;
}

/**
 * Listens for reliable streams, on a free UDP port of the loopback address
 * unless told otherwise.
 *
 * @param port The UDP port; 0 asks the system for a free one.
 * @param options The address, the queue, and what its streams are like.
 * @returns The listener; its owner closes it.
 * @throws {RangeError} If an option is out of range.
 * @throws {Deno.errors.AddrInUse} If another UDP socket has that port.
 *
 * @example See {@linkcode connectReliable} for one that is answered
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
    const socket = new Port({ hostname, port, isListening: true });
    return new ReliableListener(socket, { ...rest, backlog });
  } catch (error) {
    const at = formatEndpoint({ protocol: "udp", hostname, port });
    throw restate(error, `Cannot listen on ${at}`);
  }
}

/** A listener with the shape of `Deno.Listener`; {@linkcode listenReliable} makes it. */
export class ReliableListener
  implements Deno.Listener<ReliableConn, Deno.NetAddr>, AsyncDisposable {
  readonly #port: Port;
  readonly #options: ReliableOptions & { backlog: number };
  /** Those whose three segments are not through, and those who wait. */
  readonly #opening = new Set<ReliableConn>();
  readonly #ready: ReliableConn[] = [];
  readonly #accepting: PromiseWithResolvers<ReliableConn>[] = [];
  #isClosed = false;
  /** Where it listens. */
  readonly addr: Deno.NetAddr;

  /**
   * Only this folder makes listeners.
   *
   * @param port The socket.
   * @param options The queue, and what its streams are like.
   */
  constructor(port: Port, options: ReliableOptions & { backlog: number }) {
    this.#port = port;
    this.#options = options;
    this.addr = port.addr;
    port.onNewcomer = (from) => this.#meet(from);
    port.keepAlive(this, true);
  }

  /** What its socket has dropped, since it belongs to no stream. */
  get dropped(): Readonly<PortCounts> {
    return this.#port.counts;
  }

  /**
   * Resolves when the listener is closed and all streams that it has accepted
   * are over: then the port is free.
   */
  get done(): Promise<void> {
    return this.#port.closed;
  }

  /**
   * Waits for the next stream.
   *
   * @returns The stream; its owner closes it.
   * @throws {Deno.errors.BadResource} If the listener is closed, already or
   * meanwhile.
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
   * Listens no more. Those who wait are turned away by a reset; streams that
   * were accepted go on.
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
    this.#port.keepAlive(this, false);
    this.#port.stopListening();
  }

  /** Lets the program end while this listener waits. */
  unref(): void {
    this.#port.keepAlive(this, false);
  }

  /** Takes back {@linkcode ReliableListener.unref}. */
  ref(): void {
    this.#port.keepAlive(this, true);
  }

  /**
   * Accepts stream after stream until the listener is closed.
   *
   * @returns The streams, as they come.
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

  /** Closes the listener, if it is not closed yet. */
  [Symbol.dispose](): void {
    if (!this.#isClosed) this.close();
  }

  /** Closes the listener, and waits until its streams are over too. */
  async [Symbol.asyncDispose](): Promise<void> {
    this[Symbol.dispose]();
    await this.done;
  }

  /** Somebody new has sent a SYN. */
  #meet(from: Deno.NetAddr): ReliableConn | undefined {
    const { backlog, ...options } = this.#options;
    if (this.#opening.size + this.#ready.length >= backlog) return undefined;
    const conn = new ReliableConn("server", settingsOf(options), {
      port: this.#port,
      remoteAddr: from,
    });
    this.#opening.add(conn);
    this.#introduce(conn);
    return conn;
  }

  async #introduce(conn: ReliableConn): Promise<void> {
    try {
      await conn.opened();
    } catch {
      // It has gone again, or the listener has.
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

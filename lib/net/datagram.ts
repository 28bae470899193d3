/**
 * Datagram sockets: whole messages, each with the address of its sender.
 *
 * @module
 */

import { addContext } from "./add_context.ts";
import { closeQuietly } from "./close.ts";
import { formatAddress } from "./endpoint.ts";
import { assertTimer } from "./timer.ts";

/**
 * A received message.
 *
 * @typeParam A The kind of address: `Deno.NetAddr` for UDP, `Deno.UnixAddr` for
 * a Unix socket.
 */
export interface Datagram<A extends Deno.Addr = Deno.NetAddr> {
  /** The message, in its own buffer. */
  bytes: Uint8Array<ArrayBuffer>;
  /** The sender's address. With UDP, a sender can forge it (RFC 2827). */
  from: A;
}

/**
 * Options for {@linkcode DatagramSocket.receive}.
 *
 * @typeParam A The kind of address.
 */
export interface ReceiveOptions<A extends Deno.Addr = Deno.NetAddr> {
  /**
   * How long to wait, in milliseconds, from 0 to 2147483647.
   *
   * @default {undefined} without limit
   */
  timeoutMs?: number;
  /**
   * The only sender to accept. Messages from other addresses are dropped, and
   * counted in {@linkcode DatagramSocket.strangers}.
   *
   * @default {undefined} any sender
   */
  from?: A;
}

/**
 * A datagram socket that you can declare with `using`. Open one with `bindUdp`
 * for UDP, or with `bindUnixDatagram` at a path.
 *
 * @typeParam A The kind of address.
 */
export class DatagramSocket<A extends Deno.Addr = Deno.NetAddr>
  implements Disposable, AsyncIterable<Datagram<A>> {
  /** Deno's own socket. */
  protected readonly conn: Deno.DatagramConn;
  readonly #roomBytes: number;
  #buffer?: Uint8Array<ArrayBuffer>;
  /** The receive in progress, which may outlive the call that started it. */
  #pending?: Promise<[Uint8Array<ArrayBuffer>, Deno.Addr]>;
  #isWaiting = false;
  #isClosed = false;
  #strangers = 0;

  /**
   * Takes over a socket. Nothing else may receive from it.
   *
   * @param conn Deno's socket.
   * @param roomBytes The longest message to receive without truncation, in
   * bytes. The default is the largest number in UDP's 16-bit length field.
   */
  constructor(conn: Deno.DatagramConn, roomBytes = 65_535) {
    this.conn = conn;
    this.#roomBytes = roomBytes;
  }

  /** The socket's own address. */
  get addr(): A {
    return this.conn.addr as A;
  }

  /** How many messages were dropped because of their sender's address. */
  get strangers(): number {
    return this.#strangers;
  }

  /**
   * Sends one message: all of it, or nothing.
   *
   * @param bytes The message, which may be empty.
   * @param to The receiver's address.
   * @throws {Deno.errors.BadResource} If the socket is closed.
   * @throws The system's error, with the address in its message.
   */
  async send(bytes: Uint8Array, to: A): Promise<void> {
    try {
      await this.conn.send(bytes, to);
    } catch (error) {
      throw addContext(error, `Cannot send to ${formatAddress(to)}`);
    }
  }

  /**
   * Receives the next message.
   *
   * Deno can't cancel a receive. After a timeout, it stays pending, and the
   * next call returns its message, so you don't lose any.
   *
   * @param options The timeout, and the only sender to accept.
   * @returns The message and its sender.
   * @throws {RangeError} If `timeoutMs` is out of range.
   * @throws {Deno.errors.TimedOut} If no message (from `from`) arrives in time.
   * @throws {Deno.errors.Busy} If another call is still waiting.
   * @throws {Deno.errors.Interrupted} If the socket is closed while waiting.
   * @throws {Deno.errors.BadResource} If the socket is already closed.
   *
   * @example A timeout doesn't lose a message
   * ```ts
   * import { bindUdp } from "./udp.ts";
   * import { assertEquals, assertRejects } from "@std/assert";
   *
   * using one = bindUdp();
   * using other = bindUdp();
   * await assertRejects(
   *   () => one.receive({ timeoutMs: 5 }),
   *   Deno.errors.TimedOut,
   *   "Cannot receive: nothing arrived within 5 ms",
   * );
   * await other.send(new Uint8Array([42]), one.addr);
   * assertEquals((await one.receive()).bytes, new Uint8Array([42]));
   * ```
   */
  async receive(options: ReceiveOptions<A> = {}): Promise<Datagram<A>> {
    const { timeoutMs, from } = options;
    if (timeoutMs !== undefined) {
      assertTimer(timeoutMs, "Cannot receive: timeoutMs");
    }
    if (this.#isWaiting) {
      throw new Deno.errors.Busy(
        "Cannot receive: another receive is waiting; await that one first",
      );
    }
    this.#isWaiting = true;
    const late = Promise.withResolvers<undefined>();
    const timer = timeoutMs === undefined
      ? undefined
      : setTimeout(() => late.resolve(undefined), timeoutMs);
    try {
      while (true) {
        const received = timer === undefined
          ? await this.#next()
          : await Promise.race([this.#next(), late.promise]);
        if (received === undefined) {
          const sender = from ? ` from ${formatAddress(from)}` : "";
          throw new Deno.errors.TimedOut(
            `Cannot receive: nothing${sender} arrived within ${timeoutMs} ms`,
          );
        }
        this.#pending = undefined;
        const sender = received[1] as A;
        if (!from || isSame(sender, from)) {
          return { bytes: received[0].slice(), from: sender };
        }
        this.#strangers++;
      }
    } catch (error) {
      // A receive that failed is over; one that is late stays pending.
      if (!(error instanceof Deno.errors.TimedOut)) this.#pending = undefined;
      throw error;
    } finally {
      clearTimeout(timer);
      this.#isWaiting = false;
    }
  }

  /**
   * Receives messages until the socket is closed. Leaving the loop early leaves
   * the socket open.
   *
   * @returns The messages, in the order in which they arrive.
   */
  async *[Symbol.asyncIterator](): AsyncGenerator<Datagram<A>> {
    while (true) {
      let datagram: Datagram<A>;
      try {
        datagram = await this.receive();
      } catch (error) {
        if (this.#isClosed) return;
        throw error;
      }
      yield datagram;
    }
  }

  /** Closes the socket. A waiting receive rejects. You can close it twice. */
  close(): void {
    this.#isClosed = true;
    closeQuietly(this.conn);
  }

  /** Closes the socket, as {@linkcode DatagramSocket.close} does. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** Returns the pending receive of an earlier call, or a new one. */
  #next(): Promise<[Uint8Array<ArrayBuffer>, Deno.Addr]> {
    if (this.#pending === undefined) {
      // Use one buffer for all messages, with room for the longest: a shorter
      // one would silently truncate the message, and without one, Deno
      // allocates one each time.
      this.#buffer ??= new Uint8Array(this.#roomBytes);
      this.#pending = this.conn.receive(this.#buffer);
      // It may fail while no call is waiting. The next call throws that error.
      this.#pending.catch(() => {});
    }
    return this.#pending;
  }
}

function isSame(a: Deno.Addr, b: Deno.Addr): boolean {
  return formatAddress(a) === formatAddress(b);
}

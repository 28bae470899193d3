/**
 * A reliable connection with the interface of `Deno.Conn`.
 *
 * @module
 */

import { formatAddress } from "../endpoint.ts";
import { writeAll } from "../write.ts";
import type { ReliableSettings } from "./options.ts";
import { Protocol } from "./protocol.ts";
import type { Segment } from "./segment.ts";
import type { DroppedCounts, SharedUdpSocket } from "./shared_udp_socket.ts";
import type { ReliableStats } from "./trace.ts";

/**
 * If a timer is more than this late, in milliseconds, the machine was paused.
 */
const STANDSTILL_MS = 20;
/**
 * The number of event loop turns that it takes to receive everything that waits
 * in the sockets.
 */
const TURNS = 5;

/**
 * One end of a reliable connection: a `Deno.Conn` over datagrams.
 *
 * {@linkcode connectReliable} and {@linkcode ReliableListener} open it. It adds
 * a socket, a clock, and promises to {@linkcode Protocol}.
 *
 * After `close()`, it keeps running in the background until the peer has
 * acknowledged all the data, and then stays in TIME-WAIT. For TCP, the kernel
 * does that; here, the program does, and {@linkcode ReliableConn.done} tells
 * you when it's over.
 */
export class ReliableConn implements Deno.Conn<Deno.NetAddr>, AsyncDisposable {
  readonly #protocol: Protocol;
  readonly #socket: SharedUdpSocket;
  readonly #done = Promise.withResolvers<void>();
  #timer?: ReturnType<typeof setTimeout>;
  #timerAt = Infinity;
  /** The number of event loop turns that a late timer still waits. */
  #turnsLeft?: number;
  #isRefed = true;
  #isClosed = false;
  #isGone = false;
  /** Resolves at the next change, for waiting calls. */
  #waiting?: PromiseWithResolvers<void>;
  #readable?: ReadableStream<Uint8Array<ArrayBuffer>>;
  #writable?: WritableStream<Uint8Array<ArrayBufferLike>>;
  /** The peer's address. */
  readonly remoteAddr: Deno.NetAddr;
  /** The local address. */
  readonly localAddr: Deno.NetAddr;

  /**
   * Makes a connection. Only this folder calls it.
   *
   * @param role The end of the connection: client or server.
   * @param settings All the settings.
   * @param place The UDP socket and the peer's address.
   */
  constructor(
    role: "client" | "server",
    settings: ReliableSettings,
    place: { socket: SharedUdpSocket; remoteAddr: Deno.NetAddr },
  ) {
    const { socket, remoteAddr } = place;
    this.#socket = socket;
    this.remoteAddr = remoteAddr;
    this.localAddr = socket.addr;
    this.#protocol = new Protocol(role, settings, {
      now: () => performance.now(),
      buffer: (size) => socket.buffer(size),
      send: (datagram) => socket.send(datagram, remoteAddr),
    });
    socket.add(remoteAddr, this);
    socket.ref(this);
    if (role === "client") {
      this.#protocol.open();
      this.#settle();
    }
  }

  /** The state of this end, and what it has done so far. */
  get stats(): ReliableStats {
    return this.#protocol.stats;
  }

  /** How many datagrams its socket dropped because they belong to no connection. */
  get dropped(): Readonly<DroppedCounts> {
    return this.#socket.dropped;
  }

  /**
   * Resolves when this end is done: nothing is in flight, and nothing runs in the
   * background. It never rejects.
   */
  get done(): Promise<void> {
    return this.#done.promise;
  }

  /**
   * Reads the bytes that have arrived, or waits for some.
   *
   * @param target The buffer for the bytes.
   * @returns The number of bytes, or `null` if the peer has ended its side.
   * @throws {Deno.errors.ConnectionReset} If the peer has reset the connection.
   * @throws {Deno.errors.TimedOut} If the peer hasn't answered for too long.
   * @throws {Deno.errors.Interrupted} If this end is closed while waiting.
   * @throws {Deno.errors.BadResource} If this end is already closed.
   */
  async read(target: Uint8Array): Promise<number | null> {
    this.#assertOpen("read");
    if (target.length === 0) return 0;
    while (true) {
      const count = this.#protocol.read(target);
      if (count > 0) {
        this.#settle();
        return count;
      }
      if (this.#protocol.isAtEnd) return null;
      this.#assertNotFailed("read");
      await this.#change("read");
    }
  }

  /**
   * Writes as many bytes as there is room for, or waits for room.
   *
   * @param data The bytes to write; they are copied.
   * @returns The number of bytes taken. The peer may not have received them yet.
   * @throws {Deno.errors.BrokenPipe} If you have ended this side.
   * @throws {Deno.errors.ConnectionReset} If the peer has reset the connection.
   * @throws {Deno.errors.TimedOut} If the peer hasn't answered for too long.
   * @throws {Deno.errors.Interrupted} If this end is closed while waiting.
   * @throws {Deno.errors.BadResource} If this end is already closed.
   */
  async write(data: Uint8Array): Promise<number> {
    this.#assertOpen("write");
    while (true) {
      this.#assertNotFailed("write");
      const count = this.#protocol.write(data);
      if (count > 0 || data.length === 0) {
        this.#settle();
        return count;
      }
      await this.#change("write");
    }
  }

  /**
   * Ends this side (half-close): sends the data written so far, and then a FIN.
   * The other side stays open.
   *
   * @returns Resolves at once; the FIN follows the data.
   * @throws {Deno.errors.ConnectionReset} If the peer has reset the connection.
   * @throws {Deno.errors.TimedOut} If the peer hasn't answered for too long.
   * @throws {Deno.errors.BadResource} If this end is already closed.
   */
  // deno-lint-ignore require-await
  async closeWrite(): Promise<void> {
    this.#assertOpen("close the write side");
    this.#assertNotFailed("close the write side");
    this.#protocol.closeWrite();
    this.#settle();
  }

  /**
   * Closes this end. Data that you have written is still sent, in the
   * background. Unread input is lost, and the peer then gets a reset.
   *
   * @throws {Deno.errors.BadResource} If this end is already closed.
   */
  close(): void {
    this.#assertOpen("close");
    this.#isClosed = true;
    this.#protocol.close();
    this.#settle();
  }

  /** Closes this end at once: the peer gets a reset. */
  reset(): void {
    this.#isClosed = true;
    this.#protocol.abort();
    this.#settle();
  }

  /** Lets the program end while this connection is open. */
  unref(): void {
    this.#setRef(false);
  }

  /** Undoes {@linkcode ReliableConn.unref}. */
  ref(): void {
    this.#setRef(true);
  }

  /** The input as a stream, which ends when the peer ends its side. */
  get readable(): ReadableStream<Uint8Array<ArrayBuffer>> {
    return this.#readable ??= new ReadableStream({
      pull: async (controller) => {
        const buffer = new Uint8Array(64 * 1024);
        const count = await this.read(buffer);
        if (count === null) controller.close();
        else controller.enqueue(buffer.subarray(0, count));
      },
      cancel: () => this[Symbol.dispose](),
    }, { highWaterMark: 0 });
  }

  /** The output as a stream. Closing it ends only this side. */
  get writable(): WritableStream<Uint8Array<ArrayBufferLike>> {
    return this.#writable ??= new WritableStream({
      write: (chunk) => writeAll(this, chunk),
      close: () => this.closeWrite(),
      abort: () => this.reset(),
    });
  }

  /** Closes this end, if it isn't closed yet. */
  [Symbol.dispose](): void {
    if (!this.#isClosed) this.close();
  }

  /** Closes this end, and waits until it is done. */
  async [Symbol.asyncDispose](): Promise<void> {
    this[Symbol.dispose]();
    await this.done;
  }

  /**
   * Waits until the handshake is done. Only this folder calls it.
   *
   * @throws {Deno.errors.ConnectionRefused} If the peer isn't listening.
   * @throws {Deno.errors.TimedOut} If there is no answer.
   */
  async opened(): Promise<void> {
    while (!this.#protocol.isOpen) {
      if (this.#protocol.error) throw this.#protocol.error;
      this.#assertOpen("open");
      await this.#change("open");
    }
  }

  /**
   * Handles a segment from the peer. Only the socket calls it.
   *
   * @param segment The segment.
   */
  arrive(segment: Segment): void {
    this.#protocol.arrive(segment);
    this.#settle();
  }

  /** Runs after each event: wakes the waiting calls, and sets the timer. */
  #settle(): void {
    this.#waiting?.resolve();
    this.#waiting = undefined;
    if (this.#protocol.isOver) return this.#leave();
    const at = this.#protocol.deadline;
    // A timer that fires too early does no harm, and setting a new one takes
    // time.
    if (at >= this.#timerAt) return;
    clearTimeout(this.#timer);
    this.#timerAt = at;
    const ms = Math.max(0, Math.ceil(at - performance.now()));
    this.#timer = setTimeout(() => this.#expire(at), ms);
    if (!this.#isRefed) Deno.unrefTimer(this.#timer);
  }

  /** Runs when the timer fires. */
  #expire(at: number): void {
    this.#timerAt = Infinity;
    // After the machine was paused, the event loop runs the timers before it
    // receives. Receive first: the missing acknowledgment may have arrived.
    const isLate = performance.now() > at + STANDSTILL_MS;
    this.#turnsLeft = isLate ? (this.#turnsLeft ?? TURNS) - 1 : 0;
    if (this.#turnsLeft === 0) {
      this.#turnsLeft = undefined;
      this.#protocol.tick();
    }
    this.#settle();
  }

  /** Releases the timer and the socket. */
  #leave(): void {
    if (this.#isGone) return;
    this.#isGone = true;
    clearTimeout(this.#timer);
    this.#socket.unref(this);
    this.#socket.remove(this.remoteAddr);
    this.#done.resolve();
  }

  /** Waits for the next event. */
  async #change(doing: string): Promise<void> {
    this.#waiting ??= Promise.withResolvers();
    await this.#waiting.promise;
    if (!this.#isClosed) return;
    throw new Deno.errors.Interrupted(
      `Cannot ${doing}: the connection was closed meanwhile`,
    );
  }

  #assertOpen(doing: string): void {
    if (!this.#isClosed) return;
    throw new Deno.errors.BadResource(
      `Cannot ${doing}: the connection is closed`,
    );
  }

  #assertNotFailed(doing: string): void {
    const { error } = this.#protocol;
    if (error === undefined) return;
    // Each call that fails throws its own error; the protocol keeps only one.
    const SameClass = error.constructor as ErrorConstructor;
    const peer = formatAddress(this.remoteAddr);
    const message = `Cannot ${doing} (peer ${peer}): ${error.message}`;
    throw new SameClass(message, { cause: error });
  }

  #setRef(isRefed: boolean): void {
    this.#isRefed = isRefed;
    if (this.#isGone) return;
    if (isRefed) this.#socket.ref(this);
    else this.#socket.unref(this);
    if (this.#timer === undefined) return;
    if (isRefed) Deno.refTimer(this.#timer);
    else Deno.unrefTimer(this.#timer);
  }
}

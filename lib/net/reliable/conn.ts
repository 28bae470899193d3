/**
 * A reliable stream with the shape of a connection.
 *
 * @module
 */

import { formatAddress } from "../endpoint.ts";
import { restate } from "../restate.ts";
import { writeAll } from "../write.ts";
import type { ReliableSettings } from "./options.ts";
import type { Port, PortCounts } from "./port.ts";
import { Protocol } from "./protocol.ts";
import type { Segment } from "./segment.ts";
import type { ReliableStats } from "./trace.ts";

/** A timer that is later than this, in milliseconds, comes after a standstill. */
const STANDSTILL_MS = 20;
/** How many turns of the event loop bring in what waits in the sockets. */
const TURNS = 5;

/**
 * One end of a reliable stream: `Deno.Conn`, by datagrams.
 *
 * {@linkcode connectReliable} and {@linkcode ReliableListener} make it. It adds
 * to the protocol what that one does without: a socket, a clock, and promises.
 *
 * After `close()` it goes on in the background until all that was written has
 * arrived, and then for a while more (TIME-WAIT). The system does that for TCP,
 * unseen; here the program does, and {@linkcode ReliableConn.done} tells when.
 */
export class ReliableConn implements Deno.Conn<Deno.NetAddr>, AsyncDisposable {
  readonly #protocol: Protocol;
  readonly #port: Port;
  readonly #done = Promise.withResolvers<void>();
  #timer?: ReturnType<typeof setTimeout>;
  #timerAt = Infinity;
  /** Turns of the event loop that a late deadline has still to wait. */
  #turnsLeft?: number;
  #isRefed = true;
  #isClosed = false;
  #isGone = false;
  /** Who waits for something to change. */
  #waiting?: PromiseWithResolvers<void>;
  #readable?: ReadableStream<Uint8Array<ArrayBuffer>>;
  #writable?: WritableStream<Uint8Array<ArrayBufferLike>>;
  /** Where the other end is. */
  readonly remoteAddr: Deno.NetAddr;
  /** Where this end is. */
  readonly localAddr: Deno.NetAddr;

  /**
   * Only this folder makes streams.
   *
   * @param role Which end it is.
   * @param settings All settings.
   * @param place The socket that it shares, and the other end's address.
   */
  constructor(
    role: "client" | "server",
    settings: ReliableSettings,
    place: { port: Port; remoteAddr: Deno.NetAddr },
  ) {
    const { port, remoteAddr } = place;
    this.#port = port;
    this.remoteAddr = remoteAddr;
    this.localAddr = port.addr;
    this.#protocol = new Protocol(role, settings, {
      now: () => performance.now(),
      buffer: (size) => port.buffer(size),
      send: (datagram) => port.send(datagram, remoteAddr),
    });
    port.add(remoteAddr, this);
    port.keepAlive(this, true);
    if (role === "client") {
      this.#protocol.open();
      this.#settle();
    }
  }

  /** How things stand, and what has been done so far. */
  get stats(): ReliableStats {
    return this.#protocol.stats;
  }

  /** What its socket has dropped, since it belongs to no stream. */
  get dropped(): Readonly<PortCounts> {
    return this.#port.counts;
  }

  /**
   * Resolves when all is over at this end: nothing is under way any more, and
   * nothing runs in the background. It never rejects.
   */
  get done(): Promise<void> {
    return this.#done.promise;
  }

  /**
   * Reads bytes that have come, or waits for some.
   *
   * @param target Where to put them.
   * @returns How many there were, or `null` if the other end has ended its
   * side.
   * @throws {Deno.errors.ConnectionReset} If the other end has reset the stream.
   * @throws {Deno.errors.TimedOut} If it owes an answer for too long.
   * @throws {Deno.errors.Interrupted} If this end is closed meanwhile.
   * @throws {Deno.errors.BadResource} If it is closed already.
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
      this.#assertWell("read");
      await this.#change("read");
    }
  }

  /**
   * Writes bytes, as many as there is room for, or waits for room.
   *
   * @param data What to write; it is copied.
   * @returns How many were taken. The other end need not have them yet.
   * @throws {Deno.errors.BrokenPipe} If this side has been ended.
   * @throws {Deno.errors.ConnectionReset} If the other end has reset the stream.
   * @throws {Deno.errors.TimedOut} If it owes an answer for too long.
   * @throws {Deno.errors.Interrupted} If this end is closed meanwhile.
   * @throws {Deno.errors.BadResource} If it is closed already.
   */
  async write(data: Uint8Array): Promise<number> {
    this.#assertOpen("write");
    while (true) {
      this.#assertWell("write");
      const count = this.#protocol.write(data);
      if (count > 0 || data.length === 0) {
        this.#settle();
        return count;
      }
      await this.#change("write");
    }
  }

  /**
   * Ends this side: what was written goes out, and then a FIN. The other side
   * stays open.
   *
   * @returns Resolves at once; the FIN goes when it is its turn.
   * @throws {Deno.errors.ConnectionReset} As `write`.
   * @throws {Deno.errors.BadResource} If the stream is closed already.
   */
  // deno-lint-ignore require-await
  async closeWrite(): Promise<void> {
    this.#assertOpen("end the stream");
    this.#assertWell("end the stream");
    this.#protocol.closeWrite();
    this.#settle();
  }

  /**
   * Closes this end. What was written still goes out, in the background. What
   * nobody has read is lost, and then the other end sees a reset.
   *
   * @throws {Deno.errors.BadResource} If it is closed already.
   */
  close(): void {
    this.#assertOpen("close");
    this.#isClosed = true;
    this.#protocol.close();
    this.#settle();
  }

  /** Closes this end at once: the other end sees a reset. */
  reset(): void {
    this.#isClosed = true;
    this.#protocol.abort();
    this.#settle();
  }

  /** Lets the program end while this stream waits. */
  unref(): void {
    this.#keepAlive(false);
  }

  /** Takes back {@linkcode ReliableConn.unref}. */
  ref(): void {
    this.#keepAlive(true);
  }

  /** What comes, as a stream. It ends with the other end's side. */
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

  /** Where to write to, as a stream. Closing it ends this side only. */
  get writable(): WritableStream<Uint8Array<ArrayBufferLike>> {
    return this.#writable ??= new WritableStream({
      write: (chunk) => writeAll(this, chunk),
      close: () => this.closeWrite(),
      abort: () => this.reset(),
    });
  }

  /** Closes this end, if it is not closed yet. */
  [Symbol.dispose](): void {
    if (!this.#isClosed) this.close();
  }

  /** Closes this end, and waits until all is over. */
  async [Symbol.asyncDispose](): Promise<void> {
    this[Symbol.dispose]();
    await this.done;
  }

  /**
   * Waits until both ends know each other. Only this folder calls it.
   *
   * @throws {Deno.errors.ConnectionRefused} If nobody listens there.
   * @throws {Deno.errors.TimedOut} If nobody answers.
   */
  async opened(): Promise<void> {
    while (!this.#protocol.isOpen) {
      if (this.#protocol.error) throw this.#protocol.error;
      this.#assertOpen("open");
      await this.#change("open");
    }
  }

  /**
   * Takes a segment. Only the socket calls it.
   *
   * @param segment What came.
   */
  arrive(segment: Segment): void {
    this.#protocol.arrive(segment);
    this.#settle();
  }

  /** After whatever has happened: wakes those who wait, and sets the timer. */
  #settle(): void {
    this.#waiting?.resolve();
    this.#waiting = undefined;
    if (this.#protocol.isOver) return this.#leave();
    const at = this.#protocol.deadline;
    // A timer that fires too early does no harm, and setting one costs time.
    if (at >= this.#timerAt) return;
    clearTimeout(this.#timer);
    this.#timerAt = at;
    const ms = Math.max(0, Math.ceil(at - performance.now()));
    this.#timer = setTimeout(() => this.#expire(at), ms);
    if (!this.#isRefed) Deno.unrefTimer(this.#timer);
  }

  /** A deadline has come. */
  #expire(at: number): void {
    this.#timerAt = Infinity;
    // If the machine has stood still, what came meanwhile is looked at only
    // after the timers: let it in first, for it may be what is missed here.
    const isLate = performance.now() > at + STANDSTILL_MS;
    this.#turnsLeft = isLate ? (this.#turnsLeft ?? TURNS) - 1 : 0;
    if (this.#turnsLeft === 0) {
      this.#turnsLeft = undefined;
      this.#protocol.tick();
    }
    this.#settle();
  }

  /** All is over. */
  #leave(): void {
    if (this.#isGone) return;
    this.#isGone = true;
    clearTimeout(this.#timer);
    this.#port.keepAlive(this, false);
    this.#port.remove(this.remoteAddr);
    this.#done.resolve();
  }

  /** Waits until something has happened. */
  async #change(doing: string): Promise<void> {
    this.#waiting ??= Promise.withResolvers();
    await this.#waiting.promise;
    if (!this.#isClosed) return;
    throw new Deno.errors.Interrupted(
      `Cannot ${doing}: the stream was closed meanwhile`,
    );
  }

  #assertOpen(doing: string): void {
    if (!this.#isClosed) return;
    throw new Deno.errors.BadResource(
      `Cannot ${doing}: the stream is closed`,
    );
  }

  #assertWell(doing: string): void {
    const { error } = this.#protocol;
    if (error === undefined) return;
    const other = formatAddress(this.remoteAddr);
    throw restate(error, `Cannot ${doing}, to ${other}`);
  }

  #keepAlive(isWanted: boolean): void {
    this.#isRefed = isWanted;
    if (this.#isGone) return;
    this.#port.keepAlive(this, isWanted);
    if (this.#timer === undefined) return;
    if (isWanted) Deno.refTimer(this.#timer);
    else Deno.unrefTimer(this.#timer);
  }
}

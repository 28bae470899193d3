/**
 * One UDP socket for many reliable streams.
 *
 * @module
 */

import { seqAdd } from "../../wire/tcp/sequence.ts";
import { WireError } from "../../wire/error.ts";
import { closeQuietly } from "../close.ts";
import {
  ACK,
  decodeSegment,
  encodeSegment,
  FIN,
  RST,
  type Segment,
  SYN,
} from "./segment.ts";

/** Datagrams that a socket got, and that belong to no stream of it. */
export interface PortCounts {
  /** Were no segments, or were damaged. */
  malformed: number;
  /** Were segments of a stream that is not known here. */
  foreign: number;
}

/** Smaller buffers than this are not worth keeping, in bytes. */
const SMALL = 512;

/** How many larger ones are. */
const SPARE = 16;

/** Whoever takes the segments from one address. */
export interface Tenant {
  /** Takes a segment; it must copy the data if it keeps it. */
  arrive(segment: Segment): void;
}

/**
 * A UDP socket that gives each segment to the stream it belongs to, known by
 * the address that it came from. It closes itself when nobody needs it any
 * more.
 */
export class Port {
  readonly #socket: Deno.DatagramConn & { ref?(): void; unref?(): void };
  readonly #tenants = new Map<string, Tenant>();
  /** Who keeps the program running. */
  readonly #referrers = new Set<unknown>();
  readonly #closed = Promise.withResolvers<void>();
  #isClosed = false;
  /** Whether somebody still waits for newcomers. */
  #isListening: boolean;
  /** Buffers of 65507 bytes that nobody uses. */
  readonly #spare: Uint8Array[] = [];
  readonly #counts: PortCounts = { malformed: 0, foreign: 0 };
  /** Called for a SYN from an address that is not known; may call `add`. */
  onNewcomer?: (from: Deno.NetAddr) => Tenant | undefined;

  /**
   * Binds a socket on this machine and begins to receive.
   *
   * @param options Where to bind it, and whether it stays open without tenants.
   */
  constructor(
    options: { hostname: string; port: number; isListening: boolean },
  ) {
    const { hostname, port, isListening } = options;
    this.#isListening = isListening;
    this.#socket = Deno.listenDatagram({ transport: "udp", hostname, port });
    this.#receive();
  }

  /** Where the socket is bound. */
  get addr(): Deno.NetAddr {
    return this.#socket.addr as Deno.NetAddr;
  }

  /** What was dropped. */
  get counts(): Readonly<PortCounts> {
    return this.#counts;
  }

  /** Resolves when the socket is closed. */
  get closed(): Promise<void> {
    return this.#closed.promise;
  }

  /**
   * Gives a stream all segments that come from an address.
   *
   * @param from The address.
   * @param tenant The stream.
   */
  add(from: Deno.NetAddr, tenant: Tenant): void {
    this.#tenants.set(keyOf(from), tenant);
  }

  /**
   * Forgets a stream.
   *
   * @param from The address of its other end.
   */
  remove(from: Deno.NetAddr): void {
    this.#tenants.delete(keyOf(from));
    this.#closeIfEmpty();
  }

  /** Takes no newcomers any more. */
  stopListening(): void {
    this.#isListening = false;
    this.#closeIfEmpty();
  }

  /**
   * Gives a buffer to write a datagram into. A new one for each would keep the
   * garbage collector busier than the network.
   *
   * @param size How many bytes.
   * @returns The buffer, with anything in it.
   */
  buffer(size: number): Uint8Array {
    if (size < SMALL) return new Uint8Array(size);
    return (this.#spare.pop() ?? new Uint8Array(65_507)).subarray(0, size);
  }

  /**
   * Sends a datagram, or loses it: who sends datagrams expects nothing else.
   *
   * @param datagram What to send, in a buffer that `buffer` gave; it is used
   * for something else afterwards.
   * @param to The address.
   */
  send(datagram: Uint8Array, to: Deno.NetAddr): void {
    if (this.#isClosed) return;
    const sent = () => {
      if (datagram.length < SMALL || this.#spare.length >= SPARE) return;
      this.#spare.push(new Uint8Array(datagram.buffer));
    };
    // The system may take it later, and the buffer is in use until then.
    this.#socket.send(datagram, to).then(sent, sent);
  }

  /**
   * Says that somebody wants the program to go on, or does not mind any more.
   *
   * @param who Who says so.
   * @param isWanted Which of the two.
   */
  keepAlive(who: unknown, isWanted: boolean): void {
    if (isWanted) this.#referrers.add(who);
    else this.#referrers.delete(who);
    if (this.#isClosed) return;
    if (this.#referrers.size > 0) this.#socket.ref?.();
    else this.#socket.unref?.();
  }

  async #receive(): Promise<void> {
    const buffer = new Uint8Array(65_535);
    while (!this.#isClosed) {
      try {
        const [datagram, from] = await this.#socket.receive(buffer);
        this.#deliver(datagram, from as Deno.NetAddr);
      } catch (error) {
        // Windows tells a sender of a dead port at its next receive.
        if (error instanceof Deno.errors.ConnectionReset) continue;
        if (!this.#isClosed) throw error;
      }
    }
    this.#closed.resolve();
  }

  #deliver(datagram: Uint8Array, from: Deno.NetAddr): void {
    let segment: Segment;
    try {
      segment = decodeSegment(datagram);
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      this.#counts.malformed++;
      return;
    }
    let tenant = this.#tenants.get(keyOf(from));
    if (tenant === undefined && segment.flags === SYN && this.#isListening) {
      tenant = this.onNewcomer?.(from);
      // There is no room just now. The client asks again.
      if (tenant === undefined) return;
    }
    if (tenant === undefined) this.#refuse(segment, from);
    else tenant.arrive(segment);
  }

  /** Nobody is there (RFC 9293, section 3.10.7.1). */
  #refuse(segment: Segment, from: Deno.NetAddr): void {
    this.#counts.foreign++;
    const { flags, seq, ack, data } = segment;
    if (flags & RST) return;
    const length = data.length + (flags & (SYN | FIN) ? 1 : 0);
    const none = { window: 0, data: new Uint8Array(0) };
    const reset = flags & ACK
      ? { flags: RST, seq: ack, ack: 0, ...none }
      : { flags: RST | ACK, seq: 0, ack: seqAdd(seq, length), ...none };
    this.send(encodeSegment(reset), from);
  }

  #closeIfEmpty(): void {
    if (this.#isListening || this.#tenants.size > 0) return;
    this.#isClosed = true;
    // The program must live to see the end of the receive that waits.
    this.#socket.ref?.();
    closeQuietly(this.#socket);
  }
}

function keyOf(addr: Deno.NetAddr): string {
  return `${addr.hostname} ${addr.port}`;
}

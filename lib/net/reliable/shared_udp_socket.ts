/**
 * A UDP socket that reliable connections share.
 *
 * @module
 */

import { seqAdd } from "../../wire/tcp/sequence.ts";
import { WireError } from "../../wire/error.ts";
import { closeQuietly } from "../close.ts";
import { formatAddress } from "../endpoint.ts";
import {
  ACK,
  decodeSegment,
  encodeSegment,
  FIN,
  RST,
  type Segment,
  SYN,
} from "./segment.ts";

/** Received datagrams that belong to no connection of the socket. */
export interface DroppedCounts {
  /** Datagrams that aren't segments, or are damaged. */
  malformed: number;
  /** Segments of connections that the socket doesn't have. */
  foreign: number;
}

/** Buffers smaller than this aren't worth keeping, in bytes. */
const SMALL = 512;

/** How many larger buffers to keep. */
const SPARE = 16;

/** The methods of a connection that its socket calls. */
export interface SegmentHandler {
  /** Handles a segment from the connection's peer; copies the data it keeps. */
  arrive(segment: Segment): void;
}

/** Options for {@linkcode SharedUdpSocket}. */
export interface SharedUdpSocketOptions {
  /** The local address. */
  hostname: string;
  /** The local UDP port; 0 asks the system for a free one. */
  port: number;
  /** Whether the socket accepts new connections, and stays open without any. */
  isListening: boolean;
}

/**
 * A UDP socket that many connections share. It passes each segment to the
 * connection that it belongs to (demultiplexing), which it finds by the sender's
 * address. When the last connection is removed and it isn't listening, it
 * closes.
 */
export class SharedUdpSocket {
  readonly #socket: Deno.DatagramConn & { ref?(): void; unref?(): void };
  readonly #connections = new Map<string, SegmentHandler>();
  /** The objects that keep the program running. */
  readonly #referrers = new Set<object>();
  readonly #closed = Promise.withResolvers<void>();
  #isClosed = false;
  #isListening: boolean;
  /** Unused buffers of 65507 bytes. */
  readonly #spare: Uint8Array[] = [];
  readonly #counts: DroppedCounts = { malformed: 0, foreign: 0 };
  /**
   * Called for a SYN from a new address; it may `add` a connection and return
   * it.
   */
  onSyn?: (from: Deno.NetAddr) => SegmentHandler | undefined;

  /**
   * Binds the socket and starts to receive.
   *
   * @param options The local address, and whether to accept connections.
   */
  constructor(options: SharedUdpSocketOptions) {
    const { hostname, port, isListening } = options;
    this.#isListening = isListening;
    this.#socket = Deno.listenDatagram({ transport: "udp", hostname, port });
    this.#receive();
  }

  /** The local address. */
  get addr(): Deno.NetAddr {
    return this.#socket.addr as Deno.NetAddr;
  }

  /** How many datagrams were dropped because they belong to no connection. */
  get dropped(): Readonly<DroppedCounts> {
    return this.#counts;
  }

  /** Resolves when the socket is closed. */
  get closed(): Promise<void> {
    return this.#closed.promise;
  }

  /**
   * Adds a connection: it gets all segments from its peer's address.
   *
   * @param peer The peer's address.
   * @param connection The connection.
   */
  add(peer: Deno.NetAddr, connection: SegmentHandler): void {
    this.#connections.set(formatAddress(peer), connection);
  }

  /**
   * Removes a connection.
   *
   * @param peer The peer's address.
   */
  remove(peer: Deno.NetAddr): void {
    this.#connections.delete(formatAddress(peer));
    this.#closeIfUnused();
  }

  /** Accepts no more connections. */
  stopListening(): void {
    this.#isListening = false;
    this.#closeIfUnused();
  }

  /**
   * Returns a buffer for a datagram. A new one for each datagram would cost more
   * time in the garbage collector than in the network.
   *
   * @param size The size of the datagram, in bytes.
   * @returns The buffer, which may contain old data.
   */
  buffer(size: number): Uint8Array {
    if (size < SMALL) return new Uint8Array(size);
    return (this.#spare.pop() ?? new Uint8Array(65_507)).subarray(0, size);
  }

  /**
   * Sends a datagram. If that fails, the datagram is lost, as any datagram may
   * be.
   *
   * @param datagram The datagram, in a buffer that `buffer` returned; the socket
   * reuses that buffer afterward.
   * @param to The receiver's address.
   */
  send(datagram: Uint8Array, to: Deno.NetAddr): void {
    if (this.#isClosed) return;
    const sent = () => {
      if (datagram.length < SMALL || this.#spare.length >= SPARE) return;
      this.#spare.push(new Uint8Array(datagram.buffer));
    };
    // The system may take the datagram later, and the buffer is in use until
    // then.
    this.#socket.send(datagram, to).then(sent, sent);
  }

  /**
   * Keeps the program running until {@linkcode SharedUdpSocket.unref}.
   *
   * @param referrer The connection or listener that needs the socket.
   */
  ref(referrer: object): void {
    this.#referrers.add(referrer);
    if (!this.#isClosed) this.#socket.ref?.();
  }

  /**
   * Undoes {@linkcode SharedUdpSocket.ref}. The program may end when no
   * connection or listener keeps it running.
   *
   * @param referrer The connection or listener that called `ref`.
   */
  unref(referrer: object): void {
    this.#referrers.delete(referrer);
    if (!this.#isClosed && this.#referrers.size === 0) this.#socket.unref?.();
  }

  async #receive(): Promise<void> {
    const buffer = new Uint8Array(65_535);
    while (!this.#isClosed) {
      try {
        const [datagram, from] = await this.#socket.receive(buffer);
        this.#deliver(datagram, from as Deno.NetAddr);
      } catch (error) {
        // On Windows, a receive fails after a send to a port that isn't open.
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
    let connection = this.#connections.get(formatAddress(from));
    if (
      connection === undefined && segment.flags === SYN && this.#isListening
    ) {
      connection = this.onSyn?.(from);
      // The backlog is full. The client will send its SYN again.
      if (connection === undefined) return;
    }
    if (connection === undefined) this.#refuse(segment, from);
    else connection.arrive(segment);
  }

  /**
   * Answers a segment that belongs to no connection (RFC 9293, section
   * 3.10.7.1).
   */
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

  #closeIfUnused(): void {
    if (this.#isListening || this.#connections.size > 0) return;
    this.#isClosed = true;
    // The program must run until the waiting receive has ended.
    this.#socket.ref?.();
    closeQuietly(this.#socket);
  }
}

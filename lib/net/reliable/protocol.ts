/**
 * One end of a reliable connection, without a socket or a clock.
 *
 * @module
 */

import { seqAdd } from "../../wire/tcp/sequence.ts";
import {
  type TcpEvent,
  type TcpState,
  transitionOf,
} from "../../wire/tcp/state.ts";
import { ReceiveSide } from "./receive_side.ts";
import { KeepAlive } from "./keep_alive.ts";
import type { ReliableSettings } from "./options.ts";
import { type Part, type SegmentOutput, SendSide } from "./send_side.ts";
import {
  ACK,
  FIN,
  formatFlags,
  HEADER_BYTES,
  RST,
  type Segment,
  SYN,
  writeHeader,
} from "./segment.ts";
import type { ReliableCounts, ReliableEvent, ReliableStats } from "./trace.ts";

/**
 * The input, output, and clock of one end, which {@linkcode Protocol} doesn't
 * have.
 */
export interface ProtocolIo {
  /** Returns the time in milliseconds, which never goes backward. */
  now(): number;
  /** Returns a buffer of `size` bytes for a datagram. */
  buffer(size: number): Uint8Array;
  /**
   * Sends a datagram to the peer, in a buffer from `buffer`, which may be
   * reused afterward. The datagram may get lost.
   */
  send(datagram: Uint8Array): void;
}

/**
 * The rules of the reliable connection (RFC 9293, section 3.10): what to do when
 * a segment arrives, when the program makes a call, and when a timeout passes.
 *
 * It is the same state machine for both ends. It does no I/O: the caller passes
 * it the segments that arrive, and calls `tick()` at its `deadline`. So a test
 * can run two of them with a simulated network and clock.
 */
export class Protocol {
  readonly #settings: ReliableSettings;
  readonly #io: ProtocolIo;
  readonly #startedAt: number;
  readonly #counts: ReliableCounts = {
    segmentsSent: 0,
    segmentsReceived: 0,
    bytesSent: 0,
    bytesReceived: 0,
    retransmissions: 0,
    timeouts: 0,
    fastRetransmits: 0,
    probes: 0,
  };
  readonly #sendSide: SendSide;
  /** Undefined until the peer's SYN arrives. */
  #receiveSide?: ReceiveSide;
  #state: TcpState;
  #error?: Error;
  /** Whether the program has closed this end, and won't read any more. */
  #isAbandoned = false;
  #isWriteClosed = false;
  /**
   * The time when TIME-WAIT ends (or FIN-WAIT-2, after a close), in
   * milliseconds.
   */
  #leaveAt = Infinity;
  readonly #keepAlive: KeepAlive;

  /**
   * Makes one end, in the state CLOSED (the client) or LISTEN (the server).
   *
   * @param role The end of the connection: client or server.
   * @param settings All the settings.
   * @param io The input, output, and clock.
   */
  constructor(
    role: "client" | "server",
    settings: ReliableSettings,
    io: ProtocolIo,
  ) {
    this.#settings = settings;
    this.#io = io;
    this.#state = role === "client" ? "CLOSED" : "LISTEN";
    this.#startedAt = io.now();
    this.#keepAlive = new KeepAlive(settings);
    const output: SegmentOutput = {
      send: (part) => this.#sendPart(part),
      tell: (kind) => this.#tell(kind),
    };
    this.#sendSide = new SendSide(settings, this.#counts, output);
  }

  /** The state, as in TCP. */
  get state(): TcpState {
    return this.#state;
  }

  /** The error that ended the connection, if there was one. */
  get error(): Error | undefined {
    return this.#error;
  }

  /** Whether the handshake is done, and the connection isn't closed. */
  get isOpen(): boolean {
    return this.#receiveSide !== undefined && this.#state !== "SYN-RECEIVED" &&
      this.#state !== "CLOSED";
  }

  /** Whether this end is done: nothing more will happen. */
  get isOver(): boolean {
    return this.#state === "CLOSED" && this.#leaveAt === Infinity;
  }

  /** Whether the peer has ended its side, and all its data has been read. */
  get isAtEnd(): boolean {
    return this.#receiveSide?.isFinished === true &&
      this.#receiveSide.unread === 0;
  }

  /**
   * The time to call {@linkcode Protocol.tick}, in milliseconds; Infinity for
   * never.
   */
  get deadline(): number {
    return Math.min(
      this.#sendSide.deadline,
      this.#receiveSide?.ackAt ?? Infinity,
      this.#leaveAt,
      this.#isSettled || !this.#receiveSide
        ? Infinity
        : this.#keepAlive.deadline,
    );
  }

  /** The state of this end, and what it has done so far. */
  get stats(): ReliableStats {
    const { window, congestion, timer, unacknowledged } = this.#sendSide;
    return {
      ...this.#counts,
      state: this.#state,
      cwnd: congestion.cwnd,
      ssthresh: congestion.ssthresh,
      inFlight: window.inFlight,
      unacknowledged,
      sendWindow: Math.max(0, window.edge - window.una),
      receiveWindow: this.#receiveSide?.window ?? this.#settings.receiveBytes,
      rtoMs: timer.rtoMs,
      srttMs: timer.srttMs,
    };
  }

  /** Sends the SYN. */
  open(): void {
    this.#go("active OPEN");
    this.#sendSide.pump(this.#io.now());
  }

  /**
   * Reads bytes that have arrived.
   *
   * @param target The buffer for the bytes.
   * @returns The number of bytes; 0 means that you must wait, or that there will be
   * no more: see `isAtEnd` and `error`.
   */
  read(target: Uint8Array): number {
    const receiveSide = this.#receiveSide;
    if (receiveSide === undefined || receiveSide.unread === 0) return 0;
    const now = this.#io.now();
    const count = receiveSide.read(target, now);
    if (receiveSide.ackAt <= now && !this.#isSettled) this.#sendAck();
    return count;
  }

  /**
   * Takes bytes to send.
   *
   * @param bytes The bytes to send; they are copied.
   * @returns The number of bytes taken; 0 means that you must wait for room.
   * @throws {Deno.errors.BrokenPipe} If this side has ended.
   */
  write(bytes: Uint8Array): number {
    if (this.#isWriteClosed) {
      throw new Deno.errors.BrokenPipe(
        "Cannot write: you have ended this side of the connection",
      );
    }
    const count = this.#sendSide.write(bytes);
    if (count > 0) this.#sendSide.pump(this.#io.now());
    return count;
  }

  /** Ends this side: sends the data written so far, and then a FIN. */
  closeWrite(): void {
    if (this.#isWriteClosed) return;
    this.#isWriteClosed = true;
    if (this.#state === "CLOSED") return;
    this.#go("CLOSE");
    if (this.isOver) return;
    this.#sendSide.finish();
    this.#sendSide.pump(this.#io.now());
  }

  /**
   * Closes this end. Data that was written is still sent. If there is unread
   * input, or if more arrives, the peer gets a reset (RFC 1122, section
   * 4.2.2.13).
   */
  close(): void {
    if (this.#isAbandoned) return;
    this.#isAbandoned = true;
    if (this.#receiveSide && this.#receiveSide.unread > 0) return this.abort();
    this.closeWrite();
    this.#limitOrphan();
  }

  /** Closes this end at once, drops its data, and sends a reset. */
  abort(): void {
    this.#isAbandoned = this.#isWriteClosed = true;
    if (this.#state === "CLOSED") return;
    const knowsPeer = this.#receiveSide !== undefined;
    if (knowsPeer && this.#state !== "TIME-WAIT") this.#sendReset();
    this.#end();
    // The reset may get lost. For a while, answer every segment with another one.
    if (knowsPeer) {
      this.#leaveAt = this.#io.now() + this.#settings.timeWaitMs;
    }
  }

  /** Does everything that is due by now. */
  tick(): void {
    const now = this.#io.now();
    if (now >= this.#leaveAt) return this.#leave();
    if (!this.#sendSide.expire(now)) return this.#giveUp();
    if (this.#receiveSide && now >= this.#receiveSide.ackAt) this.#sendAck();
    if (this.#isSettled || !this.#receiveSide) return;
    const next = this.#keepAlive.check(now);
    if (next === "gone") this.#giveUp();
    else if (next === "ask") this.#sendKeepAlive();
  }

  /**
   * Handles a segment from the peer.
   *
   * @param segment The segment; its data is copied.
   */
  arrive(segment: Segment): void {
    this.#counts.segmentsReceived++;
    if (this.#state === "LISTEN") this.#arriveAtListener(segment);
    else if (this.#state === "SYN-SENT") this.#arriveAtClient(segment);
    else if (this.#state !== "CLOSED") this.#arriveInside(segment);
    else if (segment.flags === SYN) {
      // A new connection from the same address: give up this one, and the
      // client's next SYN opens the connection.
      this.#leaveAt = Infinity;
    } else if (!(segment.flags & RST)) this.#sendReset(segment.ack);
    if (this.#settings.onEvent) this.#tell("received", segment);
  }

  /** RFC 9293, section 3.10.7.2. */
  #arriveAtListener(segment: Segment): void {
    if (segment.flags !== SYN) return;
    this.#receiveSyn(segment);
    // A SYN has no acknowledgment, but it advertises a window.
    this.#sendSide.acknowledge(
      { ...segment, ack: this.#initial },
      this.#io.now(),
    );
    this.#go("rcv SYN");
    this.#sendSide.pump(this.#io.now());
  }

  /** RFC 9293, section 3.10.7.3, without simultaneous open. */
  #arriveAtClient(segment: Segment): void {
    const { flags, ack } = segment;
    if (!(flags & ACK)) return;
    if (ack !== seqAdd(this.#initial, 1)) {
      // It belongs to an earlier connection that the peer still has.
      if (!(flags & RST)) this.#sendReset(ack);
      return;
    }
    if (flags & RST) {
      return this.#fail(
        new Deno.errors.ConnectionRefused("the peer answered with a reset"),
      );
    }
    if (!(flags & SYN)) return;
    this.#receiveSyn(segment);
    this.#sendSide.acknowledge(segment, this.#io.now());
    this.#go("rcv SYN,ACK");
    this.#sendAck();
    this.#sendSide.pump(this.#io.now());
  }

  /** RFC 9293, section 3.10.7.4, with the checks of RFC 5961. */
  #arriveInside(segment: Segment): void {
    const receiveSide = this.#receiveSide!;
    const { flags } = segment;
    if (flags & RST) {
      if (segment.seq === receiveSide.ack) this.#arriveReset();
      // If the peer really wants to reset, it answers this with a reset that
      // has the right number.
      else if (receiveSide.isInWindow(segment.seq)) this.#sendAck();
      return;
    }
    if (flags & SYN) {
      // A retransmission, because the answer was lost; or the first SYN of a new
      // connection from the same address. Then the peer answers this ACK with a
      // reset, and its next SYN opens the connection (RFC 9293, section 3.5.1).
      this.#sendAck(this.#state === "SYN-RECEIVED" ? SYN : 0);
      return;
    }
    if (!(flags & ACK)) return;
    const now = this.#io.now();
    if (!this.#sendSide.acknowledge(segment, now)) {
      // It is from an earlier connection, or forged. Don't answer a pure ACK, or
      // two ends could acknowledge each other forever.
      if (this.#state === "SYN-RECEIVED") this.#sendReset(segment.ack);
      else if (segment.data.length > 0 || flags & FIN) this.#sendAck();
      return;
    }
    this.#keepAlive.heard(now);
    if (this.#state === "SYN-RECEIVED" && this.#sendSide.window.una > 0) {
      this.#go("rcv ACK of SYN");
    }
    if (this.#sendSide.isDone) this.#go("rcv ACK of FIN");
    if (this.#state === "CLOSED") return;
    this.#acceptData(segment, now);
  }

  #acceptData(segment: Segment, now: number): void {
    const receiveSide = this.#receiveSide!;
    const wasFinished = receiveSide.isFinished;
    const mustSay = receiveSide.accept(segment, now);
    if (this.#isAbandoned && receiveSide.unread > 0) return this.abort();
    // Duplicate ACKs tell the peer about a gap, but only without data.
    if (mustSay) this.#sendAck();
    if (receiveSide.isFinished && (!wasFinished || segment.flags & FIN)) {
      this.#go("rcv FIN");
    }
    this.#sendSide.pump(now);
    if (receiveSide.ackAt <= now) this.#sendAck();
  }

  #arriveReset(): void {
    // After both FINs, there may be no data left to lose.
    const isLate = ["TIME-WAIT", "CLOSING", "LAST-ACK"].includes(this.#state);
    if (isLate && this.#sendSide.unacknowledged === 0) return this.#end();
    this.#fail(
      new Deno.errors.ConnectionReset("the peer has reset the connection"),
    );
  }

  /** Handles the peer's SYN. */
  #receiveSyn(segment: Segment): void {
    this.#keepAlive.heard(this.#io.now());
    this.#receiveSide = new ReceiveSide(
      seqAdd(segment.seq, 1),
      this.#settings,
      this.#counts,
    );
  }

  /** The initial sequence number, ISS. */
  get #initial(): number {
    return this.#sendSide.window.seq(0);
  }

  /** Whether no more segments are expected from the peer. */
  get #isSettled(): boolean {
    return this.#state === "CLOSED" || this.#state === "TIME-WAIT";
  }

  /** Moves to the next state, using the table in lib/wire. */
  #go(event: TcpEvent): void {
    const transition = transitionOf(this.#state, event);
    if (transition === null) return;
    this.#state = transition.to;
    if (this.#state === "CLOSED") return this.#end();
    if (this.#state === "TIME-WAIT") {
      this.#sendSide.stop();
      this.#leaveAt = this.#io.now() + this.#settings.timeWaitMs;
    }
    this.#limitOrphan();
    this.#tell("state");
  }

  /** Limits FIN-WAIT-2 after a close: the peer might never end its side. */
  #limitOrphan(): void {
    if (
      this.#isAbandoned && this.#state === "FIN-WAIT-2" &&
      this.#leaveAt === Infinity
    ) this.#leaveAt = this.#io.now() + this.#settings.userTimeoutMs;
  }

  /** Ends TIME-WAIT, or FIN-WAIT-2. */
  #leave(): void {
    this.#leaveAt = Infinity;
    if (this.#state === "CLOSED") return;
    if (this.#state === "FIN-WAIT-2") this.#sendReset();
    this.#end();
  }

  #fail(error: Error): void {
    this.#error = error;
    this.#end();
  }

  #end(): void {
    this.#state = "CLOSED";
    this.#leaveAt = Infinity;
    this.#isWriteClosed = true;
    this.#sendSide.stop();
    this.#receiveSide?.settle();
    this.#tell("state");
  }

  /** Sends a keep-alive: an old sequence number, so that the peer answers. */
  #sendKeepAlive(): void {
    const { window } = this.#sendSide;
    this.#send(0, window.seq(window.una - 1));
  }

  #giveUp(): void {
    const { userTimeoutMs } = this.#settings;
    const message = this.#receiveSide
      ? `the peer hasn't answered for ${userTimeoutMs} ms`
      : `no answer within ${userTimeoutMs} ms`;
    this.#fail(new Deno.errors.TimedOut(message));
  }

  #sendPart(part: Part): void {
    const datagram = this.#io.buffer(HEADER_BYTES + part.length);
    this.#sendSide.copy(part, datagram.subarray(HEADER_BYTES));
    if (part.isAgain) this.#counts.retransmissions++;
    const { window } = this.#sendSide;
    this.#send(part.flags, window.seq(part.position), {
      datagram,
      kind: part.isAgain ? "sent again" : "sent",
    });
  }

  #sendAck(flags = 0): void {
    const { window } = this.#sendSide;
    this.#send(flags, window.seq(flags & SYN ? 0 : window.highest));
  }

  /** Sends a reset, with a given sequence number or the next one. */
  #sendReset(seq?: number): void {
    this.#send(
      RST,
      seq ?? this.#sendSide.window.seq(this.#sendSide.window.next),
    );
  }

  /** Sends a segment; all but the client's SYN acknowledge, and advertise a window. */
  #send(
    flags: number,
    seq: number,
    { datagram = this.#io.buffer(HEADER_BYTES), kind = "sent" }: {
      datagram?: Uint8Array;
      kind?: ReliableEvent["kind"];
    } = {},
  ): void {
    const receiveSide = this.#receiveSide;
    const header = {
      flags: receiveSide ? flags | ACK : flags,
      seq,
      ack: receiveSide?.ack ?? 0,
      window: receiveSide?.acknowledge() ?? this.#settings.receiveBytes,
    };
    writeHeader(datagram, header);
    this.#counts.segmentsSent++;
    if (this.#settings.onEvent) {
      this.#tell(kind, { ...header, data: datagram.subarray(HEADER_BYTES) });
    }
    this.#io.send(datagram);
  }

  #tell(kind: ReliableEvent["kind"], segment?: Segment): void {
    const { onEvent } = this.#settings;
    if (onEvent === undefined) return;
    const atMs = this.#io.now() - this.#startedAt;
    const { stats } = this;
    if (segment === undefined) return onEvent({ atMs, kind, stats });
    const { flags, seq, ack, window, data: { length } } = segment;
    const traced = { flags: formatFlags(flags), seq, ack, window, length };
    onEvent({ atMs, kind, segment: traced, stats });
  }
}

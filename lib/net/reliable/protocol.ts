/**
 * One end of a reliable stream, without socket and without clock.
 *
 * @module
 */

import { seqAdd } from "../../wire/tcp/sequence.ts";
import {
  type TcpEvent,
  type TcpState,
  transitionOf,
} from "../../wire/tcp/state.ts";
import { Inbound } from "./inbound.ts";
import { KeepAlive } from "./keep_alive.ts";
import type { ReliableSettings } from "./options.ts";
import { type Exit, Outbound, type Part } from "./outbound.ts";
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

/** What one end needs from its surroundings. */
export interface Surroundings {
  /** Gives the time, in milliseconds; it never goes back. */
  now(): number;
  /** Gives a buffer of so many bytes to write a datagram into. */
  buffer(size: number): Uint8Array;
  /** Sends such a buffer to the other end, and takes it back. It may get lost. */
  send(datagram: Uint8Array): void;
}

/**
 * The rules of the reliable stream (RFC 9293, section 3.10): what to do when a
 * segment arrives, when the program asks for something, and when time has
 * passed.
 *
 * It is the same machine for both ends. It does nothing by itself: somebody
 * must give it what arrives, and call `tick()` at its `deadline`. So a test can
 * run two of them in a world of its own, with a clock that it moves by hand.
 */
export class Protocol {
  readonly #settings: ReliableSettings;
  readonly #around: Surroundings;
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
  readonly #outbound: Outbound;
  /** There is none before the other end's SYN has come. */
  #inbound?: Inbound;
  #state: TcpState;
  #error?: Error;
  /** Whether the program has closed this end, and will read nothing more. */
  #isAbandoned = false;
  #isWriteClosed = false;
  /** When the waiting in TIME-WAIT, or in an end that nobody owns, is over. */
  #leaveAt = Infinity;
  readonly #keepAlive: KeepAlive;

  /**
   * Makes an end that is closed (a client) or listens (a server's).
   *
   * @param role Which of the two.
   * @param settings All settings.
   * @param around What surrounds it.
   */
  constructor(
    role: "client" | "server",
    settings: ReliableSettings,
    around: Surroundings,
  ) {
    this.#settings = settings;
    this.#around = around;
    this.#state = role === "client" ? "CLOSED" : "LISTEN";
    this.#startedAt = around.now();
    this.#keepAlive = new KeepAlive(settings);
    const exit: Exit = {
      send: (part) => this.#sendPart(part),
      tell: (kind) => this.#tell(kind),
    };
    this.#outbound = new Outbound(settings, this.#counts, exit);
  }

  /** Its state, as in TCP. */
  get state(): TcpState {
    return this.#state;
  }

  /** Why it ended, if it did not end well. */
  get error(): Error | undefined {
    return this.#error;
  }

  /** Whether both ends know each other, and the stream is not over. */
  get isOpen(): boolean {
    return this.#inbound !== undefined && this.#state !== "SYN-RECEIVED" &&
      this.#state !== "CLOSED";
  }

  /** Whether nothing will ever happen here any more. */
  get isOver(): boolean {
    return this.#state === "CLOSED" && this.#leaveAt === Infinity;
  }

  /** Whether all that the other end sends has come and has been read. */
  get isAtEnd(): boolean {
    return this.#inbound?.isFinished === true && this.#inbound.unread === 0;
  }

  /** When to call {@linkcode Protocol.tick}; Infinity if never. */
  get deadline(): number {
    return Math.min(
      this.#outbound.deadline,
      this.#inbound?.ackAt ?? Infinity,
      this.#leaveAt,
      this.#isSettled || !this.#inbound ? Infinity : this.#keepAlive.deadline,
    );
  }

  /** How things stand. */
  get stats(): ReliableStats {
    const { window, congestion, timer, unacknowledged } = this.#outbound;
    return {
      ...this.#counts,
      state: this.#state,
      cwnd: congestion.bytes,
      ssthresh: congestion.threshold,
      inFlight: window.inFlight,
      unacknowledged,
      sendWindow: Math.max(0, window.edge - window.una),
      receiveWindow: this.#inbound?.window ?? this.#settings.receiveBytes,
      rtoMs: timer.rtoMs,
      srttMs: timer.srttMs,
    };
  }

  /** Sends the SYN. */
  open(): void {
    this.#go("active OPEN");
    this.#outbound.pump(this.#around.now());
  }

  /**
   * Gives out bytes that have come.
   *
   * @param target Where to put them.
   * @returns How many there were; 0 says that one must wait, or that there will
   * be none: see `isAtEnd` and `error`.
   */
  read(target: Uint8Array): number {
    const inbound = this.#inbound;
    if (inbound === undefined || inbound.unread === 0) return 0;
    const now = this.#around.now();
    const count = inbound.read(target, now);
    if (inbound.ackAt <= now && !this.#isSettled) this.#sendAck();
    return count;
  }

  /**
   * Takes bytes to send.
   *
   * @param bytes The bytes; they are copied.
   * @returns How many were taken; 0 says that one must wait.
   * @throws {Deno.errors.BrokenPipe} If this end has said that it is done.
   */
  write(bytes: Uint8Array): number {
    if (this.#isWriteClosed) {
      throw new Deno.errors.BrokenPipe(
        "Cannot write: this side of the stream has ended",
      );
    }
    const count = this.#outbound.write(bytes);
    if (count > 0) this.#outbound.pump(this.#around.now());
    return count;
  }

  /** Says that nothing more will be written; what was, still goes out. */
  closeWrite(): void {
    if (this.#isWriteClosed) return;
    this.#isWriteClosed = true;
    if (this.#state === "CLOSED") return;
    this.#go("CLOSE");
    if (this.isOver) return;
    this.#outbound.finish();
    this.#outbound.pump(this.#around.now());
  }

  /**
   * Says that nothing more will be written or read. What was written still goes
   * out. If there is something that nobody has read, or if more comes, the
   * other end is told by a reset (RFC 1122, section 4.2.2.13).
   */
  close(): void {
    if (this.#isAbandoned) return;
    this.#isAbandoned = true;
    if (this.#inbound && this.#inbound.unread > 0) return this.abort();
    this.closeWrite();
    this.#limitOrphan();
  }

  /** Ends it at once, tells the other end by a reset, and forgets all data. */
  abort(): void {
    this.#isAbandoned = this.#isWriteClosed = true;
    if (this.#state === "CLOSED") return;
    const knowsPeer = this.#inbound !== undefined;
    if (knowsPeer && this.#state !== "TIME-WAIT") this.#sendReset();
    this.#end();
    // The reset may get lost. For a while, whatever comes is answered by one.
    if (knowsPeer) {
      this.#leaveAt = this.#around.now() + this.#settings.timeWaitMs;
    }
  }

  /** Does what is due by now. */
  tick(): void {
    const now = this.#around.now();
    if (now >= this.#leaveAt) return this.#leave();
    if (!this.#outbound.expire(now)) return this.#giveUp();
    if (this.#inbound && now >= this.#inbound.ackAt) this.#sendAck();
    if (this.#isSettled || !this.#inbound) return;
    const next = this.#keepAlive.check(now);
    if (next === "gone") this.#giveUp();
    else if (next === "ask") this.#askForLife();
  }

  /**
   * Takes a segment that has come from the other end.
   *
   * @param segment The segment; its data is copied.
   */
  arrive(segment: Segment): void {
    this.#counts.segmentsReceived++;
    if (this.#state === "LISTEN") this.#arriveAtListener(segment);
    else if (this.#state === "SYN-SENT") this.#arriveAtClient(segment);
    else if (this.#state !== "CLOSED") this.#arriveInside(segment);
    else if (segment.flags === SYN) {
      // Somebody new has that address. This end makes way, and the SYN that
      // comes again gets through.
      this.#leaveAt = Infinity;
    } else if (!(segment.flags & RST)) this.#sendReset(segment.ack);
    if (this.#settings.onEvent) this.#tell("received", segment);
  }

  /** RFC 9293, section 3.10.7.2. */
  #arriveAtListener(segment: Segment): void {
    if (segment.flags !== SYN) return;
    this.#meet(segment);
    // A SYN has no acknowledgment, but it tells of room.
    this.#outbound.acknowledge(
      { ...segment, ack: this.#initial },
      this.#around.now(),
    );
    this.#go("rcv SYN");
    this.#outbound.pump(this.#around.now());
  }

  /** RFC 9293, section 3.10.7.3. Two clients that call each other do not meet. */
  #arriveAtClient(segment: Segment): void {
    const { flags, ack } = segment;
    if (!(flags & ACK)) return;
    if (ack !== seqAdd(this.#initial, 1)) {
      // It belongs to an earlier connection, which the other end remembers.
      if (!(flags & RST)) this.#sendReset(ack);
      return;
    }
    if (flags & RST) {
      return this.#fail(
        new Deno.errors.ConnectionRefused("The other end answered by a reset"),
      );
    }
    if (!(flags & SYN)) return;
    this.#meet(segment);
    this.#outbound.acknowledge(segment, this.#around.now());
    this.#go("rcv SYN,ACK");
    this.#sendAck();
    this.#outbound.pump(this.#around.now());
  }

  /** RFC 9293, section 3.10.7.4, with the caution of RFC 5961. */
  #arriveInside(segment: Segment): void {
    const inbound = this.#inbound!;
    const { flags } = segment;
    if (flags & RST) {
      if (segment.seq === inbound.ack) this.#arriveReset();
      // Whoever really means it answers this by a reset with the right number.
      else if (inbound.isInWindow(segment.seq)) this.#sendAck();
      return;
    }
    if (flags & SYN) {
      // It comes again since the answer to it was lost. Or else it is the first
      // of a new connection from the same address: then the other end answers
      // this by a reset, asks again, and is welcome (RFC 9293, section 3.5.1).
      this.#sendAck(this.#state === "SYN-RECEIVED" ? SYN : 0);
      return;
    }
    if (!(flags & ACK)) return;
    const now = this.#around.now();
    if (!this.#outbound.acknowledge(segment, now)) {
      // It is of an earlier connection, or forged. Only what is more than an
      // acknowledgment is answered, or two ends could go on like this for ever.
      if (this.#state === "SYN-RECEIVED") this.#sendReset(segment.ack);
      else if (segment.data.length > 0 || flags & FIN) this.#sendAck();
      return;
    }
    this.#keepAlive.heard(now);
    if (this.#state === "SYN-RECEIVED" && this.#outbound.window.una > 0) {
      this.#go("rcv ACK of SYN");
    }
    if (this.#outbound.isDone) this.#go("rcv ACK of FIN");
    if (this.#state === "CLOSED") return;
    this.#acceptData(segment, now);
  }

  #acceptData(segment: Segment, now: number): void {
    const inbound = this.#inbound!;
    const wasFinished = inbound.isFinished;
    const mustSay = inbound.accept(segment, now);
    if (this.#isAbandoned && inbound.unread > 0) return this.abort();
    // Duplicates tell the other end of a gap, but only if they have no data.
    if (mustSay) this.#sendAck();
    if (inbound.isFinished && (!wasFinished || segment.flags & FIN)) {
      this.#go("rcv FIN");
    }
    this.#outbound.pump(now);
    if (inbound.ackAt <= now) this.#sendAck();
  }

  #arriveReset(): void {
    // After both FINs there may be nothing left that a reset could spoil.
    const isLate = ["TIME-WAIT", "CLOSING", "LAST-ACK"].includes(this.#state);
    if (isLate && this.#outbound.unacknowledged === 0) return this.#end();
    this.#fail(
      new Deno.errors.ConnectionReset("The other end has reset the stream"),
    );
  }

  /** The other end's SYN has come. */
  #meet(segment: Segment): void {
    this.#keepAlive.heard(this.#around.now());
    this.#inbound = new Inbound(
      seqAdd(segment.seq, 1),
      this.#settings,
      this.#counts,
    );
  }

  get #initial(): number {
    return this.#outbound.window.seq(0);
  }

  /** Whether no more is expected of the other end. */
  get #isSettled(): boolean {
    return this.#state === "CLOSED" || this.#state === "TIME-WAIT";
  }

  /** Lets the table of lib/wire say which state comes next. */
  #go(event: TcpEvent): void {
    const transition = transitionOf(this.#state, event);
    if (transition === null) return;
    this.#state = transition.to;
    if (this.#state === "CLOSED") return this.#end();
    if (this.#state === "TIME-WAIT") {
      this.#outbound.stop();
      this.#leaveAt = this.#around.now() + this.#settings.timeWaitMs;
    }
    this.#limitOrphan();
    this.#tell("state");
  }

  /** Nobody owns this end any more, and the other one need not ever end. */
  #limitOrphan(): void {
    if (
      this.#isAbandoned && this.#state === "FIN-WAIT-2" &&
      this.#leaveAt === Infinity
    ) this.#leaveAt = this.#around.now() + this.#settings.giveUpMs;
  }

  /** The waiting is over. */
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
    this.#outbound.stop();
    this.#inbound?.settle();
    this.#tell("state");
  }

  /** Asks by a number that is known to be acknowledged (RFC 9293, section 3.8.4). */
  #askForLife(): void {
    const { window } = this.#outbound;
    this.#send(0, window.seq(window.una - 1));
  }

  #giveUp(): void {
    const { giveUpMs } = this.#settings;
    const message = this.#inbound
      ? `The other end has not answered for ${giveUpMs} ms`
      : `Nobody has answered for ${giveUpMs} ms`;
    this.#fail(new Deno.errors.TimedOut(message));
  }

  #sendPart(part: Part): void {
    const datagram = this.#around.buffer(HEADER_BYTES + part.length);
    this.#outbound.copy(part, datagram.subarray(HEADER_BYTES));
    if (part.isAgain) this.#counts.retransmissions++;
    const { window } = this.#outbound;
    this.#send(part.flags, window.seq(part.position), {
      datagram,
      kind: part.isAgain ? "sent again" : "sent",
    });
  }

  #sendAck(flags = 0): void {
    const { window } = this.#outbound;
    this.#send(flags, window.seq(flags & SYN ? 0 : window.highest));
  }

  /** Sends a reset: with the number that was asked for, or with the next one. */
  #sendReset(seq?: number): void {
    this.#send(
      RST,
      seq ?? this.#outbound.window.seq(this.#outbound.window.next),
    );
  }

  /** Every segment but a client's first has an acknowledgment and the window. */
  #send(
    flags: number,
    seq: number,
    { datagram = this.#around.buffer(HEADER_BYTES), kind = "sent" }: {
      datagram?: Uint8Array;
      kind?: ReliableEvent["kind"];
    } = {},
  ): void {
    const inbound = this.#inbound;
    const header = {
      flags: inbound ? flags | ACK : flags,
      seq,
      ack: inbound?.ack ?? 0,
      window: inbound?.acknowledge() ?? this.#settings.receiveBytes,
    };
    writeHeader(datagram, header);
    this.#counts.segmentsSent++;
    if (this.#settings.onEvent) {
      this.#tell(kind, { ...header, data: datagram.subarray(HEADER_BYTES) });
    }
    this.#around.send(datagram);
  }

  #tell(kind: ReliableEvent["kind"], segment?: Segment): void {
    const { onEvent } = this.#settings;
    if (onEvent === undefined) return;
    const atMs = this.#around.now() - this.#startedAt;
    const { stats } = this;
    if (segment === undefined) return onEvent({ atMs, kind, stats });
    const { flags, seq, ack, window, data: { length } } = segment;
    const traced = { flags: formatFlags(flags), seq, ack, window, length };
    onEvent({ atMs, kind, segment: traced, stats });
  }
}

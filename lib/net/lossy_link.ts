/**
 * A lossy link between two programs on one machine: it loses, duplicates,
 * reorders, and delays datagrams, as often as you like.
 *
 * ```text
 *            there --->                    there --->
 *  +--------+         +------------------+            +--------+
 *  | client |---------| addr  LossyLink  |------------| server |
 *  +--------+         +------------------+            +--------+
 *            <--- back                     <--- back
 * ```
 *
 * The client sends to the link instead of the server. The server receives from
 * the link.
 *
 * @module
 */

import { closeQuietly } from "./close.ts";
import { assertFaults, fateOf, type LinkFaults } from "./lossy_fate.ts";

/** Options for {@linkcode LossyLink}: the faults of both directions. */
export interface LossyLinkOptions extends LinkFaults {
  /**
   * The seed for the faults, an integer: the same seed has the same effect on
   * the same sequence of datagrams.
   *
   * @default 1
   */
  seed?: number;
  /** Faults that differ on the way from the client to the server. */
  there?: LinkFaults;
  /** Faults that differ on the way from the server to the client. */
  back?: LinkFaults;
}

/**
 * The counts of a link's datagrams in one direction. When no datagram is on its
 * way, `received + duplicated` is `delivered + lost + cut + overflowed`.
 */
export interface LinkCounts {
  /** Datagrams received by the link. */
  received: number;
  /** Datagrams forwarded, including copies. */
  delivered: number;
  /** Datagrams lost at random. */
  lost: number;
  /** Datagrams sent a second time. */
  duplicated: number;
  /** Datagrams held back until others had overtaken them. */
  reordered: number;
  /** Datagrams lost because the link was cut. */
  cut: number;
  /** Datagrams lost because the queue was full. */
  overflowed: number;
  /** Datagrams from other senders, which aren't counted in `received`. */
  foreign: number;
}

/**
 * The size of an IPv4 and a UDP header, in bytes: even an empty message takes
 * up room.
 */
const HEADERS = 28;

/** One direction of the link. */
interface Lane {
  readonly index: number;
  readonly faults: LinkFaults;
  readonly counts: LinkCounts;
  send(bytes: Uint8Array): Promise<unknown>;
  /** Bytes that wait in the queue, with headers. */
  queuedBytes: number;
  /** The time when the bottleneck will be free again, in milliseconds. */
  freeAt: number;
}

/** A datagram in the queue. */
interface Parcel {
  lane: Lane;
  bytes: Uint8Array;
  /** The time to forward it, in milliseconds. */
  due: number;
  /** Whether it travels or arrives then. */
  next: "travel" | "arrive";
  /** How many others must overtake it before it may leave early. */
  overtakers: number;
  /** Its share of the jitter. */
  jitter: number;
}

/**
 * A relay that has the faults of a lossy link for datagrams.
 *
 * Its client is the last sender other than the server. The link never blocks a
 * sender: a datagram that doesn't fit in the queue is lost.
 *
 * @example Lose about a third of the messages
 * ```ts
 * import { bindUdp } from "./udp.ts";
 * import { LossyLink } from "./lossy_link.ts";
 * import { assertEquals } from "@std/assert";
 *
 * using server = bindUdp();
 * using link = new LossyLink(server.addr, { seed: 5, there: { loss: 1 / 3 } });
 * using client = bindUdp();
 *
 * for (let n = 1; n <= 9; n++) await client.send(new Uint8Array([n]), link.addr);
 * const arrived: number[] = [];
 * while (arrived.at(-1) !== 9) {
 *   arrived.push((await server.receive({ timeoutMs: 1000 })).bytes[0]);
 * }
 * assertEquals(arrived, [2, 5, 7, 8, 9]);
 * assertEquals(link.there.lost, 4);
 * ```
 */
export class LossyLink implements Disposable {
  readonly #front: Deno.DatagramConn;
  readonly #behind: Deno.DatagramConn;
  readonly #lanes: { there: Lane; back: Lane };
  readonly #seed: number;
  #client?: Deno.NetAddr;
  /** The queue, in the order in which the datagrams leave. */
  readonly #waiting: Parcel[] = [];
  #timer?: ReturnType<typeof setTimeout>;
  #isCut = false;
  #isClosed = false;

  /**
   * Opens the link.
   *
   * @param server The server's address, on this machine.
   * @param options The seed and the faults.
   * @throws {RangeError} If a fault is out of range.
   */
  constructor(server: Deno.NetAddr, options: LossyLinkOptions = {}) {
    const { seed = 1, there, back, ...both } = options;
    const faults = { there: { ...both, ...there }, back: { ...both, ...back } };
    assertFaults(faults.there);
    assertFaults(faults.back);
    this.#seed = seed;
    const hostname = server.hostname.includes(":") ? "::1" : "127.0.0.1";
    const loopback = { transport: "udp", hostname, port: 0 } as const;
    this.#front = Deno.listenDatagram(loopback);
    this.#behind = Deno.listenDatagram(loopback);
    const toServer = (bytes: Uint8Array) => this.#behind.send(bytes, server);
    const toClient = (bytes: Uint8Array) =>
      this.#front.send(bytes, this.#client!);
    this.#lanes = {
      there: makeLane(0, faults.there, toServer),
      back: makeLane(1, faults.back, toClient),
    };
    this.#relay(this.#front, this.#lanes.there, (from) => {
      this.#client = from;
      return true;
    });
    this.#relay(
      this.#behind,
      this.#lanes.back,
      (from) => from.port === server.port && this.#client !== undefined,
    );
  }

  /** The address that the client sends to instead of the server's. */
  get addr(): Deno.NetAddr {
    return this.#front.addr as Deno.NetAddr;
  }

  /** The counts of datagrams from the client to the server. */
  get there(): Readonly<LinkCounts> {
    return this.#lanes.there.counts;
  }

  /** The counts of datagrams from the server to the client. */
  get back(): Readonly<LinkCounts> {
    return this.#lanes.back.counts;
  }

  /** Loses all datagrams from now on, even those in flight. */
  cut(): void {
    this.#isCut = true;
  }

  /** Lets datagrams through again after {@linkcode LossyLink.cut}. */
  restore(): void {
    this.#isCut = false;
  }

  /** Closes both sockets and drops the queue. You can close it twice. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#waiting.length = 0;
    closeQuietly(this.#front);
    closeQuietly(this.#behind);
  }

  /** Closes the link, as {@linkcode LossyLink.close} does. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** Receives on one side until the link is closed. */
  async #relay(
    socket: Deno.DatagramConn,
    lane: Lane,
    serves: (from: Deno.NetAddr) => boolean,
  ): Promise<void> {
    const buffer = new Uint8Array(65_535);
    while (!this.#isClosed) {
      try {
        const [bytes, from] = await socket.receive(buffer);
        if (!serves(from as Deno.NetAddr)) lane.counts.foreign++;
        else await this.#take(lane, bytes);
      } catch (error) {
        // On Windows, a receive fails after a send to a port that isn't open.
        if (error instanceof Deno.errors.ConnectionReset) continue;
        if (!this.#isClosed) throw error;
      }
    }
  }

  /** Decides what happens to one datagram, whose buffer will be reused. */
  async #take(lane: Lane, bytes: Uint8Array): Promise<void> {
    const { faults, counts } = lane;
    const fate = fateOf(this.#seed, lane.index, counts.received++, faults);
    if (this.#isCut) counts.cut++;
    else if (fate.isLost) counts.lost++;
    else {
      const { overtakers, jitter } = fate;
      if (fate.isDuplicated) {
        counts.duplicated++;
        await this.#travel(lane, bytes, jitter[1]);
      }
      if (overtakers > 0) {
        counts.reordered++;
        const due = performance.now() + (faults.holdMs ?? 10);
        const held = { lane, bytes, due, overtakers, jitter: jitter[0] };
        this.#wait({ ...held, next: "travel" });
      } else {
        await this.#travel(lane, bytes, jitter[0]);
        await this.#overtake(lane);
      }
    }
  }

  /** Forwards the datagrams that enough others have overtaken. */
  async #overtake(lane: Lane): Promise<void> {
    for (const parcel of this.#waiting.slice()) {
      if (parcel.lane !== lane || parcel.next !== "travel") continue;
      if (--parcel.overtakers > 0) continue;
      // It may have left the queue while another one was being sent.
      const at = this.#waiting.indexOf(parcel);
      if (at >= 0) await this.#goOn(this.#waiting.splice(at, 1)[0]);
    }
  }

  /** Delays a datagram by the bottleneck's rate and the link's delay. */
  async #travel(lane: Lane, bytes: Uint8Array, jitter: number): Promise<void> {
    const { bytesPerSecond = Infinity, delayMs = 0, jitterMs = 0 } =
      lane.faults;
    const now = performance.now();
    const free = Math.max(now, lane.freeAt);
    const through = free + 1000 * bytes.length / bytesPerSecond;
    const due = through + delayMs + jitterMs * jitter;
    if (due <= now) await this.#arrive(lane, bytes);
    else if (
      this.#wait({ lane, bytes, due, jitter, overtakers: 0, next: "arrive" })
    ) lane.freeAt = through;
  }

  async #arrive(lane: Lane, bytes: Uint8Array): Promise<void> {
    if (this.#isCut) {
      lane.counts.cut++;
      return;
    }
    try {
      await lane.send(bytes);
      lane.counts.delivered++;
    } catch {
      // For the receiver, it doesn't matter why the datagram was lost.
      lane.counts.lost++;
    }
  }

  /** Queues a datagram until it is due, unless the queue is full. */
  #wait(parcel: Parcel): boolean {
    const { lane, bytes, due } = parcel;
    const { queueBytes = 1024 * 1024 } = lane.faults;
    if (lane.queuedBytes + bytes.length + HEADERS > queueBytes) {
      lane.counts.overflowed++;
      return false;
    }
    lane.queuedBytes += bytes.length + HEADERS;
    // Most are due after all others, so search for the place from the end.
    let at = this.#waiting.length;
    while (at > 0 && this.#waiting[at - 1].due > due) at--;
    this.#waiting.splice(at, 0, { ...parcel, bytes: bytes.slice() });
    this.#setTimer();
    return true;
  }

  /** Uses one timer for all datagrams: it runs until the first one is due. */
  #setTimer(): void {
    clearTimeout(this.#timer);
    if (this.#waiting.length === 0 || this.#isClosed) return;
    const ms = Math.max(0, Math.ceil(this.#waiting[0].due - performance.now()));
    this.#timer = setTimeout(() => this.#sendDue(), ms);
  }

  async #sendDue(): Promise<void> {
    while (this.#waiting[0]?.due <= performance.now()) {
      await this.#goOn(this.#waiting.shift()!);
    }
    this.#setTimer();
  }

  async #goOn({ lane, bytes, next, jitter }: Parcel): Promise<void> {
    lane.queuedBytes -= bytes.length + HEADERS;
    if (next === "travel") await this.#travel(lane, bytes, jitter);
    else await this.#arrive(lane, bytes);
  }
}

function makeLane(index: number, faults: LinkFaults, send: Lane["send"]): Lane {
  const counts: LinkCounts = {
    received: 0,
    delivered: 0,
    lost: 0,
    duplicated: 0,
    reordered: 0,
    cut: 0,
    overflowed: 0,
    foreign: 0,
  };
  return { index, faults, counts, send, queuedBytes: 0, freeAt: 0 };
}

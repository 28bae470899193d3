/** The reliable stream of lesson 16 over a bottleneck, in virtual time. */
import {
  decodeSegment,
  HEADER_BYTES,
  Protocol,
  type ReliableEvent,
  type ReliableOptions,
  settingsOf,
} from "../../lib/net/reliable/mod.ts";
import type { Bottleneck } from "./bottleneck.ts";
import type { VirtualClock } from "./virtual_clock.ts";

/** The data in a full segment, in bytes: the MSS. */
export const MSS = 1000;

/** Options for a {@linkcode SimulatedStream}. */
export interface SimulatedStreamOptions extends ReliableOptions {
  /** How long acknowledgments travel, in milliseconds. */
  returnMs: number;
  /**
   * How many bytes to send.
   *
   * @default Infinity
   */
  bytes?: number;
  /**
   * Says whether to lose a data segment, by its number, from 0.
   *
   * @default {loses none}
   */
  loses?: (ordinal: number) => boolean;
  /**
   * Whether the receiver's program reads.
   *
   * @default true
   */
  reads?: boolean;
  /**
   * Whether to record the sender's events.
   *
   * @default false
   */
  records?: boolean;
}

/**
 * Two ends of the reliable stream. One sends as fast as it may, and the other
 * reads everything as soon as it arrives.
 */
export class SimulatedStream {
  /** The sender's events so far, if they're recorded. */
  readonly events: ReliableEvent[] = [];
  /** How many bytes have arrived, each counted once. */
  arrived = 0;
  readonly sender: Protocol;
  readonly #receiver: Protocol;
  readonly #buffer = new Uint8Array(64 * 1024);
  readonly #reads: boolean;
  #unwritten: number;

  /**
   * Makes both ends; the sender opens the connection at once.
   *
   * @param clock The clock.
   * @param bottleneck The path to the receiver.
   * @param options The path back, and how much to send.
   */
  constructor(
    clock: VirtualClock,
    bottleneck: Bottleneck,
    options: SimulatedStreamOptions,
  ) {
    const { returnMs, bytes = Infinity, loses } = options;
    const { reads = true, records = false } = options;
    this.#reads = reads;
    this.#unwritten = bytes;
    const settings = settingsOf({
      segmentBytes: MSS,
      receiveBytes: 2 ** 20,
      sendBytes: 2 ** 20,
      // Each segment is acknowledged at once.
      ackDelayMs: 0,
      initialSequence: 0,
      ...options,
    });
    const io = {
      now: () => clock.now,
      buffer: (size: number) => new Uint8Array(size),
    };
    let ordinal = 0;
    // Segments always start at the same places here.
    const seen = new Set<number>();
    this.sender = new Protocol("client", {
      ...settings,
      onEvent: records ? (event) => this.events.push(event) : undefined,
    }, {
      ...io,
      send: (datagram) => {
        const hasData = datagram.length > HEADER_BYTES;
        if (hasData && loses?.(ordinal++)) return;
        bottleneck.send(datagram.length, () => {
          const segment = decodeSegment(datagram);
          if (!seen.has(segment.seq)) this.arrived += segment.data.length;
          if (hasData) seen.add(segment.seq);
          this.#receiver.arrive(segment);
          this.#work();
        });
      },
    });
    this.#receiver = new Protocol("server", settings, {
      ...io,
      send: (datagram) =>
        clock.after(returnMs, () => {
          this.sender.arrive(decodeSegment(datagram));
          this.#work();
        }),
    });
    clock.watch(this.sender);
    clock.watch(this.#receiver);
    this.sender.open();
  }

  /** Lets both programs do what they can: one writes, and the other reads. */
  #work(): void {
    while (this.#reads && this.#receiver.read(this.#buffer) > 0);
    while (this.sender.isOpen && this.#unwritten > 0) {
      const size = Math.min(this.#buffer.length, this.#unwritten);
      const taken = this.sender.write(this.#buffer.subarray(0, size));
      if (taken === 0) break;
      this.#unwritten -= taken;
    }
  }
}

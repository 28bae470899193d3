/** A world for two ends of a reliable stream, in which no time passes unless the test says so. */

import { assertEquals } from "@std/assert";
import { fateOf, type LinkFaults } from "../../lib/net/lossy_fate.ts";
import {
  type ReliableOptions,
  settingsOf,
} from "../../lib/net/reliable/options.ts";
import { Protocol } from "../../lib/net/reliable/protocol.ts";
import { decodeSegment } from "../../lib/net/reliable/segment.ts";

/** Something that is due. */
interface Due {
  at: number;
  order: number;
  run: () => void;
}

/** Options for {@linkcode World}. */
export interface WorldOptions extends LinkFaults {
  /** Which datagrams are hit. */
  seed?: number;
  /** Options for both ends. */
  both?: ReliableOptions;
  /** Options for the end that calls. */
  client?: ReliableOptions;
  /** Options for the end that is called. */
  server?: ReliableOptions;
}

/** Two protocols and a link; the clock jumps from one event to the next. */
export class World {
  now = 0;
  /** While it is cut, the link takes everything. */
  isCut = false;
  /** How long each datagram is under way, in milliseconds. */
  delayMs: number;
  /** Gets to see every datagram that is sent; says whether to lose it. */
  filter: (from: "client" | "server", datagram: Uint8Array) => boolean = () =>
    false;
  readonly client: Protocol;
  readonly server: Protocol;
  readonly #options: WorldOptions;
  #queue: Due[] = [];
  #order = 0;

  constructor(options: WorldOptions = {}) {
    this.#options = options;
    this.delayMs = options.delayMs ?? 1;
    const { both, client, server } = options;
    this.client = this.#makeEnd(0, settingsOf({ ...both, ...client }));
    this.server = this.#makeEnd(1, settingsOf({ ...both, ...server }));
  }

  /** Lets the client call, and waits until both ends know each other. */
  open(): void {
    this.client.open();
    this.run(() => this.client.isOpen && this.server.isOpen);
  }

  /**
   * Lets time pass, event by event, until something holds.
   *
   * @param isDone What to wait for; without it, until nothing happens any more.
   * @param maxMs The most that may pass.
   */
  run(isDone?: () => boolean, maxMs = 86_400_000): void {
    const until = this.now + maxMs;
    let idle = 0;
    for (let steps = 0; !isDone?.(); steps++) {
      const deadline = Math.min(this.client.deadline, this.server.deadline);
      const at = Math.min(this.#queue[0]?.at ?? Infinity, deadline);
      if (at === Infinity && !isDone) return;
      // Where nothing is due, the test itself may still have something to do.
      idle = at === Infinity ? idle + 1 : 0;
      if ((at > until && idle === 0) || idle > 50_000 || steps > 1_000_000) {
        const { client, server } = this;
        throw new Error(
          `Stuck at ${this.now} ms: ${
            JSON.stringify([
              client.stats,
              server.stats,
            ])
          }`,
        );
      }
      if (idle > 0) continue;
      this.now = Math.max(this.now, at);
      if (this.#queue[0]?.at <= this.now) this.#queue.shift()!.run();
      for (const end of [this.client, this.server]) {
        if (end.deadline <= this.now) end.tick();
      }
    }
  }

  #makeEnd(
    lane: 0 | 1,
    settings: ReturnType<typeof settingsOf>,
  ): Protocol {
    const { seed = 1, jitterMs = 0 } = this.#options;
    let ordinal = 0;
    return new Protocol(lane === 0 ? "client" : "server", settings, {
      now: () => this.now,
      buffer: (size) => new Uint8Array(size),
      send: (datagram) => {
        const fate = fateOf(seed, lane, ordinal++, this.#options);
        const isLost = this.filter(lane === 0 ? "client" : "server", datagram);
        if (this.isCut || fate.isLost || isLost) return;
        const copies = fate.isDuplicated ? 2 : 1;
        for (let copy = 0; copy < copies; copy++) {
          // What is held back comes as much later as others need to overtake it.
          const held = copy === 0 ? fate.overtakers * 0.5 : 0;
          const bytes = datagram.slice();
          this.later(this.delayMs + jitterMs * fate.jitter[copy] + held, () => {
            const to = lane === 0 ? this.server : this.client;
            if (!this.isCut) to.arrive(decodeSegment(bytes));
          });
        }
      },
    });
  }

  /** Runs something when so much time has passed. */
  later(ms: number, run: () => void): void {
    const due = { at: this.now + ms, order: this.#order++, run };
    let index = this.#queue.length;
    while (index > 0 && this.#queue[index - 1].at > due.at) index--;
    this.#queue.splice(index, 0, due);
  }
}

/** Sends `data` from one end and reads at the other, as the world's time passes. */
export class Transfer {
  #written = 0;
  readonly #from: Protocol;
  readonly #to: Protocol;
  readonly #data: Uint8Array;
  readonly received: Uint8Array;
  read = 0;

  constructor(from: Protocol, to: Protocol, data: Uint8Array) {
    this.#from = from;
    this.#to = to;
    this.#data = data;
    this.received = new Uint8Array(data.length + 1);
  }

  /** Moves on as far as it can without waiting; says whether all has come. */
  step(maxRead = Infinity): boolean {
    if (this.#written < this.#data.length) {
      this.#written += this.#from.write(this.#data.subarray(this.#written));
    }
    if (this.#written === this.#data.length) this.#from.closeWrite();
    const room = this.received.subarray(this.read, this.read + maxRead);
    this.read += this.#to.read(room);
    return this.#to.isAtEnd;
  }

  /** What has come. */
  get result(): Uint8Array {
    return this.received.subarray(0, this.read);
  }

  /** All has come, and nothing else. */
  assertComplete(): void {
    assertEquals(this.result, this.#data);
  }
}

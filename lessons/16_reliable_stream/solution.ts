/** One good answer to each exercise of lesson 16. */
import type { Piece } from "./types.ts";

// ---- 16.1 Receiver ----------------------------------------------------------

/** Puts a stream in order. */
export class Receiver {
  #ack: number;
  readonly #capacity: number;
  /** Bytes that arrived early, by their distance from `ack`. */
  #early = new Map<number, number>();

  constructor(initialSeq: number, capacity: number) {
    this.#ack = initialSeq;
    this.#capacity = capacity;
  }

  accept(seq: number, data: Uint8Array): Uint8Array {
    // The distance as a signed 32-bit number: negative is before `ack`.
    const distance = (seq - this.#ack) | 0;
    for (let i = 0; i < data.length; i++) {
      const at = distance + i;
      if (at >= 0 && at < this.#capacity) this.#early.set(at, data[i]);
    }
    let count = 0;
    while (this.#early.has(count)) count++;
    const ready = new Uint8Array(count);
    const rest = new Map<number, number>();
    for (const [at, byte] of this.#early) {
      if (at < count) ready[at] = byte;
      else rest.set(at - count, byte);
    }
    this.#early = rest;
    this.#ack = (this.#ack + count) >>> 0;
    return ready;
  }

  get ack(): number {
    return this.#ack;
  }

  get window(): number {
    return this.#capacity;
  }
}

// ---- 16.2 RetransmitTimer ---------------------------------------------------

/** Computes how long to wait for an acknowledgment. */
export class RetransmitTimer {
  #srtt?: number;
  #rttvar = 0;
  #rto = 1000;

  sample(rttMs: number): void {
    if (this.#srtt === undefined) {
      this.#srtt = rttMs;
      this.#rttvar = rttMs / 2;
    } else {
      // The variance first: it uses the mean before this sample.
      this.#rttvar += (Math.abs(this.#srtt - rttMs) - this.#rttvar) / 4;
      this.#srtt += (rttMs - this.#srtt) / 8;
    }
    const rto = this.#srtt + 4 * this.#rttvar;
    this.#rto = Math.min(60_000, Math.max(200, rto));
  }

  backOff(): void {
    this.#rto = Math.min(60_000, 2 * this.#rto);
  }

  get rtoMs(): number {
    return this.#rto;
  }
}

// ---- 16.3 SendWindow --------------------------------------------------------

/** Keeps the bytes that a sender may still need to send. */
export class SendWindow {
  /** The sequence number of the first byte in `#bytes`. */
  #oldest: number;
  readonly #segmentSize: number;
  /** The bytes in flight, followed by those never sent. */
  #bytes = new Uint8Array();
  #inFlight = 0;

  constructor(initialSeq: number, segmentSize: number) {
    this.#oldest = initialSeq;
    this.#segmentSize = segmentSize;
  }

  push(data: Uint8Array): void {
    const bytes = new Uint8Array(this.#bytes.length + data.length);
    bytes.set(this.#bytes);
    bytes.set(data, this.#bytes.length);
    this.#bytes = bytes;
  }

  takeNext(peerWindow: number): Piece | undefined {
    const start = this.#inFlight;
    const size = Math.min(
      this.#segmentSize,
      peerWindow - start,
      this.#bytes.length - start,
    );
    if (size <= 0) return undefined;
    this.#inFlight += size;
    return {
      seq: (this.#oldest + start) >>> 0,
      data: this.#bytes.slice(start, start + size),
    };
  }

  acknowledge(ack: number): void {
    const count = (ack - this.#oldest) | 0;
    if (count <= 0 || count > this.#inFlight) return;
    this.#bytes = this.#bytes.slice(count);
    this.#inFlight -= count;
    this.#oldest = ack;
  }

  retransmit(): Piece | undefined {
    if (this.#inFlight === 0) return undefined;
    const size = Math.min(this.#segmentSize, this.#inFlight);
    return { seq: this.#oldest, data: this.#bytes.slice(0, size) };
  }

  get inFlight(): number {
    return this.#inFlight;
  }
}

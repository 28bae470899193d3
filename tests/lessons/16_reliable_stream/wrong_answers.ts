/** Wrong answers to the exercises of lesson 16, and what must be said of each. */
import type { WrongAnswer } from "../gates.ts";
import {
  Receiver,
  SendWindow,
} from "../../../lessons/16_reliable_stream/solution.ts";
import type {
  Piece,
  ReceiverClass,
  SendWindowClass,
  TimerClass,
} from "../../../lessons/16_reliable_stream/types.ts";

/** Wrong answers to 16.1. */
export const receiverMistakes: WrongAnswer<ReceiverClass>[] = [
  {
    name: "delivers twice",
    attempt: class extends Receiver {
      override accept(seq: number, data: Uint8Array) {
        const isOld = ((seq - this.ack) | 0) < 0;
        const ready = super.accept(seq, data);
        return isOld ? data.slice() : ready;
      }
    },
    diagnosis: /handed on a second time/,
  },
  {
    name: "drops what came early",
    attempt: class extends Receiver {
      override accept(seq: number, data: Uint8Array) {
        return ((seq - this.ack) | 0) > 0
          ? new Uint8Array()
          : super.accept(seq, data);
      }
    },
    diagnosis: /what came early was thrown away/,
  },
  {
    name: "acknowledges what it lacks",
    attempt: class extends Receiver {
      #top?: number;
      override accept(seq: number, data: Uint8Array) {
        const ready = super.accept(seq, data);
        this.#top = Math.max(this.#top ?? 0, seq + data.length);
        return ready;
      }
      override get ack() {
        return this.#top ?? super.ack;
      }
    },
    diagnosis: /the sender forgets what it acknowledges/,
  },
  {
    name: "compares numbers by a < b",
    attempt: class extends Receiver {
      override accept(seq: number, data: Uint8Array) {
        return seq < this.ack && seq + data.length <= this.ack
          ? new Uint8Array()
          : super.accept(seq, data);
      }
    },
    diagnosis: /small numbers are the later ones/,
  },
  {
    name: "takes an overlapping segment for an old one",
    attempt: class extends Receiver {
      override accept(seq: number, data: Uint8Array) {
        return ((seq - this.ack) | 0) < 0
          ? new Uint8Array()
          : super.accept(seq, data);
      }
    },
    diagnosis: /its end is new/,
  },
  {
    name: "keeps more than it has room for",
    attempt: class extends Receiver {
      constructor(initialSeq: number, private readonly room: number) {
        super(initialSeq, 2 ** 20);
      }
      override get window() {
        return this.room;
      }
    },
    diagnosis: /beyond the room/,
  },
  {
    name: "hands on whatever is in order, room or not",
    attempt: class extends Receiver {
      readonly #wide: Receiver;
      constructor(initialSeq: number, capacity: number) {
        super(initialSeq, capacity);
        this.#wide = new Receiver(initialSeq, 2 ** 20);
      }
      override accept(seq: number, data: Uint8Array) {
        const distance = (seq - this.ack) | 0;
        const room = distance <= 0 ? data.length : this.window - distance;
        return this.#wide.accept(seq, data.subarray(0, Math.max(0, room)));
      }
      override get ack() {
        return this.#wide.ack;
      }
    },
    diagnosis: /Bytes in order need room as well/,
  },
  {
    name: "keeps ack within 32 bits with a sign",
    attempt: class extends Receiver {
      #came = false;
      override accept(seq: number, data: Uint8Array) {
        const ready = super.accept(seq >>> 0, data);
        this.#came ||= ready.length > 0;
        return ready;
      }
      override get ack() {
        return this.#came ? super.ack | 0 : super.ack;
      }
    },
    diagnosis: /`\| 0` gives it one/,
  },
  {
    name: "takes the early bytes off the window",
    attempt: class extends Receiver {
      #early = 0;
      override accept(seq: number, data: Uint8Array) {
        if (((seq - this.ack) | 0) > 0) this.#early += data.length;
        return super.accept(seq, data);
      }
      override get window() {
        return super.window - this.#early;
      }
    },
    diagnosis: /counted from ack/,
  },
  {
    name: "keeps a view of the caller's buffer",
    attempt: class {
      #early: Piece[] = [];
      constructor(public ack: number, public window: number) {}
      accept(seq: number, data: Uint8Array) {
        this.#early.push({ seq, data });
        const inner = new Receiver(this.ack, this.window);
        const bytes: number[] = [];
        for (const piece of this.#early) {
          bytes.push(...inner.accept(piece.seq, piece.data));
        }
        this.ack = inner.ack;
        return new Uint8Array(bytes);
      }
    },
    diagnosis: /a view of the buffer/,
  },
];

/** A timer with its parts in the open, and one thing to be done otherwise. */
class OpenTimer {
  srtt?: number;
  rttvar = 0;
  rtoMs = 1000;
  sample(r: number): void {
    if (this.srtt === undefined) this.first(r);
    else this.next(r, this.srtt);
    this.rtoMs = this.limit(this.srtt! + 4 * this.rttvar);
  }
  first(r: number): void {
    this.srtt = r;
    this.rttvar = r / 2;
  }
  next(r: number, srtt: number): void {
    this.rttvar = 0.75 * this.rttvar + 0.25 * Math.abs(srtt - r);
    this.srtt = 0.875 * srtt + 0.125 * r;
  }
  limit(ms: number): number {
    return Math.min(60_000, Math.max(200, ms));
  }
  backOff(): void {
    this.rtoMs = Math.min(60_000, 2 * this.rtoMs);
  }
}

/** Wrong answers to 16.2. */
export const timerMistakes: WrongAnswer<TimerClass>[] = [
  {
    name: "knows no variance",
    attempt: class extends OpenTimer {
      override sample(r: number) {
        super.sample(r);
        this.rtoMs = this.limit(2 * this.srtt!);
      }
    },
    diagnosis: /rttvar begins with R \/ 2/,
  },
  {
    name: "updates the mean first",
    attempt: class extends OpenTimer {
      override next(r: number, srtt: number) {
        this.srtt = 0.875 * srtt + 0.125 * r;
        this.rttvar = 0.75 * this.rttvar + 0.25 * Math.abs(this.srtt - r);
      }
    },
    diagnosis: /before srtt is changed/,
  },
  {
    name: "has no floor",
    attempt: class extends OpenTimer {
      override limit = (ms: number) => Math.min(60_000, ms);
    },
    diagnosis: /at least 200/,
  },
  {
    name: "never doubles",
    attempt: class extends OpenTimer {
      override backOff() {}
    },
    diagnosis: /backOff\(\) doubles/,
  },
  {
    name: "doubles without end",
    attempt: class extends OpenTimer {
      override backOff() {
        this.rtoMs *= 2;
      }
    },
    diagnosis: /at most 60000 ms, after backOff/,
  },
  {
    name: "stays doubled after a sample",
    attempt: class extends OpenTimer {
      #factor = 1;
      override backOff() {
        this.#factor *= 2;
        super.backOff();
      }
      override sample(r: number) {
        super.sample(r);
        this.rtoMs = this.limit(this.rtoMs * this.#factor);
      }
    },
    diagnosis: /a sample ends the doubling/,
  },
  {
    name: "takes the first sample for one of many",
    attempt: class extends OpenTimer {
      override first(r: number) {
        this.next(r, 0);
      }
    },
    diagnosis: /rttvar begins with R \/ 2/,
  },
  {
    name: "takes the mean less the sample with its sign",
    attempt: class extends OpenTimer {
      override next(r: number, srtt: number) {
        this.rttvar = 0.75 * this.rttvar + 0.25 * (srtt - r);
        this.srtt = 0.875 * srtt + 0.125 * r;
      }
    },
    diagnosis: /A distance has no sign/,
  },
  {
    name: "takes the sample less the mean with its sign",
    attempt: class extends OpenTimer {
      override next(r: number, srtt: number) {
        this.rttvar = 0.75 * this.rttvar + 0.25 * (r - srtt);
        this.srtt = 0.875 * srtt + 0.125 * r;
      }
    },
    diagnosis: /A distance has no sign/,
  },
  {
    name: "takes a mean of 0 for none",
    attempt: class extends OpenTimer {
      override sample(r: number) {
        if (this.srtt === 0) this.srtt = undefined;
        super.sample(r);
      }
    },
    diagnosis: /0 is a measurement/,
  },
  {
    name: "has the two weights the wrong way round",
    attempt: class extends OpenTimer {
      override next(r: number, srtt: number) {
        this.rttvar = 0.25 * this.rttvar + 0.75 * Math.abs(srtt - r);
        this.srtt = 0.125 * srtt + 0.875 * r;
      }
    },
    diagnosis: /the old value weighs most/,
  },
];

/** Wrong answers to 16.3. */
export const sendWindowMistakes: WrongAnswer<SendWindowClass>[] = [
  {
    name: "ignores a zero window",
    attempt: class extends SendWindow {
      override takeNext(peerWindow: number) {
        return super.takeNext(peerWindow === 0 ? 2 ** 20 : peerWindow);
      }
    },
    diagnosis: /no room at all/,
  },
  {
    name: "sends again what was acknowledged",
    attempt: class extends SendWindow {
      #last?: Piece;
      override retransmit() {
        this.#last ??= super.retransmit();
        return this.#last;
      }
    },
    diagnosis: /the other end has that already/,
  },
  {
    name: "sends again one byte at a time",
    attempt: class extends SendWindow {
      override retransmit() {
        const piece = super.retransmit();
        return piece && { ...piece, data: piece.data.subarray(0, 1) };
      }
    },
    diagnosis: /as many as fit, or what is left of the oldest segment/,
  },
  {
    name: "stalls after a partial acknowledgment",
    attempt: class extends SendWindow {
      readonly #first: number;
      constructor(initialSeq: number, private readonly size: number) {
        super(initialSeq, size);
        this.#first = initialSeq;
      }
      override acknowledge(ack: number) {
        if (((ack - this.#first) >>> 0) % this.size === 0) {
          super.acknowledge(ack);
        }
      }
    },
    diagnosis: /in the midst of a segment/,
  },
  {
    name: "forgets what is in flight",
    attempt: class extends SendWindow {
      override takeNext(peerWindow: number) {
        return super.takeNext(peerWindow > 0 ? peerWindow + this.inFlight : 0);
      }
    },
    diagnosis: /counts against it/,
  },
  {
    name: "waits until a whole segment fits",
    attempt: class extends SendWindow {
      constructor(initialSeq: number, private readonly size: number) {
        super(initialSeq, size);
      }
      override takeNext(peerWindow: number) {
        return peerWindow - this.inFlight < this.size
          ? undefined
          : super.takeNext(peerWindow);
      }
    },
    diagnosis: /less room than a segment/,
  },
  {
    name: "believes an acknowledgment of what was never sent",
    attempt: class extends SendWindow {
      override acknowledge(ack: number) {
        const oldest = this.retransmit()?.seq ?? ack;
        const count = Math.min((ack - oldest) | 0, this.inFlight);
        super.acknowledge((oldest + count) >>> 0);
      }
    },
    diagnosis: /never sent/,
  },
  {
    name: "counts on beyond 32 bits",
    attempt: class extends SendWindow {
      #next: number;
      constructor(initialSeq: number, segmentSize: number) {
        super(initialSeq, segmentSize);
        this.#next = initialSeq;
      }
      override takeNext(peerWindow: number) {
        const piece = super.takeNext(peerWindow);
        if (piece === undefined) return undefined;
        const seq = this.#next;
        this.#next += piece.data.length;
        return { ...piece, seq };
      }
    },
    diagnosis: /after 4294967295 comes 0/,
  },
  {
    name: "keeps a view of what was pushed",
    attempt: class extends SendWindow {
      #kept?: Uint8Array;
      override push(data: Uint8Array) {
        this.#kept = data;
        super.push(data);
      }
      override takeNext(peerWindow: number) {
        const piece = super.takeNext(peerWindow);
        return piece && this.#kept
          ? { ...piece, data: this.#kept.subarray(0, piece.data.length) }
          : piece;
      }
    },
    diagnosis: /uses its buffer again/,
  },
];

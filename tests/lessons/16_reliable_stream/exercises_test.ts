import { exercises } from "../../../lessons/16_reliable_stream/exercises.ts";
import type {
  Piece,
  ReceiverClass,
  RetransmitTimerClass,
  SendWindowClass,
} from "../../../lessons/16_reliable_stream/types.ts";
import { testAccepted, testExercises } from "../gates.ts";
import { ReceiverOfSegments, wrongAnswers } from "./wrong_answers.ts";

testExercises("reliable_stream", exercises, wrongAnswers);

const WRAP = 2 ** 32;

testAccepted<ReceiverClass>(exercises[0], {
  "with segments in a map": ReceiverOfSegments,
  "with whole segments, and numbers that never wrap inside": class {
    #start: number;
    #next = 0;
    #pieces: { at: number; data: Uint8Array }[] = [];
    constructor(initialSeq: number, readonly window: number) {
      this.#start = initialSeq;
    }
    accept(seq: number, data: Uint8Array) {
      const at = this.#next + ((seq - this.ack) | 0);
      const room = Math.max(0, this.#next + this.window - at);
      this.#pieces.push({ at, data: data.slice(0, room) });
      this.#pieces.sort((a, b) => a.at - b.at);
      const ready: number[] = [];
      for (const piece of this.#pieces) {
        if (piece.at > this.#next) break;
        const fresh = piece.data.subarray(this.#next - piece.at);
        ready.push(...fresh);
        this.#next += fresh.length;
      }
      this.#pieces = this.#pieces.filter((one) => one.at > this.#next);
      return new Uint8Array(ready);
    }
    get ack() {
      return (this.#start + this.#next) % WRAP;
    }
  },
});

testAccepted<RetransmitTimerClass>(exercises[1], {
  "computed from all samples each time, and rounded": class {
    #samples: number[] = [];
    #doublings = 0;
    sample(r: number) {
      this.#samples.push(r);
      this.#doublings = 0;
    }
    backOff() {
      this.#doublings++;
    }
    get rtoMs() {
      let base = 1000;
      if (this.#samples.length > 0) {
        let [srtt, rttvar] = [this.#samples[0], this.#samples[0] / 2];
        for (const r of this.#samples.slice(1)) {
          rttvar = (3 * rttvar + Math.abs(srtt - r)) / 4;
          srtt = (7 * srtt + r) / 8;
        }
        base = Math.max(200, srtt + 4 * rttvar);
      }
      return Math.min(60000, Math.ceil(base) * 2 ** this.#doublings);
    }
  },
});

testAccepted<SendWindowClass>(exercises[2], {
  "with all bytes forever, and two marks": class {
    #all = new Uint8Array(1_000_000);
    #end = 0;
    #sent = 0;
    #acked = 0;
    constructor(readonly first: number, readonly size: number) {}
    push(data: Uint8Array) {
      this.#all.set(data, this.#end);
      this.#end += data.length;
    }
    #cut(from: number, to: number) {
      const data = this.#all.subarray(from, to);
      return { seq: (this.first + from) >>> 0, data };
    }
    takeNext(peerWindow: number) {
      const from = this.#sent;
      const limits = [from + this.size, this.#end, this.#acked + peerWindow];
      const to = Math.min(...limits);
      if (to <= from) return;
      this.#sent = to;
      return this.#cut(from, to);
    }
    acknowledge(ack: number) {
      const to = this.#acked + ((ack - this.first - this.#acked) | 0);
      if (to > this.#acked && to <= this.#sent) this.#acked = to;
    }
    retransmit() {
      if (this.#acked === this.#sent) return;
      return this.#cut(
        this.#acked,
        Math.min(this.#sent, this.#acked + this.size),
      );
    }
    get inFlight() {
      return this.#sent - this.#acked;
    }
  },
  "with a list of segments, sent again as they were cut": class {
    #waiting: number[] = [];
    #flight: Piece[] = [];
    constructor(private next: number, private readonly size: number) {}
    push(data: Uint8Array) {
      for (const byte of data) this.#waiting.push(byte);
    }
    takeNext(peerWindow: number) {
      const room = Math.min(this.size, peerWindow - this.inFlight);
      if (room <= 0 || this.#waiting.length === 0) return undefined;
      const data = new Uint8Array(this.#waiting.splice(0, room));
      const piece = { seq: this.next, data };
      this.next = (this.next + data.length) >>> 0;
      this.#flight.push(piece);
      return piece;
    }
    acknowledge(ack: number) {
      if (((ack - this.next) | 0) > 0) return;
      this.#flight = this.#flight.flatMap(({ seq, data }) => {
        const count = Math.max(0, (ack - seq) | 0);
        if (count >= data.length) return [];
        return [{ seq: (seq + count) >>> 0, data: data.slice(count) }];
      });
    }
    retransmit() {
      return this.#flight.at(0);
    }
    get inFlight() {
      return this.#flight.reduce((sum, { data }) => sum + data.length, 0);
    }
  },
});

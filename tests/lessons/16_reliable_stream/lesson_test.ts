import { assert, assertEquals, assertMatch } from "@std/assert";
import { exercises } from "../../../lessons/16_reliable_stream/exercises.ts";
import { lesson } from "../../../lessons/16_reliable_stream/lesson.ts";
import type {
  Piece,
  ReceiverClass,
  SendWindowClass,
  TimerClass,
} from "../../../lessons/16_reliable_stream/types.ts";
import { testAccepted, testExercises } from "../gates.ts";
import { record } from "../record.ts";
import {
  receiverMistakes,
  sendWindowMistakes,
  timerMistakes,
} from "./wrong_answers.ts";

testExercises("reliable_stream", exercises, {
  "16.1": receiverMistakes,
  "16.2": timerMistakes,
  "16.3": sendWindowMistakes,
});

const WRAP = 2 ** 32;

testAccepted<ReceiverClass>(exercises[0], {
  "with a map from number to byte": class {
    #early = new Map<number, number>();
    constructor(public ack: number, readonly window: number) {}
    accept(seq: number, data: Uint8Array) {
      data.forEach((byte, i) => {
        const number = (seq + i) >>> 0;
        const distance = (number - this.ack) >>> 0;
        if (distance < this.window) this.#early.set(number, byte);
      });
      const ready: number[] = [];
      while (this.#early.has(this.ack)) {
        ready.push(this.#early.get(this.ack)!);
        this.#early.delete(this.ack);
        this.ack = (this.ack + 1) >>> 0;
      }
      return Uint8Array.from(ready);
    }
  },
  "with a ring of places": class {
    #bytes: Uint8Array;
    #has: boolean[];
    #head = 0;
    #ack: number;
    constructor(initialSeq: number, capacity: number) {
      this.#bytes = new Uint8Array(capacity);
      this.#has = new Array(capacity).fill(false);
      this.#ack = initialSeq;
    }
    accept(seq: number, data: Uint8Array) {
      const { length } = this.#has;
      for (const [i, byte] of data.entries()) {
        const distance = (seq + i - this.#ack) >>> 0;
        if (distance >= length) continue;
        const at = (this.#head + distance) % length;
        this.#bytes[at] = byte;
        this.#has[at] = true;
      }
      const ready: number[] = [];
      while (this.#has[this.#head]) {
        ready.push(this.#bytes[this.#head]);
        this.#has[this.#head] = false;
        this.#head = (this.#head + 1) % length;
      }
      this.#ack = (this.#ack + ready.length) % WRAP;
      return new Uint8Array(ready);
    }
    get ack() {
      return this.#ack;
    }
    get window() {
      return this.#has.length;
    }
  },
  "with whole segments and numbers that never wrap inside": class {
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

testAccepted<TimerClass>(exercises[1], {
  "with the numbers of RFC 6298 as they stand": class {
    #srtt = NaN;
    #rttvar = NaN;
    rtoMs = 1000;
    sample(r: number) {
      if (isNaN(this.#srtt)) [this.#srtt, this.#rttvar] = [r, r / 2];
      else {
        const [alpha, beta] = [1 / 8, 1 / 4];
        this.#rttvar = (1 - beta) * this.#rttvar +
          beta * Math.abs(this.#srtt - r);
        this.#srtt = (1 - alpha) * this.#srtt + alpha * r;
      }
      this.rtoMs = Math.max(200, Math.min(6e4, this.#srtt + 4 * this.#rttvar));
    }
    backOff() {
      this.rtoMs = Math.min(6e4, this.rtoMs * 2);
    }
  },
  "rounded up, computed when asked for": class {
    #state?: { srtt: number; rttvar: number };
    #waits: number | undefined;
    sample(r: number) {
      const { srtt, rttvar } = this.#state ?? { srtt: r, rttvar: r * 2 / 3 };
      this.#state = {
        rttvar: rttvar + (Math.abs(srtt - r) - rttvar) / 4,
        srtt: srtt + (r - srtt) / 8,
      };
      this.#waits = undefined;
    }
    backOff() {
      this.#waits = Math.min(60000, 2 * this.rtoMs);
    }
    get rtoMs() {
      if (this.#waits !== undefined) return this.#waits;
      if (this.#state === undefined) return 1000;
      const { srtt, rttvar } = this.#state;
      return Math.min(60000, Math.max(200, srtt + 4 * rttvar));
    }
  },
  "from all samples each time, with a count of doublings": class {
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
      return Math.min(60000, base * 2 ** this.#doublings);
    }
  },
});

testAccepted<SendWindowClass>(exercises[2], {
  "with an array of numbers": class {
    #bytes: number[] = [];
    inFlight = 0;
    constructor(private seq: number, private readonly size: number) {}
    push(data: Uint8Array) {
      this.#bytes.push(...data);
    }
    #piece(from: number, count: number): Piece | undefined {
      if (count <= 0) return;
      const data = Uint8Array.from(this.#bytes.slice(from, from + count));
      return { seq: (this.seq + from) % WRAP, data };
    }
    takeNext(peerWindow: number) {
      const left = this.#bytes.length - this.inFlight;
      const room = peerWindow - this.inFlight;
      const piece = this.#piece(this.inFlight, Math.min(this.size, left, room));
      this.inFlight += piece?.data.length ?? 0;
      return piece;
    }
    acknowledge(ack: number) {
      const count = (ack - this.seq + WRAP) % WRAP;
      if (count > this.inFlight) return;
      this.#bytes.splice(0, count);
      this.inFlight -= count;
      this.seq = ack;
    }
    retransmit() {
      return this.#piece(0, Math.min(this.size, this.inFlight));
    }
  },
  "with all bytes for ever, and two marks": class {
    #all = new Uint8Array(4096);
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
  "with two queues": class {
    #sent: number[] = [];
    #waiting: number[] = [];
    constructor(public oldest: number, readonly size: number) {}
    push(data: Uint8Array) {
      for (const byte of data) this.#waiting.push(byte);
    }
    takeNext(peerWindow: number) {
      const seq = (this.oldest + this.#sent.length) >>> 0;
      const room = Math.max(0, peerWindow - this.#sent.length);
      const taken = this.#waiting.splice(0, Math.min(this.size, room));
      this.#sent.push(...taken);
      if (taken.length > 0) return { seq, data: new Uint8Array(taken) };
    }
    acknowledge(ack: number) {
      const count = (ack - this.oldest) >>> 0;
      if (count > this.#sent.length) return;
      this.#sent = this.#sent.slice(count);
      this.oldest = ack;
    }
    retransmit() {
      if (this.#sent.length === 0) return undefined;
      const data = new Uint8Array(this.#sent.slice(0, this.size));
      return { data, seq: this.oldest };
    }
    get inFlight() {
      return this.#sent.length;
    }
  },
});

Deno.test("lesson 16 carries a file over a bad link, and holds back for a small window", async () => {
  const recording = await record(lesson);
  for (const name of ["SHA-256", "SHA-256, by TCP"]) {
    assertMatch(recording.fact(name), /^the same at both ends/);
  }
  assertEquals(recording.fact("bytes"), `${300 * 1024}`);
  assert(Number(recording.fact("sent again")) > 0);
  assertMatch(recording.fact("lost on the link"), /^[1-9]/);
  const most = parseInt(recording.fact("most under way"));
  assert(most > 0 && most <= 8 * 1024, `${most}`);
  const [window, goodput] = recording.all("bars");
  assert(window.bars.length <= 15);
  assert(new Set(window.bars.map(({ value }) => value)).size > 2);
  assertEquals(goodput.bars.length, 3);
});

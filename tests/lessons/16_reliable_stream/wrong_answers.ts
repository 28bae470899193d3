import {
  Receiver,
  SendWindow,
} from "../../../lessons/16_reliable_stream/solution.ts";
import type { Piece } from "../../../lessons/16_reliable_stream/types.ts";
import type { WrongAnswers } from "../gates.ts";

/** Keeps the caller's arrays, and reassembles all of them each time. */
class ReceiverOfViews {
  readonly #pieces: Piece[] = [];
  constructor(public ack: number, readonly window: number) {}
  accept(seq: number, data: Uint8Array) {
    this.#pieces.push({ seq, data });
    const inner = new Receiver(this.ack, this.window);
    const ready = this.#pieces.flatMap((piece) => [
      ...inner.accept(piece.seq, piece.data),
    ]);
    this.ack = inner.ack;
    return new Uint8Array(ready);
  }
}

/** The segments that arrived early, at all receivers together. */
const keptByAll = new Map<number, Uint8Array>();

/** Keeps whole segments by their sequence numbers, which is right. */
export class ReceiverOfSegments {
  kept = new Map<number, Uint8Array>();
  constructor(public ack: number, readonly window: number) {}
  accept(seq: number, data: Uint8Array) {
    const room = this.window - ((seq - this.ack) | 0);
    this.keep(seq, data.slice(0, Math.max(0, room)));
    const ready: number[] = [];
    for (let next; (next = this.next()) !== undefined;) {
      ready.push(...next);
      this.ack = (this.ack + next.length) >>> 0;
    }
    return new Uint8Array(ready);
  }
  keep(seq: number, data: Uint8Array) {
    if (data.length > (this.kept.get(seq)?.length ?? 0)) {
      this.kept.set(seq, data);
    }
  }
  next(): Uint8Array | undefined {
    for (const [seq, data] of this.kept) {
      const old = (this.ack - seq) | 0;
      if (old < 0) continue;
      this.kept.delete(seq);
      if (old < data.length) return data.subarray(old);
    }
  }
}

/** Sends the bytes of each push() in segments of their own. */
class PushByPush extends SendWindow {
  readonly #parts: Uint8Array[] = [];
  #unsent = 0;
  constructor(initialSeq: number, private readonly size: number) {
    super(initialSeq, size);
  }
  override push(data: Uint8Array) {
    for (let at = 0; at < data.length; at += this.size) {
      this.#parts.push(data.slice(at, at + this.size));
    }
  }
  override takeNext(peerWindow: number) {
    const [part] = this.#unsent === 0 ? this.#parts.splice(0, 1) : [];
    if (part !== undefined) super.push(part);
    this.#unsent += part?.length ?? 0;
    const piece = super.takeNext(peerWindow);
    this.#unsent -= piece?.data.length ?? 0;
    return piece;
  }
}

/** Wrong answers to lesson 16. */
export const wrongAnswers: WrongAnswers = {
  "16.1": [
    {
      name: "keeps the segments of all receivers in one map",
      attempt: class extends ReceiverOfSegments {
        override kept = keptByAll;
      },
      diagnosis: /two in use at the same time/,
    },
    {
      name: "returns all of the stream each time",
      attempt: class extends Receiver {
        readonly #all: number[] = [];
        override accept(seq: number, data: Uint8Array) {
          this.#all.push(...super.accept(seq, data));
          return new Uint8Array(this.#all);
        }
      },
      diagnosis: /none that you returned before/,
    },
    {
      name: "counts the room in bytes that it keeps",
      replace: ["at < this.#capacity", "this.#early.size < this.#capacity"],
      diagnosis: /counted in sequence numbers from ack on/,
    },
    {
      name: "leaves the window where it was at first",
      attempt: class extends Receiver {
        readonly #end: number;
        constructor(initialSeq: number, capacity: number) {
          super(initialSeq, capacity);
          this.#end = initialSeq + capacity;
        }
        override accept(seq: number, data: Uint8Array) {
          const room = Math.max(0, (this.#end - seq) | 0);
          return super.accept(seq, data.subarray(0, room));
        }
      },
      diagnosis: /The window starts at ack, so it has moved/,
    },
    {
      name: "starts again where a very old segment starts",
      replace: [
        "const distance = (seq - this.#ack) | 0;",
        "if (((seq - this.#ack) | 0) < -1000) this.#ack = seq;\n" +
        "    const distance = (seq - this.#ack) | 0;",
      ],
      diagnosis: /This segment is old/,
    },
    {
      name: "throws when there's no room",
      replace: [
        "const at = distance + i;",
        "const at = distance + i;\n" +
        "      if (at >= this.#capacity) throw new RangeError();",
      ],
      diagnosis: /No segment is an error/,
    },
    {
      name: "looks only for a kept segment that starts at ack",
      attempt: class extends ReceiverOfSegments {
        override next() {
          const data = this.kept.get(this.ack);
          this.kept.delete(this.ack);
          return data;
        }
        override keep(seq: number, data: Uint8Array) {
          const old = Math.max(0, (this.ack - seq) | 0);
          if (old < data.length) {
            super.keep((seq + old) >>> 0, data.subarray(old));
          }
        }
      },
      diagnosis: /Don't look only for a kept segment that starts exactly/,
    },
    {
      name: "replaces a kept segment by a shorter one",
      attempt: class extends ReceiverOfSegments {
        override keep(seq: number, data: Uint8Array) {
          if (data.length > 0) this.kept.set(seq, data);
        }
      },
      diagnosis: /a shorter one must not replace a longer one/,
    },
    {
      name: "returns old bytes again",
      replace: ["return ready", "return distance < 0 ? data.slice() : ready"],
      diagnosis: /You returned these bytes a second time/,
    },
    {
      name: "drops what arrives early",
      replace: ["i < data.length", "i < data.length && distance <= 0"],
      diagnosis: /you dropped what had arrived early/,
    },
    {
      name: "acknowledges missing bytes",
      replace: [
        "(this.#ack + count) >>> 0",
        "Math.max(this.#ack, seq + data.length)",
      ],
      diagnosis: /the sender forgets what you acknowledge/,
    },
    {
      name: "compares sequence numbers with <",
      replace: ["(seq - this.#ack) | 0", "seq - this.#ack"],
      diagnosis: /small sequence numbers are the later ones/,
    },
    {
      name: "takes an overlapping segment for an old one",
      replace: ["i < data.length", "i < data.length && distance >= 0"],
      diagnosis: /its end is new/,
    },
    {
      name: "keeps more than there's room for",
      replace: [" && at < this.#capacity", ""],
      diagnosis: /Drop bytes beyond the window/,
    },
    {
      name: "drops a whole segment that only partly fits",
      replace: [
        "at < this.#capacity",
        "distance + data.length <= this.#capacity",
      ],
      diagnosis: /You dropped a whole segment/,
    },
    {
      name: "keeps bytes beyond the window, but doesn't return them yet",
      replace: [
        `at < this.#capacity) this.#early.set(at, data[i]);
    }
    let count = 0;
    while (`,
        `true) this.#early.set(at, data[i]);
    }
    let count = 0;
    while (count < this.#capacity && `,
      ],
      diagnosis: /You kept bytes that were beyond the window when they/,
    },
    {
      name: "takes a byte of 0 for one that's missing",
      replace: ["this.#early.has(count)", "this.#early.get(count)"],
      diagnosis: /that has arrived can be 0/,
    },
    {
      name: "returns an array of numbers",
      replace: ["return ready", "return [...ready]"],
      diagnosis: /or an empty Uint8Array/,
    },
    {
      name: "returns bytes in order even if there's no room",
      replace: [
        "at < this.#capacity",
        "(distance <= 0 || at < this.#capacity)",
      ],
      diagnosis: /Bytes in order need room too/,
    },
    {
      name: "makes ack a signed number",
      replace: ["(this.#ack + count) >>> 0", "(this.#ack + count) | 0"],
      diagnosis: /`\| 0` makes a signed 32-bit number/,
    },
    {
      name: "subtracts early bytes from the window",
      replace: [
        "return this.#capacity",
        "return this.#capacity - this.#early.size",
      ],
      diagnosis: /The window is counted from ack/,
    },
    {
      name: "keeps a view of the caller's array",
      attempt: ReceiverOfViews,
      diagnosis: /used its buffer again.*Keep and return copies/s,
    },
  ],
  "16.2": [
    {
      name: "ignores the variance",
      replace: ["this.#srtt + 4 * this.#rttvar", "2 * this.#srtt"],
      diagnosis: /sets srtt to R and rttvar to R \/ 2/,
    },
    {
      name: "updates the mean first",
      replace: [
        `this.#rttvar += (Math.abs(this.#srtt - rttMs) - this.#rttvar) / 4;
      this.#srtt += (rttMs - this.#srtt) / 8;`,
        `this.#srtt += (rttMs - this.#srtt) / 8;
      this.#rttvar += (Math.abs(this.#srtt - rttMs) - this.#rttvar) / 4;`,
      ],
      diagnosis: /before you change srtt/,
    },
    {
      name: "swaps the weights of the mean",
      replace: ["(rttMs - this.#srtt) / 8", "7 * (rttMs - this.#srtt) / 8"],
      diagnosis: /the old value counts most/,
    },
    {
      name: "has the floor of RFC 6298",
      replace: ["Math.max(200, rto)", "Math.max(1000, rto)"],
      diagnosis: /RFC 6298 suggests at least 1000/,
    },
    {
      name: "rounds the variance",
      replace: [
        "this.#srtt += (rttMs",
        "this.#rttvar = Math.round(this.#rttvar);\n      this.#srtt += (rttMs",
      ],
      diagnosis: /Don't round srtt or rttvar/,
    },
    ...["round", "floor", "ceil"].map((how) => ({
      name: `rounds the mean with Math.${how}()`,
      replace: [
        "this.#srtt += (rttMs - this.#srtt) / 8",
        `this.#srtt = Math.${how}(this.#srtt + (rttMs - this.#srtt) / 8)`,
      ] as [string, string],
      diagnosis: /Don't round srtt or rttvar/,
    })),
    {
      name: "has no floor",
      replace: ["Math.max(200, rto)", "rto"],
      diagnosis: /at least 200/,
    },
    {
      name: "limits the mean, too",
      replace: ["this.#srtt = rttMs;", "this.#srtt = Math.min(rttMs, 60_000);"],
      diagnosis: /Limit only rtoMs/,
    },
    {
      name: "has a smaller floor for the variance",
      replace: ["4 * this.#rttvar", "Math.max(100, 4 * this.#rttvar)"],
      diagnosis: /You use a minimum for 4 × rttvar/,
    },
    {
      name: "keeps the mean of all timers",
      replace: [
        "#srtt?: number;",
        "static #all?: number; get #srtt() { return RetransmitTimer.#all; } set #srtt(v) { RetransmitTimer.#all = v; }",
      ],
      diagnosis: /a variable outside the function or class/,
    },
    {
      name: "never doubles",
      replace: ["2 * this.#rto", "this.#rto"],
      diagnosis: /backOff\(\) doubles/,
    },
    {
      name: "doubles without a limit",
      replace: ["Math.min(60_000, 2 * this.#rto)", "2 * this.#rto"],
      diagnosis: /at most 60000 ms, after backOff/,
    },
    {
      name: "stays doubled after a sample",
      replace: [
        "this.#rto = Math.min(60_000, 2",
        `this.#srtt! *= 2;
    this.#rto = Math.min(60_000, 2`,
      ],
      diagnosis: /A sample ends the doubling/,
    },
    {
      name: "takes the mean minus the sample, with its sign",
      replace: ["Math.abs(this.#srtt - rttMs)", "(this.#srtt - rttMs)"],
      diagnosis: /A distance has no sign/,
    },
    {
      name: "takes the sample minus the mean, with its sign",
      replace: ["Math.abs(this.#srtt - rttMs)", "(rttMs - this.#srtt)"],
      diagnosis: /A distance has no sign/,
    },
    {
      name: "takes a timeout of 1000 for one before the first sample",
      replace: ["this.#srtt === undefined", "this.#rto === 1000"],
      diagnosis: /rtoMs is 1000 by chance/,
    },
    {
      name: "takes a mean of 0 for no mean",
      replace: ["this.#srtt === undefined", "!this.#srtt"],
      diagnosis: /0 is a measurement/,
    },
  ],
  "16.3": [
    {
      name: "never sends the bytes of two push() calls together",
      attempt: PushByPush,
      diagnosis: /no matter which push\(\) they came with/,
    },
    {
      name: "starts at 0",
      replace: ["this.#oldest = initialSeq;", "this.#oldest = 0;"],
      diagnosis: /the very first byte has the sequence number initialSeq/,
    },
    {
      name: "takes an acknowledgment number of 0 for none",
      replace: ["if (count <= 0 ||", "if (!ack || count <= 0 ||"],
      diagnosis: /0 is a sequence number like any other/,
    },
    {
      name: "makes the oldest number a signed one",
      replace: ["this.#oldest = ack;", "this.#oldest = ack | 0;"],
      diagnosis: /Sequence numbers have 32 bits/,
    },
    {
      name: "acknowledges one segment at a time",
      attempt: class extends SendWindow {
        constructor(initialSeq: number, private readonly size: number) {
          super(initialSeq, size);
        }
        override acknowledge(ack: number) {
          const oldest = this.retransmit()?.seq ?? ack;
          const count = (ack - oldest) | 0;
          super.acknowledge(count > this.size ? oldest + this.size : ack);
        }
      },
      diagnosis: /An acknowledgment can cover several segments/,
    },
    {
      name: "ignores an acknowledgment of everything",
      replace: ["count > this.#inFlight", "count >= this.#inFlight"],
      diagnosis: /`ack` is the number after the last byte/,
    },
    {
      name: "throws for an acknowledgment that it should ignore",
      replace: [
        "count > this.#inFlight) return;",
        "count > this.#inFlight) throw new RangeError();",
      ],
      diagnosis: /This is no error: ignore an acknowledgment/,
    },
    {
      name: "makes an argument of each byte that's pushed",
      replace: [
        "bytes.set(data, this.#bytes.length);",
        "bytes.set(Uint8Array.of(...data), this.#bytes.length);",
      ],
      diagnosis: /a call takes about 100,000/,
    },
    {
      name: "ignores a zero window",
      replace: ["peerWindow - start", "(peerWindow || Infinity) - start"],
      diagnosis: /there's no room at all/,
    },
    {
      name: "sends acknowledged bytes again",
      replace: [
        "return { seq: this.#oldest,",
        "return this.again ??= { seq: this.#oldest,",
      ],
      diagnosis: /the peer has them already/,
    },
    {
      name: "moves on with each retransmit()",
      replace: [
        `return { seq: this.#oldest, data: this.#bytes.slice(0, size) }`,
        `const at = this.again < this.#inFlight ? this.again : 0;
    this.again = at + size;
    return {
      seq: (this.#oldest + at) >>> 0,
      data: this.#bytes.slice(at, Math.min(at + size, this.#inFlight)),
    }`,
      ],
      diagnosis: /must not move on with each call/,
    },
    {
      name: "sends again one byte at a time",
      replace: ["Math.min(this.#segmentSize, this.#inFlight)", "1"],
      diagnosis: /as many as fit, or what's left of the oldest segment/,
    },
    {
      name: "sends again what was never sent",
      replace: [
        "Math.min(this.#segmentSize, this.#inFlight)",
        "this.#segmentSize",
      ],
      diagnosis: /returned bytes that were never sent/,
    },
    {
      name: "returns the bytes without their number",
      replace: [
        "return { seq: this.#oldest, data: this.#bytes.slice(0, size) }",
        "return this.#bytes.slice(0, size)",
      ],
      diagnosis: /A piece has two properties/,
    },
    {
      name: "stalls after a partial acknowledgment",
      replace: [
        "count > this.#inFlight",
        "count > this.#inFlight || count % this.#segmentSize > 0",
      ],
      diagnosis: /it can end in the middle of a segment/,
    },
    {
      name: "forgets what's in flight",
      replace: ["peerWindow - start", "peerWindow"],
      diagnosis: /count against it/,
    },
    {
      name: "waits until a whole segment fits",
      replace: [
        "size <= 0",
        "size <= 0 || peerWindow - start < this.#segmentSize",
      ],
      diagnosis: /less room than a segment/,
    },
    {
      name: "goes back: what's sent again isn't in flight meanwhile",
      replace: [
        "return { seq: this.#oldest,",
        "this.#inFlight = 0;\n    return { seq: this.#oldest,",
      ],
      diagnosis: /are still in flight, and may get lost again/,
    },
    {
      name: "believes an acknowledgment of bytes never sent",
      replace: [
        "(ack - this.#oldest) | 0",
        "Math.min((ack - this.#oldest) | 0, this.#inFlight)",
      ],
      diagnosis: /never sent/,
    },
    {
      name: "counts on beyond 32 bits",
      replace: ["(this.#oldest + start) >>> 0", "this.#oldest + start"],
      diagnosis: /after 4294967295 comes 0/,
    },
    {
      name: "keeps the array that was pushed",
      replace: [
        "this.#bytes = bytes",
        "this.#bytes = this.#bytes.length > 0 ? bytes : data",
      ],
      diagnosis: /used its buffer again.*Keep and return copies/s,
    },
  ],
};

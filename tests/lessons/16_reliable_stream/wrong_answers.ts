import { Receiver } from "../../../lessons/16_reliable_stream/solution.ts";
import type { Piece } from "../../../lessons/16_reliable_stream/types.ts";
import type { WrongAnswers } from "../gates.ts";

/** Keeps the caller's arrays, and puts them in order anew each time. */
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

/** Wrong answers to lesson 16. */
export const wrongAnswers: WrongAnswers = {
  "16.1": [
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
      diagnosis: /A byte can be 0/,
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
      diagnosis: /You add a least value for 4 × rttvar/,
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
      name: "takes a mean of 0 for no mean",
      replace: ["this.#srtt === undefined", "!this.#srtt"],
      diagnosis: /0 is a measurement/,
    },
  ],
  "16.3": [
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
      diagnosis: /retransmit\(\) gave another result the second time/,
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

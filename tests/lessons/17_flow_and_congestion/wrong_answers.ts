import { ReceiveWindow } from "../../../lessons/17_flow_and_congestion/solution.ts";
import type { ReceiveWindowOptions } from "../../../lessons/17_flow_and_congestion/types.ts";
import { replacing, type WrongAnswers } from "../gates.ts";

/** The unread bytes of all windows. */
let unreadOfAll = 0;

/** Wrong answers to lesson 17. */
export const wrongAnswers: WrongAnswers = {
  "17.1": [
    {
      name: "always advertises the free room",
      replace: [
        "free - this.#left >= Math.min(this.#mss, this.#capacity / 2)",
        "free > this.#left",
      ],
      diagnosis: /silly window syndrome/,
    },
    {
      name: "shrinks a window that it has advertised",
      replace: [
        "return Math.floor(this.#left / unit)",
        "if (free < this.#left) this.#edge = (this.#ack + Math.max(0, free)) >>> 0;\n    return Math.floor(this.#left / unit)",
      ],
      diagnosis: /Never move the edge to the left|stays promised/,
    },
    {
      name: "advertises what's free now, whatever it promised",
      replace: [
        "return Math.floor(this.#left / unit)",
        "return Math.max(0, Math.floor(Math.min(free, this.#left) / unit))",
      ],
      diagnosis: /stays promised|may have sent that much/,
    },
    {
      name: "moves the edge only for a full segment",
      replace: ["Math.min(this.#mss, this.#capacity / 2)", "this.#mss"],
      diagnosis: /a small buffer would never open again/,
    },
    {
      name: "waits until half of the buffer is free",
      replace: [
        "Math.min(this.#mss, this.#capacity / 2)",
        "this.#capacity / 2",
      ],
      diagnosis: /This gain is worth it/,
    },
    {
      name: "wants more than a segment",
      replace: [
        "this.#left >= Math.min(this.#mss",
        "this.#left > Math.min(this.#mss",
      ],
      diagnosis: /reaching it is enough/,
    },
    {
      name: "rounds half of the buffer down",
      replace: ["this.#capacity / 2)", "Math.floor(this.#capacity / 2))"],
      diagnosis: /Half of 601 is 300\.5/,
    },
    {
      name: "takes half of what the capacity was at first",
      replace: ["this.#capacity / 2)", "(this.first ??= this.#capacity) / 2)"],
      diagnosis: /counts as resize\(\) set it last/,
    },
    {
      name: "ignores a new capacity",
      replace: ["this.#capacity = capacity;", "void capacity;"],
      diagnosis: /`capacity`, as resize\(\) set it last/,
    },
    {
      name: "adds the new window to the edge",
      replace: ["(this.#ack + window) >>> 0", "(this.#edge + window) >>> 0"],
      diagnosis: /`edge` becomes `ack` plus the free room/,
    },
    {
      name: "makes a method of a property",
      replace: ["get ack(): number {", "ack(): any {"],
      diagnosis: /`get ack\(\) \{ … \}`/,
    },
    {
      name: "can't count to the largest window",
      replace: [
        "Math.min(65_535, Math.floor(free / unit))",
        "Math.min(65_535, Math.floor(Math.min(free, 2 ** 28) / unit))",
      ],
      diagnosis: /says at most 65535/,
    },
    {
      name: "forgets the scale in the field",
      replace: [
        "Math.floor(this.#left / unit)",
        "Math.min(65_535, this.#left)",
      ],
      diagnosis: /The field counts by 2 \*\* shift bytes/,
    },
    {
      name: "forgets the scale in the promise",
      replace: ["units * unit", "units"],
      diagnosis: /counts by 2 \*\* shift|rounded down/,
    },
    {
      name: "promises the part of a unit that the field can't say",
      replace: [
        "units * unit",
        "Math.min(free, 65_535 * unit)",
      ],
      diagnosis: /A new window is a multiple of 2 \*\* shift/,
    },
    {
      name: "rounds the promise up",
      replace: ["Math.floor(free / unit)", "Math.ceil(free / unit)"],
      diagnosis: /you promise more room than there is/,
    },
    {
      name: "rounds what's left up",
      replace: [
        "Math.floor(this.#left / unit)",
        "Math.ceil(this.#left / unit)",
      ],
      diagnosis: /Round the field down/,
    },
    {
      name: "moves the edge left by rounding",
      replace: ["Math.max(this.#left, units * unit)", "units * unit"],
      diagnosis: /Rounding down must not move the edge to the left/,
    },
    {
      name: "promises more than the field can say",
      replace: [
        "Math.min(65_535, Math.floor(free / unit))",
        "Math.floor(free / unit)",
      ],
      diagnosis: /says at most 65535/,
    },
    {
      name: "promises 64 KiB at most, whatever the scale",
      replace: [
        "Math.floor(free / unit)",
        "Math.floor(Math.min(free, 65_535) / unit)",
      ],
      diagnosis: /says at most 65535 × 2 \*\* shift/,
    },
    {
      name: "takes acknowledged bytes for read ones",
      replace: ["this.#unread += count", "this.#unread += 0 * count"],
      diagnosis: /haven't read|hasn't read/,
    },
    {
      name: "uses signed numbers",
      replace: [
        "this.#ack = (this.#ack + count) >>> 0",
        "this.#ack = (this.#ack + count) | 0",
      ],
      diagnosis: /signed numbers|after 4294967295 comes 0/,
    },
    {
      name: "never wraps the edge",
      replace: ["(this.#ack + window) >>> 0", "this.#ack + window"],
      diagnosis: /after 4294967295 comes 0/,
    },
    {
      name: "takes the distance without a wrap",
      replace: [
        "(this.#edge - this.#ack) >>> 0",
        "Math.max(0, this.#edge - this.#ack)",
      ],
      diagnosis: /after 4294967295 comes 0/,
    },
    {
      name: "compares the gain without a wrap",
      replace: [
        "if (free - this.#left >=",
        "if (free - (this.#edge - this.#ack) >=",
      ],
      diagnosis: /after 4294967295 comes 0/,
    },
    {
      name: "moves the edge when the program reads",
      attempt: class extends ReceiveWindow {
        #read = 0;
        override read(count: number) {
          super.read(count);
          this.#read += count;
        }
        override get edge() {
          return (super.edge + this.#read) >>> 0;
        }
      },
      diagnosis: /Only advertise\(\) moves the edge/,
    },
    {
      name: "counts the unread bytes of all windows together",
      attempt: class {
        #inner: ReceiveWindow;
        constructor(initialSeq: number, options: ReceiveWindowOptions) {
          this.#inner = new ReceiveWindow(initialSeq, options);
          this.#capacity = options.capacity;
        }
        #capacity: number;
        #own = 0;
        receive(count: number) {
          this.#own += count;
          unreadOfAll += count;
          this.#inner.receive(count);
        }
        read(count: number) {
          this.#own -= count;
          unreadOfAll -= count;
          this.#inner.read(count);
        }
        resize(capacity: number) {
          this.#capacity = capacity;
        }
        advertise() {
          this.#inner.resize(this.#capacity - (unreadOfAll - this.#own));
          return this.#inner.advertise();
        }
        get ack() {
          return this.#inner.ack;
        }
        get edge() {
          return this.#inner.edge;
        }
      },
      diagnosis: /a variable outside the function or class/,
    },
  ],
  "17.2": [
    {
      name: "grows per ACK, not per byte",
      replace: ["Math.min(count, this.#mss)", "this.#mss"],
      diagnosis: /not by one `mss` for each ACK/,
    },
    {
      name: "grows by all that one ACK acknowledges",
      replace: ["Math.min(count, this.#mss)", "count"],
      diagnosis: /One ACK adds at most one `mss`/,
    },
    {
      name: "adds a segment for each ACK in congestion avoidance, too",
      replace: ["this.#sum >= this.#cwnd", "this.#sum > 0"],
      diagnosis: /cwnd grows by one `mss` per window/,
    },
    {
      name: "counts ACKs in congestion avoidance",
      replace: ["this.#sum += count", "this.#sum += this.#mss"],
      diagnosis: /When the sum reaches cwnd|per window of/,
    },
    {
      name: "forgets what's left of the sum",
      replace: ["this.#sum -= this.#cwnd", "this.#sum = 0"],
      diagnosis: /What's left of the sum counts/,
    },
    {
      name: "takes the new window off the sum",
      replace: [
        `this.#sum -= this.#cwnd;
        this.#cwnd += this.#mss;`,
        `this.#cwnd += this.#mss;
        this.#sum -= this.#cwnd;`,
      ],
      diagnosis: /take off the old cwnd/,
    },
    {
      name: "goes on with slow start at ssthresh",
      replace: ["this.#cwnd < this.#ssthresh", "this.#cwnd <= this.#ssthresh"],
      diagnosis: /From ssthresh on/,
    },
    {
      name: "halves the window, not the flight size",
      replace: [
        "Math.floor(flightSize / 2)",
        "Math.floor((flightSize > 0 ? this.#cwnd : 0) / 2)",
      ],
      diagnosis: /You halved cwnd|half of the flight size/,
    },
    {
      name: "acts on three identical ACKs",
      replace: ["++this.#duplicates < 3", "++this.#duplicates < 2"],
      diagnosis: /The first ACK with this number isn't a duplicate/,
    },
    {
      name: "waits for a fourth duplicate",
      replace: ["++this.#duplicates < 3", "++this.#duplicates < 4"],
      diagnosis: /The third duplicate ACK starts fast recovery/,
    },
    {
      name: "has no floor of two segments",
      replace: [
        "Math.max(Math.floor(flightSize / 2), 2 * this.#mss)",
        "Math.floor(flightSize / 2)",
      ],
      diagnosis: /ssthresh is at least 2 × `mss`/,
    },
    {
      name: "has a floor of one segment",
      replace: ["2 * this.#mss)", "this.#mss)"],
      diagnosis: /ssthresh is at least 2 × `mss`/,
    },
    {
      name: "cuts twice for one loss",
      replace: [
        `if (this.#recover !== undefined) {
      this.#cwnd += this.#mss;
      return false;
    }
    if (++this.#duplicates < 3) return false;`,
        `if (++this.#duplicates % 3 !== 0) {
      if (this.#recover !== undefined) this.#cwnd += this.#mss;
      return false;
    }`,
      ],
      diagnosis: /Don't cut it again|One retransmission is enough/,
    },
    {
      name: "sends again on each further duplicate",
      replace: [
        `this.#cwnd += this.#mss;
      return false;
    }
    if (++`,
        `this.#cwnd += this.#mss;
      return true;
    }
    if (++`,
      ],
      diagnosis: /One retransmission is enough/,
    },
    {
      name: "ignores further duplicates",
      replace: [
        `this.#cwnd += this.#mss;
      return false;
    }
    if (++`,
        `return false;
    }
    if (++`,
      ],
      diagnosis: /another segment has left the network/,
    },
    {
      name: "doesn't count the three that have left the network",
      replace: ["this.#ssthresh + 3 * this.#mss", "this.#ssthresh"],
      diagnosis: /three segments have left the network/,
    },
    {
      name: "never leaves fast recovery",
      replace: ["((this.#ack - this.#recover) | 0) < 0", "count > 0"],
      diagnosis: /fast recovery is over/,
    },
    {
      name: "leaves fast recovery on a partial ACK",
      replace: ["((this.#ack - this.#recover) | 0) < 0", "count < 0"],
      diagnosis: /a partial ACK\. Return true/,
    },
    {
      name: "keeps the inflated window after fast recovery",
      replace: ["this.#cwnd = this.#ssthresh;\n", ""],
      diagnosis: /cwnd becomes ssthresh/,
    },
    {
      name: "doesn't take a partial ACK off the window",
      replace: ["this.#cwnd -= count;", ""],
      diagnosis: /Take the newly acknowledged bytes off cwnd/,
    },
    {
      name: "adds a segment for a small partial ACK, too",
      replace: ["if (count >= this.#mss) this.#cwnd", "this.#cwnd"],
      diagnosis: /less than one `mss`/,
    },
    {
      name: "counts duplicates that aren't in a row",
      replace: [
        `#advance(count: number): boolean {
    this.#duplicates = 0;`,
        "#advance(count: number): boolean {",
      ],
      diagnosis: /new data, or a timeout, starts over/,
    },
    {
      name: "keeps its duplicates over a timeout",
      replace: [
        `this.#duplicates = 0;
    this.#recover = undefined;`,
        "this.#recover = undefined;",
      ],
      diagnosis: /new data, or a timeout, starts over/,
    },
    {
      name: "takes a window update for a duplicate",
      replace: ["segment.window === this.#window", "true"],
      diagnosis: /it's a window update/,
    },
    {
      name: "takes an ACK with a smaller window for a duplicate",
      replace: [
        "segment.window === this.#window",
        "segment.window <= this.#window",
      ],
      diagnosis: /it's a window update/,
    },
    {
      name: "doesn't notice the window in an ACK of new data",
      replace: [
        "this.#window = segment.window;\n    if (count > 0) return",
        "if (count === 0) this.#window = segment.window;\n    if (count > 0) return",
      ],
      diagnosis: /third duplicate|four ACKs/,
    },
    {
      name: "doesn't know the window in the options",
      replace: ["this.#window = options.window;", "this.#window = -1;"],
      diagnosis: /in the options are the peer's latest/,
    },
    {
      name: "remembers the window of an old ACK",
      replace: [
        "if (count < 0) return false;",
        "if (count < 0) {\n      this.#window = segment.window;\n      return false;\n    }",
      ],
      diagnosis: /Ignore an old segment completely/,
    },
    {
      name: "cuts ssthresh again on a partial ACK",
      replace: [
        "if (count > 0) return this.#advance(count);",
        `if (count > 0) {
      const isAgain = this.#advance(count);
      if (isAgain) this.#halve(flightSize);
      return isAgain;
    }`,
      ],
      diagnosis: /belongs to the same loss: don't cut ssthresh again/,
    },
    {
      name: "adds a segment only for more than one",
      replace: ["count >= this.#mss", "count > this.#mss"],
      diagnosis: /add one `mss` if there were that many/,
    },
    {
      name: "stops slow start exactly at ssthresh",
      replace: [
        "this.#cwnd += Math.min(count, this.#mss);",
        "this.#cwnd = Math.min(\n" +
        "        this.#ssthresh, this.#cwnd + Math.min(count, this.#mss));",
      ],
      diagnosis: /still slow start: cwnd grows by the whole count/,
    },
    {
      name: "takes a single byte of data for none",
      replace: ["segment.dataBytes === 0", "segment.dataBytes < 2"],
      diagnosis: /It carries data from the peer/,
    },
    {
      name: "returns nothing instead of false",
      replace: [
        "return isDuplicate && this.#repeat(flightSize);",
        "return isDuplicate && this.#repeat(flightSize) || undefined;",
      ],
      diagnosis: /It returned nothing, which isn't `false`/,
    },
    {
      name: "takes data of the peer for a duplicate",
      replace: ["segment.dataBytes === 0", "true"],
      diagnosis: /It carries data from the peer/,
    },
    {
      name: "sees duplicates while nothing is in flight",
      replace: ["flightSize > 0", "true"],
      diagnosis: /Nothing is in flight/,
    },
    {
      name: "takes an old ACK for the last one",
      replace: ["if (count < 0) return false;", ""],
      diagnosis: /older than the last one/,
    },
    {
      name: "takes an old ACK for a duplicate",
      replace: [
        "if (count < 0) return false;",
        "if (count < 0) return segment.dataBytes === 0 && this.#repeat(flightSize);",
      ],
      diagnosis: /older than the last one/,
    },
    {
      name: "halves the window after a timeout",
      replace: [
        "this.#cwnd = this.#mss;\n    this.#sum = 0",
        "this.#cwnd = this.#ssthresh;\n    this.#sum = 0",
      ],
      diagnosis: /cwnd becomes one `mss`/,
    },
    {
      name: "cuts ssthresh again when the same segment times out again",
      replace: ["if (!this.#hasTimedOut) this", "this"],
      diagnosis: /The same segment timed out again/,
    },
    {
      name: "cuts ssthresh again after a duplicate between two timeouts",
      replace: [
        "#repeat(flightSize: number): boolean {",
        "#repeat(flightSize: number): boolean {\n    this.#hasTimedOut = false;",
      ],
      diagnosis: /The same segment timed out again/,
    },
    {
      name: "cuts ssthresh again if more than a segment is in flight",
      replace: [
        "if (!this.#hasTimedOut) this",
        "if (!this.#hasTimedOut || flightSize > this.#mss) this",
      ],
      diagnosis: /The same segment timed out again/,
    },
    {
      name: "keeps its duplicates over fast recovery",
      replace: [
        `#advance(count: number): boolean {
    this.#duplicates = 0;`,
        `#advance(count: number): boolean {
    if (this.#recover === undefined) this.#duplicates = 0;`,
      ],
      diagnosis: /new data, or a timeout, starts over/,
    },
    {
      name: "never cuts ssthresh at a timeout again",
      replace: ["this.#hasTimedOut = false;\n    if", "if"],
      diagnosis: /this timeout is a new loss/,
    },
    {
      name: "stays in fast recovery after a timeout",
      replace: [
        "this.#duplicates = 0;\n    this.#recover = undefined",
        "this.#duplicates = 0",
      ],
      diagnosis: /A timeout ends fast recovery/,
    },
    {
      name: "keeps the sum over a timeout",
      replace: [
        "this.#cwnd = this.#mss;\n    this.#sum = 0;",
        "this.#cwnd = this.#mss;",
      ],
      diagnosis: /the sum starts over at 0/,
    },
    {
      name: "keeps the sum over fast recovery",
      replace: [
        "this.#cwnd = this.#ssthresh;\n      this.#sum = 0;",
        "this.#cwnd = this.#ssthresh;",
      ],
      diagnosis: /the sum starts over at 0/,
    },
    {
      name: "doesn't restart after idle",
      replace: [
        "this.#cwnd = Math.min(this.#cwnd, this.#initialWindow)",
        "this.#initialWindow",
      ],
      diagnosis: /what you knew about the network is out of date/,
    },
    {
      name: "grows after idle",
      replace: [
        "Math.min(this.#cwnd, this.#initialWindow)",
        "this.#initialWindow",
      ],
      diagnosis: /may shrink to `initialWindow`, but never grow/,
    },
    {
      name: "forgets ssthresh after idle",
      replace: [
        "this.#cwnd = Math.min(this.#cwnd, this.#initialWindow)",
        "this.#cwnd = Math.min(this.#cwnd, this.#initialWindow);\n    this.#ssthresh = Infinity",
      ],
      diagnosis: /ssthresh|may shrink to `initialWindow`/,
    },
    {
      name: "restarts after a pause of exactly the RTO",
      replace: ["idleMs <= rtoMs", "idleMs < rtoMs"],
      diagnosis: /The pause isn't longer than the RTO/,
    },
    {
      name: "takes distances without a wrap",
      replace: ["(segment.ack - this.#ack) | 0", "segment.ack - this.#ack"],
      diagnosis: /Acknowledgment numbers wrap/,
    },
    {
      name: "ends fast recovery without a wrap",
      replace: [
        "((this.#ack - this.#recover) | 0) < 0",
        "this.#ack < this.#recover",
      ],
      diagnosis: /numbers wrap/,
    },
    {
      name: "counts the duplicates of all windows together",
      replace: [
        "#duplicates = 0;\n  /**",
        "static #all = 0; get #duplicates() { return CongestionWindow.#all; } set #duplicates(n) { CongestionWindow.#all = n; }\n  /**",
      ],
      diagnosis: /a variable outside the function or class/,
    },
  ],
  "17.3": [
    ...replacing("Math.min(window, cwnd) - inFlight", {
      "ignores the peer's window": [
        "cwnd - inFlight",
        /The peer's window limits/,
      ],
      "ignores the congestion window": [
        "window - inFlight",
        /The congestion window limits/,
      ],
      "forgets what's in flight": [
        "Math.min(window, cwnd)",
        /beyond it|Beyond it|takes its share/,
      ],
      "counts what's in flight against one window only": [
        "Math.min(window - inFlight, cwnd)",
        /congestion window limits|takes its share|Shrunk|shrunk/,
      ],
      "adds up the windows": [
        "window + cwnd - inFlight",
        /no room|limits what's in flight/,
      ],
    }),
    {
      name: "compares the window, not the segment, with half of the largest",
      replace: ["size >= maxWindow / 2", "window >= maxWindow / 2"],
      diagnosis: /It isn't enough that `window` does/,
    },
    {
      name: "takes what's in flight for a part of the queue",
      replace: ["Math.min(queued, mss", "Math.min(queued - inFlight, mss"],
      diagnosis: /`queued` counts only the bytes that were never sent/,
    },
    {
      name: "sends tiny segments",
      replace: ["return isWorthIt ? size : 0", "return size"],
      diagnosis: /A small segment must wait|silly window syndrome/,
    },
    {
      name: "sends a small segment while something is in flight, at a timeout",
      replace: [
        "const isWorthIt = size === mss ||",
        "const isWorthIt = size === mss || (hasExpired && size > 0) ||",
      ],
      diagnosis: /Nagle's algorithm/,
    },
    {
      name: "sends a tiny part if nothing is in flight",
      replace: ["size === queued ||", "true ||"],
      diagnosis: /silly window syndrome/,
    },
    {
      name: "sends the last bytes while something is in flight",
      replace: [
        "(isIdle && (size === queued ||",
        "size === queued || (isIdle && (",
      ],
      diagnosis: /Nagle's algorithm/,
    },
    {
      name: "never sends less than a segment",
      replace: [
        "size === mss ||\n    (isIdle && (size === queued || size >= maxWindow / 2 || hasExpired))",
        "size === mss",
      ],
      diagnosis: /this is all there is to send/,
    },
    {
      name: "waits for more than half of the largest window",
      replace: ["size >= maxWindow / 2", "size > maxWindow / 2"],
      diagnosis: /at least half of the largest window/,
    },
    {
      name: "never sends half of the largest window",
      replace: ["size >= maxWindow / 2 || ", ""],
      diagnosis: /at least half of the largest window/,
    },
    {
      name: "compares with half of the window now",
      replace: ["maxWindow / 2", "window / 2"],
      diagnosis: /silly window syndrome/,
    },
    {
      name: "waits when the timer has expired",
      replace: [" || hasExpired))", "))"],
      diagnosis: /Data has waited for too long/,
    },
    {
      name: "never probes",
      replace: ['return "probe"', "return 0"],
      diagnosis: /When the persist timer expires, probe/,
    },
    {
      name: "probes at once",
      replace: ["queued > 0 && hasExpired", "queued > 0"],
      diagnosis: /Probe only when the persist timer has expired/,
    },
    {
      name: "probes with nothing to send",
      replace: ["queued > 0 && hasExpired", "hasExpired"],
      diagnosis: /there's nothing to send, so it doesn't matter/,
    },
    {
      name: "probes while something is in flight",
      replace: ["isIdle && window === 0", "window === 0"],
      diagnosis: /the retransmission timer is running/,
    },
    {
      name: "sends a byte for a probe",
      replace: ['return "probe"', "return 1"],
      diagnosis: /probe/,
    },
    {
      name: "takes the distance without a wrap",
      replace: ["(next - una) >>> 0", "next - una"],
      diagnosis: /Sequence numbers wrap/,
    },
    {
      name: "takes the distance without its sign",
      replace: ["(next - una) >>> 0", "Math.abs(next - una)"],
      diagnosis: /Sequence numbers wrap/,
    },
    {
      name: "returns a negative number",
      replace: ["return isWorthIt", "return isWorthIt || size < 0"],
      diagnosis: /never below 0/,
    },
  ],
};

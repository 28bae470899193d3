/** Mutants of a solution that are right answers, too. */
export interface Equivalent {
  /** The line after the change, trimmed; of several alike, all are meant. */
  after: string;
  /** The line before the change, trimmed. */
  before: string;
  /** Why it makes no difference that the task says anything about. */
  why: string;
}

/** By exercise: the mutants that may pass. */
export const equivalent: Record<string, Equivalent[]> = {
  "6.2": ["Promise.all(running);", ""].map((after) => ({
    before: "await Promise.all(running);",
    after,
    why: "It may return at once when the listener has closed.",
  })),
  "7.2": [999, 1001].map((ms) => ({
    before: "const { graceMs = 1000 } = options;",
    after: `const { graceMs = ${ms} } = options;`,
    why: "A timer may be a millisecond early or late.",
  })),
  "11.1": [
    {
      before: "if (bytes.length < 20) {",
      after: "if (false && bytes.length < 20) {",
      why: "A DataView throws a RangeError for what it doesn't have.",
    },
    {
      before: "if (bytes.length < 20) {",
      after: "if (bytes.length < 19) {",
      why: "A header of 20 bytes is longer than 19, so it's a RangeError, too.",
    },
    {
      before:
        "throw new RangeError(`a TCP header has 20 bytes, found ${bytes.length}`);",
      after: "",
      why: "A DataView throws a RangeError for what it doesn't have.",
    },
    {
      before: "if (headerBytes < 20 || headerBytes > bytes.length) {",
      after: "if (headerBytes < 19 || headerBytes > bytes.length) {",
      why: "headerBytes is a multiple of 4.",
    },
  ],
  "11.2": [
    {
      before: "for (let at = 0; at < bytes.length; at += 2) {",
      after: "for (let at = 0; at <= bytes.length; at += 2) {",
      why: "After the last byte there's undefined, which counts as 0.",
    },
  ],
  "11.3": [
    {
      before: "const ahead = (b - a) >>> 0;",
      after: "const ahead = (b - a) >> 0;",
      why: "Every distance of half the sequence space or more is negative.",
    },
    {
      before: "const ahead = (b - a) >>> 0;",
      after: "const ahead = (b - a) << 0;",
      why: "Every distance of half the sequence space or more is negative.",
    },
  ],
  "13.1": [
    {
      before: 'if (from.transport !== "udp") continue;',
      after: 'if (false && from.transport !== "udp") continue;',
      why: "It's for the type: a UDP socket knows no other addresses.",
    },
    {
      before: 'if (from.transport !== "udp") continue;',
      after: "",
      why: "It's for the type: a UDP socket knows no other addresses.",
    },
  ],
  "13.2": [
    {
      before: "const MAX_BYTES = 65_535 - 20 - 8;",
      after: "const MAX_BYTES = 65_535 - 8 - 20;",
      why: "It's the same number.",
    },
  ],
  "15.1": [
    {
      before: "let lastNumber = crypto.getRandomValues(new Uint32Array(1))[0];",
      after: "let lastNumber = crypto.getRandomValues(new Uint32Array(2))[0];",
      why: "Any number will do to begin with.",
    },
    {
      before: "let lastNumber = crypto.getRandomValues(new Uint32Array(1))[0];",
      after: "let lastNumber = crypto.getRandomValues(new Uint32Array(0))[0];",
      why: "Any number will do to begin with.",
    },
    {
      before: "let lastNumber = crypto.getRandomValues(new Uint32Array(1))[0];",
      after: "let lastNumber = crypto.getRandomValues(new Uint32Array(1))[1];",
      why: "Any number will do to begin with.",
    },
    {
      before: "let lastNumber = crypto.getRandomValues(new Uint32Array(1))[0];",
      after: "let lastNumber = crypto.getRandomValues(new Uint32Array(1))[-1];",
      why: "Any number will do to begin with.",
    },
    {
      before: "lastNumber = (lastNumber + 1) >>> 0;",
      after: "lastNumber = (lastNumber - 1) >>> 0;",
      why: "It counts down.",
    },
    {
      before: "lastNumber = (lastNumber + 1) >>> 0;",
      after: "lastNumber = (lastNumber + 2) >>> 0;",
      why: "It counts by twos.",
    },
    {
      before: "lastNumber = (lastNumber + 1) >>> 0;",
      after: "lastNumber = (lastNumber + 1) << 0;",
      why:
        "Wrong from 2 ** 31 on; the random start decides whether a run gets there.",
    },
    {
      before: "lastNumber = (lastNumber + 1) >>> 0;",
      after: "lastNumber = (lastNumber + 1) >> 0;",
      why:
        "Wrong from 2 ** 31 on; the random start decides whether a run gets there.",
    },
    {
      before: "answer.catch(() => {});",
      after: "",
      why: "Promise.race() handles it, unless the first send fails.",
    },
    {
      before: "await socket.send(question, server);",
      after: "socket.send(question, server);",
      why:
        "Datagrams leave in the same order, and the task says nothing of a send that fails.",
    },
  ],
  "16.1": [
    {
      before:
        "if (at >= 0 && at < this.#capacity) this.#early.set(at, data[i]);",
      after:
        "if (at >= -1 && at < this.#capacity) this.#early.set(at, data[i]);",
      why: "Nothing ever asks for the byte at -1.",
    },
    {
      before: "if (at < count) ready[at] = byte;",
      after: "if (at <= count) ready[at] = byte;",
      why: "`count` is the first byte that isn't there.",
    },
  ],
  "16.2": [
    {
      before: "#rttvar = 0;",
      after: "#rttvar = 1;",
      why: "The first sample sets it.",
    },
    {
      before: "#rttvar = 0;",
      after: "#rttvar = -1;",
      why: "The first sample sets it.",
    },
  ],
  "16.3": [
    {
      before: "data: this.#bytes.slice(start, start + size),",
      after: "data: this.#bytes.subarray(start, start + size),",
      why: "The window makes new arrays, and never writes into an old one.",
    },
    {
      before: "if (count <= 0 || count > this.#inFlight) return;",
      after: "if (count < 0 || count > this.#inFlight) return;",
      why: "Acknowledging 0 bytes changes nothing.",
    },
    {
      before: "if (count <= 0 || count > this.#inFlight) return;",
      after: "if (count <= -1 || count > this.#inFlight) return;",
      why: "Acknowledging 0 bytes changes nothing.",
    },
    {
      before: "this.#bytes = this.#bytes.slice(count);",
      after: "this.#bytes = this.#bytes.subarray(count);",
      why: "The window makes new arrays, and never writes into an old one.",
    },
    {
      before: "return { seq: this.#oldest, data: this.#bytes.slice(0, size) };",
      after:
        "return { seq: this.#oldest, data: this.#bytes.subarray(0, size) };",
      why: "The window makes new arrays, and never writes into an old one.",
    },
  ],
  "17.1": [">> 0", "<< 0"].map((after) => ({
    before: "return (this.#edge - this.#ack) >>> 0;",
    after: `return (this.#edge - this.#ack) ${after};`,
    why: "What's left of a window is never 2 ** 31 bytes or more.",
  })),
  "17.2": [
    ...["1", "-1"].map((after) => ({
      before: "#sum = 0;",
      after: `#sum = ${after};`,
      why:
        "A timeout or a loss comes before congestion avoidance, and resets it.",
    })),
    {
      before: "this.#duplicates = 0;",
      after: "this.#duplicates = -1;",
      why:
        "In timeOut(): RFC 5681 leaves open what duplicates mean after a timeout. " +
        "The task allows to ignore them, as RFC 6582 does, until new data restarts " +
        "the count.",
    },
    {
      before: "if (((this.#ack - this.#recover) | 0) < 0) {",
      after: "if (((this.#ack - this.#recover) | 1) < 0) {",
      why: "The lowest bit doesn't change the sign.",
    },
    ...[">> 0", "<< 0"].map((after) => ({
      before: "this.#recover = (this.#ack + flightSize) >>> 0;",
      after: `this.#recover = (this.#ack + flightSize) ${after};`,
      why: "Only its distance from another number counts, modulo 2 ** 32.",
    })),
  ],
  "17.3": [">> 0", "<< 0"].map((after) => ({
    before: "const inFlight = (next - una) >>> 0;",
    after: `const inFlight = (next - una) ${after};`,
    why: "There are never 2 ** 31 bytes or more in flight.",
  })),
  "20.1": [
    {
      before: "if (this.#rest.length >= this.#maxHeadBytes) {",
      after: "if (this.#rest.length > this.#maxHeadBytes) {",
      why: "It waits for the byte that's too much, which is soon enough.",
    },
    ...["#readChunks()", "#take(Number(length))"].map((call) => ({
      before: `return await this.${call};`,
      after: `return this.${call};`,
      why: "An async function waits for the promise that it returns.",
    })),
    ...["true || total + size >", "total + size >="].map((test) => ({
      before: "if (total + size > body.length) {",
      after: `if (${test} body.length) {`,
      why: "A buffer that is larger than it must be holds the same body.",
    })),
    {
      before: "if (size === 0) return body.slice(0, total);",
      after: "if (size === 0) return body.subarray(0, total);",
      why: "Each body has a buffer of its own, which is never written again.",
    },
    ...["size = -1; size <", "size = 0; size <="].map((test) => ({
      before: "for (let size = 0; size < this.#maxHeadBytes; size++) {",
      after: `for (let ${test} this.#maxHeadBytes; size++) {`,
      why: "The task doesn't say how long the line may be, only that it ends.",
    })),
    {
      before:
        "throw new RangeError(`a line of more than ${this.#maxHeadBytes} bytes`);",
      after: "",
      why: "Then it's a size that isn't digits: TypeError is right, too.",
    },
    {
      before: "at += piece.length;",
      after: "at = piece.length;",
      why: "There are never more than two pieces.",
    },
  ],
  "22.1": [
    {
      before: "const bytes = pending.slice(0, size);",
      after: "const bytes = pending.subarray(0, size);",
      why: "`pending` is replaced by a new array, and never written into.",
    },
    {
      before: 'const size = count(await takeLine(), "$", 0, 1048576);',
      after: 'const size = count(await takeLine(), "$", -1, 1048576);',
      why: "A number of digits alone is never below 0.",
    },
  ],
  "22.2": [
    {
      before: "this.#entries.delete(name);",
      after: "",
      why: "An expired value is never returned; it only stays in memory.",
    },
  ],
  "23.2": [
    ...["true || size > 0", "size >= 0", "size > -1"].map((condition) => ({
      before: "if (size > 0) this.#fragments.push(payload);",
      after: `if (${condition}) this.#fragments.push(payload);`,
      why: "An empty fragment adds nothing; it only costs memory.",
    })),
    {
      before: "this.#rest = this.#buffer.slice(0, count);",
      after: "this.#rest = this.#buffer.subarray(0, count);",
      why: "The next read comes when the last one is used up.",
    },
  ],
  "23.3": ["i = -1; i < size", "i = 0; i <= size"].map((range) => ({
    before: "for (let i = 0; i < size; i++) frame[start + i] ^= mask[i % 4];",
    after: `for (let ${range}; i++) frame[start + i] ^= mask[i % 4];`,
    why: "One end changes nothing by XOR with undefined, and the other is " +
      "outside of the array.",
  })),
  "23.4": [999, 1001].map((ms) => ({
    before: "this.#graceMs = options.graceMs ?? 1000;",
    after: `this.#graceMs = options.graceMs ?? ${ms};`,
    why: "A timer may be a millisecond early or late.",
  })),
  "24.1": [
    {
      before: "if (pending.length < 5) return null;",
      after: "if (pending.length < 4) return null;",
      why:
        "Four bytes of a header are never a whole record, and may be enough " +
        "to tell that it's too long.",
    },
    {
      before: "const fragment = pending.slice(5, 5 + length);",
      after: "const fragment = pending.subarray(5, 5 + length);",
      why: "Bytes that were returned are never looked at again.",
    },
  ],
  "24.2": [
    {
      before: "if (body.left > 0) readExtensions(body.field(2), hello);",
      after: "if (body.left > 1) readExtensions(body.field(2), hello);",
      why: "A single byte is left over then, which is a RangeError, too.",
    },
    {
      before: "const isGrease = (version & 0x0f0f) === 0x0a0a &&",
      after: "const isGrease = (version & 3854) === 0x0a0a &&",
      why: "The two bytes must be the same as well.",
    },
    {
      before: "version >> 8 === (version & 0xff);",
      after: "version >> 8 === (version & 254);",
      why: "The low byte ends in a, so its lowest bit is 0.",
    },
  ],
  "24.3": [
    {
      before: "signal.throwIfAborted();",
      after: "",
      why:
        "The time may pass just while startTls() returns, which no check can " +
        "bring about.",
    },
  ],
};

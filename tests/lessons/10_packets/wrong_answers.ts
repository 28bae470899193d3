/** Wrong answers to the exercises of lesson 10, and the diagnosis each must get. */
import * as solution from "../../../lessons/10_packets/solution.ts";
import { replacing, type WrongAnswers } from "../gates.ts";

const SLICE = "message.slice(offset, offset + size)";
const PUSH = `packets.push({ offset, total, data: ${SLICE} });`;
const END = "const end = offset + data.length;";
const IF_EMPTY = "if (data.length === 0) return;";

/** Works out `#missing` byte by byte. */
function gapsWhere(hasNotArrived: string): string {
  return `${END}
    this.#missing = [];
    for (let at = 0; at < total; at++) {
      if (!(${hasNotArrived})) continue;
      const gap = this.#missing.at(-1);
      if (gap?.[1] === at) gap[1]++;
      else this.#missing.push([at, at + 1]);
    }
    return;`;
}

/** Keeps one end for each offset, and works out `#missing` in their order. */
function endsByOffset(end: string, order: string): string {
  return `${END}
    this.ends ??= new Map();
    this.ends.set(offset, ${end});
    this.#missing = [];
    let reached = 0;
    for (const start of [...this.ends.keys()].sort(${order})) {
      if (start > reached) this.#missing.push([reached, start]);
      reached = Math.max(reached, this.ends.get(start));
    }
    if (reached < total) this.#missing.push([reached, total]);
    return;`;
}

export const wrongAnswers: WrongAnswers = {
  "10.1": [
    ...replacing("(offset < total)", {
      "stops when the offset has reached the size": [
        "(offset < size)",
        /Go on until the offset has reached the length/,
      ],
      "ends with an empty packet if the size divides the length": [
        "(offset <= total)",
        /The last packet is empty/,
      ],
    }),
    ...replacing("do {", {
      "returns nothing for an empty message": [
        "if (total === 0) return packets; do {",
        /the receiver never hears about the message/,
      ],
      "makes all packets about equally long": [
        "size = Math.ceil(total / Math.ceil(total / size)) || size; do {",
        /Each packet except the last holds exactly `size` bytes/,
      ],
    }),
    ...replacing(SLICE, {
      "shares the message's bytes": [
        SLICE.replace("slice", "subarray"),
        /changed when the caller used its buffer again/,
      ],
      "copies from the buffer below the message": [
        "new Uint8Array(message.buffer.slice(offset, offset + size))",
        /`\.buffer` is the whole buffer/,
      ],
      "pads the last packet with zeros": [
        "Uint8Array.from({ length: size }, (_, i) => message[offset + i])",
        /without padding/,
      ],
      "takes the data from the beginning each time": [
        "message.slice(0, Math.min(size, total - offset))",
        /but the data is wrong.*start at its offset/s,
      ],
      "uses the size as an end": [
        "message.slice(offset, size)",
        /take an end, not a length/,
      ],
    }),
    ...replacing(PUSH, {
      "uses one array for all packets": [
        `var shared = shared ?? new Uint8Array(size);
        shared.set(message.subarray(offset, offset + size));
        const data = shared.subarray(0, total - offset);
        packets.push({ offset, total, data });`,
        /All packets share one array/,
      ],
      "puts the same object into the list again and again": [
        `var packet = packet ?? {};
        Object.assign(packet, { offset, total, data: ${SLICE} });
        packets.push(packet);`,
        /the same object/,
      ],
    }),
    ...replacing("{ offset, total, data", {
      "starts to count at 1": [
        "{ offset: offset + 1, total, data",
        /The first byte of the message has offset 0/,
      ],
      "counts packets in total": [
        "{ offset, total: Math.ceil(total / size), data",
        /`total` is wrong\. It's the number of bytes/,
      ],
      "counts packets in offset": [
        "{ offset: packets.length, total, data",
        /`offset` counts bytes/,
      ],
      "cuts an offset to 16 bits": [
        "{ offset: offset & 0xffff, total, data",
        /which may be over 65535/,
      ],
    }),
    ...replacing("offset += size;", {
      "goes on byte by byte": [
        "offset++;",
        /Your packets overlap\. Each one begins where the one before it ends/,
      ],
    }),
    ...replacing("let offset = 0;", {
      "keeps the offset outside the function": [
        "let offset = split.offset ?? 0; split.offset = 1;",
        /returned a different result the second time/,
      ],
    }),
    ...replacing("return packets;", {
      "returns the data of each packet alone": [
        "return packets.map(({ data }) => data);",
        /Make the data of each packet a Uint8Array/,
      ],
      "returns the packets backward": [
        "return packets.reverse();",
        /in the order of the message/,
      ],
    }),
    {
      name: "cuts the text instead of the bytes",
      attempt(message: Uint8Array, size: number) {
        const text = new TextDecoder().decode(message);
        return solution.split(message, size).map(({ offset }) => ({
          offset,
          total: text.length,
          data: new TextEncoder().encode(text.slice(offset, offset + size)),
        }));
      },
      diagnosis: /It's bytes, whatever they mean/,
    },
  ],

  "10.2": [
    ...replacing("this.#bytes.set(data, offset);", {
      "appends in the order of arrival": [
        `this.at ??= 0;
        this.#bytes.set(data.subarray(0, total - this.at), this.at);
        this.at = Math.min(this.at + data.length, total);`,
        /in whatever order the packets arrive/,
      ],
      "makes a new buffer for each packet": [
        "this.#bytes = new Uint8Array(total); this.#bytes.set(data, offset);",
        /There are zeros where bytes have arrived/,
      ],
      "keeps views of what it's given": [
        `this.packets = [...this.packets ?? [], { offset, data }];
        for (const { offset, data } of this.packets) {
          this.#bytes.set(data, offset);
        }`,
        /message\(\) changed when the caller used its buffer again/,
      ],
      "empties the packet that it has added": [
        "this.#bytes.set(data, offset); data.fill(0);",
        /changed its arguments/,
      ],
    }),
    ...replacing(END, {
      "counts repeats": [
        `${END}
        this.count = (this.count ?? 0) + data.length;
        if (this.count >= total) this.#missing = [];`,
        /not how many/,
      ],
      "ignores a packet whose offset it has seen": [
        `${END}
        this.begun ??= new Set();
        if (this.begun.has(offset)) return;
        this.begun.add(offset);`,
        /Where packets overlap/,
      ],
      "takes a 0 for a byte that hasn't arrived": [
        gapsWhere("this.#bytes[at] === 0"),
        /A byte that has arrived may be 0/,
      ],
      "keeps the last packet of each offset, even if it's shorter": [
        endsByOffset("end", "(a, b) => a - b"),
        /A shorter packet at the same offset takes nothing away/,
      ],
      "sorts offsets as text": [
        endsByOffset("Math.max(end, this.ends.get(offset) ?? 0)", ""),
        /sort\(\) without a comparison function sorts numbers/,
      ],
      "keeps one bit per byte in a number": [
        `for (let at = offset; at < offset + data.length; at++) {
          this.bits |= 1 << at;
        }
        ${gapsWhere("(this.bits & 1 << at) === 0")}`,
        /1 << 32 is 1 again/,
      ],
      "keeps offsets in 16 bits": [
        `${END} offset &= 0xffff;`,
        /Offsets may be over 65535/,
      ],
    }),
    ...replacing("= [from, Math.min(to, offset)];", {
      "misses a gap before the bytes that have arrived": [
        "= [from, from];",
        /You missed a gap.*highest byte so far/s,
      ],
    }),
    ...replacing("return this.#missing;", {
      "returns only the first gap": [
        "return this.#missing.slice(0, 1);",
        /and more than one/,
      ],
      "returns gaps byte by byte": [
        `return this.#missing.flatMap(([start, end]) =>
          Array.from({ length: end - start }, (_, i) => [start + i, start + i + 1])
        );`,
        /in too many gaps/,
      ],
      "lists the missing bytes, sorts them as text, and joins neighbors": [
        `const bytes = this.#missing.flatMap(([start, end]) =>
          Array.from({ length: end - start }, (_, i) => start + i)
        ).sort();
        const gaps: Range[] = [];
        for (const at of bytes) {
          if (gaps.at(-1)?.[1] === at) gaps.at(-1)![1]++;
          else gaps.push([at, at + 1]);
        }
        return gaps;`,
        /the gaps are in the wrong order.*sorts numbers as text/,
      ],
      "includes the last byte of a gap": [
        "return this.#missing.map(([a, b]) => [a, b - 1]);",
        /Each end is one too low/,
      ],
      "sorts its gaps as text": [
        "return this.#missing.toSorted();",
        /you sorted them as text/,
      ],
      "returns the last gap first": [
        "return this.#missing.toReversed();",
        /the gaps are in the wrong order/,
      ],
      "returns gaps as objects": [
        "return this.#missing.map(([start, end]) => ({ start, end }));",
        /each of them \[start, end\]/,
      ],
      "returns a list of gaps that it goes on changing": [
        `this.list ??= [];
        this.list.splice(0, 99, ...this.#missing);
        return this.list;`,
        /changed when later calls were made/,
      ],
    }),
    ...replacing(IF_EMPTY, {
      "splits a gap in two for a packet without data": [
        "",
        /even if a packet without data arrived between/,
      ],
      "counts a packet without data as one byte": [
        `if (data.length === 0 && total > 1) data = new Uint8Array(1);
         else ${IF_EMPTY}`,
        /fills no gap, and it doesn't split one in two/,
      ],
    }),
    ...replacing(" || this.#missing.length > 0", {
      "returns an unfinished message": [
        "",
        /the zeros in the gaps look like data/,
      ],
    }),
    ...replacing("throw new Error(", {
      "returns zeros when it's asked again too early": [
        "if (this.asked) return this.#bytes; this.asked = true; throw new Error(",
        /message\(\) returned a different result when called again/,
      ],
      "throws a string": ["throw (", /Throw an Error object/],
    }),
    ...replacing("return this.#bytes;", {
      "returns the message only once": [
        "const bytes = this.#bytes; this.#bytes = undefined; return bytes;",
        /message\(\) returned a different result when called again/,
      ],
    }),
    ...replacing("this.#bytes === undefined ||", {
      "never completes an empty message": [
        "!this.#bytes?.length ||",
        /With a `total` of 0/,
      ],
    }),
    ...replacing("#bytes: Uint8Array | undefined;", {
      "shares one message among all objects": [
        `#bytes: Uint8Array | undefined;
        constructor() {
          const shared = Reassembler.shared ??= this;
          shared.#bytes = undefined;
          shared.#missing = [];
          return shared;
        }`,
        /with two in use at the same time.*The two share something/s,
      ],
    }),
  ],
};

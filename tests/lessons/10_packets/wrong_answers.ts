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
      "goes on only until the offset has reached the size": [
        "(offset < size)",
        /Go on until the offset has reached the length/,
      ],
      "ends with an empty packet if the length divides": [
        "(offset <= total)",
        /The last packet is empty/,
      ],
    }),
    ...replacing("do {", {
      "returns nothing for an empty message": [
        "if (total === 0) return packets; do {",
        /the receiver never hears of it/,
      ],
      "makes all packets about equally long": [
        "size = Math.ceil(total / Math.ceil(total / size)) || size; do {",
        /Each packet except the last holds `size` bytes/,
      ],
    }),
    ...replacing(SLICE, {
      "shares the message's bytes": [
        SLICE.replace("slice", "subarray"),
        /changed when the caller used its buffer again/,
      ],
      "copies from the buffer below the message": [
        "new Uint8Array(message.buffer.slice(offset, offset + size))",
        /`\.buffer` is all of that/,
      ],
      "fills the last packet up with zeros": [
        "Uint8Array.from({ length: size }, (_, i) => message[offset + i])",
        /without padding/,
      ],
      "takes the data from the beginning each time": [
        "message.slice(0, Math.min(size, total - offset))",
        /but the data is wrong.*from its offset on/s,
      ],
      "takes the size for an end": [
        "message.slice(offset, size)",
        /take an end, not a length/,
      ],
    }),
    ...replacing(PUSH, {
      "has one array for all packets": [
        `var shared = shared ?? new Uint8Array(size);
        shared.set(message.subarray(offset, offset + size));
        const data = shared.subarray(0, total - offset);
        packets.push({ offset, total, data });`,
        /all packets share one array/,
      ],
      "puts one packet into the list again and again": [
        `var packet = packet ?? {};
        Object.assign(packet, { offset, total, data: ${SLICE} });
        packets.push(packet);`,
        /one and the same object/,
      ],
    }),
    ...replacing("{ offset, total, data", {
      "begins to count at 1": [
        "{ offset: offset + 1, total, data",
        /The first byte of the message has offset 0/,
      ],
      "counts packets in total": [
        "{ offset, total: Math.ceil(total / size), data",
        /`total` is the number of bytes/,
      ],
      "counts packets in offset": [
        "{ offset: packets.length, total, data",
        /`offset` counts bytes/,
      ],
      "has 16 bits for an offset": [
        "{ offset: offset & 0xffff, total, data",
        /which may be over 65535/,
      ],
    }),
    ...replacing("offset += size;", {
      "goes on byte by byte": [
        "offset++;",
        /Packets overlap: each begins where the one before it ends/,
      ],
    }),
    ...replacing("let offset = 0;", {
      "keeps the offset outside of the function": [
        "let offset = split.offset ?? 0; split.offset = 1;",
        /gave another result the second time/,
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
      diagnosis: /A message is bytes, whatever they mean/,
    },
  ],

  "10.2": [
    ...replacing("this.#bytes.set(data, offset);", {
      "appends in the order of arrival": [
        `this.at ??= 0;
        this.#bytes.set(data.subarray(0, total - this.at), this.at);
        this.at = Math.min(this.at + data.length, total);`,
        /The order of arrival says nothing/,
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
      "knows packets by where they begin": [
        `${END}
        this.begun ??= new Set();
        if (this.begun.has(offset)) return;
        this.begun.add(offset);`,
        /Where packets overlap/,
      ],
      "takes a zero for a byte that hasn't arrived": [
        gapsWhere("this.#bytes[at] === 0"),
        /A byte that has arrived may be 0/,
      ],
      "keeps the last packet of each offset, even if it's shorter": [
        endsByOffset("end", "(a, b) => a - b"),
        /a shorter packet at the same offset takes nothing away/,
      ],
      "sorts offsets as text": [
        endsByOffset("Math.max(end, this.ends.get(offset) ?? 0)", ""),
        /sort\(\) without a comparison sorts numbers/,
      ],
      "has 32 bits to remember what has arrived": [
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
        /Neither a count nor the highest byte/,
      ],
    }),
    ...replacing("return this.#missing;", {
      "names the first gap only": [
        "return this.#missing.slice(0, 1);",
        /and more than one/,
      ],
      "returns gaps byte by byte": [
        `return this.#missing.flatMap(([start, end]) =>
          Array.from({ length: end - start }, (_, i) => [start + i, start + i + 1])
        );`,
        /too many pieces/,
      ],
      "includes the last byte of a gap": [
        "return this.#missing.map(([a, b]) => [a, b - 1]);",
        /The end is one too low/,
      ],
      "sorts its gaps as text": [
        "return this.#missing.toSorted();",
        /sort\(\) without a comparison does that/,
      ],
      "returns the last gap first": [
        "return this.#missing.toReversed();",
        /the right gaps in another order/,
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
      "cuts a gap in two for a packet without data": [
        "",
        /even if a packet without data came in between/,
      ],
      "takes a packet without data for one of one byte": [
        `if (data.length === 0 && total > 1) data = new Uint8Array(1);
         else ${IF_EMPTY}`,
        /adds nothing, and it cuts no gap in two/,
      ],
    }),
    ...replacing(" || this.#missing.length > 0", {
      "returns an unfinished message": [
        "",
        /zeros where nothing has arrived look like data/,
      ],
    }),
    ...replacing("throw new Error(", {
      "returns zeros when it's asked for the message again too early": [
        "if (this.asked) return this.#bytes; this.asked = true; throw new Error(",
        /message\(\) gave another result the second time/,
      ],
      "throws a string": ["throw (", /Throw an Error object/],
    }),
    ...replacing("return this.#bytes;", {
      "gives the message only once": [
        "const bytes = this.#bytes; this.#bytes = undefined; return bytes;",
        /message\(\) gave another result the second time/,
      ],
    }),
    ...replacing("this.#bytes === undefined ||", {
      "never completes an empty message": [
        "!this.#bytes?.length ||",
        /total is 0/,
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
        /with two in use at the same time.*is shared by all/s,
      ],
    }),
  ],
};

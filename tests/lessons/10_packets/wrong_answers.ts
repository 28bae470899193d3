/** Wrong answers to the exercises of lesson 10, and the diagnosis each must get. */
import * as solution from "../../../lessons/10_packets/solution.ts";
import type { WrongAnswers } from "../gates.ts";

type Replacement = [target: string, replacement: string];

/** Replaces the data of each packet. */
function data(code: string): Replacement {
  return ["message.slice(offset, offset + size)", code];
}

/** Replaces offset and total of each packet. */
function numbers(code: string): Replacement {
  return ["{ offset, total, data", `{ ${code}, data`];
}

/** Adds code to the end of add(), where it may work out `#missing` anew. */
function afterAdd(code: string): Replacement {
  const last = "const end = offset + data.length;";
  return [last, `${last} ${code}`];
}

/** Replaces what missing() returns. */
function gaps(code: string): Replacement {
  return ["return this.#missing;", code];
}

/** Works out `#missing` byte by byte. */
function gapsWhere(hasNotArrived: string): string {
  return `this.#missing = [];
    for (let at = 0; at < total; at++) {
      if (!(${hasNotArrived})) continue;
      const gap = this.#missing.at(-1);
      if (gap?.[1] === at) gap[1]++;
      else this.#missing.push([at, at + 1]);
    }`;
}

/** Keeps one end for each offset, and works out `#missing` in their order. */
function endsByOffset(end: string, order: string): Replacement {
  return afterAdd(`
    this.ends ??= new Map();
    this.ends.set(offset, ${end});
    this.#missing = [];
    let reached = 0;
    for (const start of [...this.ends.keys()].sort(${order})) {
      if (start > reached) this.#missing.push([reached, start]);
      reached = Math.max(reached, this.ends.get(start));
    }
    if (reached < total) this.#missing.push([reached, total]);
    return;`);
}

export const wrongAnswers: WrongAnswers = {
  "10.1": [
    {
      name: "returns nothing for an empty message",
      replace: ["do {", "if (total === 0) return packets; do {"],
      diagnosis: /the receiver never hears of it/,
    },
    {
      name: "shares the message's bytes",
      replace: data("message.subarray(offset, offset + size)"),
      diagnosis: /changed when the caller used its buffer again/,
    },
    {
      name: "copies from the buffer below the message",
      replace: data(
        "new Uint8Array(message.buffer.slice(offset, offset + size))",
      ),
      diagnosis: /`\.buffer` is all of that/,
    },
    {
      name: "fills the last packet up with zeros",
      replace: data(
        "Uint8Array.from({ length: size }, (_, i) => message[offset + i])",
      ),
      diagnosis: /without padding/,
    },
    {
      name: "ends with an empty packet if the length divides",
      replace: ["(offset < total)", "(offset <= total)"],
      diagnosis: /The last packet is empty/,
    },
    {
      name: "has one array for all packets",
      replace: [
        "packets.push({ offset, total, data: message.slice(offset, offset + size) });",
        `const piece = message.subarray(offset, offset + size);
        var shared = shared ?? new Uint8Array(size);
        shared.set(piece);
        packets.push({ offset, total, data: shared.subarray(0, piece.length) });`,
      ],
      diagnosis: /all packets share one array/,
    },
    {
      name: "takes the data from the beginning each time",
      replace: data("message.slice(0, Math.min(size, total - offset))"),
      diagnosis: /but the data is wrong.*from its offset on/s,
    },
    {
      name: "takes the size for an end",
      replace: data("message.slice(offset, size)"),
      diagnosis: /take an end, not a length/,
    },
    {
      name: "makes all packets about equally long",
      replace: [
        "do {",
        "size = Math.ceil(total / Math.ceil(total / size)) || size; do {",
      ],
      diagnosis: /Each packet except the last holds `size` bytes/,
    },
    {
      name: "begins to count at 1",
      replace: numbers("offset: offset + 1, total"),
      diagnosis: /The first byte of the message has offset 0/,
    },
    {
      name: "counts packets in total",
      replace: numbers("offset, total: Math.ceil(total / size)"),
      diagnosis: /`total` is the number of bytes/,
    },
    {
      name: "counts packets in offset",
      replace: numbers("offset: packets.length, total"),
      diagnosis: /`offset` counts bytes/,
    },
    {
      name: "has 16 bits for an offset",
      replace: numbers("offset: offset & 0xffff, total"),
      diagnosis: /which may be over 65535/,
    },
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
    {
      name: "goes on only until the offset has reached the size",
      replace: ["(offset < total)", "(offset < size)"],
      diagnosis: /Go on until the offset has reached the length/,
    },
    {
      name: "goes on byte by byte",
      replace: ["offset += size;", "offset++;"],
      diagnosis: /Packets overlap: each begins where the one before it ends/,
    },
    {
      name: "puts one packet into the list again and again",
      replace: [
        "packets.push({ offset, total, data: message.slice(offset, offset + size) });",
        `var packet = packet ?? {};
        Object.assign(packet, { offset, total });
        packet.data = message.slice(offset, offset + size);
        packets.push(packet);`,
      ],
      diagnosis: /one and the same object/,
    },
    {
      name: "keeps the offset outside of the function",
      replace: [
        "let offset = 0;",
        "let offset = split.offset ?? 0; split.offset = 1;",
      ],
      diagnosis: /gave another result the second time/,
    },
    {
      name: "returns the data of each packet alone",
      replace: ["return packets;", "return packets.map(({ data }) => data);"],
      diagnosis: /Make the data of each packet a Uint8Array/,
    },
    {
      name: "returns the packets backward",
      replace: ["return packets;", "return packets.reverse();"],
      diagnosis: /in the order of the message/,
    },
  ],

  "10.2": [
    {
      name: "appends in the order of arrival",
      replace: [
        "this.#bytes.set(data, offset);",
        `this.at ??= 0;
        this.#bytes.set(data.subarray(0, total - this.at), this.at);
        this.at = Math.min(this.at + data.length, total);`,
      ],
      diagnosis: /The order of arrival says nothing/,
    },
    {
      name: "counts repeats",
      replace: afterAdd(
        `this.count = (this.count ?? 0) + data.length;
        if (this.count >= total) this.#missing = [];`,
      ),
      diagnosis: /not how many/,
    },
    {
      name: "misses a gap before the bytes that have arrived",
      replace: ["= [from, Math.min(to, offset)];", "= [from, from];"],
      diagnosis: /Neither a count nor the highest byte/,
    },
    {
      name: "names the first gap only",
      replace: gaps("return this.#missing.slice(0, 1);"),
      diagnosis: /and more than one/,
    },
    {
      name: "knows packets by where they begin",
      replace: afterAdd(
        `this.begun ??= new Set();
        if (this.begun.has(offset)) return;
        this.begun.add(offset);`,
      ),
      diagnosis: /Where packets overlap/,
    },
    {
      name: "returns gaps byte by byte",
      replace: gaps(
        `return this.#missing.flatMap(([start, end]) =>
          Array.from({ length: end - start }, (_, i) => [start + i, start + i + 1])
        );`,
      ),
      diagnosis: /too many pieces/,
    },
    {
      name: "includes the last byte of a gap",
      replace: gaps("return this.#missing.map(([a, b]) => [a, b - 1]);"),
      diagnosis: /The end is one too low/,
    },
    {
      name: "takes a zero for a byte that hasn't arrived",
      replace: afterAdd(`${gapsWhere("this.#bytes[at] === 0")} return;`),
      diagnosis: /A byte that has arrived may be 0/,
    },
    {
      name: "keeps the last packet of each offset, even if it's shorter",
      replace: endsByOffset("end", "(a, b) => a - b"),
      diagnosis: /a shorter packet at the same offset takes nothing away/,
    },
    {
      name: "sorts offsets as text",
      replace: endsByOffset("Math.max(end, this.ends.get(offset) ?? 0)", ""),
      diagnosis: /sort\(\) without a comparison sorts numbers/,
    },
    {
      name: "has 32 bits to remember what has arrived",
      replace: afterAdd(
        `for (let at = offset; at < end; at++) this.bits |= 1 << at;
        ${gapsWhere("(this.bits & 1 << at) === 0")} return;`,
      ),
      diagnosis: /1 << 32 is 1 again/,
    },
    {
      name: "sorts its gaps as text",
      replace: gaps("return this.#missing.toSorted();"),
      diagnosis: /sort\(\) without a comparison does that/,
    },
    {
      name: "keeps views of what it's given",
      replace: afterAdd(
        `this.packets ??= [];
        this.packets.push({ offset, data });
        for (const packet of this.packets) {
          this.#bytes.set(packet.data, packet.offset);
        }`,
      ),
      diagnosis: /message\(\) changed when the caller used its buffer again/,
    },
    {
      name: "returns an unfinished message",
      replace: [" || this.#missing.length > 0", ""],
      diagnosis: /zeros where nothing has arrived look like data/,
    },
    {
      name: "makes a new buffer for each packet",
      replace: afterAdd(
        "this.#bytes = new Uint8Array(total); this.#bytes.set(data, offset);",
      ),
      diagnosis: /There are zeros where bytes have arrived/,
    },
    {
      name: "returns gaps as objects",
      replace: gaps(
        "return this.#missing.map(([start, end]) => ({ start, end }));",
      ),
      diagnosis: /each of them \[start, end\]/,
    },
    {
      name: "returns the last gap first",
      replace: gaps("return this.#missing.toReversed();"),
      diagnosis: /the right gaps in another order/,
    },
    {
      name: "throws a string",
      replace: ["throw new Error(", "throw ("],
      diagnosis: /Throw an Error object/,
    },
    {
      name: "never completes an empty message",
      replace: ["this.#bytes === undefined ||", "!this.#bytes?.length ||"],
      diagnosis: /total is 0/,
    },
    {
      name: "shares one message among all objects",
      replace: [
        "#bytes: Uint8Array | undefined;",
        `#bytes: Uint8Array | undefined;
        constructor() {
          const shared = Reassembler.shared ??= this;
          shared.#bytes = undefined;
          shared.#missing = [];
          return shared;
        }`,
      ],
      diagnosis: /with two in use at the same time.*is shared by all/s,
    },
    {
      name: "returns zeros when it's asked for the message again too early",
      replace: [
        "throw new Error(",
        "if (this.asked) return this.#bytes; this.asked = true; throw new Error(",
      ],
      diagnosis: /message\(\) gave another result the second time/,
    },
    {
      name: "gives the message only once",
      replace: [
        "return this.#bytes;",
        "const bytes = this.#bytes; this.#bytes = undefined; return bytes;",
      ],
      diagnosis: /gave another result the second time|threw/,
    },
    {
      name: "cuts a gap in two for a packet without data",
      replace: ["if (data.length === 0) return;", ""],
      diagnosis: /even if a packet without data came in between/,
    },
    {
      name: "keeps offsets in 16 bits",
      replace: afterAdd("offset &= 0xffff;"),
      diagnosis: /Offsets may be over 65535/,
    },
    {
      name: "empties the packet that it has added",
      replace: afterAdd("data.fill(0);"),
      diagnosis: /changed its arguments/,
    },
    {
      name: "returns a list of gaps that it goes on changing",
      replace: gaps(
        "this.kept ??= []; this.kept.splice(0, 99, ...this.#missing); return this.kept;",
      ),
      diagnosis: /changed when later calls were made/,
    },
  ],
};

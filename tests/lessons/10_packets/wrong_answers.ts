/** Wrong answers to the exercises of lesson 10, and what must be said of each. */
import type { WrongAnswer } from "../gates.ts";
import { Reassembler, split } from "../../../lessons/10_packets/solution.ts";
import type {
  Packet,
  ReassemblerClass,
  Split,
} from "../../../lessons/10_packets/types.ts";

/** Wrong answers to 10.1. */
export const splitMistakes: WrongAnswer<Split>[] = [
  {
    name: "loses the rest",
    attempt(message, size) {
      const count = Math.max(1, Math.floor(message.length / size));
      return split(message, size).slice(0, count);
    },
    diagnosis: /in no packet/,
  },
  {
    name: "gives nothing for an empty message",
    attempt: (message, size) => message.length > 0 ? split(message, size) : [],
    diagnosis: /nobody ever hears of it/,
  },
  {
    name: "shares the message's bytes",
    attempt: (message, size) =>
      split(message, size).map((packet) => ({
        ...packet,
        data: message.subarray(packet.offset, packet.offset + size),
      })),
    diagnosis: /they share its bytes/,
  },
  {
    name: "copies from the buffer below the message",
    attempt: (message, size) =>
      split(message, size).map((packet) => ({
        ...packet,
        data: new Uint8Array(
          message.buffer.slice(
            packet.offset,
            packet.offset + packet.data.length,
          ) as ArrayBuffer,
        ),
      })),
    diagnosis: /an offset in the one is none in the other/,
  },
  {
    name: "copies whole packets from the buffer below the message",
    attempt: (message, size) =>
      split(message, size).map((packet) => ({
        ...packet,
        data: new Uint8Array(
          message.buffer.slice(
            packet.offset,
            packet.offset + size,
          ) as ArrayBuffer,
        ),
      })),
    diagnosis: /an offset in the one is none in the other/,
  },
  {
    name: "fills the last packet up with zeros",
    attempt: (message, size) =>
      split(message, size).map((packet) => {
        const data = new Uint8Array(size);
        data.set(packet.data);
        return { ...packet, data };
      }),
    diagnosis: /nothing to fill it up/,
  },
  {
    name: "ends with an empty packet where the length divides",
    attempt(message, size) {
      const packets: Packet[] = [];
      const total = message.length;
      for (let offset = 0; offset <= total; offset += size) {
        const data = message.slice(offset, offset + size);
        packets.push({ offset, total, data });
      }
      return packets;
    },
    diagnosis: /The last packet is empty/,
  },
  {
    name: "has one array for all packets",
    attempt(message, size) {
      const shared = new Uint8Array(size);
      return split(message, size).map((packet) => {
        shared.set(packet.data);
        return { ...packet, data: shared.subarray(0, packet.data.length) };
      });
    },
    diagnosis: /all packets share one array/,
  },
  {
    name: "takes the data from the beginning each time",
    attempt: (message, size) =>
      split(message, size).map((packet) => ({
        ...packet,
        data: message.slice(0, packet.data.length),
      })),
    diagnosis: /only the data are not.*from its offset on/s,
  },
  {
    name: "takes the size for an end",
    attempt: (message, size) =>
      split(message, size).map((packet) => ({
        ...packet,
        data: message.slice(packet.offset, size),
      })),
    diagnosis: /take an end, and not a length/,
  },
  {
    name: "makes all packets about as long as each other",
    attempt(message, size) {
      const count = Math.ceil(message.length / size) || 1;
      return split(message, Math.ceil(message.length / count) || 1);
    },
    diagnosis: /Each packet but the last holds `size` bytes/,
  },
  {
    name: "begins to count at 1",
    attempt: (message, size) =>
      split(message, size).map((packet) => ({
        ...packet,
        offset: packet.offset + 1,
      })),
    diagnosis: /The first byte of the message has the offset 0/,
  },
  {
    name: "counts packets in total",
    attempt: (message, size) =>
      split(message, size).map((packet, _, { length }) => ({
        ...packet,
        total: length,
      })),
    diagnosis: /`total` counts the bytes/,
  },
  {
    name: "counts packets in offset",
    attempt: (message, size) =>
      split(message, size).map((packet, i) => ({ ...packet, offset: i })),
    diagnosis: /`offset` counts bytes/,
  },
];

/** What a wrong answer is made of: bytes, and a flag for each. */
class Base {
  bytes = new Uint8Array();
  has: boolean[] = [];
  protected begin(total: number): void {
    if (this.bytes.length === total) return;
    this.bytes = new Uint8Array(total);
    this.has = new Array(total).fill(false);
  }
  add({ offset, total, data }: Packet): void {
    this.begin(total);
    this.bytes.set(data, offset);
    this.has.fill(true, offset, offset + data.length);
  }
  missing(): [number, number][] {
    const gaps: [number, number][] = [];
    this.has.forEach((has, at) => {
      const gap = gaps.at(-1);
      if (has) return;
      if (gap?.[1] === at) gap[1]++;
      else gaps.push([at, at + 1]);
    });
    return gaps;
  }
  message(): Uint8Array {
    if (this.missing().length > 0 || this.has.length === 0) {
      throw new Error("incomplete");
    }
    return this.bytes;
  }
}

/** Wrong answers to 10.2. */
export const reassemblerMistakes: WrongAnswer<ReassemblerClass>[] = [
  {
    name: "appends in the order of arrival",
    attempt: class extends Reassembler {
      #all: number[] = [];
      override add(packet: Packet): void {
        super.add(packet);
        this.#all.push(...packet.data);
      }
      override message(): Uint8Array {
        super.message();
        return new Uint8Array(this.#all);
      }
    },
    diagnosis: /The order of arrival says nothing/,
  },
  {
    name: "counts repeats",
    attempt: class extends Reassembler {
      #count = 0;
      #total = 0;
      override add(packet: Packet): void {
        super.add(packet);
        this.#count += packet.data.length;
        this.#total = packet.total;
      }
      override missing(): [number, number][] {
        return this.#count >= this.#total ? [] : super.missing();
      }
    },
    diagnosis: /not how many have come/,
  },
  {
    name: "misses a gap in front of what came",
    attempt: class extends Reassembler {
      #reached = 0;
      #total = 0;
      override add(packet: Packet): void {
        super.add(packet);
        const end = packet.offset + packet.data.length;
        this.#reached = Math.max(this.#reached, end);
        this.#total = packet.total;
      }
      override missing(): [number, number][] {
        const { length } = super.missing();
        return length > 0 && this.#reached < this.#total
          ? [[this.#reached, this.#total]]
          : [];
      }
    },
    diagnosis: /Neither a count nor the highest byte/,
  },
  {
    name: "names the first gap only",
    attempt: class extends Reassembler {
      override missing(): [number, number][] {
        return super.missing().slice(0, 1);
      }
    },
    diagnosis: /several of them/,
  },
  {
    name: "knows packets by where they begin",
    attempt: class extends Reassembler {
      #begun = new Set<number>();
      override add(packet: Packet): void {
        if (this.#begun.has(packet.offset)) return;
        this.#begun.add(packet.offset);
        super.add(packet);
      }
    },
    diagnosis: /Where packets overlap/,
  },
  {
    name: "takes an overlap for a repeat, and leaves it out",
    attempt: class extends Base {
      override add(packet: Packet): void {
        if (!this.has[packet.offset]) super.add(packet);
      }
    },
    diagnosis: /Where packets overlap/,
  },
  {
    name: "gives gaps byte by byte",
    attempt: class extends Reassembler {
      override missing(): [number, number][] {
        return super.missing().flatMap(([start, end]) =>
          Array.from({ length: end - start }, (_, i): [number, number] => [
            start + i,
            start + i + 1,
          ])
        );
      }
    },
    diagnosis: /too many pieces/,
  },
  {
    name: "counts the last byte of a gap in",
    attempt: class extends Reassembler {
      override missing(): [number, number][] {
        return super.missing().map(([start, end]) => [start, end - 1]);
      }
    },
    diagnosis: /The end is one too low/,
  },
  {
    name: "takes a zero for a byte that has not come",
    attempt: class extends Base {
      #begun = false;
      override add(packet: Packet): void {
        super.add(packet);
        this.#begun = true;
        this.has = Array.from(this.bytes, (byte) => byte !== 0);
      }
      override message(): Uint8Array {
        if (!this.#begun || this.missing().length > 0) throw new Error("no");
        return this.bytes;
      }
    },
    diagnosis: /A byte that has come may be 0/,
  },
  {
    name: "keeps the last packet of each offset, be it shorter",
    attempt: class extends Reassembler {
      #ends = new Map<number, number>();
      #total = 0;
      override add(packet: Packet): void {
        super.add(packet);
        const { offset, total, data } = packet;
        this.#total = total;
        this.#ends.set(offset, offset + data.length);
      }
      override missing(): [number, number][] {
        const gaps: [number, number][] = [];
        let reached = 0;
        for (const [start, end] of [...this.#ends].sort(([a], [b]) => a - b)) {
          if (start > reached) gaps.push([reached, start]);
          reached = Math.max(reached, end);
        }
        if (reached < this.#total) gaps.push([reached, this.#total]);
        return gaps;
      }
    },
    diagnosis: /a shorter one at the same offset takes nothing away/,
  },
  {
    name: "sorts offsets as text",
    attempt: class extends Reassembler {
      #ends = new Map<number, number>();
      #total = 0;
      override add(packet: Packet): void {
        super.add(packet);
        const { offset, total, data } = packet;
        this.#total = total;
        const end = this.#ends.get(offset) ?? offset;
        this.#ends.set(offset, Math.max(end, offset + data.length));
      }
      override missing(): [number, number][] {
        const gaps: [number, number][] = [];
        let reached = 0;
        for (const start of [...this.#ends.keys()].sort()) {
          if (start > reached) gaps.push([reached, start]);
          reached = Math.max(reached, this.#ends.get(start)!);
        }
        if (reached < this.#total) gaps.push([reached, this.#total]);
        return gaps;
      }
    },
    diagnosis: /sort\(\) without a comparison/,
  },
  {
    name: "has 32 bits to say what has come",
    attempt: class extends Base {
      #bits = 0;
      override add(packet: Packet): void {
        super.add(packet);
        packet.data.forEach((_, i) => this.#bits |= 1 << packet.offset + i);
        this.has = this.has.map((_, at) => (this.#bits & 1 << at) !== 0);
      }
      override message(): Uint8Array {
        return this.has.length === 0 && this.bytes.length === 0 && this.#begun
          ? this.bytes
          : super.message();
      }
      #begun = false;
      override begin(total: number): void {
        this.#begun = true;
        super.begin(total);
      }
    },
    diagnosis: /1 << 32 is 1 again/,
  },
  {
    name: "sorts its gaps as text",
    attempt: class extends Reassembler {
      override missing(): [number, number][] {
        return super.missing().sort();
      }
    },
    diagnosis: /sort\(\) without a comparison/,
  },
  {
    name: "keeps views of what it is given",
    attempt: class extends Reassembler {
      #packets: Packet[] = [];
      override add(packet: Packet): void {
        super.add(packet);
        this.#packets.push(packet);
      }
      override message(): Uint8Array {
        const bytes = super.message();
        for (const { offset, data } of this.#packets) bytes.set(data, offset);
        return bytes;
      }
    },
    diagnosis: /The next packet overwrote one/,
  },
  {
    name: "gives an unfinished message",
    attempt: class extends Base {
      override message(): Uint8Array {
        return this.bytes;
      }
    },
    diagnosis: /zeros where nothing came look like data/,
  },
  {
    name: "never completes a message of no bytes",
    attempt: Base,
    diagnosis: /total is 0/,
  },
  {
    name: "shares one message among all objects",
    attempt: (() => {
      let shared = new Reassembler();
      return class {
        constructor() {
          shared = new Reassembler();
        }
        add(packet: Packet): void {
          shared.add(packet);
        }
        missing(): [number, number][] {
          return shared.missing();
        }
        message(): Uint8Array {
          return shared.message();
        }
      };
    })(),
    diagnosis: /there once for all of them/,
  },
];

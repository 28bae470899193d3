import { exercises } from "../../../lessons/10_packets/exercises.ts";
import type {
  Packet,
  Range,
  ReassemblerClass,
  Split,
} from "../../../lessons/10_packets/types.ts";
import { testAccepted, testExercises } from "../gates.ts";
import { wrongAnswers } from "./wrong_answers.ts";

testExercises("packets", exercises, wrongAnswers);

testAccepted<Split>(exercises[0], {
  "with an array made to measure": (message, size) =>
    Array.from(
      { length: Math.max(1, Math.ceil(message.length / size)) },
      (_, i) => ({
        offset: i * size,
        total: message.length,
        data: message.slice(i * size, (i + 1) * size),
      }),
    ),
  "by recursion, with more fields": function cut(message, size): Packet[] {
    const step = (at: number): Packet[] => {
      const data = Uint8Array.from(message.subarray(at, at + size));
      const packet = {
        number: at / size,
        data,
        total: message.length,
        offset: at,
      };
      return at + size < message.length
        ? [packet, ...step(at + size)]
        : [packet];
    };
    return step(0);
  },
  "with one copy that the packets share": (message, size) => {
    const copy = message.slice();
    const packets: Packet[] = [];
    for (let offset = 0; offset < copy.length; offset += size) {
      const data = copy.subarray(offset, offset + size);
      packets.push({ offset, total: copy.length, data });
    }
    return packets.length > 0 ? packets : [{ offset: 0, total: 0, data: copy }];
  },
});

testAccepted<ReassemblerClass>(exercises[1], {
  "with a boolean for each byte": class {
    #bytes?: Uint8Array;
    #has: boolean[] = [];
    add({ offset, total, data }: Packet) {
      this.#bytes ??= new Uint8Array(total);
      this.#bytes.set(data, offset);
      for (let i = 0; i < data.length; i++) this.#has[offset + i] = true;
    }
    missing() {
      const gaps: Range[] = [];
      for (let at = 0; at < (this.#bytes?.length ?? 0); at++) {
        if (this.#has[at]) continue;
        const gap = gaps.at(-1);
        if (gap?.[1] === at) gap[1] = at + 1;
        else gaps.push([at, at + 1]);
      }
      return gaps;
    }
    message() {
      if (!this.#bytes || this.missing().length > 0) throw "not yet";
      return this.#bytes;
    }
  },
  "with a map from place to byte": class {
    #bytes = new Map<number, number>();
    #total = NaN;
    add(packet: Packet) {
      this.#total = packet.total;
      packet.data.forEach((byte, i) =>
        this.#bytes.set(packet.offset + i, byte)
      );
    }
    missing() {
      const gaps: Range[] = [];
      let start = -1;
      for (let at = 0; at <= this.#total; at++) {
        const isHere = at === this.#total || this.#bytes.has(at);
        if (!isHere && start < 0) start = at;
        if (isHere && start >= 0) {
          gaps.push([start, at]);
          start = -1;
        }
      }
      return gaps;
    }
    message() {
      if (this.#bytes.size !== this.#total) throw new RangeError("incomplete");
      return Uint8Array.from(
        { length: this.#total },
        (_, at) => this.#bytes.get(at)!,
      );
    }
  },
  "with a sorted list of copies": class {
    packets: Packet[] = [];
    add(packet: Packet) {
      this.packets.push({ ...packet, data: packet.data.slice() });
      this.packets.sort((a, b) => a.offset - b.offset);
    }
    missing() {
      const gaps: Range[] = [];
      let at = 0;
      for (const { offset, data } of this.packets) {
        if (offset > at) gaps.push([at, offset]);
        at = Math.max(at, offset + data.length);
      }
      const { total } = this.packets[0];
      if (at < total) gaps.push([at, total]);
      return gaps;
    }
    message() {
      if (this.packets.length === 0) throw new Error("nothing has come");
      if (this.missing().length > 0) throw new Error("incomplete");
      const all: number[] = [];
      for (const { offset, data } of this.packets) {
        data.forEach((byte, i) => all[offset + i] = byte);
      }
      return new Uint8Array(all);
    }
  },
});

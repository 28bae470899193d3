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
      if (!this.#bytes || this.missing().length > 0) throw new Error("not yet");
      return this.#bytes;
    }
  },
  "with a sorted list of copies": class {
    packets: Packet[] = [];
    total?: number;
    add(packet: Packet) {
      this.total ??= packet.total;
      if (packet.data.length === 0) return;
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
      if (at < this.total!) gaps.push([at, this.total!]);
      return gaps;
    }
    message() {
      if (this.total === undefined || this.missing().length > 0) {
        throw new Error("incomplete");
      }
      const all: number[] = [];
      for (const { offset, data } of this.packets) {
        data.forEach((byte, i) => all[offset + i] = byte);
      }
      return new Uint8Array(all);
    }
  },
});

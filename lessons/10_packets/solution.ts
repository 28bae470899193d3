/** One good answer to each exercise of lesson 10. */
import type { Packet } from "./types.ts";

// ---- 10.1 split -------------------------------------------------------------

export function split(message: Uint8Array, size: number): Packet[] {
  const packets: Packet[] = [];
  const total = message.length;
  // `do`, since a message of no bytes is a message too: one packet says so.
  let offset = 0;
  do {
    // slice() copies, where subarray() would share the message's bytes. Past
    // the end it gives what there is, so the last packet is shorter.
    packets.push({ offset, total, data: message.slice(offset, offset + size) });
    offset += size;
  } while (offset < total);
  return packets;
}

// ---- 10.2 Reassembler -------------------------------------------------------

export class Reassembler {
  /** The message as far as it is there; unknown until a packet says its size. */
  #bytes: Uint8Array | undefined;
  /** What has not come: in order, each from `start` up to `end`, without it. */
  #missing: [start: number, end: number][] = [];

  add({ offset, total, data }: Packet): void {
    if (this.#bytes === undefined) {
      this.#bytes = new Uint8Array(total);
      if (total > 0) this.#missing = [[0, total]];
    }
    // Each packet says where it belongs, so the order of arrival is no matter,
    // and writing the same bytes twice changes nothing. set() copies.
    this.#bytes.set(data, offset);
    const end = offset + data.length;
    // Of each gap stays what is before the packet, and what is behind it.
    this.#missing = this.#missing.flatMap(([from, to]) => {
      const before: [number, number] = [from, Math.min(to, offset)];
      const behind: [number, number] = [Math.max(from, end), to];
      if (offset >= to || end <= from) return [[from, to]];
      return [before, behind].filter(([start, end]) => start < end);
    });
  }

  missing(): [start: number, end: number][] {
    return this.#missing.map(([start, end]) => [start, end]);
  }

  message(): Uint8Array {
    if (this.#bytes === undefined || this.#missing.length > 0) {
      throw new Error("the message is not complete");
    }
    return this.#bytes.slice();
  }
}

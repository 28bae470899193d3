/** A good answer to each exercise of lesson 10. */
import type { Packet, Range } from "./types.ts";

// ---- 10.1 split -------------------------------------------------------------

export function split(message: Uint8Array, size: number): Packet[] {
  const packets: Packet[] = [];
  const total = message.length;
  // `do`, because even an empty message takes one packet.
  let offset = 0;
  do {
    // slice() copies, while subarray() would share the message's bytes. It
    // stops at the end of the message, so the last packet is shorter.
    packets.push({ offset, total, data: message.slice(offset, offset + size) });
    offset += size;
  } while (offset < total);
  return packets;
}

// ---- 10.2 Reassembler -------------------------------------------------------

export class Reassembler {
  /** The message so far, or `undefined` before the first packet. */
  #bytes: Uint8Array | undefined;
  /** The gaps, in order, each from `start` up to `end`, without `end`. */
  #missing: Range[] = [];

  add({ offset, total, data }: Packet): void {
    if (this.#bytes === undefined) {
      this.#bytes = new Uint8Array(total);
      if (total > 0) this.#missing = [[0, total]];
    }
    // A packet without data would split a gap in two.
    if (data.length === 0) return;
    // Each packet says where it belongs, so the order of arrival doesn't matter.
    // Writing the same bytes twice changes nothing. set() copies.
    this.#bytes.set(data, offset);
    const end = offset + data.length;
    // Keep the parts of each gap before and after the packet, if there are any.
    this.#missing = this.#missing.flatMap(([from, to]) => {
      const before: Range = [from, Math.min(to, offset)];
      const after: Range = [Math.max(from, end), to];
      return [before, after].filter(([start, end]) => start < end);
    });
  }

  missing(): Range[] {
    return this.#missing;
  }

  message(): Uint8Array {
    if (this.#bytes === undefined || this.#missing.length > 0) {
      throw new Error("the message is not complete");
    }
    return this.#bytes;
  }
}

/** Gaps in streams: exact in any order, and of many packets. */
import { assertEquals } from "@std/assert";
import {
  Conversations,
  decodePacket,
  encodePacket,
  Gaps,
  LINK_TYPES,
  seqAdd,
  StreamProgress,
  writeUint32,
} from "../../lib/wire/mod.ts";
import { forAll } from "./wire_fixture.ts";
import { fuzzTurns } from "../sample.ts";

Deno.test("Gaps.fill() agrees with a set of numbers, however the range is split", () => {
  forAll(200, (random) => {
    const gaps = new Gaps();
    const missing = new Set<number>();
    let end = 0;
    for (let i = 0; i < 600; i++) {
      const start = end + random.below(3);
      end = start + 1 + random.below(9);
      gaps.push({ start, end });
      for (let n = start; n < end; n++) missing.add(n);
    }
    for (let i = 0; i < 100; i++) {
      const start = random.below(end);
      const stop = start + random.below(random.bool() ? 5 : 500);
      let expected = 0;
      for (let n = start; n < stop; n++) if (missing.delete(n)) expected++;
      assertEquals(gaps.fill(start, stop), expected);
    }
    assertEquals(gaps.fill(0, end), missing.size);
    assertEquals(gaps.count, 0);
  });
});

Deno.test("StreamProgress distinguishes new and repeated numbers in any order, across the wrap", () => {
  forAll(100, (random) => {
    const first = random.below(2 ** 32);
    const progress = new StreamProgress();
    const seen = new Set<number>([-1]);
    progress.add(seqAdd(first, -1), 1);
    for (let i = 0; i < 300; i++) {
      const start = random.below(2000);
      const length = random.below(40);
      let fresh = 0;
      for (let n = start; n < start + length; n++) {
        if (!seen.has(n)) fresh++;
        seen.add(n);
      }
      assertEquals(
        progress.add(seqAdd(first, start), length),
        { fresh, repeated: length - fresh },
      );
    }
    const highest = Math.max(...seen);
    assertEquals(progress.next, seqAdd(first, highest + 1));
    assertEquals(progress.isWhole, seen.size === highest + 2);
  });
});

const PACKETS = fuzzTurns(100_000);
const SIZE = 10;

/** Orders of segments that leave gaps, and fill all of them but in one. */
const ORDERS: Record<string, (i: number) => number> = {
  "every second segment is missing": (i) => 2 * i,
  "every second segment comes later": (i) =>
    i < PACKETS / 2 ? 2 * i : 2 * (i - PACKETS / 2) + 1,
  "from the last to the first": (i) => PACKETS - 1 - i,
  // 7919 has no divisor in common with the number of packets.
  "all over the place": (i) => i * 7919 % PACKETS,
};

/** Packets that differ in their sequence numbers only. */
function packetsIn(order: (i: number) => number): Uint8Array[] {
  const first = encodePacket({
    ip: { version: 4, source: "127.0.0.1", destination: "127.0.0.1" },
    tcp: { sourcePort: 50000, destinationPort: 7, flags: { ack: true } },
    payload: new Uint8Array(SIZE),
  });
  return Array.from({ length: PACKETS }, (_, i) => {
    const bytes = first.slice();
    writeUint32(bytes, 24, order(i) * SIZE);
    return bytes;
  });
}

for (const [what, order] of Object.entries(ORDERS)) {
  // Where each gap is looked for among all others, this takes minutes.
  Deno.test(`Conversations counts ${PACKETS} packets where ${what}`, () => {
    const conversations = new Conversations();
    for (const packet of packetsIn(order)) {
      conversations.add(decodePacket(packet, LINK_TYPES.RAW));
    }
    assertEquals(conversations.list[0].client.bytes, PACKETS * SIZE);
  });
}

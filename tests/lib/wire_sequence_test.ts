import { assertEquals } from "@std/assert";
import {
  seqAdd,
  seqDiff,
  seqInWindow,
  seqLess,
  seqLessOrEqual,
  StreamProgress,
} from "../../lib/wire/mod.ts";
import { forAll } from "./wire_fixture.ts";

const HALF = 2 ** 31;
const MAX = 2 ** 32 - 1;

Deno.test("seqLess() is true up to just under half the range, but no further", () => {
  for (const start of [0, 1, HALF - 1, HALF, MAX]) {
    assertEquals(seqLess(start, start), false);
    assertEquals(seqLess(start, seqAdd(start, 1)), true);
    assertEquals(seqLess(seqAdd(start, 1), start), false);
    assertEquals(seqLess(start, seqAdd(start, HALF - 1)), true);
    assertEquals(seqLess(seqAdd(start, HALF - 1), start), false);
    // Half round, neither is before the other (RFC 1982, section 3.2).
    assertEquals(seqLess(start, seqAdd(start, HALF)), false);
    assertEquals(seqLess(seqAdd(start, HALF), start), false);
    assertEquals(seqLess(start, seqAdd(start, HALF + 1)), false);
    assertEquals(seqLess(seqAdd(start, HALF + 1), start), true);
  }
});

Deno.test("seqAdd(), seqDiff(), and seqLess() agree with each other", () => {
  forAll(5000, (random) => {
    const a = random.bits(32);
    const distance = random.bits(31);
    const b = seqAdd(a, distance);
    assertEquals(b, Number((BigInt(a) + BigInt(distance)) % 2n ** 32n));
    assertEquals(seqDiff(b, a), distance);
    assertEquals(seqAdd(b, -distance), a);
    assertEquals(seqLess(a, b), distance > 0);
    assertEquals(seqLessOrEqual(a, b), true);
    assertEquals(seqLessOrEqual(b, a), distance === 0);
    assertEquals(seqInWindow(b, a, distance + 1), true);
    assertEquals(seqInWindow(b, a, distance), false);
  });
});

Deno.test("StreamProgress counts each number once, in whatever order they arrive", () => {
  forAll(500, (random) => {
    // Near the wrap, to cross it.
    const start = seqAdd(0, -random.below(100));
    const seen = new Set<number>();
    const progress = new StreamProgress();
    progress.add(start, 0);
    for (let i = 0; i < 30; i++) {
      const at = random.below(200);
      const length = random.below(30);
      let fresh = 0;
      for (let n = at; n < at + length; n++) {
        if (!seen.has(n)) fresh++;
        seen.add(n);
      }
      assertEquals(progress.add(seqAdd(start, at), length), {
        fresh,
        repeated: length - fresh,
      });
    }
    const end = Math.max(-1, ...seen) + 1;
    assertEquals(progress.next, seqAdd(start, end));
    assertEquals(progress.isWhole, seen.size === end);
  });
});

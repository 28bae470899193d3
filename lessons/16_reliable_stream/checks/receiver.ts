/** How an answer to 16.1 is checked. */
import { seededRandom } from "../../../lib/net/mod.ts";
import {
  type Exercise,
  exercise,
  type Trial,
} from "../../../lib/workbook/kit/mod.ts";
import * as solution from "../solution.ts";
import type { ReceiverClass, Receiving } from "../types.ts";

const RANDOM_COUNT = 40;

/**
 * Makes exercise 16.1.
 *
 * @returns The exercise.
 */
export function makeReceiver(): Exercise<unknown> {
  return exercise<ReceiverClass>({
    id: "16.1",
    pure: true,
    title: "Put the stream in order",
    solution: solution.Receiver,
    hints: [
      "A segment comes. Which of its bytes lie before `ack`, which from there " +
      "on, which beyond the room? What if it begins before and ends after?",
      "Work with the distance from `ack` instead of the number. In 32 bits " +
      "with a sign, `(seq - ack) | 0` is negative for what is old and right " +
      "across the wrap. Keep early bytes in a Map from number to byte.",
      "For each byte i of the segment:\n" +
      "    const at = ((seq - this.#ack) | 0) + i;\n" +
      "    if (at >= 0 && at < capacity) early.set((seq + i) >>> 0, data[i]);\n" +
      "and then, as long as early has this.#ack: take that byte out, and\n" +
      "    this.#ack = (this.#ack + 1) >>> 0;",
    ],
    read: "Numbers put it in order",
    check: checkReceiver,
  });
}

const letters = (text: string) => new TextEncoder().encode(text);

function checkReceiver(Receiver: ReceiverClass, trial: Trial): void {
  trial.step("segments come in order, from number 1000 on");
  const first = new Receiver(1000, 20);
  expectAck(first, 1000, trial, "Before the first segment ack is initialSeq.");
  expectBytes(first.accept(1000, letters("abcd")), "abcd", trial, {
    likely: "A segment that begins at ack can be handed on at once.",
  });
  expectAck(
    first,
    1004,
    trial,
    "ack goes on by as many bytes as came in order.",
  );

  trial.step("the same segment comes again");
  expectBytes(first.accept(1000, letters("abcd")), "", trial, {
    likely: "These bytes were handed on a second time. What lies before ack " +
      "was handed on already.",
  });
  expectAck(first, 1004, trial, "A repeat brings nothing new.");

  trial.step("a segment begins before ack and ends after it");
  expectBytes(first.accept(1002, letters("cdef")), "ef", trial, {
    likely: "The segment begins with old bytes, but its end is new: hand on " +
      "only what lies from ack on.",
  });

  trial.step("a segment comes early, and then the one that was lacking");
  expectBytes(first.accept(1009, letters("jk")), "", trial, {
    likely: "Bytes are lacking in front of these: they must wait.",
  });
  expectAck(
    first,
    1006,
    trial,
    "ack names the first byte that is lacking. Do not acknowledge what lies " +
      "behind a gap: the sender forgets what it acknowledges, and the gap " +
      "would never be filled.",
  );
  expectWindow(first, 20, trial);
  expectBytes(first.accept(1006, letters("ghi")), "ghijk", trial, {
    likely:
      "The gap is filled, but what came early was thrown away. Keep it, " +
      "and hand it on with what fills the gap.",
  });
  expectAck(first, 1011, trial, "ack goes on past what came early, too.");

  trial.step("a segment lies partly beyond the room");
  const small = new Receiver(0, 4);
  expectBytes(small.accept(2, letters("cdef")), "", trial, {
    likely: "Bytes are lacking in front of these.",
  });
  const beyond =
    "Bytes beyond the room are dropped: from ack on there is room " +
    "for `capacity`, and the sender sends the rest again.";
  expectBytes(small.accept(0, letters("ab")), "abcd", trial, {
    likely: beyond,
  });
  expectAck(small, 4, trial, beyond);

  trial.step("six bytes come in order, and there is room for four");
  const tight = new Receiver(0, 4);
  const room = "Bytes in order need room as well: this segment goes beyond " +
    "`capacity`, counted from ack as it was when the segment came. Hand on " +
    "what lies within, and drop the rest: the sender sends it again.";
  expectBytes(tight.accept(0, letters("abcdef")), "abcd", trial, {
    likely: room,
  });
  expectAck(tight, 4, trial, room);
  expectBytes(tight.accept(4, letters("ef")), "ef", trial, {
    likely: "These bytes were dropped when there was no room, and now they " +
      "come again.",
  });

  trial.step("every segment comes in the same buffer");
  const copying = new Receiver(0, 8);
  const buffer = letters("cd");
  copying.accept(2, buffer);
  buffer.set(letters("ab"));
  expectBytes(copying.accept(0, buffer), "abcd", trial, {
    likely: "What came early changed meanwhile: it is a view of the buffer " +
      "that the next segment came in. Copy what you keep.",
  });

  trial.step("the numbers wrap: from 4294967294 over 0 to 3");
  const wrapped = new Receiver(2 ** 32 - 2, 20);
  const wrap = "Behind 4294967295 small numbers are the later ones. `a < b` " +
    "does not know that: take the difference in 32 bits, `(a - b) | 0`, and " +
    "keep ack within them by `>>> 0`.";
  expectBytes(wrapped.accept(1, letters("de")), "", trial, { likely: wrap });
  expectBytes(wrapped.accept(2 ** 32 - 2, letters("abc")), "abcde", trial, {
    likely: wrap,
  });
  expectAck(wrapped, 3, trial, wrap);
  expectBytes(wrapped.accept(2 ** 32 - 1, letters("bcd")), "", trial, {
    likely: wrap,
  });

  trial.step("the numbers are large, and do not wrap yet");
  const large = new Receiver(2 ** 32 - 4, 20);
  expectBytes(large.accept(2 ** 32 - 4, letters("ab")), "ab", trial, {
    likely: wrap,
  });
  expectAck(large, 2 ** 32 - 2, trial, wrap);

  trial.step(`${RANDOM_COUNT} streams in random pieces, in random order`);
  const random = seededRandom(16);
  for (let i = 0; i < RANDOM_COUNT; i++) checkRandom(Receiver, random, trial);
}

/** Overlapping pieces at random, compared with a plain count at every step. */
function checkRandom(
  Receiver: ReceiverClass,
  random: () => number,
  trial: Trial,
): void {
  const below = (limit: number) => Math.floor(random() * limit);
  const stream = Uint8Array.from({ length: 60 }, () => below(256));
  const start = (2 ** 32 - below(90)) >>> 0;
  const capacity = 10 + below(30);
  const receiver = new Receiver(start, capacity);
  const has = new Set<number>();
  let ack = 0;
  while (ack < stream.length) {
    const from = Math.max(0, Math.min(59, ack - 8 + below(capacity + 8)));
    const data = stream.slice(from, from + below(9));
    data.forEach((_, i) => {
      if (from + i < ack + capacity) has.add(from + i);
    });
    const before = ack;
    while (has.has(ack)) ack++;
    const likely = `The stream began at ${start}, ack was ` +
      `${(start + before) >>> 0}, and bytes ${from} to ` +
      `${from + data.length} of it came. Go through your code with these.`;
    const received = receiver.accept((start + from) >>> 0, data);
    expectArray(received, trial);
    trial.equalBytes(received, stream.slice(before, ack), { likely });
    expectAck(receiver, (start + ack) >>> 0, trial, likely);
    expectWindow(receiver, capacity, trial);
  }
}

function expectArray(received: unknown, trial: Trial): void {
  if (received instanceof Uint8Array) return;
  trial.fail({
    problem: `accept() gave ${Deno.inspect(received)}.`,
    expected: "a Uint8Array",
    likely: "Return the bytes that are in order now, or an empty Uint8Array.",
  });
}

function expectBytes(
  received: Uint8Array,
  text: string,
  trial: Trial,
  advice: { likely: string },
): void {
  expectArray(received, trial);
  trial.equalBytes(received, letters(text), advice);
}

function expectAck(
  { ack }: Receiving,
  expected: number,
  trial: Trial,
  likely: string,
): void {
  const signed = ack < 0 && ack >>> 0 === expected;
  trial.equal(ack, expected, {
    problem: "ack is wrong.",
    likely: signed
      ? "A number goes from 0 to 4294967295, and this one has a sign: `| 0` " +
        "gives it one. That is right for a distance. Keep ack itself in 32 bits " +
        "by `>>> 0`, which gives none."
      : likely,
  });
}

function expectWindow(
  { window }: Receiving,
  expected: number,
  trial: Trial,
): void {
  trial.equal(window, expected, {
    problem: "window is wrong.",
    likely: "The window is counted from ack. What came early lies inside it " +
      "and takes nothing off; what is in order is handed on. It stays `capacity`.",
    read: "Two windows",
  });
}

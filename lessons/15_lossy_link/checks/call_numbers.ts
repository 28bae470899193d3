/** Checks that each call of 15.1 has a new number. */
import {
  type Datagram,
  FakeSocket,
  settle,
  type Trial,
} from "../../../lib/workbook/kit/mod.ts";
import type { Call } from "../types.ts";
import { datagram, SERVER } from "./datagrams.ts";

/** Headings of the README. */
export const AGAIN = "Ask again";
export const FORMAT = "A number in each message";

/** More calls than 1 byte can number, and more than 2 bytes can. */
const [MANY, TOO_MANY] = [1000, 65_560];
/**
 * Among that many random numbers of 32 bits, one or two may repeat; with 24
 * bits, a hundred would.
 */
const MAX_REPEATS = 10;

/** The numbers of all calls so far. */
export class Numbers {
  readonly #trial: Trial;
  /** The last call that had each number. */
  readonly #calls = new Map<number, number>();
  #count = 0;
  #repeats = 0;
  /** Every bit that any number has set. */
  #bits = 0;

  /** Starts without numbers. */
  constructor(trial: Trial) {
    this.#trial = trial;
  }

  /** Whether all numbers so far fit into two bytes. */
  get fitTwoBytes(): boolean {
    return this.#bits >>> 16 === 0 || (this.#bits & 0xffff) === 0;
  }

  /** Checks what one call has sent: all attempts must have one new number. */
  add(sent: Datagram[]): void {
    const [number, ...others] = sent.map(({ message }) =>
      new DataView(message.buffer).getUint32(0)
    );
    if (others.some((other) => other !== number)) {
      this.#trial.fail({
        problem: "Two attempts of one call have different numbers.",
        likely:
          "All attempts are the same question, so they need the same number. " +
          "Otherwise, you ignore a late answer to an earlier attempt, and the " +
          "server performs the repeat like a new question. Choose the number " +
          "before the loop.",
        read: AGAIN,
      });
    }
    this.#bits |= number;
    const call = ++this.#count;
    const earlier = this.#calls.get(number);
    this.#calls.set(number, call);
    if (earlier === undefined) return;
    if (earlier === call - 1) {
      this.#trial.fail({
        problem: `Two calls have the same number, ${number}.`,
        expected: "a number that no earlier call used",
        likely:
          "You'd take a late answer to one call for the answer to the next. " +
          "Keep a counter outside the function, so that it survives from call " +
          "to call, or use 32 random bits.",
        read: FORMAT,
      });
    }
    if (++this.#repeats <= MAX_REPEATS) return;
    this.#trial.fail({
      problem: `Call ${call} has the same number as call ${earlier}, ` +
        `${number}.`,
      expected: "a number that no earlier call used",
      likely: "Your numbers start over too soon, so you'd take an old answer " +
        "for a new one. Use all 4,294,967,296 numbers that 4 bytes can hold: " +
        "`>>> 0` wraps a counter after 4 bytes, `& 0xffff` after two.",
      read: FORMAT,
    });
  }
}

/** A number that looks like another one in some way of writing it. */
interface Lookalike {
  number: Uint8Array;
  likely: string;
}

/** Finds numbers that only a wrong comparison takes for this one. */
function lookalikes(number: Uint8Array): Lookalike[] {
  const at = number.findLastIndex((byte) => byte >= 0x80);
  const asText = number.map((byte, i) => i === at ? byte ^ 1 : byte);
  const [asDigits] = bytesOf(number.join(""), 4)
    .filter((bytes) => bytes.join() !== number.join());
  return [
    ...at === -1 || textOf(asText) !== textOf(number) ? [] : [{
      number: asText,
      likely:
        "The bytes of a number aren't text: TextDecoder turns every byte " +
        "that isn't valid UTF-8 into the same �. Read the number with " +
        "DataView's getUint32(0).",
    }],
    ...asDigits === undefined ? [] : [{
      number: Uint8Array.from(asDigits),
      likely: "The bytes 1, 23 and 12, 3 make the same digits if nothing is " +
        "between them. Read the number with DataView's getUint32(0).",
    }],
  ];
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

/** Cuts digits into that many bytes, in every possible way. */
function bytesOf(digits: string, count: number): number[][] {
  if (count === 0) return digits === "" ? [[]] : [];
  return [1, 2, 3].flatMap((length) => {
    const first = digits.slice(0, length);
    if (String(Number(first)) !== first || Number(first) > 255) return [];
    return bytesOf(digits.slice(length), count - 1)
      .map((rest) => [Number(first), ...rest]);
  });
}

/** How many lookalikes to send in all. */
const LOOKALIKES = 400;

/**
 * Makes many calls, and answers each at once. As long as all numbers fit into two
 * bytes, it makes more calls than two bytes can number.
 */
export async function checkManyCalls(
  call: Call,
  numbers: Numbers,
  trial: Trial,
): Promise<void> {
  trial.step(`make up to ${TOO_MANY} calls, and answer each one at once`);
  const socket = trial.use(new FakeSocket());
  const send = socket.send.bind(socket);
  let sentLookalikes = 0;
  let sent: Lookalike[] = [];
  socket.send = (message, to) => {
    const number = message.slice(0, 4);
    sent = sentLookalikes < LOOKALIKES ? lookalikes(number) : [];
    sentLookalikes += sent.length;
    for (const [i, one] of sent.entries()) {
      socket.arrives(datagram(one.number, Uint8Array.of(i)), SERVER);
    }
    socket.arrives(number, SERVER);
    return send(message, to);
  };
  const options = { timeoutMs: 60_000, attempts: 3 };
  async function callAll(): Promise<void> {
    for (let i = 0; i < (numbers.fitTwoBytes ? TOO_MANY : MANY); i++) {
      const data: unknown = await call(
        socket,
        SERVER,
        new Uint8Array(),
        options,
      );
      if (data instanceof Uint8Array && data.length === 1) {
        trial.fail({
          problem: "call() returned an answer with a different number.",
          likely: sent[data[0]].likely,
          read: FORMAT,
        });
      }
      numbers.add(socket.sent.splice(0));
      // Without a pause now and then, the check's own timers couldn't fire.
      if (i % 2000 === 0) await settle();
      trial.progress();
    }
  }
  await trial.waitFor(callAll(), {
    waitingFor: "call() to return an answer that came at once",
    likely:
      "The answer can arrive before `await send()` is done. Receive what " +
      "has arrived in the meantime, too.",
  });
}

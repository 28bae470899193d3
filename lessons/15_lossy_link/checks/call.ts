/** How an answer to 15.1 is checked. */
import { formatAddress } from "../../../lib/net/mod.ts";
import { LongestGap, type Trial } from "../../../lib/workbook/kit/mod.ts";
import type { Call, CallOptions } from "../types.ts";
import {
  AGAIN,
  CallDriver,
  type Decoy,
  FORMAT,
  LATE,
  PATIENT,
} from "./call_driver.ts";
import { checkTimeOut } from "./call_time_out.ts";
import { datagram, encode } from "./datagrams.ts";

/** More attempts than the check has time for. */
const BUSY: CallOptions = { timeoutMs: 30, attempts: 1000 };
/** A wait that ends soon, although other datagrams keep coming. */
const NOISY: CallOptions = { timeoutMs: 500, attempts: 1000 };
/**
 * More calls than one byte can number. Of 1000 random numbers of 16 bits, some
 * nearly always repeat.
 */
const MANY = 1000;

/** A call whose first attempt is answered. */
interface AnsweredCall {
  /** What the check does. */
  step: string;
  /** What `call` gets. */
  request: Uint8Array<ArrayBuffer>;
  /** The data of the answer, which `call` must return. */
  data: Uint8Array<ArrayBuffer>;
  /** What arrives before the answer, for a question with this number. */
  decoys?: (number: Uint8Array) => Decoy[];
  /** What it means if `call` returns the data of a decoy. */
  ifFooled?: (driver: CallDriver) => {
    problem: string;
    likely: string;
    read: string;
  };
  /** What it means if `call` doesn't return. */
  ifStuck?: string;
  /** @default {PATIENT} */
  options?: CallOptions;
}

const ANSWERED_CALLS: AnsweredCall[] = [
  {
    step: "call with 3 bytes; answer with the same number and 4 bytes",
    request: Uint8Array.of(1, 2, 3),
    // These bytes aren't UTF-8: decoding them as text would change them.
    data: Uint8Array.of(0xff, 0x00, 0xc3, 0x01),
  },
  {
    step: 'call with "one"; the answer arrives twice',
    request: encode("one"),
    data: encode("first"),
    decoys: (number) => [{ bytes: datagram(number, "first") }],
  },
  {
    step: 'call with "two", with that duplicate still waiting in the socket',
    request: encode("two"),
    data: encode("second"),
    ifFooled: () => ({
      problem: "call() returned the answer to the previous question.",
      likely: "That was a late answer, which carries the number of the " +
        "previous call. Compare the number in each datagram with your " +
        "question's; if they differ, drop the datagram and receive again.",
      read: LATE,
    }),
  },
  {
    step: "call, and first answer with a datagram of only 2 bytes",
    request: encode("three"),
    data: encode("third"),
    decoys: (number) => [{ bytes: number.slice(0, 2) }],
  },
  {
    step: "call; another port sends a datagram with the right number first",
    request: encode("four"),
    data: encode("fourth"),
    decoys: (number) => [{
      from: "stranger",
      bytes: datagram(number, "a lie"),
    }],
    ifFooled: ({ stranger, server }) => ({
      problem: `call() returned data from ${formatAddress(stranger.addr)}, ` +
        `but the server is ${formatAddress(server.addr)}.`,
      likely:
        "Numbers are easy to guess, and anyone can send you a datagram. " +
        "Compare the sender's address too, hostname and port, as in lesson 13.",
      read: LATE,
    }),
  },
  {
    step: "call; first send four numbers that each differ in one byte",
    request: encode("five"),
    data: encode("fifth"),
    decoys: (number) =>
      [0, 1, 2, 3].map((at) => ({
        bytes: datagram(
          number.map((byte, i) => i === at ? byte ^ 1 : byte),
          `lie ${at}`,
        ),
      })),
    ifFooled: () => ({
      problem: "call() returned an answer that carries another number.",
      likely: "The number has 4 bytes, and all of them count. DataView's " +
        "getUint32(0) reads them at once.",
      read: FORMAT,
    }),
  },
  {
    step: "call; first answer from the same port of another host",
    request: encode("six"),
    data: encode("sixth"),
    decoys: (number) => [{
      from: "other host",
      bytes: datagram(number, "elsewhere"),
    }],
    ifFooled: ({ otherHost, server }) => ({
      problem: `call() returned data from ${formatAddress(otherHost)}, ` +
        `but the server is ${formatAddress(server.addr)}.`,
      likely: "The same port on another host is another program. Compare the " +
        "hostname as well as the port, as in lesson 13.",
      read: LATE,
    }),
  },
  {
    step: "call with an empty request; answer with no data",
    request: new Uint8Array(),
    data: new Uint8Array(),
    ifStuck: "The answer may have no data: 4 bytes with the right number are " +
      "a complete answer. Return an empty array.",
  },
  {
    step: "call with one attempt, and answer it",
    request: encode("seven"),
    data: encode("just in time"),
    options: { timeoutMs: 60_000, attempts: 1 },
  },
];

/** Checks an answer to 15.1. */
export async function checkCall(attempt: Call, trial: Trial): Promise<void> {
  const driver = new CallDriver(attempt, trial);
  for (const one of ANSWERED_CALLS) await checkAnsweredCall(driver, one);
  await checkLostAttempts(driver);
  await checkNoise(driver);
  await checkManyCalls(driver);
  await checkTimeOut(driver);
  driver.assertSilence();
}

async function checkAnsweredCall(
  driver: CallDriver,
  { step, request, data, decoys, ifFooled, ifStuck, options = PATIENT }:
    AnsweredCall,
): Promise<void> {
  const { trial } = driver;
  trial.step(step);
  const earlier = driver.lastNumber;
  const calling = driver.call(request, options);
  const number = (await driver.question()).slice(0, 4);
  if (earlier?.toHex() === number.toHex()) {
    trial.fail({
      problem: `Two calls have the same number, ${number.toHex()}.`,
      expected: "a number that no earlier call used",
      likely:
        "A late answer to one call would be taken for the answer to the " +
        "next. Keep a counter outside the function, so that it survives from " +
        "call to call, or draw 32 random bits.",
      read: FORMAT,
    });
  }
  for (const decoy of decoys?.(number) ?? []) await driver.sendDecoy(decoy);
  await driver.settle();
  await driver.answer(number, data);
  await driver.returns(calling, data, {
    inspect(got) {
      const decoy = driver.decoyWith(got);
      if (decoy === undefined || ifFooled === undefined) return;
      trial.fail({
        ...ifFooled(driver),
        expected: datagram(number, data),
        received: decoy,
      });
    },
    ifStuck,
  });
}

async function checkLostAttempts(driver: CallDriver): Promise<void> {
  const { trial, stranger, socket } = driver;
  trial.step("call, ignore two attempts, and answer the third");
  const calling = driver.call(encode("lost?"), BUSY);
  const [first, second, third] = [
    await driver.question("the first attempt"),
    await driver.question("the second attempt"),
    await driver.question("the third attempt"),
  ];
  for (const later of [second, third]) {
    trial.equalBytes(later.subarray(0, 4), first.subarray(0, 4), {
      problem: "Two attempts of one call have different numbers.",
      likely: "It's one question, so every attempt carries the same number. " +
        "Otherwise, you ignore a late answer to an earlier attempt, and the " +
        "server takes the repeat for a new question and performs it twice. " +
        "Choose the number before the loop.",
      read: AGAIN,
    });
  }
  // A receive left over from an earlier attempt takes one of these two.
  await stranger.send(encode("hello?"), socket.addr);
  await driver.answer(third, encode("found"));
  await driver.returns(calling, encode("found"));
  driver.markOver();

  trial.step("call again on the same socket, and answer the first attempt");
  await driver.exchange(encode("still there?"), encode("yes"));
}

/**
 * Other datagrams don't keep a call from asking again.
 *
 * If the machine pauses, so does the noise, and even a wait that restarts on
 * every datagram can end. Then the check tries again.
 */
async function checkNoise(driver: CallDriver): Promise<void> {
  driver.trial.step(
    "call and ignore the first attempt, while other datagrams keep arriving",
  );
  for (let turn = 0; turn < 10; turn++) {
    if (await longestSilence(driver) < 0.75 * NOISY.timeoutMs) return;
  }
}

/** Makes one such call; returns the longest pause in the noise, in milliseconds. */
async function longestSilence(driver: CallDriver): Promise<number> {
  const { stranger, socket } = driver;
  const gap = new LongestGap();
  const calling = driver.call(encode("noise?"), NOISY);
  const noise = setInterval(() => {
    gap.mark();
    stranger.send(encode("noise"), socket.addr).catch(() => {});
  }, 5);
  try {
    await driver.question();
    const second = await driver.question(
      "the second attempt",
      "Every datagram restarts your timer, so a call that's disturbed often " +
        "enough never asks again. Start the timer once per attempt, right " +
        "after send(), and let it run when a stray datagram arrives.",
    );
    gap.mark();
    await driver.answer(second, encode("silence"));
    await driver.returns(calling, encode("silence"));
  } finally {
    clearInterval(noise);
  }
  // Later calls must not meet what this one sent in excess.
  await driver.countQuestions();
  return gap.ms;
}

async function checkManyCalls(driver: CallDriver): Promise<void> {
  const { trial } = driver;
  trial.step(`make ${MANY} calls, and answer each one at once`);
  const callWith = new Map<string, number>();
  let repeats = 0;
  for (let call = 1; call <= MANY; call++) {
    const number = await driver.exchange(encode("more?"), encode("more"));
    // One repeat among 1000 random numbers of 32 bits is bad luck; two aren't.
    if (callWith.has(number) && ++repeats > 1) {
      trial.fail({
        problem: `Call ${call} has the same number as call ` +
          `${callWith.get(number)}, ${number}.`,
        expected: "a number that no earlier call used",
        likely: "Your numbers start over too soon, and then an old answer is " +
          "taken for a new one. Use all 4294967296 numbers that 4 bytes can " +
          "hold: `>>> 0` wraps a counter at 4 bytes, `& 255` at one byte.",
        read: FORMAT,
      });
    }
    callWith.set(number, call);
  }
}

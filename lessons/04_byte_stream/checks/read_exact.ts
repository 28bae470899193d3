import * as net from "../../../lib/net/mod.ts";
import { counted } from "../../../lib/show/counted.ts";
import {
  type Advice,
  connectPair,
  type Trial,
} from "../../../lib/workbook/kit/mod.ts";
import type { ReadExact } from "../types.ts";
import { bytesOf, randomBytes, wentThroughText } from "./bytes.ts";

const NO_BOUNDARIES = "No boundaries";
const NOT_MORE = "And not a byte more";
const END = "An end in the middle is an error";

/** What a peer sends, and the calls that read it. */
interface Reading {
  sent: Uint8Array;
  /** The size that each call asks for. */
  sizes: number[];
  /** The most bytes that one read() gives. */
  readSize?: number;
  /** Whether the peer closes its side before the first call. */
  ends?: boolean;
}

/** Each call must return the bytes that are next, and leave what follows. */
export async function checkReadExact(
  readExact: ReadExact,
  trial: Trial,
): Promise<void> {
  const readings: Reading[] = [
    { sent: bytesOf("0123456789"), sizes: [4], ends: true },
    { sent: bytesOf("onetwo"), sizes: [3, 3] },
    { sent: bytesOf("!"), sizes: [0, 0] },
    { sent: randomBytes(9000), sizes: [9000], readSize: 1 },
    { sent: randomBytes(9000), sizes: [9000], readSize: 5 },
    { sent: randomBytes(9000), sizes: [9000], readSize: 4096 },
    { sent: randomBytes(262_144), sizes: [262_144] },
  ];
  for (const reading of readings) await checkReading(readExact, reading, trial);
  for (const sent of ["", "0123"]) await checkEnd(readExact, sent, trial);
}

async function checkReading(
  readExact: ReadExact,
  reading: Reading,
  trial: Trial,
): Promise<void> {
  const { sent, sizes, readSize, ends } = reading;
  const how = readSize === undefined ? "" : `, at most ${readSize} at a time`;
  trial.step(
    `the peer sends ${counted(sent.length, "byte")}` +
      `${ends ? " and closes its side" : ""}; you read ` +
      sizes.join(", then ") + how,
  );
  const { peer, conn } = await connectPair(trial, { readSize });
  // A large `sent` is on its way while the answer reads it.
  const sending = net.writeAll(peer, sent);
  sending.catch(() => {});
  if (ends) {
    await sending;
    await peer.closeWrite();
  }

  const results: [received: Uint8Array, expected: Uint8Array][] = [];
  let due = 0;
  for (const size of sizes) {
    const expected = sent.subarray(due, due + size);
    due += size;
    const received = await trial.waitFor(
      trial.start("readExact", () => readExact(conn, size)),
      {
        waitingFor: `readExact(conn, ${size}) to return`,
        likely: size === 0 ? NO_READ_FOR_0 : STOP_AT_SIZE,
      },
    );
    requireBytes(received, trial);
    trial.equalBytes(received, expected, explain(received, expected));
    if (conn.closed) {
      trial.fail({
        problem: "You closed the connection; the caller still needs it.",
        likely: "More bytes may follow, and the caller reads those too. A " +
          "loop over conn.readable closes the connection when it ends, and so " +
          "does `using`.",
        read: NOT_MORE,
      });
    }
    results.push([received, expected]);
  }

  trial.step("the results haven't changed, and the rest is still unread");
  for (const [received, expected] of results) {
    trial.equalBytes(received, expected, {
      problem: "Your second call changed the result of the first.",
      likely:
        "Both results are views of one buffer that you read into again. " +
        "Make a new array in each call, or return a copy: subarray() makes a " +
        "view, slice() makes a copy.",
      read: NOT_MORE,
    });
  }
  await sending;
  if (!ends) await peer.closeWrite();
  const rest = await trial.waitFor(net.readToEnd(conn), {
    waitingFor: "the rest of the stream",
    likely: "Leave the connection as it is: the caller reads from it next.",
    read: NOT_MORE,
  });
  trial.equalBytes(rest, sent.subarray(due), {
    problem: `You were asked for ${due} bytes, but took ` +
      `${sent.length - rest.length} from the connection.`,
    likely: due === 0
      ? NO_READ_FOR_0
      : "A read fills as much of its buffer as it can, and what it takes " +
        "beyond `size` is lost to the next reader. Never ask for more bytes " +
        "than you still need: pass a buffer with only that much room.",
    read: NOT_MORE,
  });
}

const NO_READ_FOR_0 = "For 0 bytes you need no read at all: test whether you " +
  "have enough before you read, not after.";
const STOP_AT_SIZE = "The peer has sent those bytes. Return as soon as you " +
  "have `size` of them: if you read on, you wait for a peer that may have " +
  "nothing more to say.";
const KEEP_READING =
  "One read() returns whatever has arrived, even if that's " +
  "a single byte. Keep reading into the free part of the array, " +
  "data.subarray(filled), until you have `size` bytes.";

function requireBytes(received: unknown, trial: Trial): void {
  if (received instanceof Uint8Array) return;
  trial.fail({
    problem: `You returned ${Deno.inspect(received)}.`,
    expected: "a Uint8Array",
    likely: "Return the bytes themselves, `size` of them.",
  });
}

/** Names the mistake that a wrong result looks like. */
function explain(received: Uint8Array, expected: Uint8Array): Advice {
  if (expected.length === 0) {
    return {
      problem: `You were asked for 0 bytes, but returned ${received.length}.`,
      likely: NO_READ_FOR_0,
    };
  }
  if (wentThroughText(received, expected)) {
    return {
      likely: "TextDecoder puts EF BF BD in place of bytes that aren't valid " +
        "UTF-8. These bytes aren't text, so don't decode them.",
      read: NO_BOUNDARIES,
    };
  }
  if (received.length > expected.length) {
    return {
      likely: "The caller asked for exactly `size` bytes, so return an array " +
        "of that length, even if your own buffer is longer.",
    };
  }
  if (received.length < expected.length) return { likely: KEEP_READING };
  const filled = received.findLastIndex((byte) => byte !== 0) + 1;
  const isStart = received.subarray(0, filled)
    .every((byte, i) => byte === expected[i]);
  return {
    likely: isStart
      ? `The rest of the array was never filled. ${KEEP_READING}`
      : "Each piece belongs after the ones before it. read() writes to the " +
        "start of the buffer you pass, so pass data.subarray(filled).",
  };
}

/** The stream ends before all 8 bytes have come. */
async function checkEnd(
  readExact: ReadExact,
  sent: string,
  trial: Trial,
): Promise<void> {
  trial.step(
    `the peer sends ${sent.length} bytes and closes its side; you read 8`,
  );
  const { peer, conn } = await connectPair(trial);
  await net.writeAll(peer, bytesOf(sent));
  await peer.closeWrite();
  const [result] = await trial.waitFor(
    Promise.allSettled([(async () => await readExact(conn, 8))()]),
    {
      waitingFor: "readExact() to throw",
      likely: "Once the peer has closed its side, every read() returns null. " +
        "A loop that only counts bytes never ends then: throw when you get " +
        "null.",
      read: END,
    },
  );
  if (result.status === "fulfilled") {
    trial.fail({
      problem: `You returned, but only ${sent.length} of 8 bytes came.`,
      expected: "UnexpectedEof",
      received: result.value instanceof Uint8Array
        ? result.value
        : Deno.inspect(result.value),
      likely: "read() returned null: the stream has ended. The caller would " +
        "take your result for all 8 bytes, so throw an error instead.",
      read: END,
    });
  }
  trial.failOnSlip("readExact()", result.reason);
  if (result.reason instanceof Deno.errors.UnexpectedEof) return;
  trial.fail({
    problem: "You threw an error of the wrong class.",
    expected: "Deno.errors.UnexpectedEof",
    received: trial.describe(result.reason),
    likely: "By the class, callers tell a stream that ended early from other " +
      "failures: throw new Deno.errors.UnexpectedEof(…), with a message.",
    read: END,
  });
}

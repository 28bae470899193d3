import { concat } from "../../../lib/wire/bytes.ts";
import {
  type Advice,
  Collector,
  connectPair,
  type Trial,
  type TrialFailure,
} from "../../../lib/workbook/kit/mod.ts";
import type { WriteAll } from "../types.ts";
import { bytesOf, randomBytes, wentThroughText } from "./bytes.ts";
import { WatchedConn } from "./watched_conn.ts";

const NO_BOUNDARIES = "No boundaries";

/** What is written on one connection. */
interface Writing {
  /** The data of each call. */
  parts: Uint8Array[];
  /** The most bytes that one write() takes. */
  writeSize?: number;
}

/** All bytes must be taken before each call returns, and arrive in order. */
export async function checkWriteAll(
  writeAll: WriteAll,
  trial: Trial,
): Promise<void> {
  const writings: Writing[] = [
    { parts: ["hello, ", "", "world"].map(bytesOf) },
    { parts: [bytesOf("0123456789")], writeSize: 4 },
    { parts: [randomBytes(9000)], writeSize: 1 },
    { parts: [randomBytes(9000)], writeSize: 5 },
    { parts: [randomBytes(9000)], writeSize: 4096 },
    { parts: [markedBytes(16 * 1024 * 1024)] },
  ];
  for (const writing of writings) await checkWriting(writeAll, writing, trial);
  await checkFailure(writeAll, trial);
}

async function checkWriting(
  writeAll: WriteAll,
  { parts, writeSize }: Writing,
  trial: Trial,
): Promise<void> {
  const sizes = parts.map(({ length }) => length).join(", then ");
  trial.step(
    writeSize === undefined
      ? `you write ${sizes} bytes`
      : `you write ${sizes} bytes; each write() takes at most ${writeSize}`,
  );
  const { peer, conn } = await connectPair(trial, { writeSize });
  const arrived = new Collector(peer, trial);
  const expected = concat(parts);
  const watched = new WatchedConn(conn, expected.length);
  const endless = watched.endless.then(() =>
    trial.fail(explainEndless(watched, expected))
  );
  endless.catch(() => {});

  let due = 0;
  for (const part of parts) {
    due += part.length;
    const data = part.slice();
    const writing = trial.start("writeAll", () => writeAll(watched, data));
    await trial.waitFor(Promise.race([writing, endless]), {
      waitingFor: "writeAll() to return",
      likely:
        "Return as soon as the last byte has been taken. Don't wait for " +
        "an answer or for the peer to close: neither will come.",
    });
    checkAfterReturn(watched, due, trial);
    trial.equalBytes(data, part, {
      problem: "You changed `data`; the caller may still need it.",
      likely: "subarray() makes a view of a part and changes nothing.",
    });
  }
  await conn.closeWrite();
  const received = await trial.waitFor(arrived.end(), {
    waitingFor: "the bytes to arrive",
    likely: "Write the bytes to `conn`, and leave it as it is.",
  });
  trial.equalBytes(received, expected, explain(received, expected));
}

/** What must hold as soon as the answer returns. */
function checkAfterReturn(
  { closed, writeEnded, overlapped, pending, taken }: WatchedConn,
  due: number,
  trial: Trial,
): void {
  if (closed || writeEnded) {
    trial.fail({
      problem: closed
        ? "You closed the connection; the caller still needs it."
        : "You closed your side of the connection; the caller has more to write.",
      likely:
        "Leave `conn` open for the next call. Piping into conn.writable " +
        "or closing it closes the whole connection, too; a writer's " +
        "releaseLock() doesn't.",
    });
  }
  if (overlapped) {
    trial.fail({
      problem: "You started a write while another one was in progress.",
      likely:
        "If each of the two is taken in parts, their bytes get mixed up. " +
        "Await each write before you start the next: only its result tells " +
        "you where the next one begins.",
    });
  }
  if (pending > 0) {
    trial.fail({
      problem: "You returned while a write was still in progress.",
      likely:
        "Await each write. Once you return, the caller believes that all " +
        "bytes have been taken, and may change them or close the connection.",
    });
  }
  if (taken >= due) return;
  trial.fail({
    problem: `You returned when ${taken} of ${due} bytes had been taken.`,
    likely: due - taken === 1
      ? "The last byte is missing: keep writing while your count is less than " +
        "data.length."
      : "write() returns how many bytes it took, which may be fewer than you " +
        "offered. Count what it took, and offer the rest until nothing is " +
        "left.",
  });
}

/** What it means that an answer doesn't stop writing. */
function explainEndless(
  { taken, offered }: WatchedConn,
  expected: Uint8Array,
): TrialFailure {
  if (taken < expected.length) {
    return {
      problem: "You write no bytes, again and again.",
      likely:
        "The second argument of subarray() and slice() is where the part " +
        "ends, not how long it is. Leave it out: data.subarray(written) goes " +
        "to the end.",
    };
  }
  return {
    problem: `You write more than the ${expected.length} bytes of \`data\`.`,
    expected,
    received: offered,
    ...explain(offered, expected),
  };
}

/** What it means that the bytes differ from `data`. */
function explain(received: Uint8Array, expected: Uint8Array): Advice {
  return wentThroughText(received, expected)
    ? {
      likely: "TextDecoder puts EF BF BD in place of bytes that aren't valid " +
        "UTF-8. Write the bytes as they are.",
      read: NO_BOUNDARIES,
    }
    : {
      likely: "write() returns how many bytes it took. Start the next one " +
        "right after those, at data.subarray(written): not at byte 0 again, " +
        "and not further on.",
    };
}

/** A peer that closes with bytes unread: the system rejects the rest. */
async function checkFailure(writeAll: WriteAll, trial: Trial): Promise<void> {
  trial.step("you write 64 MiB; the peer reads nothing and closes midway");
  const data = new Uint8Array(64 * 1024 * 1024);
  const { peer, conn } = await connectPair(trial);
  const watched = new WatchedConn(conn, data.length);
  const settled = Promise.allSettled([
    (async () => await writeAll(watched, data))(),
  ]);
  await trial.waitFor(Promise.race([watched.moved, settled]), {
    waitingFor: "the first write to take some bytes",
    likely: "Write the bytes to `conn`.",
  });
  peer.close();
  const [result] = await trial.waitFor(settled, {
    waitingFor: "writeAll() to throw",
    likely: "write() threw because the peer has gone. Trying again doesn't " +
      "help, since every further write throws, too: let the error reach the " +
      "caller.",
  });
  if (result.status === "fulfilled") {
    trial.fail({
      problem: `You returned, but only ${watched.taken} of ${data.length} ` +
        "bytes were taken.",
      expected: "the error that write() threw",
      likely: "If you catch the error and say nothing, the caller believes " +
        "that all went well. Let it through: leave out the try and catch.",
    });
  }
  trial.failOnSlip("writeAll()", result.reason);
  if (BROKEN.some((Broken) => result.reason instanceof Broken)) return;
  trial.fail({
    problem: "You threw a different error than write() did.",
    expected: "BrokenPipe or ConnectionReset, as write() threw it",
    received: trial.describe(result.reason),
    likely: "Callers tell failures apart by their class, so let the error " +
      "through as it is.",
  });
}

/** Which one a write throws depends on the system, and on the moment. */
const BROKEN = [
  Deno.errors.BrokenPipe,
  Deno.errors.ConnectionReset,
  Deno.errors.ConnectionAborted,
];

/** Bytes in which a piece in the wrong place shows. */
function markedBytes(size: number): Uint8Array {
  const bytes = new Uint8Array(size).fill(7);
  for (let i = 0; i < size; i += 65_537) bytes[i] = i / 65_537;
  return bytes;
}

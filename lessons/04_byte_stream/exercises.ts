/** The exercises of lesson 4, and how an answer to each is checked. */
import * as net from "../../lib/net/mod.ts";
import { concat } from "../../lib/wire/bytes.ts";
import {
  Collector,
  connectPair,
  type Exercise,
  exercise,
  type Trial,
} from "../../lib/workbook/kit/mod.ts";
import * as solution from "./solution.ts";
import { WatchedConn } from "./watched_conn.ts";

type ReadExact = (conn: Deno.Conn, size: number) => Promise<Uint8Array>;
type WriteAll = (conn: Deno.Conn, data: Uint8Array) => Promise<void>;

const NO_BOUNDARIES = "No boundaries";
const UNTIL_ENOUGH = "Read until it is enough";
const NOT_MORE = "And not a byte more";
const END = "An end in the middle is an error";
const ALL_TAKEN = "Write until all is taken";

const readExact = exercise<ReadExact>({
  id: "4.1",
  title: "Read as many bytes as are due",
  solution: solution.readExact,
  hints: [
    "One read gives what has come so far. How do you know that you have all, " +
    "and how many bytes may the next read take so that none is taken too many?",
    "Make an array of `size` bytes and count how many are filled. As long as " +
    "some are missing, read into the part that is still free: " +
    "`data.subarray(filled)` is a view of just that part. A read that gives " +
    "`null` before all are there is an error.",
    "Nearly the code:\n" +
    "    const data = new Uint8Array(size);\n" +
    "    let filled = 0;\n" +
    "    while (filled < size) {\n" +
    "      const count = await conn.read(data.subarray(filled));\n" +
    "      if (count === null) throw new Deno.errors.UnexpectedEof();\n" +
    "      filled += count;\n" +
    "    }\n" +
    "    return data;",
  ],
  read: UNTIL_ENOUGH,
  async check(readExact, trial) {
    await checkNotMore(readExact, trial);
    await checkOwnArray(readExact, trial);
    await checkNone(readExact, trial);
    for (const readSize of [1, 5, 4096]) {
      trial.step(
        `it is to read 9000 bytes; each read gives at most ${readSize}`,
      );
      const { peer, conn } = await connectPair(trial, { readSize });
      const sent = randomBytes(9000);
      await net.writeAll(peer, sent);
      await readAndCompare(readExact, { conn, expected: sent, trial });
    }
    await checkPieces(readExact, trial);
    for (const sent of ["", "0123"]) await checkEnd(readExact, { sent, trial });
  },
});

/** What was not asked for is still there, for the check to read. */
async function checkNotMore(readExact: ReadExact, trial: Trial): Promise<void> {
  trial.step('a peer sends "0123456789" and ends; it is to read 4 bytes');
  const { peer, conn } = await connectPair(trial);
  await net.writeAll(peer, bytesOf("0123456789"));
  await peer.closeWrite();
  await readAndCompare(readExact, { conn, expected: bytesOf("0123"), trial });

  trial.step("the other 6 bytes are still there to be read");
  const rest = await trial.waitFor(net.readToEnd(conn), {
    waitingFor: "the rest of the stream",
    likely: "Leave the connection as it is: others read from it too.",
    read: NOT_MORE,
  });
  trial.equalBytes(rest, bytesOf("456789"), {
    problem: `It took ${10 - rest.length} bytes from the connection, where 4 ` +
      "were asked for.",
    likely: "A read fills as much of its buffer as has come. What it takes " +
      "beyond `size` is missing for whoever reads next, so give it a buffer " +
      "with no more room than is still due.",
    read: NOT_MORE,
  });
}

/** The caller keeps one result while it asks for the next. */
async function checkOwnArray(
  readExact: ReadExact,
  trial: Trial,
): Promise<void> {
  trial.step('of "onetwo" it reads 3 bytes, and then 3 more');
  const { peer, conn } = await connectPair(trial);
  await net.writeAll(peer, bytesOf("onetwo"));
  const first = await readAndCompare(readExact, {
    conn,
    expected: bytesOf("one"),
    trial,
  });
  await readAndCompare(readExact, { conn, expected: bytesOf("two"), trial });

  trial.step('the first result is still "one"');
  trial.equalBytes(first, bytesOf("one"), {
    problem: "The first result changed when the second was read.",
    likely:
      "Both are views of one buffer that is read into again. Make a new " +
      "array in each call, or return a copy: subarray() is a view, slice() a " +
      "copy.",
    read: NOT_MORE,
  });
}

/** No bytes are due, so none are taken and none are waited for. */
async function checkNone(readExact: ReadExact, trial: Trial): Promise<void> {
  trial.step('a peer sends "!"; it is to read 0 bytes, twice');
  const { peer, conn } = await connectPair(trial);
  await net.writeAll(peer, bytesOf("!"));
  for (let i = 0; i < 2; i++) {
    const received = await trial.waitFor(
      trial.start("readExact", () => readExact(conn, 0)),
      {
        waitingFor: "readExact() to return no bytes",
        likely: "When 0 bytes are due there is nothing to wait for: ask " +
          "whether enough is there before you read, not after.",
      },
    );
    requireBytes(received, trial);
    trial.equalBytes(received, new Uint8Array(), {
      problem: "It was asked for 0 bytes and gave some.",
      likely: "Ask whether enough is there before you read, not after: for 0 " +
        "bytes no read is needed.",
    });
  }
  trial.step('the "!" is still there to be read');
  await peer.closeWrite();
  const rest = await trial.waitFor(net.readToEnd(conn), {
    waitingFor: "the rest of the stream",
    likely: "Leave the connection as it is: others read from it too.",
    read: NOT_MORE,
  });
  trial.equalBytes(rest, bytesOf("!"), {
    problem: "It was asked for 0 bytes and took some.",
    likely: "Ask whether enough is there before you read, not after: for 0 " +
      "bytes no read is needed.",
  });
}

/** A real connection, in real pieces: the second comes after the first. */
async function checkPieces(readExact: ReadExact, trial: Trial): Promise<void> {
  const expected = randomBytes(256 * 1024);
  trial.step(
    `it is to read ${expected.length} bytes, as the system gives them`,
  );
  const { peer, conn } = await connectPair(trial);
  const sending = net.writeAll(peer, expected);
  sending.catch(() => {});
  await readAndCompare(readExact, { conn, expected, trial });
}

/** The stream ends before all is there. */
async function checkEnd(
  readExact: ReadExact,
  { sent, trial }: { sent: string; trial: Trial },
): Promise<void> {
  trial.step(`a peer sends ${sent.length} bytes and ends; it is to read 8`);
  const { peer, conn } = await connectPair(trial);
  await net.writeAll(peer, bytesOf(sent));
  await peer.closeWrite();
  const settled = Promise.allSettled([
    (async () => await readExact(conn, 8))(),
  ]);
  const [result] = await trial.waitFor(settled, {
    waitingFor: "readExact() to throw",
    likely: "At the end read() gives null, now and every time: no more bytes " +
      "will come, and a loop that goes on adding to its count waits for ever.",
    read: END,
  });
  if (result.status === "fulfilled") {
    trial.fail({
      problem: `It returned, though only ${sent.length} of 8 bytes came.`,
      expected: "UnexpectedEof",
      received: result.value instanceof Uint8Array
        ? result.value
        : Deno.inspect(result.value),
      likely: "read() gave null: the stream has ended. The caller takes what " +
        "you return for the whole, so an end before that must be an error.",
      read: END,
    });
  }
  const error = result.status === "rejected" ? result.reason : undefined;
  trial.failOnSlip("readExact()", error);
  if (!(error instanceof Deno.errors.UnexpectedEof)) {
    trial.fail({
      problem: "It threw another error than the one that was asked for.",
      expected: "Deno.errors.UnexpectedEof",
      received: trial.describe(error),
      likely: "Callers tell an end in the middle from other failures by the " +
        "class: throw new Deno.errors.UnexpectedEof(…), with a message.",
      read: END,
    });
  }
}

interface Reading {
  conn: Deno.Conn & { closed: boolean };
  expected: Uint8Array;
  trial: Trial;
}

/** Has the answer read as many bytes as are expected, and compares. */
async function readAndCompare(
  readExact: ReadExact,
  { conn, expected, trial }: Reading,
): Promise<Uint8Array> {
  const size = expected.length;
  const received = await trial.waitFor(
    trial.start("readExact", () => readExact(conn, size)),
    {
      waitingFor: `readExact() to return ${size} bytes, which have been sent`,
      likely:
        "Return as soon as `size` bytes are there. A loop that goes on to " +
        "the end of the stream waits for a peer that has no reason to end.",
    },
  );
  requireBytes(received, trial);
  trial.equalBytes(received, expected, explain(received, expected));
  if (conn.closed) {
    trial.fail({
      problem: "readExact() closed the connection.",
      likely: "There may be more to read: whoever called it closes it. The " +
        "stream conn.readable closes the connection when it is left.",
      read: NOT_MORE,
    });
  }
  return received;
}

/** What a wrong result looks like tells what went wrong. */
function explain(
  received: Uint8Array,
  expected: Uint8Array,
): { likely: string; read?: string } {
  if (hasReplacement(received) && !hasReplacement(expected)) {
    return {
      likely:
        "The three bytes EF BF BD stand where others were sent: they are " +
        "what TextDecoder makes of bytes that are not text. Not every byte is: " +
        "keep them as bytes.",
      read: NO_BOUNDARIES,
    };
  }
  if (received.length > expected.length) {
    return {
      likely:
        "Return an array of `size` bytes and no longer: the caller asked " +
        "for exactly that many.",
    };
  }
  if (received.length < expected.length) {
    return {
      likely:
        "One read() gives what has come so far, be it one byte. Read on, " +
        "into the part that is still free, until `size` bytes are there.",
    };
  }
  const filled = received.findLastIndex((byte) => byte !== 0) + 1;
  const isStart = received.subarray(0, filled)
    .every((byte, i) => byte === expected[i]);
  return isStart
    ? {
      likely: "The rest of the array was never filled. One read() gives what " +
        "has come so far: read on until `size` bytes are there.",
    }
    : {
      likely: "Put each piece behind the ones before it, by reading into " +
        "data.subarray(filled): a read writes to the start of what it is given.",
    };
}

function requireBytes(received: unknown, trial: Trial): void {
  if (received instanceof Uint8Array) return;
  trial.fail({
    problem: `readExact() gave ${Deno.inspect(received)}.`,
    expected: "a Uint8Array",
    likely: "Return the bytes, as bytes: `size` of them.",
  });
}

function hasReplacement(bytes: Uint8Array): boolean {
  return bytes.some((byte, i) =>
    byte === 0xef && bytes[i + 1] === 0xbf && bytes[i + 2] === 0xbd
  );
}

const writeAll = exercise<WriteAll>({
  id: "4.2",
  title: "Write until all is taken",
  solution: solution.writeAll,
  hints: [
    "A write of 10 bytes returned 4. Which bytes are still to be written, and " +
    "how do you know when there are none?",
    "Count what has been taken so far, and offer the part of `data` behind " +
    "that, `data.subarray(written)`, until the count is the length. Await each " +
    "write: only then do you know where the next one begins.",
    "Nearly the code:\n" +
    "    let written = 0;\n" +
    "    while (written < data.length) {\n" +
    "      written += await conn.write(data.subarray(written));\n" +
    "    }",
  ],
  read: ALL_TAKEN,
  async check(writeAll, trial) {
    trial.step('it writes "hello, ", nothing, and "world" on one connection');
    await writeAndCompare(writeAll, {
      parts: ["hello, ", "", "world"].map(bytesOf),
      trial,
    });
    trial.step('it writes "0123456789"; each write takes at most 4 bytes');
    await writeAndCompare(writeAll, {
      parts: [bytesOf("0123456789")],
      writeSize: 4,
      trial,
    });
    for (const writeSize of [1, 5, 4096]) {
      trial.step(`9000 random bytes; each write takes at most ${writeSize}`);
      const parts = [randomBytes(9000)];
      await writeAndCompare(writeAll, { parts, writeSize, trial });
    }
    trial.step("16 MiB, as the system takes them");
    const large = new Uint8Array(16 * 1024 * 1024).fill(7);
    // A mark here and there, so that pieces in the wrong place are seen.
    for (let i = 0; i < large.length; i += 65_537) large[i] = i / 65_537;
    await writeAndCompare(writeAll, { parts: [large], trial });
    await checkFailure(writeAll, trial);
  },
});

interface Writing {
  parts: Uint8Array[];
  writeSize?: number;
  trial: Trial;
}

/** Has the answer write one part after the other; compares what arrives. */
async function writeAndCompare(
  writeAll: WriteAll,
  { parts, writeSize, trial }: Writing,
): Promise<void> {
  const { peer, conn } = await connectPair(trial, { writeSize });
  const back = new Collector(peer, trial);
  const expected = concat(parts);
  const watched = new WatchedConn(conn, expected.length);
  const endless = watched.endless.then(() =>
    trial.fail(
      watched.taken < expected.length
        ? {
          problem: "It writes no bytes, again and again.",
          likely:
            "The second argument of subarray() and slice() is where the " +
            "part ends, not how long it is. Leave it out: " +
            "data.subarray(written) goes to the end.",
        }
        : {
          problem: `It writes more than the ${expected.length} bytes of ` +
            "`data`.",
          expected,
          received: watched.offered,
          ...explainSent(watched.offered, expected),
        },
    )
  );
  endless.catch(() => {});
  let due = 0;
  for (const part of parts) {
    due += part.length;
    const given = part.slice();
    const writing = trial.start("writeAll", () => writeAll(watched, given));
    await trial.waitFor(Promise.race([writing, endless]), {
      waitingFor: "writeAll() to return",
      likely:
        "Return when the last byte has been taken, and wait for nothing " +
        "else: no answer comes, and the peer does not end.",
    });
    checkAfter(watched, { due, trial });
    trial.equalBytes(given, part, {
      problem: "It changed `data`.",
      likely: "The bytes belong to the caller, who may need them again. " +
        "subarray() makes a view of a part and changes nothing.",
    });
  }
  await conn.closeWrite();
  const received = await trial.waitFor(back.end(), {
    waitingFor: "the bytes to arrive",
    likely: "Write the bytes to `conn`, and leave it as it is.",
  });
  trial.equalBytes(received, expected, explainSent(received, expected));
}

/** What must hold at the moment that the answer says it is done. */
function checkAfter(
  conn: WatchedConn,
  { due, trial }: { due: number; trial: Trial },
): void {
  if (conn.closed || conn.writeEnded) {
    trial.fail({
      problem: `writeAll() ${
        conn.closed ? "closed the connection" : "ended this side of it"
      }.`,
      likely:
        "The caller goes on to write on this connection: leave it open. " +
        "A pipe, and closing conn.writable, close the connection too; a " +
        "writer's releaseLock() does not.",
    });
  }
  if (conn.overlapped) {
    trial.fail({
      problem: "It started a write while another one was under way.",
      likely: "Two writes at once may each be taken in parts, and then their " +
        "bytes mix. Await each write before the next: only its result tells " +
        "where the next one begins.",
    });
  }
  if (conn.pending > 0) {
    trial.fail({
      problem: "It returned while a write was still under way.",
      likely: "Await each write. The caller takes the return for a promise " +
        "that all is taken, and may change or close what it gave.",
    });
  }
  if (conn.taken < due) {
    trial.fail({
      problem: `It returned when ${conn.taken} of ${due} bytes were taken.`,
      likely: due - conn.taken === 1
        ? "The last byte is missing: go on as long as the count is less than " +
          "data.length."
        : "write() says how many bytes it took, which may be fewer than it was " +
          "offered. Offer the rest again until all are taken, and count what " +
          "was taken, not what was offered.",
    });
  }
}

/** Other bytes came than were due. */
function explainSent(received: Uint8Array, expected: Uint8Array) {
  if (hasReplacement(received) && !hasReplacement(expected)) {
    return {
      likely: "The three bytes EF BF BD are what TextDecoder makes of bytes " +
        "that are not text. Write the bytes as they are.",
      read: NO_BOUNDARIES,
    };
  }
  return {
    likely: "write() says how many bytes it took. Begin the next one behind " +
      "them, at data.subarray(written): not with byte 0 again, and not " +
      "further on than was taken.",
  };
}

/** A peer that closes with bytes unread: the system refuses what is left. */
async function checkFailure(writeAll: WriteAll, trial: Trial): Promise<void> {
  trial.step("64 MiB to a peer that reads nothing and closes after a while");
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
    likely: "write() threw, since the peer is gone, and will throw each time " +
      "it is tried: trying again does not help. Let the error go on to the " +
      "caller.",
  });
  if (result.status === "fulfilled") {
    trial.fail({
      problem: `It returned, though only ${watched.taken} of ${data.length} ` +
        "bytes were taken.",
      expected: "the error that write() threw",
      likely: "An error that is caught and kept quiet looks like success to " +
        "the caller. Let it go on: leave out the try and catch.",
    });
  }
  trial.failOnSlip("writeAll()", result.reason);
  if (!isBroken(result.reason)) {
    trial.fail({
      problem: "It threw another error than write() did.",
      expected: "BrokenPipe or ConnectionReset, as write() threw it",
      received: trial.describe(result.reason),
      likely:
        "Callers tell failures apart by their class. Let the error go on " +
        "as it is.",
    });
  }
}

/** Which of them comes depends on the system, and on the moment. */
function isBroken(error: unknown): boolean {
  return error instanceof Deno.errors.BrokenPipe ||
    error instanceof Deno.errors.ConnectionReset ||
    error instanceof Deno.errors.ConnectionAborted;
}

/**
 * Bytes of all values but 0, which fresh arrays are full of, and EF, with which
 * TextDecoder's replacement begins. FF is the first and no other: a piece in the
 * wrong place is never like the first by chance.
 */
function randomBytes(size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  for (let at = 0; at < size; at += 65_536) {
    crypto.getRandomValues(bytes.subarray(at, at + 65_536));
  }
  const unfit = new Set([0, 0xef, 0xff]);
  return bytes.map((byte, i) => i === 0 ? 0xff : unfit.has(byte) ? 1 : byte);
}

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** The exercises of the lesson, in order. */
export const exercises: Exercise<unknown>[] = [readExact, writeAll];

import { writeAll } from "../../../lib/net/mod.ts";
import {
  Collector,
  connectPair,
  FakeConn,
  type Trial,
} from "../../../lib/workbook/kit/mod.ts";
import type { CloseGracefully } from "../types.ts";
import { type Close, DRAIN, watchClosing } from "./closing.ts";
import { connectCounting } from "./counting_conn.ts";
import { checkGracePeriod } from "./grace_period.ts";

const HALVES = "Two streams, two ends";
const LOST = "A reply that is lost";

/** Longer than any check waits: an answer that waits for this has stalled. */
const LONG_MS = 600_000;

const PEER_CLOSED = "the peer closed its side";
const CLOSE_AT_NULL =
  "read() returns null when the peer has closed its side: " +
  "close the connection then.";
const UNREAD =
  "If you close a connection with unread input, or if more arrives " +
  "later, the system sends an RST and throws away what it still had to send. " +
  "Read until null before you close.";

/** Nothing is lost, the connection gets closed, and all that in time. */
export async function checkCloseGracefully(
  closeGracefully: CloseGracefully,
  trial: Trial,
): Promise<void> {
  const close = watchClosing(closeGracefully, trial);
  await checkPoliteEnd(close, trial);
  await checkLastWords(close, trial);
  for (const readSize of [1, 5, 4096]) {
    await checkDrain(close, readSize, trial);
  }
  await checkGone(close, trial);
  await checkGracePeriod(close, trial);
}

/** A peer that closes its side when it gets the end of the other. */
async function checkPoliteEnd(close: Close, trial: Trial): Promise<void> {
  trial.step("the peer closes its side as soon as you have closed yours");
  const { peer, conn } = await connectPair(trial);
  const heard = new Collector(peer, trial);
  const ending = heard.end().then(() => peer.closeWrite());
  ending.catch(() => {});
  const closing = close(conn, LONG_MS);
  await closing.expectReturn(
    PEER_CLOSED,
    () =>
      heard.ended
        ? "The peer has closed its side, so read() returns null: close then, and " +
          "don't wait until the grace period is over."
        : "The peer waits for you to close your side: call closeWrite() first, " +
          "then read until the peer has closed its side, too.",
  );
}

/** A reply on its way, unread input, and a peer that goes on sending. */
async function checkLastWords(close: Close, trial: Trial): Promise<void> {
  trial.step("990 bytes are unread, and a large reply is on its way");
  const { peer, conn } = await connectCounting(trial);
  await writeAll(peer, new Uint8Array(1000));
  await conn.read(new Uint8Array(10));
  // As much as the system takes: most of it has not reached the peer yet.
  const reply = new Uint8Array(16 * 1024 * 1024).fill(7);
  const written = await conn.write(reply);
  const closing = close(conn, LONG_MS);
  // The peer reads only after closeGracefully() has had its turn.
  await new Promise((resolve) => setImmediate(resolve));
  const received = new Collector(peer, trial);
  const end = received.end().catch((error) => {
    trial.fail({
      problem:
        `The peer got ${received.length} of the ${written} bytes of the ` +
        `reply, and then ${error}.`,
      likely: UNREAD,
      read: LOST,
    });
  });
  const came = await trial.waitFor(end, {
    waitingFor: `the end of the reply (${written} bytes)`,
    likely:
      "Close your side with closeWrite(): the peer waits for that before " +
      "it closes its own.",
    read: HALVES,
  });
  if (conn.closed && came.length === written) {
    trial.fail({
      problem: "You closed the connection before the peer had closed its side.",
      likely: UNREAD,
      read: LOST,
    });
  }
  trial.equalBytes(came, reply.subarray(0, written), {
    likely: "The reply was written before you were called: nothing of it may " +
      "get lost, and nothing may follow it.",
    read: LOST,
  });

  trial.step("the peer sends one byte, 50 times, and closes its side");
  for (let i = 0; i < 50; i++) {
    const before = conn.bytesRead;
    await writeAll(peer, new Uint8Array([i])).catch(() => {});
    await trial.waitFor(conn.readUpTo(before + 1), {
      waitingFor: "closeGracefully() to read what still comes",
      likely: "Read on, whatever comes, until read() returns null.",
      read: DRAIN,
    });
    if (!conn.closed) continue;
    trial.fail({
      problem:
        "You closed the connection while the peer was still sending, and " +
        "the grace period wasn't over.",
      likely: "You can't know how many reads it takes: null is the only sign " +
        "that the peer has closed its side.",
      read: DRAIN,
    });
  }
  await peer.closeWrite();
  await closing.expectReturn(PEER_CLOSED, CLOSE_AT_NULL);
}

/** Input in small reads. */
async function checkDrain(
  close: Close,
  readSize: number,
  trial: Trial,
): Promise<void> {
  trial.step(`3000 bytes still come; each read() gives at most ${readSize}`);
  const onMove = () => trial.progress();
  const { peer, conn } = await connectCounting(trial, { readSize, onMove });
  await writeAll(peer, new Uint8Array(3000));
  await peer.closeWrite();
  const closing = close(conn, LONG_MS);
  await closing.expectReturn(
    PEER_CLOSED,
    "Read until read() returns null, however little each read gives.",
  );
  if (conn.bytesRead === 3000) return;
  trial.fail({
    problem: `You have read ${conn.bytesRead} of the 3000 bytes that came.`,
    likely: UNREAD,
    read: LOST,
  });
}

/** A peer that is gone, which either call can find out. */
async function checkGone(close: Close, trial: Trial): Promise<void> {
  trial.step("the peer has reset the connection, so read() throws");
  const reset = new FakeConn({ incoming: "abc", then: "reset" });
  await close(reset, LONG_MS)
    .expectReturn(
      "read() had thrown",
      "read() has thrown ConnectionReset: there's no peer left to wait for.",
    );

  trial.step("closeWrite() throws, because the connection is gone");
  const gone = new FakeConn({ then: "reset" });
  gone.closeWrite = () =>
    Promise.reject(new Deno.errors.NotConnected("not connected"));
  await close(gone, LONG_MS)
    .expectReturn(
      "closeWrite() had thrown",
      "Whatever fails, close the connection and return.",
    );
}

import { writeAll } from "../../../lib/net/mod.ts";
import {
  Collector,
  connectPair,
  FakeConn,
  LongestGap,
  type Trial,
} from "../../../lib/workbook/kit/mod.ts";
import { type Close, DRAIN } from "./closing.ts";
import { connectCounting } from "./counting_conn.ts";

/** Short, because the check waits until it has passed. */
const SHORT_MS = 200;
/** Longer than most pauses of a machine, but still short. */
const ENDLESS_MS = 400;

/** The check's own timers, which no TimerWatch is to count. */
const { setTimeout } = globalThis;

const OVER = "the grace period was over";

/** The connection gets closed in time, whatever the peer does. */
export async function checkGracePeriod(
  close: Close,
  trial: Trial,
): Promise<void> {
  await checkDefault(close, trial);
  await checkSilentPeer(close, trial);
  await checkZero(close, trial);
  await checkEndlessPeer(close, trial);
  await checkDeafPeer(close, trial);
}

/** A peer that takes a moment, and no options. */
async function checkDefault(close: Close, trial: Trial): Promise<void> {
  trial.step("closeGracefully(conn); the peer waits before it closes its side");
  const { peer, conn } = await connectPair(trial);
  const heard = new Collector(peer, trial);
  const begin = performance.now();
  let closedAt = Infinity;
  const closeConn = conn.close.bind(conn);
  conn.close = () => {
    closedAt = Math.min(closedAt, performance.now());
    closeConn();
  };
  const closing = close(conn);
  await trial.waitFor(heard.end().catch(() => {}), {
    waitingFor: "you to close your side",
    likely: "The peer waits for that: call closeWrite() first.",
    read: DRAIN,
  });
  await pause(10, 10);
  // What counts is when it closed: if the machine stood still, the grace period
  // may rightly be over by now.
  if (closedAt - begin < 900) {
    trial.fail({
      problem:
        "You closed the connection at once, before the peer had closed " +
        "its side.",
      likely: "Without options, the grace period is 1000 ms. A timer of " +
        "`undefined` ms runs at once.",
      read: DRAIN,
    });
  }
  await peer.closeWrite().catch(() => {});
  await closing.expectReturn(
    "the peer closed its side",
    "read() returns null when the peer has closed its side: close then.",
  );
}

async function checkSilentPeer(close: Close, trial: Trial): Promise<void> {
  trial.step(
    `the peer sends nothing and never closes its side; graceMs is ${SHORT_MS}`,
  );
  const { conn } = await connectPair(trial);
  await close(conn, SHORT_MS)
    .expectReturn(
      OVER,
      "read() waits forever for a peer that sends nothing and never closes its " +
        "side. Set a timer that closes the connection: the read() then throws " +
        "Interrupted. graceMs is in milliseconds, as setTimeout() takes it.",
    );
}

/**
 * A silent peer, and no time to wait for it.
 *
 * If the machine stands still for as long as the default grace period, an answer
 * that waits for that is back in time: then it is called once more.
 */
async function checkZero(close: Close, trial: Trial): Promise<void> {
  trial.step(
    "the peer sends nothing and never closes its side; graceMs is 0",
  );
  for (let run = 0; run < 10; run++) {
    const begin = performance.now();
    const { conn } = await connectPair(trial);
    const closing = close(conn, 0);
    let hasReturned = false;
    closing.returned.then(() => hasReturned = true).catch(() => {});
    // Turns instead of the clock: in each of them a timer of 0 ms can run,
    // however slow the machine is. They are 300 ms in all: an answer that looks
    // at the clock now and then is in time, and one that waits 1000 ms isn't,
    // even if the machine stands still for half a second.
    for (let turn = 0; turn < 15 && !hasReturned; turn++) await pause(1, 20);
    if (!hasReturned && !conn.closed) {
      trial.fail({
        problem: "The grace period is 0 ms, but closeGracefully() still waits.",
        likely:
          "0 is a number like any other, but `graceMs || 1000` takes it " +
          "for a missing one. `??` and a default value don't.",
        read: DRAIN,
      });
    }
    await closing.expectReturn(OVER, "The connection is closed: return.");
    if (performance.now() - begin < 900) return;
  }
}

/**
 * A peer that never stops sending.
 *
 * If the machine stands still for as long as the grace period, the peer is
 * silent, too, and an answer that counts from the last byte is in time: then it
 * is called once more.
 */
async function checkEndlessPeer(close: Close, trial: Trial): Promise<void> {
  trial.step(`the peer never stops sending; graceMs is ${ENDLESS_MS}`);
  for (let run = 0; run < 10; run++) {
    const { peer, conn } = await connectCounting(trial);
    const gap = new LongestGap();
    const sending = (async () => {
      while (!conn.closed) {
        const before = conn.bytesRead;
        await writeAll(peer, new Uint8Array(1));
        await conn.readUpTo(before + 1);
        gap.mark();
        // Full speed would only warm the machine.
        await pause(1, 1);
      }
    })().catch(() => {});
    await close(conn, ENDLESS_MS)
      .expectReturn(
        OVER,
        "The grace period begins with the call, and holds for all reads together. " +
          "If it begins again with each read, a peer that never stops keeps you " +
          "forever.",
      );
    gap.mark();
    await sending;
    if (gap.ms < 0.75 * ENDLESS_MS) return;
  }
}

/** A peer that doesn't read either. */
async function checkDeafPeer(close: Close, trial: Trial): Promise<void> {
  trial.step(
    `the peer reads nothing, and a write() still waits; graceMs is ${SHORT_MS}`,
  );
  const conn = trial.use(new FakeConn({ then: "silence", room: 0 }));
  conn.write(new Uint8Array(1)).catch(() => {});
  await close(conn, SHORT_MS)
    .expectReturn(
      OVER,
      "closeWrite() waits until everything written before has been taken, and a " +
        "peer that doesn't read takes nothing. The grace period begins with the " +
        "call: set the timer first.",
    );
}

/** Lets time pass, turn by turn, for what must not happen meanwhile. */
async function pause(turns: number, ms: number): Promise<void> {
  for (let turn = 0; turn < turns; turn++) {
    await new Promise((resolve) => setTimeout(resolve, ms));
  }
}

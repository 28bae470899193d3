/** The check of exercise 7.2. */
import { writeAll } from "../../../lib/net/mod.ts";
import {
  type Advice,
  checkStream,
  Collector,
  connectPair,
  FakeConn,
  forEachArgument,
  type StreamCase,
  type StreamResult,
  type Trial,
} from "../../../lib/workbook/kit/mod.ts";
import type { CloseGracefully } from "../types.ts";
import { DRAIN, explainError } from "./closing_error.ts";
import { checkGracePeriod } from "./grace_period.ts";

/** Longer than any check waits: an answer that waits for this has stalled. */
const LONG_MS = 600_000;

const UNREAD = "You closed too early. If there's unread input, or if more " +
  "arrives later, the kernel sends an RST and throws away what it still had to " +
  "send. Read until null before you close: it's the only sign that the peer's " +
  "stream has ended.";
const LOST = "A lost reply";

const AT_END = "closed when the peer's stream had ended";
const TOO_EARLY = "closed before the peer's stream had ended";

const ENDS: Partial<StreamCase> = {
  values: [AT_END],
  likely:
    "You waited too long. The peer ends its stream when it gets your FIN, " +
    "so call closeWrite() first. When read() returns null, close at once, and " +
    "don't wait until the grace period is over.",
};
const GONE: Partial<StreamCase> = {
  then: "reset",
  values: [TOO_EARLY],
  ends: "end",
  likely: "You waited for a peer that's gone. If anything fails, close the " +
    "connection and return.",
};

const CASES = ([
  [ENDS, "the peer ends its stream when it gets your FIN", {
    afterEnd: true,
  }],
  [ENDS, "the peer's stream has ended, and 3000 bytes are unread", {
    sends: new Uint8Array(3000),
  }],
  [ENDS, "the peer gets your FIN, sends 50 more bytes, and ends its stream", {
    sends: Array.from({ length: 50 }, () => "x"),
    afterEnd: true,
  }],
  [GONE, "the peer has reset the connection, so read() throws", {
    sends: "abc",
  }],
  [GONE, "the peer resets the connection when it gets your FIN", {
    afterEnd: true,
  }],
  [GONE, "closeWrite() throws, because the connection is gone", {
    closeWriteError: new Deno.errors.NotConnected("not connected"),
  }],
] as const).map(([kind, step, due]): StreamCase => ({
  step,
  args: [{ graceMs: LONG_MS }],
  likely: "",
  read: DRAIN,
  ...kind,
  ...due as Partial<StreamCase>,
}));

/**
 * Checks an answer to 7.2.
 *
 * @param closeGracefully The answer.
 * @param trial The run of the check.
 */
export async function checkCloseGracefully(
  closeGracefully: CloseGracefully,
  trial: Trial,
): Promise<void> {
  trial.onForgotten((error) => explainError(error, "forgotten"));
  let isOpen = false;
  await checkReply(closeGracefully, trial);
  await checkStream(trial, {
    name: "closeGracefully",
    open: forEachArgument(async (conn, options: { graceMs: number }) => {
      await closeGracefully(conn, options);
      isOpen = conn instanceof FakeConn && !conn.closed;
      // A real connection doesn't tell whether it saw the end.
      return !(conn instanceof FakeConn) || conn.sawEnd ? AT_END : TOO_EARLY;
    }),
    conn: "closed",
    explain: (result, due) => explain(result, due, isOpen),
    cut: UNREAD,
  }, CASES);
  await checkGracePeriod(closeGracefully, trial);
}

function explain(
  { values, then, error }: StreamResult,
  due: StreamCase,
  isOpen: boolean,
): Partial<Advice> | undefined {
  if (then === "error") return explainError(error);
  if (values[0] !== TOO_EARLY || due.values?.[0] !== AT_END) return undefined;
  return isOpen
    ? {
      problem:
        "closeGracefully() returned before the peer's stream had ended, " +
        "and before it closed the connection.",
      likely:
        "Await every step: closeWrite(), each read(), and your own async " +
        "functions. Your caller goes on as soon as you return.",
      expected: AT_END,
      received: "still open",
    }
    : { problem: `The connection was ${TOO_EARLY}.`, likely: UNREAD };
}

/** Checks that a reply written before the call isn't lost. */
async function checkReply(
  closeGracefully: CloseGracefully,
  trial: Trial,
): Promise<void> {
  trial.step("990 bytes are unread, and a large reply is being sent");
  const { peer, conn } = await connectPair(trial);
  await writeAll(peer, new Uint8Array(1000));
  await conn.read(new Uint8Array(10));
  // The kernel takes only part of it, most of which isn't at the peer yet.
  const reply = new Uint8Array(16 * 1024 * 1024).fill(7);
  const written = await conn.write(reply);
  const closing = trial.start(
    "closeGracefully",
    () => closeGracefully(conn, { graceMs: LONG_MS }),
    (error) => explainError(error),
  );
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
      "You didn't end your direction. Call closeWrite(): the peer waits for " +
      "your FIN before it ends its own stream.",
    read: "Each direction has its own end",
  });
  trial.equalBytes(came, reply.subarray(0, written), {
    likely:
      "You changed the reply, which was written before you were called. " +
      "Don't lose any of it, and don't write anything after it.",
    read: LOST,
  });
  await peer.closeWrite();
  await trial.waitFor(closing, {
    waitingFor: "closeGracefully() to return after the peer's stream ended",
    likely:
      "You waited too long. When read() returns null, the peer's stream has " +
      "ended: close then, and don't wait until the grace period is over.",
    read: DRAIN,
  });
}

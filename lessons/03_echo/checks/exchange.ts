/** The check of exercise 3.2. */
import {
  type Advice,
  type CallDue,
  type CallResult,
  checkFunction,
  connectPair,
  countedSample,
  FakeConn,
  type FunctionCase,
  lettersFirst,
  randomSample,
  sampleLetters,
  type ShortConn,
  toBytes,
  type Trial,
} from "../../../lib/workbook/kit/mod.ts";
import { echo } from "../solution.ts";
import type { Exchange } from "../types.ts";
import { EchoConn, type EchoOptions } from "./echo_conn.ts";

const READ_PART = "A read fills part of a buffer";
const WRITE_SHORT = "A write may take only part";
const END = "null means end of stream";
const BOTH_AT_ONCE = "Both directions at once";

/** How many unread bytes the server and the network hold in the worst case. */
const MAX_UNREAD_BYTES = 64 * 1024;
/** More bytes than they ever hold. */
const LARGE_BYTES = 64 * 1024 * 1024;

const UNTIL_ALL =
  "A read returns what has arrived so far, and only the first " +
  "`count` bytes of its buffer are new. Put each piece after the one before, at " +
  "answer.subarray(received), and go on until you have as many bytes as you " +
  "sent.";
const WRITE_REST = "Did you send everything? write() returns how many bytes " +
  "it took: you have to write the rest.";
const WHILE_SENDING = "If you send everything first, or too much at a time, " +
  "you and the server wait for each other: you aren't reading what it sends " +
  "back, so its write waits, so it stops reading, so your write waits. Read " +
  "while you're still sending.";
const PART = "Your caller can't know that this is only part of the answer. " +
  "Throw if read() returns null before you have all of it, and if read() " +
  "throws, let its error through.";

/** An echo server in a table of calls. Each call gets a new connection to it. */
class EchoServer {
  readonly options: EchoOptions;

  constructor(options: EchoOptions = {}) {
    this.options = options;
  }

  [Symbol.for("Deno.customInspect")](): string {
    return "conn";
  }
}

const LETTERS = sampleLetters(4 * MAX_UNREAD_BYTES);

/** An exchange with an echo server that behaves as `server` says. */
function sends(
  data: Uint8Array | string,
  step: string,
  due: Partial<FunctionCase> & { server?: EchoOptions },
): FunctionCase {
  const { server, ...rest } = due;
  const bytes = toBytes(data);
  return {
    step,
    args: [new EchoServer(server), bytes],
    ...rest.throws === undefined && { returns: bytes },
    read: READ_PART,
    ...rest,
  };
}

/** Exchanges 1001 bytes, which writes of 8 don't divide. */
function sendsMany(
  how: string,
  due: Parameters<typeof sends>[2],
): FunctionCase[] {
  return lettersFirst((sample) => {
    const data = sample(1001);
    return sends(data, `${countedSample(data)}; ${how}`, due);
  }, randomSample(33));
}

const ENDINGS = { end: "the stream ends", reset: "the connection is reset" };

const CASES: FunctionCase[] = [
  sends("hello", 'it exchanges "hello" with an echo server', {
    likely: UNTIL_ALL,
    ifPending: WRITE_REST,
  }),
  sends("", "it exchanges nothing", {
    likely: "Return an empty Uint8Array.",
    ifPending: "You sent nothing, so nothing comes back: don't wait for it.",
  }),
  sends("hello", 'it sends "hello", and "HELLO" comes back', {
    server: { inCapitals: true },
    returns: toBytes("HELLO"),
    likely: "Return the bytes that read() put into your buffer, in a new " +
      "array, even if they aren't what you sent: the caller compares them.",
  }),
  ...[1, 5, 4096].flatMap((readSize) =>
    sendsMany(`a read returns at most ${readSize}`, {
      server: { readSize },
      likely: UNTIL_ALL,
    })
  ),
  ...[1, 8].flatMap((writeSize) =>
    sendsMany(`a write takes at most ${writeSize}`, {
      server: { writeSize },
      likely: WRITE_REST,
      ifPending: WRITE_REST,
      read: WRITE_SHORT,
    })
  ),
  ...(["end", "reset"] as const).map((afterFour) =>
    sends("0123456789", `4 of 10 bytes come back, then ${ENDINGS[afterFour]}`, {
      server: { afterFour },
      throws: Error,
      likely: PART,
      ifPending: "read() returns null, so no more bytes will arrive. If you " +
        "wait for them, you wait forever.",
      read: END,
    })
  ),
  sends(LETTERS, "256 KiB; server and network hold 64 KiB unread", {
    server: { room: MAX_UNREAD_BYTES },
    likely: UNTIL_ALL,
    ifPending: WHILE_SENDING,
    read: BOTH_AT_ONCE,
  }),
  ...(["end", "reset"] as const).map((afterFour) =>
    sends(
      LETTERS,
      `256 KiB; the server reads no more, and ${ENDINGS[afterFour]}`,
      {
        server: { afterFour, room: MAX_UNREAD_BYTES },
        throws: Error,
        likely: PART,
        ifPending:
          "The rest won't come back, so don't wait until it's sent: a " +
          "server that doesn't read can keep your write waiting forever. " +
          "Promise.all() rejects as soon as one side fails; " +
          "Promise.allSettled() waits for both.",
        read: END,
      },
    )
  ),
];

/** Checks an answer to 3.2. */
export async function checkExchange(
  exchange: Exchange,
  trial: Trial,
): Promise<void> {
  async function call({ options }: EchoServer, data: Uint8Array) {
    const conn = new EchoConn(
      { ...options, most: data.length },
      () => trial.progress(),
    );
    try {
      const answer = await exchange(conn, data);
      requireOpen(trial, conn);
      return answer;
    } finally {
      // A write that still waits fails now, and its error must be handled.
      if (options.afterFour) conn.peerResets();
    }
  }
  trial.onForgotten((error) => ({
    problem: "Nothing handled the error of a read or write: " +
      `${trial.describe(error)}.`,
    likely: "When one direction fails, your function ends, and it never gets " +
      "to the `await` of the other one. If that fails, too, its unhandled " +
      "error ends your program. Promise.all() handles the errors of both.",
    read: BOTH_AT_ONCE,
  }));
  await checkFunction(trial, call, CASES, {
    name: "exchange",
    async: true,
    explain,
  });
  trial.step("64 MiB over a real connection, which no buffer on it can hold");
  await exchangeLarge(trial, exchange);
}

/** Fails unless the caller can still use the connection. */
function requireOpen(trial: Trial, conn: FakeConn | ShortConn): void {
  if (conn.closed || conn.writeEnded) {
    trial.fail({
      problem: conn.closed
        ? "exchange() closed the connection."
        : "exchange() closed its write side.",
      likely: "The caller needs the connection for the next exchange. You " +
        "know how many bytes come back, so you don't have to end anything.",
      read: END,
    });
  }
  if (conn instanceof FakeConn && conn.pendingReads > 0) {
    trial.fail({
      problem: "exchange() returned, but one of its reads is still waiting.",
      likely:
        "That read would take the first bytes of the next exchange. Read only " +
        "while bytes are missing.",
    });
  }
}

/** Finds the mistake behind a wrong result. */
function explain(
  { value, error }: CallResult,
  { returns, throws, read }: CallDue,
): Partial<Advice> | undefined {
  if (error !== undefined || throws !== undefined) return undefined;
  if (!(value instanceof Uint8Array) || !(returns instanceof Uint8Array)) {
    return { likely: "Return the bytes that came back, as a Uint8Array." };
  }
  if (value.length > returns.length) {
    return {
      likely: "Return as many bytes as you sent: a larger buffer holds only " +
        "zeros after the bytes that came back.",
      read,
    };
  }
}

/** Exchanges 64 MiB: only a real connection shows that this isn't too slow. */
async function exchangeLarge(trial: Trial, exchange: Exchange): Promise<void> {
  const { peer, conn } = await connectPair(trial);
  echo(peer).catch(() => {});
  const data = new Uint8Array(LARGE_BYTES).fill(7);
  // Other numbers in a few places reveal pieces in the wrong place.
  for (let i = 0; i < data.length; i += 65_537) data[i] = i / 65_537;
  const answer = await trial.waitFor(
    trial.start("exchange", () => exchange(conn, data)),
    {
      waitingFor: `exchange() to return ${data.length} bytes`,
      likely: WHILE_SENDING,
      read: BOTH_AT_ONCE,
    },
  );
  trial.equal(answer, data, { likely: UNTIL_ALL, read: READ_PART });
  requireOpen(trial, conn);
}

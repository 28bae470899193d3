/** How an answer to 2.1 is checked. */
import { connectTcp, listenTcp } from "../../../lib/net/mod.ts";
import {
  CheckFailed,
  closedUnderWay,
  Collector,
  PROBES,
  settle,
  type ShortConn,
  ShortListener,
  TimerWatch,
  toBytes,
  type Trial,
  type TrialFailure,
} from "../../../lib/workbook/kit/mod.ts";
import type { GreetOnce } from "../types.ts";
import { MiB, MIXED, mixedText, SAMPLES } from "./greetings.ts";

const ACCEPT = "Accept makes a new socket";
const CLOSE = "Close what you open";
const SEND_ALL = "Sending all of it";

interface Visit {
  greeting: string;
  /** The most bytes that one write takes. */
  writeSize?: number;
}

const VISITS: Record<string, Visit> = {
  'a client connects and says nothing; the greeting is "hello"': {
    greeting: "hello",
  },
  [`the next call greets the next client with "${MIXED}"`]: {
    greeting: MIXED,
  },
  "the greeting is empty": { greeting: "" },
  "the greeting has lines, with spaces and tabs at their ends": {
    greeting: SAMPLES,
  },
  "the greeting has about 3000 bytes, and a write takes at most 7": {
    greeting: mixedText(3000),
    writeSize: 7,
  },
  "the greeting has 4 MiB, in characters of one to four bytes": {
    greeting: mixedText(4 * MiB),
  },
};

/** Checks an answer to 2.1. */
export async function checkGreetOnce(
  greetOnce: GreetOnce,
  trial: Trial,
): Promise<void> {
  trial.onForgotten((error) => closedUnderWay(error, SEND_ALL));
  const timers = trial.use(new TimerWatch());
  const listener = trial.use(listenTcp());
  for (const [step, visit] of Object.entries(VISITS)) {
    trial.step(step);
    await greet(trial, { greetOnce, listener, timers }, visit);
  }
  trial.step("two calls at once, each with a listener of its own");
  await greetTwo(trial, { greetOnce, timers });

  trial.step("a client reads 1 byte of 16 MiB and leaves");
  await greetLeaver(trial, { greetOnce, listener, timers });

  trial.step("the next client stays");
  await greet(trial, { greetOnce, listener, timers }, { greeting: MIXED });
}

interface Server {
  greetOnce: GreetOnce;
  listener: Deno.TcpListener;
  timers: TimerWatch;
}

/** A listener that notices when you ask it for a second client. */
class OneClientListener extends ShortListener {
  readonly askedAgain = Promise.withResolvers<void>();
  #asked = false;

  override accept(): Promise<ShortConn> {
    if (this.#asked) this.askedAgain.resolve();
    this.#asked = true;
    return super.accept();
  }
}

/** Greets one silent client, and looks at everything that must be so then. */
async function greet(
  trial: Trial,
  { greetOnce, listener: real, timers }: Server,
  { greeting, writeSize }: Visit,
): Promise<void> {
  const onMove = () => trial.progress();
  const listener = new OneClientListener(real, { onMove, writeSize });
  const bytes = toBytes(greeting);
  const greeted = trial.start(
    "greetOnce",
    () => greetOnce(listener, greeting),
    usedAfterClose,
  );
  await failIfBack(trial, greeted);
  const client = trial.use(await connectTcp(real.addr.port));
  const back = new Collector(client, trial);
  await trial.waitFor(Promise.race([greeted, failOnSecond(trial, listener)]), {
    waitingFor: "greetOnce() to return",
    likely: () => whyStillGreeting(listener, back.length, bytes.length),
  });

  compareSockets(trial, listener);
  const received = await trial.waitFor(back.end(), {
    waitingFor: "the client to see the end",
    likely: "Close the socket that accept() gave you.",
    read: CLOSE,
  });
  const likely = whyWrong(received, greeting, writeSize);
  trial.equalBytes(received, bytes, { likely, read: SEND_ALL });
  if (timers.runningCount > 0) trial.fail(PROBES.timer("greetOnce()"));
}

/** Until a client has connected, there's nothing to return for. */
async function failIfBack(trial: Trial, greeted: Promise<void>): Promise<void> {
  let isBack = false;
  greeted.then(() => isBack = true, () => {});
  await settle();
  if (!isBack) return;
  trial.fail({
    problem: "greetOnce() returned before a client had connected.",
    likely:
      "accept() returns a promise that resolves when a client connects: " +
      "await it, and everything after it.",
    read: ACCEPT,
  });
}

/** Never resolves, and fails when the answer wants a second client. */
async function failOnSecond(
  trial: Trial,
  listener: OneClientListener,
): Promise<never> {
  await listener.askedAgain.promise;
  trial.fail({
    problem: "greetOnce() called accept() a second time.",
    likely: "Return after one client. The caller calls greetOnce() again to " +
      "greet the next one.",
    read: ACCEPT,
  });
}

/** The client's socket must be closed, and the listener must not. */
function compareSockets(
  trial: Trial,
  { accepted: [conn], closed }: OneClientListener,
  clientLeft = false,
): void {
  if (!conn.closed) {
    trial.fail({
      problem: `greetOnce() ${
        clientLeft ? "gave up a client that had left" : "returned"
      }, but the client's socket is still open${
        conn.writeEnded ? " (you only ended its sending half)" : ""
      }.`,
      likely: clientLeft
        ? "Writing to a client that has gone throws, so the code never " +
          "reaches a close() that comes after it. `using` closes in any case, " +
          "and so does try with finally."
        : "accept() made a socket for this client, and you have to close it: " +
          "call conn.close(), or declare it with `using`. Await everything " +
          "before that.",
      read: CLOSE,
    });
  }
  if (closed) {
    trial.fail({
      problem: "greetOnce() closed the listener.",
      likely: "Close only the client's socket, the one that accept() gave " +
        "you, even if the client has left. The caller still needs the " +
        "listener. If you loop over it with `for await`, break and return " +
        "close it, too.",
      read: ACCEPT,
    });
  }
}

function whyStillGreeting(
  { accepted: [conn] }: OneClientListener,
  received: number,
  due: number,
): string {
  if (conn === undefined) {
    return "A client has connected. Take it with `await listener.accept()`.";
  }
  if (received < due) {
    return `The client has ${received} of ${due} bytes. If you read from it ` +
      "first, you wait forever: this client says nothing.";
  }
  return conn.closed
    ? "The client has its greeting and its socket is closed. Return now."
    : "The client has its greeting and waits for the end of the stream. If " +
      "you wait for the client to close: here it's the server that closes.";
}

function usedAfterClose(error: unknown): TrialFailure | undefined {
  if (!(error instanceof Deno.errors.BadResource)) return undefined;
  return {
    problem: `greetOnce() threw ${error.name}: ${error.message}.`,
    likely: "BadResource means that the socket is already closed. Do you use " +
      "it after close(), or close it twice?",
    read: CLOSE,
  };
}

/** What the bytes that came show of how they were sent. */
function whyWrong(
  received: Uint8Array,
  greeting: string,
  writeSize?: number,
): string {
  const bytes = toBytes(greeting);
  if (wasCutInText(received)) {
    return "You cut the text before you encoded it. A string counts some " +
      "characters as two, and slice() or an index can cut one in two; " +
      "TextEncoder turns each half into U+FFFD (EF BF BD). Encode the whole " +
      "greeting, and cut the bytes.";
  }
  if (startsWith(received, bytes)) {
    const rest = received.subarray(bytes.length);
    return rest.length > 1 && rest.every((byte) => byte === 0)
      ? "The zeros after the greeting are the unused rest of your buffer. " +
        "encodeInto() returns how many bytes it has `written`: send " +
        "bytes.subarray(0, written)."
      : "Send the greeting once and nothing else: no line ending, no \\0.";
  }
  if (!startsWith(bytes, received)) {
    return writeSize === undefined
      ? "Get the bytes of the text with new TextEncoder().encode(greeting), " +
        "and change nothing in it. A character code isn't a byte: most don't " +
        "fit into one."
      : "Each write must continue where the last one ended. It returns how " +
        "many bytes it took, not characters: encode once, then write " +
        "bytes.subarray(sent).";
  }
  if (received.length === 0) {
    return "You closed the client's socket before anything was sent. Write " +
      "first, await each write, and then close.";
  }
  if (
    writeSize !== undefined && received.length >= greeting.length &&
    received.length < greeting.length + writeSize
  ) {
    return `You stopped after ${received.length} bytes, and the greeting has ` +
      `${greeting.length} characters. write() takes and counts bytes: compare ` +
      "with the length of what TextEncoder gave you.";
  }
  return bytes.length < 1000
    ? "A character takes one to four bytes, so there are more bytes than " +
      "greeting.length: count what TextEncoder gives you. And await each " +
      "write, or close() cuts it off."
    : "write() returns how many bytes it took. It doesn't send the rest " +
      "unless you write that, too: loop until nothing is left, and await " +
      "each write.";
}

/** Whether U+FFFD was sent, which no greeting has. */
function wasCutInText(received: Uint8Array): boolean {
  const text = new TextDecoder().decode(received);
  // A decoder also gives U+FFFD for bytes that aren't UTF-8.
  return text.includes("\ufffd") && startsWith(toBytes(text), received);
}

function startsWith(bytes: Uint8Array, start: Uint8Array): boolean {
  return start.every((byte, i) => bytes[i] === byte);
}

/** Two clients, each greeted byte by byte. */
async function greetTwo(
  trial: Trial,
  server: Omit<Server, "listener">,
): Promise<void> {
  try {
    await Promise.all(["hello, A", "and B"].map((greeting) => {
      const listener = trial.use(listenTcp());
      return greet(trial, { ...server, listener }, { greeting, writeSize: 1 });
    }));
  } catch (cause) {
    if (!(cause instanceof CheckFailed)) throw cause;
    trial.fail(PROBES.twoAtOnce("greetOnce()"), { cause });
  }
}

/** A client that closes while the server still writes. */
async function greetLeaver(
  trial: Trial,
  { greetOnce, listener: real, timers }: Server,
): Promise<void> {
  const onMove = () => trial.progress();
  const listener = new OneClientListener(real, { onMove });
  const outcome = Promise.allSettled([
    (async () => await greetOnce(listener, "x".repeat(16 * MiB)))(),
  ]);
  const client = trial.use(await connectTcp(real.addr.port));
  await trial.waitFor(client.read(new Uint8Array(1)), {
    waitingFor: "the first byte of the greeting",
    likely: "Write as soon as you've accepted the client.",
  });
  // With bytes unread, this resets the connection: the next write must fail.
  client.close();
  await trial.waitFor(Promise.race([outcome, failOnSecond(trial, listener)]), {
    waitingFor: "greetOnce() to give up a client that has gone",
    likely: "Writing to a client that has gone throws, and throws again if " +
      "you retry. Close the socket, and return or throw.",
    read: CLOSE,
  });
  compareSockets(trial, listener, true);
  if (timers.runningCount > 0) trial.fail(PROBES.timer("greetOnce()"));
}

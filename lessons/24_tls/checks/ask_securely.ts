/** Checks an answer to 24.3. */
import { listenTcp, readToEnd, writeAll } from "../../../lib/net/mod.ts";
import { counted } from "../../../lib/show/counted.ts";
import {
  asViews,
  countedSample,
  explainBytes,
  lettersFirst,
  sampleLetters,
  settle,
  TimerWatch,
  type Trial,
} from "../../../lib/workbook/kit/mod.ts";
import { CA, SERVER_NAME } from "../certificates.ts";
import type { AskOptions, AskSecurely } from "../types.ts";
import { ConnWatch } from "./conn_watch.ts";
import { TlsServer, type TlsServerOptions } from "./tls_server.ts";

const VERIFY = "Encrypted isn't authenticated";
const END = "The end has to be authentic, too";
const CLOSE = "Close it, however it ends";

/** A time limit that must never be reached, in milliseconds. */
const LONG_MS = 30_000;
/** A time limit that's reached, in milliseconds. */
const SHORT_MS = 250;

/** One call, and the result that it must have. */
interface Case {
  step: string;
  question?: Uint8Array;
  /** The bytes that the server writes after the question. */
  answer?: Uint8Array;
  options?: Partial<AskOptions>;
  certificate?: TlsServerOptions["certificate"];
  /** Where the answer is cut off on its way. */
  cut?: "before the close_notify" | "inside a record";
  /** The server's next act. @default {it ends with a close_notify} */
  then?: "silence" | "drips";
  /** The name of the error; not given if the answer must be returned. */
  throws?: keyof typeof RIGHT;
  likely: string;
  read: string;
}

/** For each error's name, a test for it. */
const RIGHT = {
  "Deno.errors.InvalidData": (error: unknown) =>
    error instanceof Deno.errors.InvalidData,
  "Deno.errors.UnexpectedEof": (error: unknown) =>
    error instanceof Deno.errors.UnexpectedEof,
  "Deno.errors.TimedOut": (error: unknown) =>
    error instanceof Deno.errors.TimedOut ||
    error instanceof DOMException && error.name === "TimeoutError",
  "Deno.errors.ConnectionRefused": (error: unknown) =>
    error instanceof Deno.errors.ConnectionRefused,
};

const TRUNCATED =
  "The answer was cut on its way: no close_notify came, so this isn't the end " +
  "that the server meant. Deno's read() throws UnexpectedEof then. Let it " +
  "through, and never return what has arrived so far.";
const IDENTITY =
  "Pass `hostname` and `caCerts` to Deno.startTls(), and turn no check off: " +
  "without them you have a private channel to a server that could be anyone's.";
const LIMIT =
  "`timeoutMs` is for everything together: the connection, the handshake, and " +
  "the whole answer. Nothing but closing the connection ends a handshake or a " +
  "read that's under way.";

const CASES: Case[] = [
  {
    step: "a question and an answer",
    likely: "The server answers when it has the whole question and its end: " +
      "closeWrite() sends the close_notify. null is the end of the answer.",
    read: END,
  },
  {
    step: "an empty question, and an empty answer",
    question: new Uint8Array(),
    answer: new Uint8Array(),
    likely:
      "An answer may be empty. It's complete all the same: its close_notify " +
      "has arrived.",
    read: END,
  },
  ...lettersFirst((sample): Case => ({
    step: `a question of ${countedSample(sample(200_000))}, and an answer of ` +
      "300000",
    question: sample(200_000),
    answer: sample(300_000),
    likely: "write() may take only a part, and one read() brings at most one " +
      "buffer: repeat both until everything has gone through.",
    read: END,
  })),
  {
    step: `the certificate is for other.localhost, and you expect that`,
    certificate: "wrongName",
    options: { hostname: "other.localhost" },
    likely: "The name to compare with the certificate is the caller's " +
      "`hostname`. It need not be the host you connect to.",
    read: VERIFY,
  },
  {
    step: "the certificate is for another name",
    certificate: "wrongName",
    throws: "Deno.errors.InvalidData",
    likely: IDENTITY,
    read: VERIFY,
  },
  {
    step:
      "you expect bank.localhost, and the certificate is for 127.0.0.1 and " +
      "other names",
    options: { hostname: "bank.localhost" },
    throws: "Deno.errors.InvalidData",
    likely: "The certificate fits the address, and not the name that your " +
      `caller trusts. ${IDENTITY}`,
    read: VERIFY,
  },
  {
    step: "no authority that you trust has signed the certificate",
    certificate: "selfSigned",
    throws: "Deno.errors.InvalidData",
    likely: IDENTITY,
    read: VERIFY,
  },
  {
    step: "the caller trusts no authority of the lesson's",
    options: { caCerts: [] },
    throws: "Deno.errors.InvalidData",
    likely: "Trust the authorities in `caCerts`, and no others.",
    read: VERIFY,
  },
  {
    step: "the certificate has expired",
    certificate: "expired",
    throws: "Deno.errors.InvalidData",
    likely: IDENTITY,
    read: VERIFY,
  },
  {
    step: "the connection ends after the whole answer, without a close_notify",
    cut: "before the close_notify",
    throws: "Deno.errors.UnexpectedEof",
    likely: TRUNCATED,
    read: END,
  },
  {
    step: "the connection ends before the answer, without a close_notify",
    answer: new Uint8Array(),
    cut: "before the close_notify",
    throws: "Deno.errors.UnexpectedEof",
    likely: TRUNCATED,
    read: END,
  },
  {
    step: "the connection ends inside a record of the answer",
    answer: sampleLetters(5000),
    cut: "inside a record",
    throws: "Deno.errors.UnexpectedEof",
    likely: TRUNCATED,
    read: END,
  },
  {
    step:
      `the server is silent after a part of the answer; timeoutMs is ${SHORT_MS}`,
    then: "silence",
    options: { timeoutMs: SHORT_MS },
    throws: "Deno.errors.TimedOut",
    likely: LIMIT,
    read: CLOSE,
  },
  {
    step: `the server sends a byte every few ms; timeoutMs is ${SHORT_MS}`,
    then: "drips",
    options: { timeoutMs: SHORT_MS },
    throws: "Deno.errors.TimedOut",
    likely: `${LIMIT} A limit for each read never passes here.`,
    read: CLOSE,
  },
];

/** Returns a function that cuts off the server's records. */
function meddler(cut: Case["cut"]): TlsServerOptions["meddle"] {
  if (cut === undefined) return undefined;
  let isOver = false;
  return (record, from) => {
    if (from === "client") return record;
    if (isOver) return null;
    // The fragment of an encrypted alert has 19 bytes. So would an answer of 2
    // bytes, but there's none here.
    if (cut === "before the close_notify" && record.length === 24) return null;
    if (cut === "inside a record" && record.length > 4000) {
      isOver = true;
      return record.subarray(0, 2000);
    }
    return record;
  };
}

/** Checks an answer to 24.3. */
export async function checkAskSecurely(
  askSecurely: AskSecurely,
  trial: Trial,
): Promise<void> {
  const watch = new Watch(trial);
  for (const one of CASES) {
    trial.step(one.step);
    await checkCase(askSecurely, trial, one, watch);
  }

  trial.step(`a server accepts, and never answers; timeoutMs is ${SHORT_MS}`);
  await checkSilent(askSecurely, trial, watch);

  trial.step("no server listens at the port");
  const gone = listenTcp();
  gone.close();
  const refused: Case = {
    step: "",
    throws: "Deno.errors.ConnectionRefused",
    likely: "A refusal is an answer: let the error of connect() through.",
    read: CLOSE,
  };
  const outcome = await call(askSecurely, trial, gone.addr.port, refused);
  judge(trial, outcome, refused);
  await watch.requireNothingLeft(true);

  trial.step("the question is a view into a larger buffer");
  const [question] = asViews([sampleLetters(50)]) as [Uint8Array];
  await checkCase(askSecurely, trial, { ...CASES[0], question }, watch);

  trial.step("three calls at the same time");
  await Promise.all([
    checkCase(askSecurely, trial, CASES[0]),
    checkCase(askSecurely, trial, { ...CASES[0], answer: sampleLetters(99) }),
    checkCase(askSecurely, trial, CASES[6]),
  ]);
}

async function checkCase(
  askSecurely: AskSecurely,
  trial: Trial,
  one: Case,
  watch?: Watch,
): Promise<void> {
  const { question = sampleLetters(20), answer = sampleLetters(30) } = one;
  let asked: Uint8Array | Error | undefined;
  const over = Promise.withResolvers<void>();
  const server = new TlsServer(trial, {
    certificate: one.certificate,
    meddle: meddler(one.cut),
    async talk(conn) {
      try {
        asked = await readToEnd(conn);
      } catch (error) {
        asked = error as Error;
        throw error;
      }
      watch?.markQuestion();
      await writeAll(conn, answer);
      if (one.then === "silence") await over.promise;
      while (one.then !== undefined) {
        await writeAll(conn, Uint8Array.of(1));
        await settle();
      }
    },
  });
  watch?.ports.add(server.port);
  const outcome = await call(askSecurely, trial, server.port, one, () => asked);
  over.resolve();
  const isReturned = judge(trial, outcome, one);
  if (isReturned) {
    const { value } = outcome as PromiseFulfilledResult<unknown>;
    if (!(value instanceof Uint8Array)) {
      trial.fail({
        problem: "askSecurely() didn't return a Uint8Array.",
        received: Deno.inspect(value, { depth: 0 }),
        likely: "Return the answer as bytes: await everything first.",
      });
    }
    trial.equalBytes(value, answer, { likely: explainBytes(value, answer) });
  }
  if (one.throws === undefined) {
    requireAsked(trial, asked, question);
  } else if (one.throws === "Deno.errors.InvalidData" && asked !== undefined) {
    if (asked instanceof Uint8Array) {
      trial.fail({
        problem:
          "The server got the question, and you can't know whose server " +
          "it is.",
        likely: IDENTITY,
        read: VERIFY,
      });
    }
  }
  if (one.then === "drips") watch?.requireOneLimit(one);
  await watch?.requireNothingLeft(one.throws !== undefined);
}

/** Checks a server that accepts the connection and says nothing. */
async function checkSilent(
  askSecurely: AskSecurely,
  trial: Trial,
  watch: Watch,
): Promise<void> {
  const listener = trial.use(listenTcp());
  listener.accept().then((conn) => trial.use(conn), () => {});
  const one: Case = {
    step: "",
    // With an empty question, closeWrite() is the first call that has to wait.
    question: new Uint8Array(),
    options: { timeoutMs: SHORT_MS },
    throws: "Deno.errors.TimedOut",
    likely: LIMIT,
    read: CLOSE,
  };
  watch.ports.add(listener.addr.port);
  judge(trial, await call(askSecurely, trial, listener.addr.port, one), one);
  await watch.requireNothingLeft(true);
}

async function call(
  askSecurely: AskSecurely,
  trial: Trial,
  port: number,
  one: Case,
  asked: () => unknown = () => undefined,
): Promise<PromiseSettledResult<unknown>> {
  const options = {
    caCerts: [CA],
    hostname: SERVER_NAME,
    timeoutMs: LONG_MS,
    ...one.options,
  };
  const question = one.question ?? sampleLetters(20);
  const before = question.slice();
  const result = Promise.allSettled([
    (async () => await askSecurely(port, question, options))(),
  ]);
  const [outcome] = await trial.waitFor(result, {
    waitingFor: "askSecurely() to return or throw",
    likely: () =>
      one.throws === undefined && asked() === undefined
        ? "The server is still waiting for the end of the question: send it " +
          "with closeWrite() when you have written everything."
        : one.likely,
    read: () => one.read,
  });
  trial.equalBytes(question, before, {
    problem: "You changed the question.",
    likely: "The array is your caller's, and may be sent again.",
  });
  return outcome;
}

/** Checks the outcome, and returns whether the call returned an answer. */
function judge(
  trial: Trial,
  outcome: PromiseSettledResult<unknown>,
  { throws, likely, read }: Case,
): boolean {
  if (outcome.status === "fulfilled") {
    if (throws === undefined) return true;
    const { value } = outcome;
    trial.fail({
      problem: "askSecurely() returned " +
        (value instanceof Uint8Array
          ? counted(value.length, "byte")
          : Deno.inspect(value, { depth: 0 })) +
        ", where it must throw.",
      expected: throws,
      likely,
      read,
    });
  }
  const { reason } = outcome;
  if (throws !== undefined && RIGHT[throws](reason)) return false;
  trial.failOnSlip("askSecurely()", reason);
  const isLookup = reason instanceof Deno.errors.NotCapable ||
    /lookup address/.test(String(reason));
  if (isLookup) {
    trial.failThrown("askSecurely()", reason, {
      problem: `askSecurely() threw ${trial.describe(reason)}.`,
      likely: "connectTls() looks the name up, and there's no such host. " +
        "Connect to 127.0.0.1 with Deno.connect(), and give the name to " +
        "Deno.startTls(), which only compares it with the certificate.",
      read: VERIFY,
    });
  }
  trial.failThrown("askSecurely()", reason, {
    problem: `askSecurely() threw ${trial.describe(reason)}` +
      (throws === undefined ? "." : ", and that's the wrong error."),
    expected: throws ?? "the answer",
    likely: throws === undefined ? likely : wrongClass(throws, reason, likely),
    read,
  });
}

function wrongClass(
  throws: keyof typeof RIGHT,
  reason: unknown,
  likely: string,
): string {
  const isOwnClose = reason instanceof Deno.errors.Interrupted ||
    reason instanceof Deno.errors.BadResource;
  if (throws === "Deno.errors.TimedOut" && isOwnClose) {
    return "That error comes from your own close(). Your caller can't know " +
      "that time ran out: throw Deno.errors.TimedOut instead.";
  }
  return "Callers tell failures apart by the class of the error. " + likely;
}

function requireAsked(
  trial: Trial,
  asked: Uint8Array | Error | undefined,
  question: Uint8Array,
): void {
  if (asked instanceof Error) {
    trial.fail({
      problem: `The server's read failed: ${asked.message}`,
      likely:
        "End the question with closeWrite(), which sends a close_notify. " +
        "Otherwise the server can't know that it has all of it.",
      read: END,
    });
  }
  if (asked === undefined) return;
  trial.equalBytes(asked, question, {
    problem: `The server got ${counted(asked.length, "byte")}, and the ` +
      `question has ${question.length}.`,
    likely: "write() may take only a part of it. Write the rest, too, before " +
      "you close your write side.",
    read: END,
  });
}

/** Checks that an answer leaves no timer and no connection. */
class Watch {
  readonly #trial: Trial;
  readonly #timers: TimerWatch;
  readonly #conns: ConnWatch;
  #timersBefore = 0;

  constructor(trial: Trial) {
    this.#trial = trial;
    this.#timers = trial.use(new TimerWatch());
    this.#conns = trial.use(new ConnWatch());
  }

  /** Notes that the server has received the question. */
  markQuestion(): void {
    this.#timersBefore = this.#timers.started.length;
  }

  /**
   * Requires that the time limit doesn't start over after the question. On a
   * busy machine, an answer that sets a limit for each read may pass, too.
   */
  requireOneLimit({ likely, read }: Case): void {
    const again = this.#timers.started.slice(this.#timersBefore)
      .filter((ms) => ms >= SHORT_MS);
    if (again.length < 2) return;
    this.#trial.fail({
      problem:
        `You started ${again.length} timers of ${SHORT_MS} ms while the ` +
        "answer came.",
      likely,
      read,
    });
  }

  /** The ports that the answer may connect to. */
  get ports(): Set<number> {
    return this.#conns.ports;
  }

  async requireNothingLeft(hasThrown: boolean): Promise<void> {
    // Only look at long timers: the server has short ones of its own.
    if (this.#timers.running(SHORT_MS).length > 0) {
      this.#trial.fail({
        problem: "A timer still runs.",
        likely: "It keeps the program from ending, and acts on a connection " +
          "that's long over. Clear it in a `finally`.",
        read: CLOSE,
      });
    }
    if (await this.#conns.hasOpen()) {
      this.#trial.fail({
        problem: "A connection is still open.",
        likely: hasThrown
          ? "You threw, and left the connection open. Close it in a " +
            "`finally`, or declare it with `using`. If it becomes a TLS " +
            "connection, that's the one to close."
          : "Close the connection when you have the answer. `using` does that " +
            "however the function ends.",
        read: CLOSE,
      });
    }
  }
}

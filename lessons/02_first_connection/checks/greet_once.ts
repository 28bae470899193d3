/** The check of exercise 2.1. */
import {
  type Advice,
  CheckFailed,
  checkStream,
  closedUnderWay,
  FakeConn,
  FakeListener,
  settle,
  type StreamCase,
  type StreamResult,
  toBytes,
  type Trial,
} from "../../../lib/workbook/kit/mod.ts";
import type { GreetOnce } from "../types.ts";
import { LARGE, LONG, MIXED, SAMPLES } from "./greetings.ts";

const ACCEPT = "Accept makes a new socket";
const CLOSE = "Close what you open";
const SEND_ALL = "Sending all of it";

const SECOND = "Return after one client. The caller calls greetOnce() again " +
  "to greet the next one.";
const NOT_AWAITED = "accept() returns a promise that resolves when a client " +
  "connects: await it, and everything after it.";
const LISTENER = "Close only the client's socket, the one that accept() " +
  "returned, even if the client has left. The caller still needs the listener. If " +
  "you loop over it with `for await`, break and return close it, too.";

/** A client that connects, closes its write side, and waits for the greeting. */
function greets(
  greeting: string,
  step: string,
  due: Partial<StreamCase> = {},
): StreamCase {
  return {
    step,
    args: [greeting],
    values: ["returned"],
    ends: "more",
    writes: toBytes(greeting),
    likely: "Return as soon as the client has its greeting.",
    read: SEND_ALL,
    ...due,
  };
}

const CASES = [
  greets(
    "hello",
    'a client connects and sends nothing; you greet it with "hello"',
    {
      then: "silence",
    },
  ),
  greets("", "the greeting is empty", { then: "silence" }),
  greets(
    MIXED,
    `a client closes its write side at once; you send it "${MIXED}"`,
  ),
  greets(SAMPLES, "the greeting has lines, with spaces and tabs at their ends"),
  greets(MIXED, `a write takes 1 byte of "${MIXED}"`, { writeSize: 1 }),
  greets(
    LONG,
    "the greeting has about 3000 bytes, and a write takes at most 7",
    {
      writeSize: 7,
    },
  ),
  greets(
    LARGE,
    "the greeting has 1 MiB, in characters of one to four bytes",
  ),
  greets(LONG, "a client takes 100 bytes and leaves, so that write() throws", {
    args: [LONG, true],
    writes: toBytes(LONG).subarray(0, 100),
    breakAt: 100,
    likely:
      "Writing to a client that has left throws, and it throws again if " +
      "you retry. Close the socket, and return or throw.",
    read: CLOSE,
  }),
];

/** A listener that counts calls of accept(). */
class OneClientListener extends FakeListener<Deno.Conn> {
  accepts = 0;
  readonly #onAccept: (accepts: number) => void;

  constructor(onAccept: (accepts: number) => void) {
    super();
    this.#onAccept = onAccept;
  }

  override async accept(): Promise<Deno.Conn> {
    this.#onAccept(++this.accepts);
    return await super.accept();
  }
}

/** Checks an answer to 2.1. */
export async function checkGreetOnce(
  greetOnce: GreetOnce,
  trial: Trial,
): Promise<void> {
  trial.onForgotten((error) => closedUnderWay(error, SEND_ALL));
  let latest: [OneClientListener, Deno.Conn];
  await checkStream(trial, {
    name: "greetOnce",
    conn: "closed",
    readClosing: CLOSE,
    open: (conn, greeting: string, mayThrow = false) => async () => {
      const listener = new OneClientListener((accepts) =>
        failIf(accepts > 1, "called accept() a second time", SECOND)
      );
      latest = [listener, conn];
      let isBack = false;
      const greeted = (async () => {
        await greetOnce(listener, greeting);
        isBack = true;
      })();
      greeted.catch(() => {});
      await settle();
      failIf(isBack, "returned before a client had connected", NOT_AWAITED);
      listener.connects(conn);
      try {
        await greeted;
      } catch (error) {
        if (!mayThrow || error instanceof CheckFailed) throw error;
      }
      failIf(listener.closed, "closed the listener", LISTENER);
      return "returned";
    },
    explain: (result, due) => explain(result, due, ...latest),
    explainSent: (...args) => ({ likely: whyWrong(...args), read: SEND_ALL }),
    cut: "",
  }, CASES);

  function failIf(isWrong: boolean, what: string, likely: string): void {
    if (isWrong) {
      trial.fail({ problem: `greetOnce() ${what}.`, likely, read: ACCEPT });
    }
  }
}

/** Finds the mistake behind an error, or behind a call that never returns. */
function explain(
  { then, error }: StreamResult,
  { writes = "", breakAt }: StreamCase,
  { accepts }: OneClientListener,
  client: Deno.Conn,
): string | Partial<Advice> | undefined {
  if (error instanceof Deno.errors.BadResource) {
    return {
      likely:
        "BadResource means that the socket is already closed. Do you use " +
        "it after close(), or close it twice?",
      read: CLOSE,
    };
  }
  if (then !== "waiting" || breakAt !== undefined) return undefined;
  if (accepts === 0) {
    return {
      likely: "A client has connected. Take it with `await listener.accept()`.",
      read: ACCEPT,
    };
  }
  if (!(client instanceof FakeConn) || client.closed) return undefined;
  return {
    problem: "greetOnce() waits for the client to send something.",
    likely: client.bytesWritten < toBytes(writes).length
      ? "Send the greeting first. If you read from the client before that, you " +
        "wait forever: this client sends nothing."
      : "The client has its greeting and waits for the end of the stream. Are " +
        "you waiting for the client to close? Here, it's the server that closes.",
    expected: undefined,
    received: undefined,
  };
}

/** Finds the mistake behind the bytes that arrived. */
function whyWrong(
  sent: Uint8Array,
  bytes: Uint8Array,
  { args: [greeting] = [], writeSize }: StreamCase,
): string {
  const { length } = String(greeting);
  const text = new TextDecoder().decode(sent);
  // A decoder also returns U+FFFD for bytes that aren't UTF-8.
  if (text.includes("\ufffd") && startsWith(toBytes(text), sent)) {
    return "You cut the text before you encoded it. A string counts some " +
      "characters as two, and slice() or an index can cut one in two; " +
      "TextEncoder turns each half into U+FFFD (EF BF BD). Encode the whole " +
      "greeting, and cut the bytes.";
  }
  if (startsWith(sent, bytes)) {
    return "Send the greeting once and nothing else: no line ending, no \\0. If " +
      "encodeInto() filled your buffer, it returns how many bytes it has " +
      "`written`: send bytes.subarray(0, written).";
  }
  if (!startsWith(bytes, sent)) {
    return writeSize === undefined
      ? "Get the bytes of the text with new TextEncoder().encode(greeting), " +
        "and change nothing in it. A character code isn't a byte: most don't " +
        "fit into one."
      : "Each write must continue where the last one ended. It returns how " +
        "many bytes it took, not characters: encode once, then write " +
        "bytes.subarray(sent).";
  }
  if (sent.length === 0) {
    return "You closed the client's socket before anything was sent. Write " +
      "first, await each write, and then close.";
  }
  if (writeSize === undefined && bytes.length < 1000) {
    return "Send the whole greeting as it is, white space included. A character " +
      "takes one to four bytes, so there are more of them than greeting.length: " +
      "count the bytes that TextEncoder returns.";
  }
  if (Math.abs(sent.length - length) < 8) {
    return `You stopped after ${sent.length} bytes, and the greeting has ` +
      `${length} characters. write() takes and counts bytes: compare with the ` +
      "number of bytes that TextEncoder returned.";
  }
  return "write() returns how many bytes it took. It doesn't send the rest " +
    "unless you write that, too: loop until nothing is left, and await each " +
    "write. And a buffer of a fixed size holds only part of a long greeting.";
}

function startsWith(bytes: Uint8Array, start: Uint8Array): boolean {
  return start.every((byte, i) => bytes[i] === byte);
}

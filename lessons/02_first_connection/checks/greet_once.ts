/** How an answer to 2.1 is checked. */
import {
  type Advice,
  CheckFailed,
  checkStream,
  closedUnderWay,
  FakeConn,
  settle,
  type StreamCase,
  type StreamResult,
  toBytes,
  type Trial,
} from "../../../lib/workbook/kit/mod.ts";
import type { GreetOnce } from "../types.ts";
import { MiB, MIXED, mixedText, SAMPLES } from "./greetings.ts";
import { OneClientListener } from "./one_client_listener.ts";

const ACCEPT = "Accept makes a new socket";
const CLOSE = "Close what you open";
const SEND_ALL = "Sending all of it";

/** A client that connects, sends nothing, and waits. */
function silent(greeting: string, due: Partial<StreamCase> = {}): StreamCase {
  return {
    args: [greeting],
    then: "silence",
    values: ["returned"],
    ends: "more",
    writes: greeting,
    likely: "Return as soon as the client has its greeting.",
    read: SEND_ALL,
    ...due,
  };
}

const CASES = [
  silent("hello", {
    step: 'a client connects and says nothing; the greeting is "hello"',
  }),
  silent("", { step: "the greeting is empty" }),
  silent(MIXED, {
    step: `a client ends its side at once; the greeting is "${MIXED}"`,
    then: "end",
  }),
  silent(SAMPLES, {
    step: "the greeting has lines, with spaces and tabs at their ends",
    then: "end",
  }),
  silent(MIXED, {
    step: `the greeting is "${MIXED}", and a write takes 1 byte`,
    writeSize: 1,
  }),
  silent(mixedText(3000), {
    step: "the greeting has about 3000 bytes, and a write takes at most 8",
    then: "end",
    writeSize: 8,
  }),
  silent(mixedText(4 * MiB), {
    step: "the greeting has 4 MiB, in characters of one to four bytes",
    then: "end",
  }),
  silent(mixedText(3000), {
    step: "a client takes 100 bytes and leaves, so that write() throws",
    args: [mixedText(3000), true],
    writes: toBytes(mixedText(3000)).subarray(0, 100),
    breakAt: 100,
    likely: "Writing to a client that has gone throws, and throws again if " +
      "you retry. Close the socket, and return or throw.",
    read: CLOSE,
  }),
];

/** Checks an answer to 2.1. */
export async function checkGreetOnce(
  greetOnce: GreetOnce,
  trial: Trial,
): Promise<void> {
  trial.onForgotten((error) => closedUnderWay(error, SEND_ALL));
  let listener: OneClientListener;
  let client: Deno.Conn;
  await checkStream(trial, {
    name: "greetOnce",
    conn: "closed",
    readClosing: CLOSE,
    open: (conn, greeting: string, mayThrow = false) => async () => {
      listener = new OneClientListener(trial, client = conn);
      try {
        await greet(trial, greetOnce, { listener, greeting });
      } catch (error) {
        if (!mayThrow || error instanceof CheckFailed) throw error;
      }
      return "returned";
    },
    explain: (result, due) => explain(result, due, { listener, client }),
    explainSent: (...args) => ({ likely: whyWrong(...args), read: SEND_ALL }),
    cut: "",
  }, CASES);
}

async function greet(
  trial: Trial,
  greetOnce: GreetOnce,
  { listener, greeting }: { listener: OneClientListener; greeting: string },
): Promise<void> {
  let isBack = false;
  const greeted = (async () => {
    await greetOnce(listener, greeting);
    isBack = true;
  })();
  greeted.catch(() => {});
  await settle();
  if (isBack) {
    trial.fail({
      problem: "greetOnce() returned before a client had connected.",
      likely:
        "accept() returns a promise that resolves when a client connects: " +
        "await it, and everything after it.",
      read: ACCEPT,
    });
  }
  listener.connect();
  try {
    await greeted;
  } finally {
    if (listener.closed) {
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
}

/** What an error means, or that it waits. */
function explain(
  { then, error }: StreamResult,
  { writes, breakAt }: StreamCase,
  { listener, client }: { listener: OneClientListener; client: Deno.Conn },
): string | Partial<Advice> | undefined {
  if (error instanceof Deno.errors.BadResource) {
    return {
      problem: `greetOnce() threw ${error.name}: ${error.message}.`,
      likely:
        "BadResource means that the socket is already closed. Do you use " +
        "it after close(), or close it twice?",
      read: CLOSE,
    };
  }
  if (then !== "waiting" || breakAt !== undefined) return undefined;
  if (listener.accepts === 0) {
    return {
      likely: "A client has connected. Take it with `await listener.accept()`.",
      read: ACCEPT,
    };
  }
  if (!(client instanceof FakeConn) || client.closed) return undefined;
  const due = toBytes(writes ?? "").length;
  return {
    problem: "greetOnce() waits for the client to send something.",
    likely: client.bytesWritten < due
      ? `The client has ${client.bytesWritten} of ${due} bytes. If you read ` +
        "from it first, you wait forever: this client says nothing."
      : "The client has its greeting and waits for the end of the stream. If " +
        "you wait for the client to close: here it's the server that closes.",
    expected: undefined,
    received: undefined,
  };
}

/** What the bytes that came show of how they were sent. */
function whyWrong(
  sent: Uint8Array,
  bytes: Uint8Array,
  { args: [greeting] = [], writeSize = 0 }: StreamCase,
): string {
  const { length } = String(greeting);
  if (wasCutInText(sent)) {
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
    return writeSize === 0
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
  if (sent.length >= length && sent.length < length + writeSize) {
    return `You stopped after ${sent.length} bytes, and the greeting has ` +
      `${length} characters. write() takes and counts bytes: compare with the ` +
      "length of what TextEncoder gave you.";
  }
  if (writeSize === 0 && bytes.length < 1000) {
    return "Send the whole greeting as it is, white space included. A character " +
      "takes one to four bytes, so there are more of them than greeting.length: " +
      "count what TextEncoder gives you.";
  }
  return "write() returns how many bytes it took. It doesn't send the rest " +
    "unless you write that, too: loop until nothing is left, and await each " +
    "write. And a buffer of a fixed size holds only a part of a long greeting.";
}

/** Whether U+FFFD was sent, which no greeting has. */
function wasCutInText(sent: Uint8Array): boolean {
  const text = new TextDecoder().decode(sent);
  // A decoder also gives U+FFFD for bytes that aren't UTF-8.
  return text.includes("\ufffd") && startsWith(toBytes(text), sent);
}

function startsWith(bytes: Uint8Array, start: Uint8Array): boolean {
  return start.every((byte, i) => bytes[i] === byte);
}

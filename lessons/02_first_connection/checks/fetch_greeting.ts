/** The check of exercise 2.2. */
import {
  type Advice,
  checkStream,
  openByPort,
  type OpenedPort,
  type StreamCase,
  type StreamResult,
  toBytes,
  type Trial,
} from "../../../lib/workbook/kit/mod.ts";
import type { FetchGreeting } from "../types.ts";
import { LARGE, LONG, MIXED, SAMPLES } from "./greetings.ts";

const CLOSE = "Close what you open";
const REFUSED = "When nothing is listening";
const READ_END = "Reading to the end";
const CUT = "Characters cut in two";

const UNTIL_NULL = "A read returns what has arrived so far, so a buffer that " +
  "isn't full doesn't mean the end, and neither does a line ending or a " +
  "pause. Read until read() returns null.";
const AT_NULL =
  "read() returns null when the server has ended the stream. Then " +
  "the greeting is complete, even if it's empty. The server expects nothing " +
  "from you, and nothing else tells you that it's done.";

/** A server that sends a greeting and ends the stream. */
function greets(
  step: string,
  pieces: string | string[],
  due: Partial<StreamCase> = {},
): StreamCase {
  return {
    step,
    sends: pieces,
    values: [[pieces].flat().join("")],
    ends: "more",
    likely: AT_NULL,
    read: READ_END,
    ...due,
  };
}

const CASES = [
  greets(
    'a server sends "  hello, you\\n" and ends the stream',
    "  hello, you\n",
  ),
  greets(
    'it sends "one\\n", then nothing, and leaves the stream open',
    "one\n",
    {
      then: "silence",
      values: [],
      ends: "waiting",
      likely: UNTIL_NULL,
    },
  ),
  greets("it ends the stream without sending anything", "", {
    likely: ({ then }) =>
      then === "error"
        ? "An empty greeting is valid: the first read() returns null, and you " +
          "return an empty string."
        : AT_NULL,
  }),
  greets("it sends three lines, one after the other", [
    "one\n",
    "\r\n",
    " three \r\n",
  ]),
  greets(`it sends "${MIXED}"`, MIXED),
  greets("it sends lines, with spaces and tabs at their ends", SAMPLES),
  greets(
    "it sends 300 KB of characters of one to four bytes",
    LONG.repeat(100),
    { readSizes: [] },
  ),
  // An answer that reads single bytes is right but slow: run this case once.
  greets("it sends 1 MiB, then nothing, and leaves the stream open", LARGE, {
    then: "silence",
    values: [],
    ends: "waiting",
    readSizes: [],
    likely: UNTIL_NULL,
  }),
  greets("the connection is reset in the middle of a character", MIXED, {
    sends: toBytes(MIXED).subarray(0, 3),
    then: "reset",
    values: [],
    ends: Deno.errors.ConnectionReset,
    likely: ({ error }) =>
      error instanceof Error
        ? "Let read()'s error through unchanged. Your caller decides by its " +
          "class, and if you throw another error instead, it can't."
        : "The connection failed, so the greeting isn't complete. Let " +
          "read()'s error through to your caller, and don't return a part.",
  }),
];

/** Checks an answer to 2.2. */
export async function checkFetchGreeting(
  fetchGreeting: FetchGreeting,
  trial: Trial,
): Promise<void> {
  let latest: OpenedPort;
  const callWith = async (port: number) => {
    try {
      return await fetchGreeting(port);
    } catch (error) {
      // node:net has no classes for its errors, only codes.
      const { code, message } = error as NodeJS.ErrnoException;
      if (code !== "ECONNRESET") throw error;
      throw new Deno.errors.ConnectionReset(message, { cause: error });
    }
  };
  await checkStream(trial, {
    name: "fetchGreeting",
    what: "greeting",
    conn: "closed",
    readClosing: CLOSE,
    open: openByPort(trial, async (port, opened) => {
      latest = opened;
      const text = await callWith(port);
      if (opened.clients > 0) return text;
      trial.fail({
        problem: `fetchGreeting() returned without connecting to port ${port}.`,
        likely: "Connect to the port that you were given, and await " +
          "Deno.connect().",
      });
    }),
    explain: (result, due) => explain(result, due, latest),
    explainSent: () => isHttp(latest.request) ? HTTP : undefined,
    cut: UNTIL_NULL,
  }, CASES);
}

const HTTP = {
  problem: "fetchGreeting() sent an HTTP request.",
  likely: "fetch() speaks HTTP: it sends a request and understands only an " +
    "HTTP response. This server doesn't speak HTTP. Use Deno.connect(), and " +
    "read what arrives.",
};

function isHttp(request: string): boolean {
  return /^(GET|POST) /.test(request);
}

/** Finds the mistake behind a wrong result. */
function explain(
  { values, error }: StreamResult,
  { values: [right] = [] }: StreamCase,
  { port, request, clients }: OpenedPort,
): string | Partial<Advice> | undefined {
  const [text] = values;
  if (error instanceof Deno.errors.ConnectionRefused) {
    return {
      problem: `fetchGreeting() threw ${error.name}, but a server is ` +
        `listening on port ${port} of 127.0.0.1.`,
      likely:
        "Connect to the port that you were given. A connection is refused if " +
        "nothing is listening on the port.",
      read: REFUSED,
    };
  }
  if (isHttp(request)) return HTTP;
  if (clients > 1) {
    return "You connected twice, and the server greets only the first " +
      "connection. Call Deno.connect() once, and read from the connection " +
      "that it returns.";
  }
  if (values.length === 0 || typeof right !== "string") return undefined;
  if (typeof text !== "string") {
    return {
      likely: "Return the text: a TextDecoder makes it from the bytes.",
      read: CUT,
    };
  }
  if (text.includes("\0")) {
    return "read() fills the beginning of the buffer and returns how many " +
      "bytes that is. Decode buffer.subarray(0, count): the rest is zeros.";
  }
  if (text.trim() === right.trim()) {
    return "White space is part of the greeting: leave it as it is.";
  }
  if (right.startsWith(text)) return UNTIL_NULL;
  if (text.includes("\ufffd")) {
    return {
      likely: "A character of several bytes was cut in two, and a decoder " +
        "that sees the parts separately turns them into U+FFFD (EF BF BD). " +
        "Use one decoder for the whole stream, and call " +
        "decode(part, { stream: true }).",
      read: CUT,
    };
  }
  const bytes = toBytes(right);
  if (text.length !== bytes.length) {
    return "Return everything that the server sent, and nothing else.";
  }
  // Decoders of one-byte characters differ in the bytes from 80 to 9f.
  const isLatin = bytes.every((byte, i) =>
    byte >= 0x80 && byte < 0xa0 || text.charCodeAt(i) === byte
  );
  return isLatin
    ? {
      likely: "You turned each byte into a character. In UTF-8, a character " +
        "takes one to four bytes: a TextDecoder puts them together.",
      read: CUT,
    }
    : "You returned as many bytes as were sent, but different ones: a view of " +
      "the buffer changes with the next read. Keep a copy, " +
      "buffer.slice(0, count), or decode it before you read again.";
}

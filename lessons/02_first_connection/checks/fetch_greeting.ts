/** How an answer to 2.2 is checked. */
import { listenTcp, writeAll } from "../../../lib/net/mod.ts";
import {
  type Advice,
  Collector,
  type Trial,
  type TrialFailure,
} from "../../../lib/workbook/kit/mod.ts";
import type { FetchGreeting } from "../types.ts";
import { bytesOf, MiB, MIXED, mixedText } from "./greetings.ts";

const CLOSE = "Close what you open";
const REFUSED = "When nobody listens";
const READ_END = "Reading to the end";
const CUT = "Characters cut in two";

/** Checks an answer to 2.2. */
export async function checkFetchGreeting(
  fetchGreeting: FetchGreeting,
  trial: Trial,
): Promise<void> {
  const plain = "  hello, you\n";
  trial.step(`a server sends ${JSON.stringify(plain)} and ends the stream`);
  await fetchFrom(trial, { fetchGreeting, greeting: plain });

  trial.step("it ends the stream without sending anything");
  await fetchFrom(trial, { fetchGreeting, greeting: "" });

  for (const greeting of ["one, two, three", MIXED]) {
    trial.step(`it sends "${greeting}" byte by byte`);
    await fetchFrom(trial, { fetchGreeting, greeting, pieceSize: 1 });
  }
  trial.step("it sends 3 MiB of characters of one to four bytes", {
    likely: "If you fill one buffer bit by bit, it may be full: reading into " +
      "0 bytes gives 0, at once, and never null. No size is enough for every " +
      "greeting. Decode each part as it arrives, or keep the parts in a list.",
    read: READ_END,
  });
  // Reading single bytes is slow, but right, and the check can't see it.
  const patience = setInterval(() => trial.progress(), 100);
  const limit = setTimeout(() => clearInterval(patience), 40_000);
  try {
    await fetchFrom(trial, { fetchGreeting, greeting: mixedText(3 * MiB) });
  } finally {
    clearInterval(patience);
    clearTimeout(limit);
  }
}

interface Fetch {
  fetchGreeting: FetchGreeting;
  greeting: string;
  /** Bytes to send at a time, with time for the client to read each. */
  pieceSize?: number;
}

/** Serves one greeting, and looks at everything that must be so afterwards. */
async function fetchFrom(
  trial: Trial,
  { fetchGreeting, greeting, pieceSize }: Fetch,
): Promise<void> {
  const listener = trial.use(listenTcp());
  const { port } = listener.addr;
  const bytes = bytesOf(greeting);
  const fetching = trial.start(
    "fetchGreeting",
    () => fetchGreeting(port),
    (error) => whyThrown(error, { greeting, port }),
  );
  const conn = await acceptClient(trial, listener, fetching);
  const heard = new Collector(conn, trial);
  // A client that leaves early makes this fail, and gets its own diagnosis.
  send(trial, conn, { bytes, pieceSize }).catch(() => {});

  const text = await trial.waitFor(fetching, {
    waitingFor: "fetchGreeting() to return",
    likely:
      "read() gives null when the server has ended the stream. Then the " +
      "greeting is complete, even if it's empty. The server expects nothing " +
      "from you, and sends no other sign of the end.",
  });
  if (typeof text !== "string") {
    trial.fail({
      problem: `fetchGreeting() returned ${
        text === null ? "null" : `a value of type ${typeof text}`
      }.`,
      expected: "a string",
      received: Deno.inspect(text, { iterableLimit: 8 }),
      likely: "Turn the bytes into text with a TextDecoder.",
      read: CUT,
    });
  }
  if (text !== greeting) {
    trial.equalBytes(bytesOf(text), bytes, wrongText(text, greeting));
  }
  const left = heard.end().catch(() => {}); // A reset also closes it.
  await trial.waitFor(left, {
    waitingFor: "the client to close its socket",
    likely: "fetchGreeting() returned, but its connection is still open. " +
      "Close what you connect, whichever way you leave the function: " +
      "`using conn = await Deno.connect(…)` does.",
    read: CLOSE,
  });
  if (heard.length > 0) {
    trial.fail({
      problem: `fetchGreeting() sent ${heard.length} bytes to the server.`,
      expected: new Uint8Array(),
      received: heard.bytes,
      likely: "This server greets every client, and reads nothing. Just read.",
      read: READ_END,
    });
  }
}

/** Waits for the client, which must connect before it returns. */
async function acceptClient(
  trial: Trial,
  listener: Deno.TcpListener,
  fetching: Promise<unknown>,
): Promise<Deno.TcpConn> {
  const { port } = listener.addr;
  const missed = fetching.then(() =>
    trial.fail({
      problem: `fetchGreeting() returned without connecting to port ${port}.`,
      likely: "Connect to the port that you got, and await it.",
    })
  );
  missed.catch(() => {});
  const conn = await trial.waitFor(Promise.race([listener.accept(), missed]), {
    waitingFor: `a client at port ${port} of 127.0.0.1`,
    likely: "Connect to the port that you got: Deno.connect({ port }).",
  });
  // Small pieces are to go at once, not when there are more of them.
  conn.setNoDelay(true);
  return trial.use(conn);
}

/** Sends a greeting as fast as it goes, or by pieces, and ends the stream. */
async function send(
  trial: Trial,
  conn: Deno.TcpConn,
  { bytes, pieceSize = 64 * 1024 }: { bytes: Uint8Array; pieceSize?: number },
): Promise<void> {
  for (let at = 0; at < bytes.length; at += pieceSize) {
    await writeAll(conn, bytes.subarray(at, at + pieceSize));
    trial.progress();
    // A turn of the event loop, in which the client can read what has come. If
    // it does not, it reads more at a time, and the check is less sharp.
    if (pieceSize === 1) await new Promise((done) => setTimeout(done, 0));
  }
  await conn.closeWrite();
}

function whyThrown(
  error: unknown,
  { greeting, port }: { greeting: string; port: number },
): TrialFailure | undefined {
  if (error instanceof Deno.errors.ConnectionRefused) {
    return {
      problem: `fetchGreeting() threw ${error.name}, but a server listens at ` +
        `port ${port} of 127.0.0.1.`,
      likely:
        "Connect to the port that you got. You're refused where nothing " +
        "listens.",
      read: REFUSED,
    };
  }
  if (greeting !== "" || !(error instanceof Error)) return undefined;
  return {
    problem: `fetchGreeting() threw ${error.name}: ${error.message}.`,
    likely:
      "An empty greeting is valid: the first read() gives null, and you " +
      "return an empty text.",
    read: READ_END,
  };
}

/** What a wrong text shows of how it was read. */
function wrongText(text: string, greeting: string): Advice {
  if (text.includes("\0")) {
    return {
      likely: "read() fills the beginning of the buffer and returns how many " +
        "bytes that is. Decode buffer.subarray(0, count): the rest is zeros.",
    };
  }
  if (text.trim() === greeting.trim()) {
    return {
      likely: "White space is part of the greeting: leave it as it is.",
    };
  }
  if (greeting.startsWith(text)) {
    return {
      likely:
        "A read returns what has arrived so far, so a buffer that isn't " +
        "full doesn't mean the end. Read until read() gives null.",
    };
  }
  if (text.includes("\ufffd")) {
    return {
      likely: "A character of several bytes was cut in two, and a decoder " +
        "that gets each part alone turns it into U+FFFD (EF BF BD). Use one " +
        "decoder for the whole stream, and decode(part, { stream: true }).",
      read: CUT,
    };
  }
  const bytes = bytesOf(greeting);
  if (text.length !== bytes.length) {
    return { likely: "Return everything that the server sent, and only that." };
  }
  return bytes.every((byte, i) => text.charCodeAt(i) === byte)
    ? {
      likely: "You turned each byte into a character. In UTF-8, a character " +
        "takes one to four bytes: a TextDecoder puts them together.",
      read: CUT,
    }
    : {
      likely: "You return as many bytes as were sent, but different ones: a " +
        "view of the buffer changes with the next read. Keep a copy, " +
        "buffer.slice(0, count), or decode it before you read again.",
    };
}

/** The exercises of lesson 2, and how an answer to each is checked. */
import { connectTcp, listenTcp, writeAll } from "../../lib/net/mod.ts";
import {
  type Advice,
  closedUnderWay,
  Collector,
  type Exercise,
  exercise,
  type ShortConn,
  type ShortConnOptions,
  ShortListener,
  type Trial,
  type TrialFailure,
} from "../../lib/workbook/kit/mod.ts";
import * as solution from "./solution.ts";

type GreetOnce = (listener: Deno.Listener, greeting: string) => Promise<void>;
type FetchGreeting = (port: number) => Promise<string>;

const ACCEPT = "Accept makes a new socket";
const CLOSE = "Close what you open";
const REFUSED = "When nobody listens";
const SEND_ALL = "Sending all of it";
const READ_END = "Reading to the end";
const CUT = "Characters cut in two";

const MIXED = "Grüß Gott, 世界 🌍";
const MiB = 1024 * 1024;

const greetOnce = exercise<GreetOnce>({
  id: "2.1",
  title: "Greet one client",
  solution: solution.greetOnce,
  hints: [
    "There are two sockets: the one that listens, and the one that accept() " +
    "gives. On which of them do you write, and which of them is yours to " +
    "close?",
    "Accept, turn the text into bytes once, and write until all bytes are " +
    "taken: write() says how many it took. Take the new socket with `using`, " +
    "and it is closed at the end of the block, also after an error.",
    "Nearly the code:\n" +
    "    using conn = await listener.accept();\n" +
    "    const bytes = new TextEncoder().encode(greeting);\n" +
    "    let sent = 0;\n" +
    "    while (sent < bytes.length) {\n" +
    "      sent += await conn.write(bytes.subarray(sent));\n" +
    "    }",
  ],
  read: ACCEPT,
  async check(greetOnce, trial) {
    const listener = trial.use(listenTcp());
    const visit = { greetOnce, listener, trial };
    trial.onForgotten((error) => closedUnderWay(error, SEND_ALL));

    trial.step('a client connects and says nothing; the greeting is "hello"');
    await greetAndCompare({ ...visit, greeting: "hello" });

    trial.step(`the next call greets the next client with "${MIXED}"`);
    await greetAndCompare({ ...visit, greeting: MIXED });

    trial.step("an empty greeting");
    await greetAndCompare({ ...visit, greeting: "" });

    trial.step("some 3000 bytes of greeting, where a write takes at most 3");
    const greeting = mixedText(3000);
    await greetAndCompare({ ...visit, greeting, narrow: { writeSize: 3 } });

    trial.step("4 MiB of greeting, in characters of one to four bytes");
    await greetAndCompare({ ...visit, greeting: mixedText(4 * MiB) });

    await checkEarlyLeaver(visit);
  },
});

interface Visit {
  greetOnce: GreetOnce;
  listener: Deno.TcpListener;
  trial: Trial;
}

/** A listener that sees when somebody asks it for a second client. */
class OneClientListener extends ShortListener {
  readonly #askedAgain = Promise.withResolvers<void>();
  #asked = false;

  /** Resolves when `accept` is called for the second time. */
  get askedAgain(): Promise<void> {
    return this.#askedAgain.promise;
  }

  override accept(): Promise<ShortConn> {
    if (this.#asked) this.#askedAgain.resolve();
    this.#asked = true;
    return super.accept();
  }
}

/** One call, one silent client, and all that is to be so afterwards. */
async function greetAndCompare(
  { greetOnce, listener: real, trial, greeting, narrow }: Visit & {
    greeting: string;
    narrow?: ShortConnOptions;
  },
): Promise<void> {
  const onMove = () => trial.progress();
  const listener = new OneClientListener(real, { onMove, ...narrow });
  const bytes = bytesOf(greeting);
  const greeted = trial.start(
    "greetOnce",
    () => greetOnce(listener, greeting),
    usedAfterClose,
  );
  await failIfBack(greeted, trial);
  const client = trial.use(await connectTcp(real.addr.port));
  const back = new Collector(client, trial);
  await trial.waitFor(Promise.race([greeted, failOnSecond(listener, trial)]), {
    waitingFor: "greetOnce() to return",
    likely: () => whyStillGreeting(listener, back.length, bytes.length),
  });

  const [conn] = listener.accepted;
  failIfOpen(conn, "returned", trial);
  const received = await trial.waitFor(back.end(), {
    waitingFor: "the client to see the end",
    likely: "Close the socket that accept() gave.",
    read: CLOSE,
  });
  trial.equalBytes(
    received,
    bytes,
    wasCutInText(received, greeting)
      ? CUT_IN_TEXT
      : narrow === undefined
      ? wrongGreeting(received, bytes)
      : wrongParts(received, { bytes, greeting }),
  );
  if (listener.closed) {
    trial.fail({
      problem: "greetOnce() closed the listener.",
      likely: "The client's socket is the one that accept() gave. The " +
        "listener goes on for the next client, and whoever opened it closes " +
        "it. A `for await` loop over a listener closes it, too, when it is " +
        "left by break or return.",
      read: ACCEPT,
    });
  }
}

/** Before any client has come, there is nothing to return for. */
async function failIfBack(greeted: Promise<void>, trial: Trial): Promise<void> {
  let back = false;
  greeted.then(() => back = true).catch(() => {});
  await new Promise((done) => setTimeout(done, 0));
  if (!back) return;
  trial.fail({
    problem: "greetOnce() returned before a client had come.",
    likely: "accept() gives a promise, which comes true when a client does: " +
      "await it, and all that follows.",
    read: ACCEPT,
  });
}

/** Does not resolve unless the answer wants a second client. */
async function failOnSecond(
  listener: OneClientListener,
  trial: Trial,
): Promise<never> {
  await listener.askedAgain;
  trial.fail({
    problem: "greetOnce() called accept() a second time.",
    likely: "One call is for one client: return after that. Whoever wants to " +
      "greet the next one calls greetOnce() again.",
    read: ACCEPT,
  });
}

function failIfOpen(conn: ShortConn, what: string, trial: Trial): void {
  if (conn.closed) return;
  trial.fail({
    problem: `greetOnce() ${what}, and the client's socket is still open` +
      `${conn.writeEnded ? " (only its sending half was ended)" : ""}.`,
    likely: what === "returned"
      ? "accept() made a socket for this client, and the last step is to " +
        "close it: conn.close(), or take it with `using`. Await everything " +
        "before that."
      : "A write to a client that has gone throws, so a close() behind it is " +
        "never reached. `using`, or try with finally, closes in any case.",
    read: CLOSE,
  });
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
      "first: this one says nothing, and waits for its greeting.";
  }
  return conn.closed
    ? "The client has its greeting and its socket is closed. Return now."
    : "The client has its greeting, and waits for the end. If you wait for " +
      "the client to end: it is the server that closes here.";
}

function usedAfterClose(error: unknown): TrialFailure | undefined {
  if (!(error instanceof Deno.errors.BadResource)) return undefined;
  return {
    problem: `greetOnce() threw ${error.name}: ${error.message}.`,
    likely: "That is how Deno says that a socket is closed already. Is one " +
      "used after close(), or closed twice?",
    read: CLOSE,
  };
}

/** Whether all has come but for characters that were cut in two. */
function wasCutInText(received: Uint8Array, greeting: string): boolean {
  const text = new TextDecoder().decode(received);
  if (text.length !== greeting.length || !text.includes("\ufffd")) return false;
  for (let at = 0; at < text.length; at++) {
    if (text[at] !== greeting[at] && text[at] !== "\ufffd") return false;
  }
  return true;
}

const CUT_IN_TEXT: Advice = {
  likely: "EF BF BD is U+FFFD, which TextEncoder puts in the place of half a " +
    "character: a string counts some characters as two, and slice() or an " +
    "index can cut one in two before it is encoded. Encode the greeting as a " +
    "whole, and cut the bytes.",
  read: SEND_ALL,
};

/** Why the bytes are wrong although every write took all of them, mostly. */
function wrongGreeting(received: Uint8Array, bytes: Uint8Array): Advice {
  if (startsWith(received, bytes)) {
    const rest = received.subarray(bytes.length);
    return rest.length > 1 && rest.every((byte) => byte === 0)
      ? {
        likely: "The zeros behind the greeting are the rest of a buffer that " +
          "was larger. encodeInto() says how many bytes it has `written`: " +
          "send bytes.subarray(0, written).",
        read: SEND_ALL,
      }
      : {
        likely: "Send the greeting once, and nothing besides: no line end, " +
          "and no \\0.",
      };
  }
  if (received.length === 0) {
    return {
      likely:
        "The client's socket was closed before anything was sent. Write " +
        "first, await each write, and close then.",
    };
  }
  if (startsWith(bytes, received)) {
    return bytes.length < MiB
      ? {
        likely: "A character takes one to four bytes, so there are more " +
          "bytes than greeting.length: count those that TextEncoder gives. " +
          "And await each write: a close cuts off what is under way.",
        read: SEND_ALL,
      }
      : {
        likely: "write() says how many bytes it took: write the rest, until " +
          "none is left, and await each write.",
        read: SEND_ALL,
      };
  }
  return {
    likely: "Text becomes bytes by new TextEncoder().encode(greeting). A " +
      "character code is not a byte: most do not fit into one.",
    read: SEND_ALL,
  };
}

/** Why the bytes are wrong where a write takes only part. */
function wrongParts(
  received: Uint8Array,
  { bytes, greeting }: { bytes: Uint8Array; greeting: string },
): Advice {
  const missing = startsWith(bytes, received);
  const charactersOnly = received.length >= greeting.length &&
    received.length < greeting.length + 3;
  return {
    likely: missing && charactersOnly
      ? `It stopped after about as many bytes as the greeting has characters ` +
        `(${greeting.length}). write() takes and counts bytes: compare with ` +
        "the length of what TextEncoder gave."
      : missing
      ? "write() says how many bytes it took, and the rest is not sent unless " +
        "you write it: loop until all is taken, and await each write."
      : "Each write goes on where the last one ended. It says how many bytes " +
        "it took, not characters, so encode once and then write " +
        "bytes.subarray(sent).",
    read: SEND_ALL,
  };
}

/** A client that hangs up while the server still writes. */
async function checkEarlyLeaver(
  { greetOnce, listener: real, trial }: Visit,
): Promise<void> {
  trial.step("a client reads 1 byte of 16 MiB and leaves");
  const onMove = () => trial.progress();
  const listener = new OneClientListener(real, { onMove });
  const greeting = "x".repeat(16 * MiB);
  const outcome = Promise.allSettled([
    (async () => await greetOnce(listener, greeting))(),
  ]);
  const client = trial.use(await connectTcp(real.addr.port));
  await trial.waitFor(client.read(new Uint8Array(1)), {
    waitingFor: "the first byte of the greeting",
    likely: "Write as soon as the client is accepted.",
  });
  // With bytes unread, this resets the connection: the next write must fail.
  client.close();
  await trial.waitFor(Promise.race([outcome, failOnSecond(listener, trial)]), {
    waitingFor: "greetOnce() to give up a client that has gone",
    likely: "A write to a client that has gone throws. To try again is " +
      "useless: close its socket, and return or throw.",
    read: CLOSE,
  });
  failIfOpen(listener.accepted[0], "gave up a client that had left", trial);
  if (listener.closed) {
    trial.fail({
      problem: "greetOnce() closed the listener because a client had left.",
      likely: "One client's end is no reason to turn the next one away.",
    });
  }
}

const fetchGreeting = exercise<FetchGreeting>({
  id: "2.2",
  title: "Fetch a greeting",
  solution: solution.fetchGreeting,
  hints: [
    "How does a client learn that the greeting is complete: by the size of " +
    "what came, or by something that read() gives?",
    "Read in a loop until read() gives `null`. Turn the new part of the " +
    "buffer into text each time, with one TextDecoder that is told that more " +
    "will come; or keep copies of the parts and decode them at the end.",
    "Nearly the code:\n" +
    "    using conn = await Deno.connect({ port });\n" +
    "    const count = await conn.read(buffer);\n" +
    "    if (count === null) return text + decoder.decode();\n" +
    "    const part = buffer.subarray(0, count);\n" +
    "    text += decoder.decode(part, { stream: true });",
  ],
  read: READ_END,
  async check(fetchGreeting, trial) {
    const plain = "  hello, you\n";
    trial.step(`a server sends ${JSON.stringify(plain)} and ends the stream`);
    await fetchAndCompare(fetchGreeting, { greeting: plain, trial });

    trial.step("it ends the stream without a word");
    await fetchAndCompare(fetchGreeting, { greeting: "", trial });

    for (const greeting of ["one, two, three", MIXED]) {
      trial.step(`it sends "${greeting}" byte by byte`);
      await fetchAndCompare(fetchGreeting, { greeting, trial, pieceSize: 1 });
    }
    trial.step("it sends 3 MiB of characters of one to four bytes", {
      likely: "A read into a buffer of no bytes gives 0, at once, and never " +
        "null: is one that you fill bit by bit full? No size is enough for " +
        "any greeting. Decode each part as it comes, or keep them in a list.",
      read: READ_END,
    });
    // Reading by single bytes is slow, and right. It cannot be seen from here.
    const patience = setInterval(() => trial.progress(), 100);
    const limit = setTimeout(() => clearInterval(patience), 40_000);
    try {
      const greeting = mixedText(3 * MiB);
      await fetchAndCompare(fetchGreeting, { greeting, trial });
    } finally {
      clearInterval(patience);
      clearTimeout(limit);
    }
  },
});

interface Fetch {
  greeting: string;
  trial: Trial;
  /** Bytes to send at a time, where the client gets time to read each. */
  pieceSize?: number;
}

/** One server, one greeting, and all that is to be so afterwards. */
async function fetchAndCompare(
  fetchGreeting: FetchGreeting,
  { greeting, trial, pieceSize }: Fetch,
): Promise<void> {
  const listener = trial.use(listenTcp());
  const { port } = listener.addr;
  const bytes = bytesOf(greeting);
  const fetching = trial.start(
    "fetchGreeting",
    () => fetchGreeting(port),
    (error) => whyThrown(error, { greeting, port }),
  );
  const conn = await acceptClient(listener, fetching, trial);
  const heard = new Collector(conn, trial);
  // A client that leaves early makes this fail, and gets its own diagnosis.
  send(conn, { bytes, pieceSize, trial }).catch(() => {});

  const text = await trial.waitFor(fetching, {
    waitingFor: "fetchGreeting() to return",
    likely:
      "read() gives null when the server has ended the stream: then the " +
      "greeting is complete, also if it is empty. The server waits for no " +
      "word from you, and sends no sign of the end besides.",
  });
  if (typeof text !== "string") {
    trial.fail({
      problem: `fetchGreeting() gave ${
        text === null ? "null" : `a value of type ${typeof text}`
      }.`,
      expected: "a string",
      received: Deno.inspect(text, { iterableLimit: 8 }),
      likely: "Bytes become text by a TextDecoder.",
      read: CUT,
    });
  }
  if (text !== greeting) {
    trial.equalBytes(bytesOf(text), bytes, wrongText(text, greeting));
  }
  const left = heard.end().catch(() => {}); // To leave by a reset is to leave.
  await trial.waitFor(left, {
    waitingFor: "the client to close its socket",
    likely: "fetchGreeting() returned, and its connection is still open. " +
      "Close what you connect, on every way out: `using conn = await " +
      "Deno.connect(…)` does.",
    read: CLOSE,
  });
  if (heard.length > 0) {
    trial.fail({
      problem: `fetchGreeting() sent ${heard.length} bytes to the server.`,
      expected: new Uint8Array(),
      received: heard.bytes,
      likely: "This server greets whoever connects, and reads nothing. Just " +
        "read.",
      read: READ_END,
    });
  }
}

/** Waits for the client, who must come to this port before it returns. */
async function acceptClient(
  listener: Deno.TcpListener,
  fetching: Promise<unknown>,
  trial: Trial,
): Promise<Deno.TcpConn> {
  const { port } = listener.addr;
  const accepting = listener.accept();
  const missed = fetching.then(() =>
    trial.fail({
      problem: `fetchGreeting() returned without a connection to port ${port}.`,
      likely: "Connect to the port that is given, and await it.",
    })
  );
  missed.catch(() => {});
  const conn = await trial.waitFor(Promise.race([accepting, missed]), {
    waitingFor: `a client at port ${port} of 127.0.0.1`,
    likely: "Connect to the port that is given: Deno.connect({ port }).",
  });
  trial.use(conn);
  // Small pieces are to go at once, not when there are more of them.
  conn.setNoDelay(true);
  return conn;
}

/** Sends a greeting as fast as it goes, or by pieces, and ends the stream. */
async function send(
  conn: Deno.TcpConn,
  { bytes, pieceSize = 64 * 1024, trial }: {
    bytes: Uint8Array;
    pieceSize?: number;
    trial: Trial;
  },
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
      problem: `fetchGreeting() threw ${error.name}, where a server listens ` +
        `at port ${port} of 127.0.0.1.`,
      likely: "Connect to the port that is given: where nobody listens, a " +
        "client is refused.",
      read: REFUSED,
    };
  }
  if (greeting !== "" || !(error instanceof Error)) return undefined;
  return {
    problem: `fetchGreeting() threw ${error.name}: ${error.message}.`,
    likely: "An empty greeting is a greeting. read() gives null at once, and " +
      "the text is empty.",
    read: READ_END,
  };
}

/** What it means that this text came out instead of the greeting. */
function wrongText(text: string, greeting: string): Advice {
  if (text.includes("\0")) {
    return {
      likely: "read() fills the beginning of the buffer and says how much. " +
        "Decode buffer.subarray(0, count): the rest holds zeros.",
      read: READ_END,
    };
  }
  if (text.trim() === greeting.trim()) {
    return {
      likely: "White space is part of the greeting: leave it as it is.",
    };
  }
  if (greeting.startsWith(text)) {
    return {
      likely: "One read gives what has come so far, and less than a full " +
        "buffer is not the end. Read until read() gives null.",
      read: READ_END,
    };
  }
  if (text.includes("\ufffd")) {
    return {
      likely: "A character of several bytes was cut in two, and each part " +
        "decoded by itself gives U+FFFD (EF BF BD). Use one decoder for the " +
        "whole stream, and decode(part, { stream: true }).",
      read: CUT,
    };
  }
  const bytes = bytesOf(greeting);
  if (text.length === bytes.length) {
    return bytes.every((byte, i) => text.charCodeAt(i) === byte)
      ? {
        likely: "Each byte became a character of its own. In UTF-8 one to " +
          "four bytes are a character: a TextDecoder puts them together.",
        read: CUT,
      }
      : {
        likely: "As many bytes as were sent, but other ones: a part that is " +
          "only a view of the buffer changes with the next read. Keep a copy, " +
          "buffer.slice(0, count), or decode it before you read again.",
        read: READ_END,
      };
  }
  return { likely: "Return what the server sent, all of it and only that." };
}

/**
 * Characters of one to four bytes in no regular order, so that no size of
 * buffer falls between two of them each time.
 */
function mixedText(size: number): string {
  const characters = ["a", "é", "€", "🌍"];
  const picked: string[] = [];
  let state = 2;
  for (let bytes = 0; bytes < size;) {
    // The generator of Numerical Recipes; its two highest bits pick.
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const pick = state >>> 30;
    picked.push(characters[pick]);
    bytes += pick + 1;
  }
  return picked.join("");
}

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function startsWith(bytes: Uint8Array, start: Uint8Array): boolean {
  return start.every((byte, i) => bytes[i] === byte);
}

/** The exercises of the lesson, in order. */
export const exercises: Exercise<unknown>[] = [greetOnce, fetchGreeting];

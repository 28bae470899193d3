/** The exercises of lesson 3, and how an answer to each is checked. */
import { readExact, writeAll } from "../../lib/net/mod.ts";
import { counted } from "../../lib/show/counted.ts";
import {
  Collector,
  connectPair,
  type Exercise,
  exercise,
  FakeConn,
  ShortConn,
  type ShortConnOptions,
  type Trial,
} from "../../lib/workbook/kit/mod.ts";
import * as solution from "./solution.ts";

type Echo = (conn: Deno.Conn) => Promise<void>;
type Exchange = (conn: Deno.Conn, data: Uint8Array) => Promise<Uint8Array>;

const READ_HALF_FULL = "A read fills part of a buffer";
const WRITE_SHORT = "A write takes part of the bytes";
const END = "The end is null";
const BOTH_AT_ONCE = "Both directions at once";

/** What is on the way or in the server, at the least, in 3.2. */
const MAX_UNREAD_BYTES = 64 * 1024;

const echo = exercise<Echo>({
  id: "3.1",
  title: "Send back what comes",
  solution: solution.echo,
  hints: [
    "How does `read` say how many bytes came, and how does it say that none " +
    "will come any more? Those are two different answers.",
    "Loop: read into a buffer; if that gave `null`, return; otherwise write " +
    "the part of the buffer that is new. The write may take less than that " +
    "part, so it is a loop of its own.",
    "Nearly the code:\n" +
    "    const count = await conn.read(buffer);\n" +
    "    if (count === null) return;\n" +
    "    let sent = 0;\n" +
    "    while (sent < count) {\n" +
    "      sent += await conn.write(buffer.subarray(sent, count));\n" +
    "    }",
  ],
  read: READ_HALF_FULL,
  async check(echo, trial) {
    await checkConversation(echo, trial);
    await checkEmptyConversation(echo, trial);
    for (const readSize of [1, 5, 4096]) {
      await checkBytes(echo, trial, { readSize });
    }
    await checkBytes(echo, trial, { writeSize: 3 });
  },
});

/** Two messages, the second one shorter, and then the end. */
async function checkConversation(echo: Echo, trial: Trial): Promise<void> {
  trial.step('a client connects and sends "hello\\n"');
  const { peer, conn } = await connectPair(trial);
  const back = new Collector(peer, trial);
  const echoing = trial.start("echo", () => echo(conn), endTakenForFailure);
  await sendAndExpect("hello\n", { echoing, peer, back, trial });

  trial.step('on the same connection it sends "ok\\n"');
  await sendAndExpect("ok\n", { echoing, peer, back, trial });

  trial.step("it ends its side, and echo() returns");
  await peer.closeWrite();
  await trial.waitFor(echoing, {
    waitingFor: "echo() to return after the client has ended its side",
    likely: "read() gives null when the peer has ended its side. A loop that " +
      "does not test for null goes on for ever.",
    read: END,
  });
  if (conn.closed) {
    trial.fail({
      problem: "echo() closed the connection.",
      likely: "It is to leave that to its caller: whoever called it closes " +
        "it. The streams conn.readable and conn.writable close the whole " +
        "connection at their end, so a pipe of the two does that too.",
      read: END,
    });
  }

  trial.step("nothing else has come back");
  conn.close();
  trial.equalBytes(await back.end(), bytesOf("hello\nok\n"), {
    likely: "Send each byte that was read once, and nothing besides.",
  });
}

interface Conversation {
  echoing: Promise<void>;
  peer: Deno.Conn;
  back: Collector;
  trial: Trial;
}

/** Sends a text, and takes a return of echo() meanwhile for what it is. */
async function sendAndExpect(
  text: string,
  { echoing, peer, back, trial }: Conversation,
): Promise<void> {
  const sofar = back.bytes;
  const expected = new Uint8Array([...sofar, ...bytesOf(text)]);
  await writeAll(peer, bytesOf(text));
  const early = echoing.then(() =>
    trial.fail({
      problem: "echo() returned while the peer was still sending.",
      likely: "One read gives what has come so far. Read again, until read() " +
        "gives null.",
      read: END,
    })
  );
  early.catch(() => {});
  const received = await trial.waitFor(
    Promise.race([back.atLeast(expected.length), early]),
    {
      waitingFor: () =>
        `the ${text.length} bytes to come back ` +
        `(${back.length - sofar.length} have)`,
      likely: () =>
        back.length > sofar.length
          ? "Some of the bytes came back, and not all. Send " +
            "buffer.subarray(0, count), each byte of it: a line end is a byte " +
            "like any other."
          : "Write what was read at once, as it comes: the client waits for " +
            "its answer before it sends more, or ends.",
    },
  );
  const rest = received.subarray(expected.length);
  trial.equalBytes(received, expected, {
    likely: rest.length === 0
      ? "As many bytes came back as were sent, but others. An echo does " +
        "nothing to them: send what read() has put into the buffer."
      : rest.toHex() === bytesOf(text).toHex()
      ? "Send each byte that was read once, and nothing besides."
      : "read() fills part of the buffer and says how much. Send " +
        "buffer.subarray(0, count): the rest is old, or zeros.",
  });
}

/** A client that leaves without a word. */
async function checkEmptyConversation(echo: Echo, trial: Trial): Promise<void> {
  trial.step("a client ends its side without having sent anything");
  const { peer, conn } = await connectPair(trial);
  const back = new Collector(peer, trial);
  await peer.closeWrite();
  const echoing = trial.start("echo", () => echo(conn), endTakenForFailure);
  await trial.waitFor(echoing, {
    waitingFor: "echo() to return",
    likely: "The very first read() gives null here.",
    read: END,
  });
  conn.close();
  trial.equalBytes(await back.end(), new Uint8Array(), {
    likely: "Nothing was sent, so nothing is to come back.",
    read: END,
  });
}

/** Every value that a byte can have, in no order, through narrow calls. */
async function checkBytes(
  echo: Echo,
  trial: Trial,
  narrow: ShortConnOptions,
): Promise<void> {
  const sent = crypto.getRandomValues(new Uint8Array(3000));
  const how = narrow.readSize !== undefined
    ? `each read gives at most ${counted(narrow.readSize, "byte")}`
    : `each write takes at most ${narrow.writeSize} bytes`;
  trial.step(`${sent.length} random bytes, where ${how}`);

  const { peer, conn } = await connectPair(trial, narrow);
  const back = new Collector(peer, trial);
  const echoing = trial.start("echo", () => echo(conn), endTakenForFailure);
  await writeAll(peer, sent);
  await peer.closeWrite();
  await trial.waitFor(echoing, {
    waitingFor: "echo() to return after the end",
    likely: "read() gives null at the end, however the bytes before it came.",
    read: END,
  });
  conn.close();
  const received = await trial.waitFor(back.end(), {
    waitingFor: "the connection to end",
    likely: "Close nothing and reset nothing: the caller closes.",
    read: END,
  });
  trial.equalBytes(
    received,
    sent,
    narrow.readSize === undefined
      ? {
        likely: "write() says how many it took, and the rest is not sent " +
          "back unless you write it again: loop until all is taken. Await " +
          "each write, too, before the buffer is read into again.",
        read: WRITE_SHORT,
      }
      : {
        likely: "read() may give any number of bytes, one or five or all. If " +
          "bytes are missing or new ones appear, look at how many you send; " +
          "if they are others, remember that not every byte is text.",
      },
  );
}

function endTakenForFailure(error: unknown) {
  if (!(error instanceof Error)) return undefined;
  return {
    problem: `echo() threw ${error.name}: ${error.message}.`,
    likely: "If that came when the client ended its side: null is no " +
      "failure, it is how a stream ends. Return then.",
    read: END,
  };
}

const exchange = exercise<Exchange>({
  id: "3.2",
  title: "Send and receive at once",
  solution: solution.exchange,
  hints: [
    "The server sends back while you send. Where do those bytes wait if " +
    "nobody reads them, and what happens when that place is full?",
    "Make two loops, one that writes all of `data` and one that reads as many " +
    "bytes, and let them run at the same time. You know how many bytes come " +
    "back, so you need no end of stream to know that you have them all.",
    "Nearly the code:\n" +
    "    const answer = new Uint8Array(data.length);\n" +
    "    await Promise.all([sendAll(), receiveAll()]);\n" +
    "    return answer;\n" +
    "where receiveAll() reads into answer.subarray(received) until received " +
    "is answer.length, and throws if a read gives null.",
  ],
  read: BOTH_AT_ONCE,
  async check(exchange, trial) {
    const { peer, conn } = await connectPair(trial);
    echoBack(peer);
    for (const text of ["hello", "again, on the same connection"]) {
      trial.step(`it exchanges ${JSON.stringify(text)} with an echo server`);
      await exchangeAndCompare(exchange, { conn, data: bytesOf(text), trial });
      if (conn.closed || conn.writeEnded) {
        trial.fail({
          problem: `exchange() ${
            conn.closed ? "closed the connection" : "ended its side"
          }.`,
          likely: "The connection stays open for the next exchange. You know " +
            "how many bytes come back, so you need not end anything.",
        });
      }
    }
    trial.step("it exchanges no bytes at all");
    const none = new Uint8Array();
    await exchangeAndCompare(exchange, { conn, data: none, trial });

    for (const readSize of [1, 5, 4096]) {
      trial.step(`3000 bytes, where each read gives at most ${readSize}`);
      await exchangeRandom(exchange, trial, { readSize });
    }
    trial.step("3000 bytes, where each write takes at most 7");
    await exchangeRandom(exchange, trial, { writeSize: 7 });
    await checkOtherBytes(exchange, trial);
    await checkEarlyEnd(exchange, trial);
    await checkLittleRoom(exchange, trial);

    trial.step("64 MiB, which fit into no buffer on the way");
    const large = await connectPair(trial);
    echoBack(large.peer);
    const data = new Uint8Array(64 * 1024 * 1024).fill(7);
    // A mark here and there, so that pieces in the wrong place are seen.
    for (let i = 0; i < data.length; i += 65_537) data[i] = i / 65_537;
    await exchangeAndCompare(exchange, { conn: large.conn, data, trial });
  },
});

async function exchangeRandom(
  exchange: Exchange,
  trial: Trial,
  narrow: ShortConnOptions,
): Promise<void> {
  const { peer, conn } = await connectPair(trial, narrow);
  echoBack(peer);
  const data = crypto.getRandomValues(new Uint8Array(3000));
  await exchangeAndCompare(exchange, { conn, data, trial });
}

async function exchangeAndCompare(
  exchange: Exchange,
  { conn, data, trial }: { conn: Deno.Conn; data: Uint8Array; trial: Trial },
): Promise<void> {
  const whole = data.slice();
  const answer = await trial.waitFor(
    trial.start("exchange", () => exchange(conn, data)),
    {
      waitingFor: `exchange() to return ${data.length} bytes`,
      likely: data.length === 0
        ? "No bytes were sent, so none come back: there is nothing to wait for."
        : data.length > MAX_UNREAD_BYTES
        ? "An exchange that sends everything first, or much of it, stops " +
          "half-way: the server cannot write what nobody reads, so it reads no " +
          "more, so your write waits for ever. The client reads while it still " +
          "sends."
        : "Has all of it been sent? write() says how many it took: the rest " +
          "must be written again.",
      read: data.length > MAX_UNREAD_BYTES ? BOTH_AT_ONCE : WRITE_SHORT,
    },
  );
  if (!(answer instanceof Uint8Array)) {
    trial.fail({
      problem: `exchange() gave ${Deno.inspect(answer)}.`,
      expected: "a Uint8Array",
      likely: "Return the bytes that came back.",
    });
  }
  trial.equalBytes(answer, whole, {
    likely: answer.length === whole.length
      ? "Put each piece behind the one before it, at answer.subarray(received)" +
        ", and go on until all have come: one read() gives what has come so " +
        "far. A piece that is only a view of a buffer changes with the next read."
      : answer.length > whole.length
      ? "Return as many bytes as were sent. Behind those that have come, a " +
        "larger buffer holds nothing but zeros."
      : "Go on until as many bytes have come as were sent: one read() gives " +
        "what has come so far.",
    read: READ_HALF_FULL,
  });
}

/** A server that stops reading as soon as a little of its answer is unread. */
async function checkLittleRoom(
  exchange: Exchange,
  trial: Trial,
): Promise<void> {
  trial.step("256 KiB, of which server and network hold 64 KiB unread");
  const onMove = () => trial.progress();
  // The kernel's own buffers hold some MiB, and would hide what waits here.
  const conn = new ShortConn(new EchoWithLimit(MAX_UNREAD_BYTES), { onMove });
  // 251 is no divisor of any usual size, so no piece is like another.
  const data = Uint8Array.from(
    { length: 4 * MAX_UNREAD_BYTES },
    (_, at) => at % 251,
  );
  await exchangeAndCompare(exchange, { conn, data, trial });
}

/** An echo at the other end of a connection that holds so many bytes. */
class EchoWithLimit extends FakeConn {
  constructor(room: number) {
    super({ room, then: "silence" });
  }

  override async write(data: Uint8Array): Promise<number> {
    const count = await super.write(data);
    this.peerSends(data.subarray(0, count));
    return count;
  }

  override async read(buffer: Uint8Array): Promise<number | null> {
    const count = await super.read(buffer);
    // What has been read makes room for as much.
    this.peerTakes(count ?? 0);
    return count;
  }
}

/** A server that is no good echo: only what it sends back can be returned. */
async function checkOtherBytes(
  exchange: Exchange,
  trial: Trial,
): Promise<void> {
  trial.step('it sends "hello", and "HELLO" comes back');
  const { peer, conn } = await connectPair(trial);
  const answering = readExact(peer, 5)
    .then(() => writeAll(peer, bytesOf("HELLO")));
  answering.catch(() => {});
  const answer = await trial.waitFor(
    trial.start("exchange", () => exchange(conn, bytesOf("hello"))),
    {
      waitingFor: "exchange() to return 5 bytes",
      likely: "As many bytes have come back as were sent.",
    },
  );
  trial.equalBytes(answer, bytesOf("HELLO"), {
    likely: "Return what read() gave, in an array of its own. Whether it is " +
      "what was sent is for the caller to see.",
    read: READ_HALF_FULL,
  });
}

/** A server that closes after it has sent back a part. */
async function checkEarlyEnd(exchange: Exchange, trial: Trial): Promise<void> {
  trial.step("a server sends back 4 of 10 bytes and ends the stream");
  const { peer, conn } = await connectPair(trial);
  const answering = readExact(peer, 10)
    .then((data) => writeAll(peer, data.subarray(0, 4)))
    .then(() => peer.closeWrite());
  answering.catch(() => {});
  const outcome = Promise.allSettled([
    (async () => await exchange(conn, bytesOf("0123456789")))(),
  ]);
  const [result] = await trial.waitFor(outcome, {
    waitingFor: "exchange() to throw",
    likely: "read() gives null: no more bytes will come, so waiting for them " +
      "is waiting for ever.",
    read: END,
  });
  if (result.status === "rejected") {
    trial.failOnSlip("exchange()", result.reason);
  }
  if (result.status === "fulfilled") {
    trial.fail({
      problem: "exchange() returned as if all had come.",
      expected: "an error",
      received: result.value instanceof Uint8Array
        ? result.value
        : Deno.inspect(result.value),
      likely:
        "The caller cannot know that an answer that is too short is not " +
        "the whole. Throw when read() gives null before all is there.",
      read: END,
    });
  }
}

/** Echoes until the client leaves; how it leaves is not the echo's concern. */
function echoBack(peer: Deno.Conn): void {
  solution.echo(peer).catch(() => {});
}

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** The exercises of the lesson, in order. */
export const exercises: Exercise<unknown>[] = [echo, exchange];

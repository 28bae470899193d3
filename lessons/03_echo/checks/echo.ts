/** How an answer to 3.1 is checked. */
import { writeAll } from "../../../lib/net/mod.ts";
import { counted } from "../../../lib/show/counted.ts";
import {
  Collector,
  connectPair,
  type ShortConn,
  type ShortConnOptions,
  type Trial,
} from "../../../lib/workbook/kit/mod.ts";
import type { Echo } from "../types.ts";

const WRITE_SHORT = "A write takes part of the bytes";
const END = "The end is null";
const SEND_ONCE = "Send back each byte once, and nothing else.";

/** Checks an answer to 3.1. */
export async function checkEcho(echo: Echo, trial: Trial): Promise<void> {
  await echoConversation(trial, echo);

  trial.step("a client ends its side without sending anything");
  await echoBytes(trial, echo, { sent: new Uint8Array() });

  const sent = crypto.getRandomValues(new Uint8Array(3000));
  for (const readSize of [1, 5, 4096]) {
    const atMost = counted(readSize, "byte");
    trial.step(`3000 random bytes, where a read gives at most ${atMost}`);
    await echoBytes(trial, echo, { sent, readSize });
  }
  trial.step("3000 random bytes, where a write takes at most 3 bytes");
  await echoBytes(trial, echo, { sent, writeSize: 3 });
}

interface Conversation {
  peer: Deno.Conn;
  conn: ShortConn;
  /** What comes back. */
  back: Collector;
  echoing: Promise<void>;
}

/** Connects a client, and starts the echo at the other end. */
async function startEcho(
  trial: Trial,
  echo: Echo,
  narrow?: ShortConnOptions,
): Promise<Conversation> {
  const { peer, conn } = await connectPair(trial, narrow);
  const back = new Collector(peer, trial);
  const echoing = trial.start("echo", () => echo(conn), endTakenForFailure);
  return { peer, conn, back, echoing };
}

function endTakenForFailure(error: unknown) {
  if (!(error instanceof Error)) return undefined;
  return {
    problem: `echo() threw ${error.name}: ${error.message}.`,
    likely:
      "If you throw when the client ends its side: null isn't an error, " +
      "it's how a stream ends. Return then.",
    read: END,
  };
}

/** Two messages, the second one shorter, and then the end. */
async function echoConversation(trial: Trial, echo: Echo): Promise<void> {
  trial.step('a client connects and sends "hello\\n"');
  const conversation = await startEcho(trial, echo);
  const { peer, conn, back, echoing } = conversation;
  await sendAndExpect(trial, "hello\n", conversation);

  trial.step('on the same connection, it sends "ok\\n"');
  await sendAndExpect(trial, "ok\n", conversation);

  trial.step("it ends its side, and echo() returns");
  await peer.closeWrite();
  await trial.waitFor(echoing, {
    waitingFor: "echo() to return after the client has ended its side",
    likely:
      "read() gives null when the client has ended its side. A loop that " +
      "doesn't test for null goes on forever.",
    read: END,
  });
  if (conn.closed) {
    trial.fail({
      problem: "echo() closed the connection.",
      likely: "The caller still needs the connection, and closes it. A pipe " +
        "from conn.readable to conn.writable closes it, too: both streams " +
        "close the whole connection at their end.",
      read: END,
    });
  }

  trial.step("nothing else has come back");
  conn.close();
  const expected = new TextEncoder().encode("hello\nok\n");
  trial.equalBytes(await back.end(), expected, { likely: SEND_ONCE });
}

/** Sends a text and waits for its echo; echo() must not return meanwhile. */
async function sendAndExpect(
  trial: Trial,
  text: string,
  { peer, back, echoing }: Conversation,
): Promise<void> {
  const sent = new TextEncoder().encode(text);
  const before = back.length;
  const expected = new Uint8Array([...back.bytes, ...sent]);
  await writeAll(peer, sent);
  const early = echoing.then(() =>
    trial.fail({
      problem: "echo() returned while the client was still sending.",
      likely: "A read returns what has arrived so far. Read again, until " +
        "read() gives null.",
      read: END,
    })
  );
  early.catch(() => {});
  const all = back.atLeast(expected.length);
  const received = await trial.waitFor(Promise.race([all, early]), {
    waitingFor: () =>
      `the ${sent.length} bytes to come back (${back.length - before} have)`,
    likely: () =>
      back.length > before
        ? "Only some of the bytes came back. Send every byte of " +
          "buffer.subarray(0, count): a line ending is a byte like any other."
        : "Send back what you've read at once: the client waits for its " +
          "answer before it sends more, or ends its side.",
  });
  const extra = received.subarray(expected.length);
  trial.equalBytes(received, expected, {
    likely: extra.length === 0
      ? "As many bytes came back as were sent, but different ones. Send " +
        "exactly what read() put into the buffer."
      : extra.toHex() === sent.toHex()
      ? SEND_ONCE
      : "read() fills part of the buffer and returns how much. Send " +
        "buffer.subarray(0, count): the rest is old bytes, or zeros.",
  });
}

/** Sends bytes, ends the client's side, and compares what came back. */
async function echoBytes(
  trial: Trial,
  echo: Echo,
  { sent, ...narrow }: { sent: Uint8Array } & ShortConnOptions,
): Promise<void> {
  const { peer, conn, back, echoing } = await startEcho(trial, echo, narrow);
  await writeAll(peer, sent);
  await peer.closeWrite();
  await trial.waitFor(echoing, {
    waitingFor: "echo() to return after the end",
    likely: sent.length === 0
      ? "The very first read() gives null here."
      : "read() gives null at the end, however the bytes before it came.",
    read: END,
  });
  conn.close();
  const received = await trial.waitFor(back.end(), {
    waitingFor: "the connection to end",
    likely: "Don't close or reset the connection: the caller closes it.",
    read: END,
  });
  trial.equalBytes(
    received,
    sent,
    sent.length === 0
      ? { likely: "Nothing was sent, so send nothing back.", read: END }
      : narrow.writeSize !== undefined
      ? {
        likely:
          "write() returns how many bytes it took, and doesn't send the " +
          "rest unless you write that, too: loop until it has taken all of " +
          "them. And await each write before you read into the buffer again.",
        read: WRITE_SHORT,
      }
      : {
        likely:
          "A read may give any number of bytes. If bytes are missing, or " +
          "there are too many, look at how many you send. If they're " +
          "different: not every byte is text, so don't decode them.",
      },
  );
}

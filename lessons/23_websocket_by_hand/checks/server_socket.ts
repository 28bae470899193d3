/** Checks an answer to 23.4. */
import { readToEnd, writeAll } from "../../../lib/net/mod.ts";
import {
  connectPair,
  every,
  NOT_UTF8,
  requireError,
  sampleBytes,
  sampleLetters,
  settle,
  TimerWatch,
  type Trial,
  until,
} from "../../../lib/workbook/kit/mod.ts";
import { CloseError } from "../close_error.ts";
import { FrameReader } from "../solution.ts";
import type { Message, ServerSocketClass } from "../types.ts";
import {
  BINARY,
  CLOSE,
  closePayload,
  join,
  part,
  PING,
  PONG,
  sent,
  TEXT,
} from "./frames.ts";
import { READ } from "./headings.ts";
import { TestSocket, type TestSocketOptions } from "./test_socket.ts";

/** Checks an answer to 23.4. */
export async function checkServerSocket(
  ServerSocket: ServerSocketClass,
  trial: Trial,
): Promise<void> {
  const timers = trial.use(new TimerWatch());
  const open = (options?: TestSocketOptions) =>
    new TestSocket(ServerSocket, trial, timers, options);
  await checkTalk(trial, open);
  await checkPings(trial, open);
  await checkAnswer(trial, open);
  await checkTwo(trial, open);
  await checkEcho(trial, open);
  await checkOwnClose(trial, open);
  await checkFailures(trial, open);
  await checkGrace(trial, open);
  await checkLimits(trial, open);
  await checkOnMessage(trial, open);
  await checkSockets(ServerSocket, trial);
}

type Open = (options?: TestSocketOptions) => TestSocket;

const close = (code: number, reason = ""): Message => ({
  kind: "close",
  code,
  reason,
});
const text = (text: string) => ({ kind: "text", text }) as const;
const bye = sent(CLOSE, closePayload(1000, "bye"));

const ANSWER = {
  likely:
    "Answer the client's Close with a Close frame that has the same code " +
    "and no reason.",
  read: READ.closing,
};
const RESULT = {
  likely: "run() returns the code and the reason of the client's Close frame.",
  read: READ.closing,
};
const OWN_CLOSE = {
  likely:
    "close() sends a Close frame: the code in two bytes, big-endian, and " +
    "the reason in UTF-8.",
  read: READ.closing,
};
const ABNORMAL = {
  likely: "No Close frame arrived, so the code is 1006, and the reason empty.",
  read: READ.closing,
};

async function checkTalk(trial: Trial, open: Open): Promise<void> {
  trial.step("a client sends a text, bytes, and a Close frame with 1000");
  const one = open();
  const letters = sampleLetters(300);
  const data = sampleBytes(300);
  one.receives(sent(TEXT, "hello"), sent(BINARY, letters), sent(BINARY, data));
  const messages = [
    text("hello"),
    ...[letters, data].map((data) => ({ kind: "binary", data }) as const),
  ];
  const onMessage = {
    likely: "Call onMessage with each text and binary message, as the reader " +
      "returns it, and read on.",
    read: READ.closing,
  };
  await one.passesOn(messages, onMessage);
  await one.isOpen("The client may send more: go on until its Close arrives.");
  await finish(one);

  trial.step(
    "the server sends two texts, letters, and bytes, 3 bytes per write",
  );
  const other = open({ writeSize: 3 });
  const taken = [
    other.socket.send("one"),
    other.socket.send(letters),
    other.socket.send(data),
    other.socket.send("zwölf"),
  ];
  const frames: Message[] = [
    { kind: "text", text: "one" },
    { kind: "binary", data: letters },
    { kind: "binary", data },
    { kind: "text", text: "zwölf" },
  ];
  await other.sends(frames, {
    likely:
      "send() sends a text frame for a string, and a binary one for bytes. " +
      "write() may take only a part: let one loop, or a SendQueue, write frame " +
      "after frame.",
    read: READ.frame,
  });
  trial.equal(taken, [true, true, true, true], {
    problem: "send() must return true as long as no Close frame was sent.",
    likely: "send() is synchronous: it returns true or false, not a promise.",
    read: READ.closing,
  });
  await finish(other, frames);

  trial.step("onMessage returns a promise, and another message is there");
  const gate = Promise.withResolvers<void>();
  const slow = open({
    onMessage: ({ kind }) => kind === "text" ? gate.promise : undefined,
  });
  slow.receives(sent(TEXT, "wait"), sent(BINARY, data));
  await trial.waitFor(until(trial, () => slow.messages.length > 0), {
    waitingFor: "onMessage to be called",
    ...onMessage,
  });
  await settle();
  trial.equal(slow.messages.length, 1, {
    problem: "onMessage was called again before its promise resolved.",
    likely:
      "Await what onMessage returns before you read on. Otherwise a client " +
      "that sends faster than you work fills your memory; if you don't read, TCP " +
      "slows it down.",
    read: READ.buffered,
  });
  gate.resolve();
  await slow.passesOn([text("wait"), { kind: "binary", data }], onMessage);
  await finish(slow);
}

/** Lets the client close with 1000, and requires that everything is right. */
async function finish(one: TestSocket, before: Message[] = []): Promise<void> {
  one.receives(bye);
  await one.sends([...before, close(1000)], ANSWER);
  await one.endsItsSide();
  await one.ends({ code: 1000, reason: "bye" }, RESULT);
  await one.hasSent([...before, close(1000)], ANSWER);
}

async function checkPings(trial: Trial, open: Open): Promise<void> {
  trial.step(
    "a client sends a ping with four bytes, a pong, and an empty ping",
  );
  const one = open();
  const data = NOT_UTF8["half of a surrogate pair"];
  one.receives(sent(PING, data), sent(PONG, "hi"), sent(PING));
  const pongs: Message[] = [
    { kind: "pong", data },
    { kind: "pong", data: new Uint8Array() },
  ];
  await one.sends(pongs, {
    likely:
      "Answer each ping with a pong (opcode 10) that has the same data. Don't " +
      "answer pongs.",
    read: READ.fragments,
  });
  await one.passesOn([], {
    likely: "Pings and pongs aren't messages: onMessage doesn't get them.",
    read: READ.fragments,
  });
  await finish(one, pongs);
}

async function checkAnswer(trial: Trial, open: Open): Promise<void> {
  for (const code of [1001, 1011, 4999]) {
    trial.step(`the client's Close frame has code ${code} and no reason`);
    const one = open();
    one.receives(sent(CLOSE, closePayload(code)));
    await one.sends([close(code)], ANSWER);
    await one.endsItsSide();
    await one.ends({ code, reason: "" }, RESULT);
  }

  trial.step("the client's Close frame has no code");
  const none = open();
  none.receives(sent(CLOSE));
  await none.sends([close(1005)], {
    likely:
      "Answer with a Close frame that has no payload: the client gave no " +
      "code, and 1005 only says so.",
    read: READ.closing,
  });
  await none.endsItsSide();
  await none.ends({ code: 1005, reason: "" }, RESULT);

  trial.step("the client closes, and then the server calls send() and close()");
  const late = open();
  late.receives(bye);
  await late.sends([close(1000)], ANSWER);
  const taken = late.socket.send("late");
  late.socket.close(1001);
  await late.hasSent([close(1000)], ANSWER);
  trial.equal(taken, false, {
    problem: "send() must return false after a Close frame.",
    likely: "After your Close frame, you may send nothing, so send() returns " +
      "false.",
    read: READ.closing,
  });
  await late.endsItsSide();
  await late.ends({ code: 1000, reason: "bye" }, RESULT);
}

async function checkTwo(trial: Trial, open: Open): Promise<void> {
  trial.step(
    "two WebSockets at once: the server closes one, and uses the other",
  );
  const [one, other] = [open(), open()];
  one.socket.close(4001);
  await one.sends([close(4001)], OWN_CLOSE);
  const shared = {
    likely:
      "Each object has its own connection, and must remember for itself " +
      "whether it has sent a Close frame. All objects share a variable " +
      "outside the class.",
    read: READ.closing,
  };
  trial.equal(other.socket.send("hi"), true, {
    problem: "send() of another WebSocket returned false.",
    ...shared,
  });
  await other.sends([text("hi")], shared);
  one.receives(sent(CLOSE, closePayload(4001)));
  other.receives(bye);
  await other.sends([text("hi"), close(1000)], ANSWER);
  await one.endsItsSide();
  await other.endsItsSide();
  // Either timer may belong to the other WebSocket.
  one.conn.peerEnds();
  other.conn.peerEnds();
  await settle();
  await one.ends({ code: 4001, reason: "" }, RESULT);
  await other.ends({ code: 1000, reason: "bye" }, RESULT);
}

async function checkEcho(trial: Trial, open: Open): Promise<void> {
  trial.step("onMessage calls send() for each message, and then close()");
  const echo = open({
    onMessage(message) {
      if (message.kind === "binary") return echo.socket.close(4001);
      echo.socket.send(message.text);
    },
  });
  echo.receives(sent(TEXT, "a"), sent(TEXT, "b"), sent(BINARY, "end"));
  const frames = [text("a"), text("b"), close(4001)];
  await echo.sends(frames, {
    likely:
      "onMessage may call send() and close(), too: both begin at once, and " +
      "keep their order.",
    read: READ.closing,
  });
  echo.receives(sent(CLOSE, closePayload(4001)));
  await echo.endsItsSide();
  await echo.ends({ code: 4001, reason: "" }, RESULT);
}

const WAIT_FOR_CLOSE =
  "close() sends a Close frame, and the client answers with its own. Close TCP " +
  "after that, or when `graceMs` is over: until then, the client may still be " +
  "sending.";

async function checkOwnClose(trial: Trial, open: Open): Promise<void> {
  trial.step('the server calls close(4000, "zwölf"), and the client answers');
  const one = open();
  one.socket.close(4000, "zwölf");
  const due = [close(4000, "zwölf")];
  const advice = {
    likely:
      "close() sends a Close frame: the code in two bytes, big-endian, and " +
      "the reason in UTF-8.",
    read: READ.closing,
  };
  await one.sends(due, advice);
  await one.isOpen(WAIT_FOR_CLOSE);
  trial.equal(one.socket.send("late"), false, {
    problem: "send() must return false after a Close frame.",
    likely: "After your Close frame, you may send nothing.",
    read: READ.closing,
  });
  one.receives(sent(PING, "still there?"), part(TEXT, "a"), sent(0, "b"));
  await one.hasSent(due, OWN_CLOSE);
  await one.isOpen(WAIT_FOR_CLOSE);
  one.socket.close();
  one.receives(sent(CLOSE, closePayload(4000, "ok")));
  await one.endsItsSide();
  await one.hasSent(due, OWN_CLOSE);
  await one.ends({ code: 4000, reason: "ok" }, RESULT);

  trial.step("without graceMs, the server calls close() without arguments");
  const plain = open({ graceMs: null });
  plain.socket.close();
  await plain.sends([close(1000)], {
    likely: "The default code is 1000, and the default reason is empty.",
    read: READ.closing,
  });
  await plain.isOpen(
    "Without `graceMs`, the client has 1000 ms for its Close frame.",
  );
  plain.receives(sent(CLOSE, closePayload(1000)));
  await plain.endsItsSide();
  await plain.ends({ code: 1000, reason: "" }, RESULT);
}

async function checkFailures(trial: Trial, open: Open): Promise<void> {
  const wrong: [code: number, what: string, bytes: Uint8Array][] = [
    [1002, "a frame that isn't masked", Uint8Array.of(0x81, 0)],
    [
      1007,
      "a text that isn't UTF-8",
      sent(TEXT, NOT_UTF8["a byte that UTF-8 never uses"]),
    ],
    [
      1009,
      "the header of a frame that's too large",
      Uint8Array.of(0x82, 0xff, 0, 0, 0, 1, 0, 0, 0, 0),
    ],
  ];
  const fails = (code: number) => ({
    likely:
      `The reader threw a CloseError with ${code}. Send a Close frame with ` +
      "that code, then close TCP. Don't wait for the client's Close: nothing " +
      "that it sends can be trusted now.",
    read: READ.strict,
  });
  for (const [code, what, bytes] of wrong) {
    trial.step(`a client sends ${what}, and much more`);
    const one = open();
    one.receives(join(bytes, new Uint8Array(20_000).fill(0x20)));
    await one.sends([close(code)], fails(code));
    await one.endsItsSide();
    one.conn.peerEnds();
    await one.ends({ code, reason: "" }, fails(code));
    if (one.conn.unread > 0) await one.endsItsSide();
  }

  trial.step("the server closes, and then a frame arrives that isn't masked");
  const closing = open();
  closing.socket.close();
  await closing.sends([close(1000)], fails(1002));
  closing.receives(Uint8Array.of(0x81, 0));
  await closing.endsItsSide();
  await closing.hasSent([close(1000)], fails(1002));
  await closing.ends({ code: 1002, reason: "" }, fails(1002));

  trial.step(
    "a client sends a text, and closes its write side without a " +
      "Close frame",
  );
  const gone = open();
  gone.receives(sent(TEXT, "bye"));
  gone.conn.peerEnds();
  await gone.endsItsSide();
  await gone.ends({ code: 1006, reason: "" }, ABNORMAL);
  const nothing = {
    likely: "The client has ended the connection without a Close frame. Send " +
      "nothing: the client isn't listening anymore, and 1006 is never sent.",
    read: READ.closing,
  };
  await gone.hasSent([], nothing);

  trial.step("the connection is reset");
  const reset = open();
  reset.conn.peerResets();
  await reset.ends({ code: 1006, reason: "" }, ABNORMAL);
  await reset.hasSent([], nothing);

  trial.step("a write fails with BrokenPipe, and then a read with a reset");
  const broken = open({ breakAt: 0 });
  broken.socket.send("hello");
  await settle();
  broken.conn.peerResets();
  await broken.ends({ code: 1006, reason: "" }, ABNORMAL);
}

async function checkGrace(trial: Trial, open: Open): Promise<void> {
  trial.step(
    "the server closes, and the client is silent for longer than graceMs",
  );
  const one = open({ graceMs: 30 });
  one.socket.close(1001);
  await trial.waitFor(one.conn.until(() => one.conn.closed), {
    waitingFor: "you to close the connection when graceMs (30 ms) is over",
    likely:
      "The client may never answer. Start a timer in close(), and when it " +
      "fires, close the connection: that ends the read in run(), too.",
    read: READ.closing,
  });
  await one.ends({ code: 1006, reason: "" }, ABNORMAL);
  await one.hasSent([close(1001)], ANSWER);

  trial.step("graceMs is 0, and the server closes");
  const hasty = open({ graceMs: 0 });
  hasty.socket.close();
  // Timers fire in order, even on a busy machine.
  const late = Promise.withResolvers<void>();
  const stop = every(500, late.resolve);
  await Promise.race([hasty.conn.until(() => hasty.conn.closed), late.promise]);
  stop();
  if (!hasty.conn.closed) {
    trial.fail({
      problem: "500 ms after close(), the connection is still open.",
      likely: "0 is a time like any other: only if graceMs isn't given, it's " +
        "1000. Use ??, not ||.",
      read: READ.closing,
    });
  }
  await hasty.ends({ code: 1006, reason: "" }, ABNORMAL);

  trial.step(
    "the client sends messages after the server's Close, and no Close",
  );
  const busy = open({ graceMs: 200 });
  busy.socket.close();
  await busy.sends([close(1000)], ANSWER);
  const start = performance.now();
  while (!busy.conn.closed && performance.now() - start < 2000) {
    busy.receives(sent(TEXT, "and another thing"));
    await settle();
  }
  if (!busy.conn.closed) {
    trial.fail({
      problem: "graceMs (200 ms) is long over, and the connection is open.",
      likely:
        "`graceMs` is for the client's Close frame. A timer that starts " +
        "again with each message never fires while the client talks.",
      read: READ.closing,
    });
  }
  await busy.ends({ code: 1006, reason: "" }, ABNORMAL);
}

async function checkLimits(trial: Trial, open: Open): Promise<void> {
  trial.step("the server sends 1.5 MB, and the client doesn't read yet");
  const one = open({ room: 0 });
  const data = Array.from(
    { length: 30 },
    (_, i) => new Uint8Array(50_000).fill(i),
  );
  const taken = data.map((bytes) => one.socket.send(bytes));
  const due: Message[] = data.filter((_, i) => taken[i])
    .map((data) => ({ kind: "binary", data }));
  const unsent = {
    likely:
      "send() must tell the truth: true if the whole frame will be sent, " +
      "and false if no part of it will, because your queue is full. Return what " +
      "queue.send() returns.",
    read: READ.closing,
  };
  trial.equal(taken[0], true, {
    problem: "send() must return true for the first message.",
    ...unsent,
  });
  one.conn.peerTakes(Infinity);
  await one.sends(due, unsent);
  const more = { kind: "text", text: "more" } as const;
  trial.equal(one.socket.send("more"), true, {
    problem: "send() must return true when the client has read everything.",
    likely: "A full queue isn't the end: when the client reads, there's room " +
      "again.",
    read: READ.closing,
  });
  await one.sends([...due, more], unsent);
  await finish(one, [...due, more]);

  trial.step("the server calls close() with reasons of 124 and of 123 bytes");
  const long = open();
  const reason = `${"é".repeat(61)}!`;
  const tooLong = {
    likely:
      "A Close frame has at most 125 bytes, two of which are the code. Throw " +
      "RangeError for a reason of more than 123 bytes in UTF-8, before you " +
      "remember that you've closed or start a timer.",
    read: READ.closing,
  };
  let error: unknown;
  try {
    long.socket.close(4000, `${reason}!`);
  } catch (thrown) {
    error = thrown;
  }
  requireError(trial, "close()", error, [RangeError], tooLong);
  await long.hasSent([], tooLong);
  trial.equal(long.socket.send("still here"), true, {
    problem: "After close() has thrown, send() must return true as before.",
    ...tooLong,
  });
  long.socket.close(4000, reason);
  const frames = [text("still here"), close(4000, reason)];
  await long.sends(frames, {
    likely: "A reason of exactly 123 bytes is allowed.",
    read: READ.closing,
  });
  long.receives(sent(CLOSE, closePayload(4000)));
  await long.endsItsSide();
  await long.ends({ code: 4000, reason: "" }, RESULT);

  trial.step("the server calls close() again and again");
  const again = open({ graceMs: 200 });
  const start = performance.now();
  while (!again.conn.closed && performance.now() - start < 2000) {
    again.socket.close();
    await settle();
  }
  if (!again.conn.closed) {
    trial.fail({
      problem: "graceMs (200 ms) is long over, and the connection is open.",
      likely: "A second close() does nothing: it doesn't send another frame, " +
        "and doesn't start the time again.",
      read: READ.closing,
    });
  }
  await again.ends({ code: 1006, reason: "" }, ABNORMAL);
}

async function checkOnMessage(trial: Trial, open: Open): Promise<void> {
  const likely =
    "If onMessage throws or rejects, the client did nothing wrong: send a Close " +
    "frame with 1011, unless you've sent one, close TCP, and throw the same " +
    "error. Catch it where you call onMessage, apart from what the reader throws.";
  const advice = { likely, read: READ.closing };
  const failures: [what: string, thrown: Error, isAsync: boolean][] = [
    ["throws a TypeError", new TypeError("from onMessage"), false],
    ["rejects with an Error", new Error("from onMessage"), true],
    // Only the reader's means that the client broke a rule.
    ["throws a CloseError", new CloseError(1008, "from onMessage"), false],
  ];
  for (const [what, thrown, isAsync] of failures) {
    trial.step(`onMessage ${what}, and another message is there`);
    const one = open({
      thrown,
      onMessage() {
        if (isAsync) return Promise.reject(thrown);
        throw thrown;
      },
    });
    one.receives(sent(TEXT, "hello"), sent(TEXT, "hello?"));
    await one.sends([close(1011)], advice);
    await one.endsItsSide();
    await one.ends(undefined, advice);
    await one.hasSent([close(1011)], advice);
  }

  trial.step("onMessage calls close(), and then throws");
  const thrown = new Error("from onMessage");
  const closing = open({
    thrown,
    onMessage() {
      closing.socket.close(4001);
      throw thrown;
    },
  });
  closing.receives(sent(TEXT, "hello"));
  await closing.sends([close(4001)], advice);
  await closing.endsItsSide();
  await closing.ends(undefined, advice);
  await closing.hasSent([close(4001)], advice);

  trial.step(
    "the server closes, and onMessage is pending when graceMs is over",
  );
  const gate = Promise.withResolvers<void>();
  const slow = open({ graceMs: 30, onMessage: () => gate.promise });
  slow.receives(sent(TEXT, "hello"));
  await trial.waitFor(until(trial, () => slow.messages.length > 0), {
    waitingFor: "onMessage to be called",
    ...advice,
  });
  slow.socket.close(1001);
  await trial.waitFor(slow.conn.until(() => slow.conn.closed), {
    waitingFor: "you to close the connection when graceMs (30 ms) is over",
    likely:
      "The timer itself must close the connection: run() can't while it waits " +
      "for onMessage.",
    read: READ.closing,
  });
  gate.resolve();
  await slow.ends({ code: 1006, reason: "" }, ABNORMAL);
}

async function checkSockets(
  ServerSocket: ServerSocketClass,
  trial: Trial,
): Promise<void> {
  trial.step("over a real socket, a client sends a text and a Close frame");
  const { conn, peer } = await connectPair(trial);
  const socket = new ServerSocket(conn, new FrameReader(conn));
  const running = trial.start("run", () =>
    socket.run((message) => {
      if (message.kind === "text") socket.send(message.text);
    }));
  await writeAll(peer, join(sent(TEXT, "hello"), bye));
  const received = await trial.waitFor(readToEnd(peer), {
    waitingFor: "the client to get a text, a Close frame, and the end of TCP",
    likely: "The server closes its write side first. Until it does, the " +
      "client waits.",
    read: READ.closing,
  });
  trial.equalBytes(
    received,
    Uint8Array.of(
      0x81,
      5,
      ...new TextEncoder().encode("hello"),
      0x88,
      2,
      3,
      232,
    ),
    ANSWER,
  );
  peer.close();
  const reason = await trial.waitFor(running, {
    waitingFor: "run() to resolve",
    likely: "Both sides have ended: return.",
    read: READ.closing,
  });
  trial.equal(reason, { code: 1000, reason: "bye" }, RESULT);
}

import type { Trial } from "../../../lib/workbook/kit/mod.ts";
import type { Ask } from "../types.ts";
import { AskDriver, explainRejectedStray } from "./ask_driver.ts";
import { encode, errorOf, longestMessage, READ } from "./datagrams.ts";
import { ImmediateTimers } from "./immediate_timers.ts";
import { WatchedSocket } from "./watched_socket.ts";

/** Checks an answer to 13.1, `ask()`. */
export async function checkAsk(ask: Ask, trial: Trial): Promise<void> {
  trial.onForgotten((error) => ({
    problem: `You didn't await send(), and it failed: ${error}.`,
    likely: "`await` the send: otherwise the caller never learns that the " +
      "question wasn't sent, and waits for an answer forever.",
    read: READ.datagrams,
  }));
  const driver = new AskDriver(ask, trial);
  await checkTwoQuestions(driver);
  await checkOtherPort(driver);
  await checkOtherHost(driver);
  await checkConcatenatedAddress(driver);
  await checkManyStrangers(driver);
  await checkLengths(driver);
  await checkPatience(driver);
  await checkFailedSend(driver);
}

async function checkTwoQuestions(driver: AskDriver): Promise<void> {
  const { trial } = driver;
  trial.step('ask "time?": the server answers with three bytes');
  // They aren't valid UTF-8, so decoding them loses something.
  const answer = new Uint8Array([0xff, 0x00, 0xc3]);
  const first = await driver.exchange("time?", answer);
  trial.step('ask "date?" on the same socket: the server answers "today"');
  await driver.exchange("date?", encode("today"));
  trial.step("the first answer is still the same");
  trial.equalBytes(first, answer, {
    likely: "You returned a view of a buffer that the next message has " +
      "overwritten. Use a new buffer for each question, or return a copy.",
    read: READ.buffer,
  });
}

/** Another program sends before the question, and again before the answer. */
async function checkOtherPort(driver: AskDriver): Promise<void> {
  const { trial, socket, stranger } = driver;
  const stray = {
    text: "I'm not the server",
    from: stranger.addr,
    likely:
      "That's the same host with another port, so it's another program. " +
      "Anyone who knows your port can send to it: look at the address that comes " +
      "with each message, including its port, and ignore what isn't the server's.",
  };
  const intrude = () => stranger.send(encode(stray.text), socket.addr);
  trial.step("before the question, another program sends a message");
  await intrude();
  trial.step('ask "time?": that program sends again, then the server answers');
  await driver.exchange("time?", encode("noon"), {
    stray,
    beforeAnswer: intrude,
    explain: explainRejectedStray,
  });
}

async function checkOtherHost(driver: AskDriver): Promise<void> {
  const { trial, socket, server } = driver;
  const stray = {
    text: "I'm on another machine",
    from: { ...server.addr, hostname: "192.0.2.1" },
    likely: "That's the same port on another host. Every machine has its own " +
      "65,535 ports: compare the hostname, too.",
  };
  trial.step(
    'ask "time?": before the server, the same port on 192.0.2.1 answers',
  );
  socket.forge(encode(stray.text), stray.from);
  await driver.exchange("time?", encode("one"), {
    stray,
    explain: explainRejectedStray,
  });
}

/** Two addresses that are the same text if nothing separates host and port. */
async function checkConcatenatedAddress(
  { trial, ask }: AskDriver,
): Promise<void> {
  trial.step(
    'ask "time?" of 127.0.0.1, port 15000: before it, 127.0.0.11, port 5000, ' +
      "answers",
  );
  const server = {
    transport: "udp",
    hostname: "127.0.0.1",
    port: 15000,
  } as const;
  // It doesn't really send: some other program may use that port.
  const socket = new WatchedSocket(trial, { delivers: false });
  socket.forge(encode("I'm not the server"), {
    ...server,
    hostname: "127.0.0.11",
    port: 5000,
  });
  socket.forge(encode("noon"), server);
  const received = await trial.waitFor(
    trial.start(
      "ask",
      () => ask(socket, encode("time?"), { ...server }),
      explainRejectedStray,
    ),
    {
      waitingFor: "ask() to return the 4 bytes of the answer",
      likely: "The answer has arrived, from the server's own address.",
      read: READ.strangers,
    },
  );
  trial.equalBytes(received, encode("noon"), {
    likely: "Without a separator, 127.0.0.1 and 15000 give the same text as " +
      "127.0.0.11 and 5000. Compare hostname with hostname, and port with port.",
    read: READ.strangers,
  });
}

async function checkManyStrangers(driver: AskDriver): Promise<void> {
  const { trial, socket, stranger } = driver;
  trial.step('ask "time?": 500 messages from strangers come before the answer');
  for (let i = 20; i < 500; i++) socket.forge(encode(`no ${i}`), stranger.addr);
  await driver.exchange("time?", encode("two"), {
    async beforeAnswer() {
      for (let i = 0; i < 20; i++) {
        await stranger.send(encode(`no ${i}`), socket.addr);
      }
    },
    explain: explainRejectedStray,
  });
}

async function checkLengths(driver: AskDriver): Promise<void> {
  const { trial } = driver;
  const size = await longestMessage();
  trial.step(`the server answers with ${size} bytes`);
  const long = crypto.getRandomValues(new Uint8Array(size));
  await driver.exchange("all?", long, {
    ifDifferent: {
      likely:
        "If the buffer is shorter than the message, receive(buffer) fills " +
        "it, and the rest is gone. Call receive() without a buffer, or with one " +
        "of 65,507 bytes.",
      read: READ.buffer,
    },
  });
  trial.step("the server answers with an empty message");
  await driver.exchange("anything?", new Uint8Array(), {
    ifStalled: {
      likely: "An empty message is a message: it came from the server, and " +
        "nothing else will. In UDP, 0 bytes aren't the end of anything.",
      read: READ.whole,
    },
  });
  trial.step("ask with an empty question");
  await driver.exchange("", encode("you said nothing"));
}

/** The server takes its time: no timer may give up, or ask again. */
async function checkPatience(driver: AskDriver): Promise<void> {
  const { trial, socket } = driver;
  trial.step('ask "when?": the server answers after a long time');
  const timers = trial.use(new ImmediateTimers());
  const sentBefore = socket.sent.length;
  const countSent = () => socket.sent.length - sentBefore;
  await driver.exchange("when?", encode("at last"), {
    async beforeAnswer() {
      // Long enough to see a timer that's started after the send.
      for (let turns = 0; turns < 20 && countSent() === 1;) {
        await new Promise((resolve) => setTimeout(resolve, 0));
        if (socket.pendingSends === 0) turns++;
      }
      if (countSent() === 1) return;
      trial.fail({
        problem: `ask() sent its question ${countSent()} times before any ` +
          "message came.",
        expected: "once",
        likely:
          "One of your timers sent it again. Retrying is the subject of " +
          "lesson 15, which numbers the questions, so that the server doesn't " +
          "act on one twice. Here, send it once, and wait.",
        read: READ.silence,
      });
    },
    explain: (error) => ({
      problem: `ask() threw ${error} before the answer came.`,
      likely:
        "Wait for as long as it takes: the caller decides how long that " +
        "may be. (The check makes every timer fire at once, as if its time were " +
        "up.)",
      read: READ.silence,
    }),
  });
  timers.close();
}

async function checkFailedSend(
  { trial, ask, server }: AskDriver,
): Promise<void> {
  trial.step("the socket can't send: the network is unreachable");
  const sendError = new Deno.errors.NetworkUnreachable(
    "Network is unreachable (os error 101)",
  );
  const socket = new WatchedSocket(trial, { sendError });
  const error = await errorOf(
    trial,
    () => ask(socket, encode("hello?"), server.addr),
    {
      waitingFor: "ask() to throw",
      likely:
        "The question wasn't sent, so no answer will come. Let the caller " +
        "have the error of send(): `await` it, and don't catch it.",
      read: READ.datagrams,
    },
  );
  // A helper may have added to its message.
  if (error instanceof Deno.errors.NetworkUnreachable) return;
  trial.fail({
    problem: error === undefined
      ? "send() failed, and ask() returned as if nothing had happened."
      : `send() failed, and ask() threw ${trial.describe(error)} instead.`,
    expected: `${sendError}`,
    likely:
      "Let the caller have the error of send() as it is: its class says " +
      "what happened.",
    read: READ.datagrams,
  });
}

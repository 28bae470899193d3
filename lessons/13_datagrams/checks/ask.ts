/** Checks answers to 13.1. */
import { bindUdp } from "../../../lib/net/mod.ts";
import {
  type Advice,
  checkDatagrams,
  countedSample,
  type DatagramCase,
  type DatagramResult,
  differenceAt,
  FakeSocket,
  lettersFirst,
  OwnSocket,
  PROBES,
  randomSample,
  settle,
  TimerWatch,
  type Trial,
  written,
} from "../../../lib/workbook/kit/mod.ts";
import type { Ask } from "../types.ts";
import {
  addressOf,
  encode,
  MAX_BYTES,
  READ,
  SEND_ERROR,
  SERVER,
} from "./datagrams.ts";
import { ImmediateTimers } from "./immediate_timers.ts";

const RANDOM = randomSample(13)(MAX_BYTES);
const STRANGER = "I'm not the server";

const IS_DUE =
  "The answer has arrived from the server's address: return it. One datagram " +
  "is the whole answer, so don't wait for another. If you compared the " +
  "addresses as objects: === is false for two objects, even with the same " +
  "values, and JSON.stringify() depends on the order of their properties. " +
  "Compare hostname with hostname, and port with port.";
const SHORT_BUFFER =
  "If the buffer is shorter than the message, receive(buffer) fills it, and " +
  "the rest is gone. Call receive() without a buffer, or with one of 65,507 " +
  "bytes.";
const PORT = "That's the same host with another port, so it's another " +
  "program. Any program that knows your port can send to it. Compare the " +
  "sender's address, including the port, with the server's, and ignore the " +
  "message if they differ.";

const { hostname, port } = SERVER;
const OTHER_PORT = addressOf(hostname, 2019);

const CASES: DatagramCase[] = [
  asks('ask "time?": the server answers "noon"', {
    likely: ({ then, value }) =>
      then === "waiting"
        ? IS_DUE
        : !(value instanceof Uint8Array)
        ? "receive() returns a message and an address: return the message."
        : value.length < 4
        ? SHORT_BUFFER
        : value.length > 4
        ? "Return only the bytes of the message: receive(buffer) returns a " +
          "view of the part of the buffer that it filled."
        : IS_DUE,
  }),
  asks("the server answers with three bytes: ff 00 c3", {
    // They aren't valid UTF-8, so decoding them loses something.
    answer: Uint8Array.of(0xff, 0x00, 0xc3),
    server: addressOf("192.0.2.20", 2020),
    likely: ({ then }) =>
      then === "waiting"
        ? "This server has a different address than the last one. Compare with " +
          "`server`, not with what an earlier call left in a variable."
        : "Return the message's bytes as they are: they don't have to be text.",
    read: READ.whole,
  }),
  asks("the server has an IPv6 address, ::1", {
    server: addressOf("::1", port),
    likely:
      "A hostname isn't always four numbers: in IPv6, it's text like ::1. " +
      "Compare hostnames as strings, with `===`.",
  }),
  ...[0, 1].map((afterSends) =>
    asks(
      `${afterSends === 0 ? "before the question" : "before the answer"}, ` +
        "another program sends",
      { before: [[OTHER_PORT, afterSends]], likely: PORT },
    )
  ),
  asks("another program sends twice before the answer", {
    before: [[OTHER_PORT, 1], [OTHER_PORT, 1]],
    likely: "You ignored a stranger's first message, and took the next one. " +
      "Check every message's address: receive in a loop, until a message " +
      "comes from the server.",
  }),
  asks("the same port on another host answers first", {
    before: [[addressOf("192.0.2.1", port), 1]],
    likely: "That's the same port on another host. Every machine has its own " +
      "65,535 ports: compare the hostname, too.",
  }),
  asks("addresses that start like the server's answer first", {
    before: [
      [addressOf("127.0.0.10", port), 1],
      [addressOf(hostname, port * 10), 1],
    ],
    likely: "Compare the whole address: 127.0.0.10 isn't the host 127.0.0.1, " +
      "and 190 isn't port 19.",
  }),
  asks("127.0.0.11, port 9, answers before 127.0.0.1, port 19", {
    before: [[addressOf("127.0.0.11", 9), 1]],
    likely: "Without a separator, 127.0.0.1 and 19 make the same text as " +
      "127.0.0.11 and 9. Compare hostname with hostname, and port with port.",
  }),
  asks("500 messages from strangers come before the answer", {
    before: Array.from({ length: 500 }, () => [OTHER_PORT, 1]),
    likely:
      "Strangers can send any number of messages. Ignore all of them: only a " +
      "message from the server ends the loop.",
  }),
  asks("the server sends another message after its answer", {
    after: [encode("and tea at five")],
    likely:
      "Each datagram is a separate message, and the first one from the server " +
      "is the answer. Don't join them, and don't wait for more.",
    read: READ.whole,
  }),
  ...lettersFirst(
    (sample) =>
      asks(`the server answers with ${countedSample(sample(MAX_BYTES))}`, {
        answer: sample(MAX_BYTES),
        likely: SHORT_BUFFER,
        read: READ.buffer,
      }),
    () => RANDOM,
  ),
  asks("the server answers with an empty message", {
    answer: new Uint8Array(),
    likely:
      "An empty message is a message: it's the server's whole answer, and " +
      "nothing else will come. In UDP, 0 bytes don't mean the end.",
    read: READ.whole,
  }),
  asks("ask with an empty question", {
    question: "",
    likely: "An empty question is a message, too: send it like any other.",
    read: READ.whole,
  }),
  {
    step: "the socket can't send: the network is unreachable",
    args: [encode("hello?"), SERVER],
    sendError: SEND_ERROR,
    throws: Deno.errors.NetworkUnreachable,
    likely: ({ error }) =>
      error === undefined
        ? "The question wasn't sent, so no answer will come. Pass the error on " +
          "to the caller: `await` send(), and don't catch its error."
        : "Pass on the error that send() threw, unchanged: its class says what " +
          "happened.",
    read: READ.datagrams,
  },
];

/** A question and its answer, where they differ from the defaults. */
interface Exchange {
  /** @default "time?" */
  question?: string;
  /** @default "noon" */
  answer?: Uint8Array;
  /** @default {SERVER} */
  server?: Deno.NetAddr;
  /** Strangers that send first, and the number of `ask()`'s sends before that. */
  before?: [from: Deno.NetAddr, afterSends: number][];
  /** The messages that the server sends after its answer. */
  after?: Uint8Array[];
  likely: DatagramCase["likely"];
  read?: string;
}

function asks(step: string, exchange: Exchange): DatagramCase {
  const { question = "time?", answer = encode("noon") } = exchange;
  const { server = SERVER, before = [], after = [] } = exchange;
  const { likely, read = READ.strangers } = exchange;
  return {
    step,
    args: [encode(question), server],
    sends: [{ message: question, to: server }],
    arrives: [
      ...before.map(([from, afterSends]) => ({
        message: STRANGER,
        from,
        afterSends,
      })),
      ...[answer, ...after].map((message) => ({ message, from: server })),
    ],
    returns: answer,
    likely: (result) =>
      result.then === "error"
        ? undefined
        : typeof likely === "function"
        ? likely(result)
        : likely,
    read,
  };
}

/** Checks an answer to 13.1, `ask()`. */
export async function checkAsk(ask: Ask, trial: Trial): Promise<void> {
  trial.onForgotten((error) => ({
    problem: `You didn't await send(), and it failed: ${error}.`,
    likely: "`await` the send. Otherwise, the caller never learns that the " +
      "question wasn't sent, and waits for an answer forever.",
    read: READ.datagrams,
  }));
  await checkPatience(ask, trial);
  await checkDatagrams(trial, {
    name: "ask",
    call: ask,
    explain,
  }, CASES);
  await checkOverLoopback(ask, trial);
}

/** Asks one question over real sockets. */
async function checkOverLoopback(ask: Ask, trial: Trial): Promise<void> {
  trial.step('ask "time?" over loopback: the server answers "noon"');
  const socket = new OwnSocket(trial);
  const server = trial.use(bindUdp());
  const asking = trial.start(
    "ask",
    () => ask(socket, encode("time?"), written(server.addr)),
  );
  const { from } = await trial.waitFor(server.receive(), {
    waitingFor: "the question to reach the server",
    likely: "Send the question to the address that ask() was given.",
    read: READ.datagrams,
  });
  await server.send(encode("noon"), from);
  await trial.waitFor(asking, {
    waitingFor: "ask() to return the 4 bytes of the answer",
    likely: IS_DUE,
  });
}

/** Checks that no timer gives up, or asks again, while the server is silent. */
async function checkPatience(ask: Ask, trial: Trial): Promise<void> {
  trial.step('ask "when?": no answer comes for a long time');
  const immediate = trial.use(new ImmediateTimers());
  const timers = trial.use(new TimerWatch());
  const socket = trial.use(new FakeSocket());
  let end: string | undefined;
  (async () => await ask(socket, encode("when?"), { ...SERVER }))().then(
    () => end = "ask() returned before the answer came.",
    (error) => end = `ask() threw ${error} before the answer came.`,
  );
  for (let i = 0; i < 5 && socket.sent.length < 2; i++) {
    // Not only settle(): a misuse ends the check here.
    await trial.waitFor(settle(), { waitingFor: "timers to fire", likely: "" });
  }
  const waitsByNode = timers.runningCount > timers.running().length;
  // Each timer has fired by now, and started another one.
  const isPolling = timers.running().length > 0;
  timers.close();
  immediate.close();
  // The other steps explain what goes wrong without a timer.
  if (timers.started.length === 0 && !waitsByNode) return;
  if (socket.sent.length > 1) {
    trial.fail({
      problem: `ask() sent its question ${socket.sent.length} times before ` +
        "any message came.",
      likely:
        "One of your timers sent it again. Retrying comes in lesson 15, " +
        "which numbers the questions, so that the server doesn't act on one " +
        "twice. Here, send it once, and wait.",
      read: READ.silence,
    });
  }
  // The check can't make timers of node:timers fire at once.
  if (waitsByNode) end ??= "ask() waits with a timer of node:timers.";
  if (end === undefined) {
    if (isPolling) {
      trial.fail({ ...PROBES.polling("ask()"), read: READ.silence });
    }
    return;
  }
  if (socket.closed) {
    trial.fail({
      problem:
        "One of your timers closed the socket before the answer came, and " +
        end.replace(" before the answer came", ""),
      likely:
        "The caller still needs the socket, even if no answer comes. Leave it " +
        "open, and wait for as long as it takes: the caller decides how long " +
        "that is. (The check makes every timer fire at once, as if its time " +
        "were up.)",
      read: READ.silence,
    });
  }
  trial.fail({
    problem: end,
    likely: "Wait for as long as it takes: the caller decides how long that " +
      "is. (The check makes every timer fire at once, as if its time were up.)",
    read: READ.silence,
  });
}

/** Explains a wrong result that means the same in every case. */
function explain(
  { then, value, sent }: DatagramResult,
  { args, throws, arrives = [], returns }: DatagramCase,
): Advice | undefined {
  const [question, server] = args as [Uint8Array, Deno.NetAddr];
  const mustSend = throws === undefined && question.length > 0;
  if (then === "waiting" && sent.length === 0 && mustSend) {
    return {
      likely:
        "Send the question from `socket`. The server answers to the address " +
        "that the question came from, and a new socket has a different one.",
      read: READ.datagrams,
    };
  }
  if (sent.length > 1) {
    return {
      likely:
        "Send the question once, in one datagram, then wait. A stranger's " +
        "message doesn't mean that your question was lost, so only receive() " +
        "belongs in the loop, not send().",
      read: READ.strangers,
    };
  }
  if (sent.length === 1 && differenceAt(sent[0].addr, server) !== undefined) {
    return {
      likely:
        "Send the question to `server`, to its hostname and its port. The " +
        "server can be on any machine, not only at 127.0.0.1.",
      read: READ.datagrams,
    };
  }
  if (sent.length === 1 && differenceAt(sent[0].message, question) === "") {
    return {
      likely:
        "Send the question as it is, with nothing added and nothing left " +
        "out. UDP already keeps its length.",
      read: READ.whole,
    };
  }
  const isNothing = value === undefined || Object(value).length === 0;
  const hasGivenUp = then === "error" || then === "value" && isNothing &&
      Object(returns).length > 0;
  if (hasGivenUp && throws === undefined && arrives.at(-1) !== arrives[0]) {
    return {
      likely:
        "A message from a stranger isn't an error, and doesn't mean that " +
        "no answer will come. Ignore the message, and receive again.",
      read: READ.strangers,
    };
  }
  return undefined;
}

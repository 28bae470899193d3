/** Checks answers to 13.2. */
import { bindUdp } from "../../../lib/net/mod.ts";
import {
  type Advice,
  checkDatagrams,
  type DatagramCase,
  type DatagramResult,
  differenceAt,
  FakeSocket,
  OwnSocket,
  type Trial,
} from "../../../lib/workbook/kit/mod.ts";
import type { SendMessage } from "../types.ts";
import {
  addressOf,
  encode,
  MAX_BYTES,
  READ,
  SEND_ERROR,
  SERVER,
} from "./datagrams.ts";

const EUROS = encode("€".repeat(30_000));

const CASES: DatagramCase[] = [
  sends("5 bytes", encode("hello")),
  sends(
    "three bytes to another host: ff 00 c3",
    Uint8Array.of(0xff, 0x00, 0xc3),
    addressOf("192.0.2.20", 2020),
  ),
  sends("4 bytes to an IPv6 address", encode("four"), addressOf("::1", 19)),
  sends("an empty message", new Uint8Array()),
  ...[MAX_BYTES - 1, MAX_BYTES].map((size) =>
    sends(`${size} bytes`, new Uint8Array(size).map((_, i) => i * 7))
  ),
  ...[MAX_BYTES + 1, 65_535, 65_536, 200_000].map((size) =>
    rejects(`${size} bytes`, new Uint8Array(size))
  ),
  rejects(
    `a text of 30000 characters, which are ${EUROS.length} bytes in UTF-8`,
    EUROS,
  ),
  {
    step: "the socket can't send: the network is unreachable",
    args: [encode("hello"), SERVER],
    sendError: SEND_ERROR,
    throws: Deno.errors.NetworkUnreachable,
    likely: ({ error }) =>
      error === undefined
        ? "The network loses datagrams silently, but your own system does tell " +
          "you what it couldn't send. `await` send(), and don't catch its error."
        : "This message isn't too long. Pass on the error that send() threw, " +
          "unchanged: its class says what happened.",
    read: READ.datagrams,
  },
];

function sends(
  what: string,
  message: Uint8Array,
  to: Deno.NetAddr = SERVER,
): DatagramCase {
  return {
    step: `it sends ${what}`,
    args: [message, to],
    sends: [{ message, to }],
    likely: (result) => explainSent(result, message, to),
    read: READ.whole,
  };
}

function rejects(what: string, message: Uint8Array): DatagramCase {
  return {
    step: `it rejects ${what}`,
    args: [message, SERVER],
    throws: RangeError,
    likely: (result) => explainRejected(result, message.length),
    read: READ.length,
  };
}

/** Checks an answer to 13.2, `sendMessage()`. */
export async function checkSendMessage(
  sendMessage: SendMessage,
  trial: Trial,
): Promise<void> {
  trial.onForgotten((error) => ({
    problem: `You didn't await send(), and it failed: ${error}.`,
    likely:
      "`await` it, or return it. Otherwise, the caller never learns that the " +
      "message wasn't sent.",
    read: READ.datagrams,
  }));
  await checkDatagrams(
    trial,
    { name: "sendMessage", call: sendMessage },
    CASES,
  );
  for (const size of [MAX_BYTES + 1, 1_234_567]) {
    await checkText(sendMessage, trial, size);
  }
  await checkOverLoopback(sendMessage, trial);
}

/** Explains why a message that fits wasn't sent as it is. */
function explainSent(
  { sent, then, error }: DatagramResult,
  message: Uint8Array,
  to: Deno.NetAddr,
): string | Partial<Advice> | undefined {
  const isRejected = error instanceof RangeError || then === "value";
  if (message.length > 5 && sent.length === 0 && isRejected) {
    return {
      likely:
        `The limit is ${MAX_BYTES} bytes, and exactly that many still fit. ` +
        "Throw only if there are more, `message.length > 65_507`, and send " +
        "everything else.",
      read: READ.length,
    };
  }
  if (then === "error" && message.length > 0) return undefined;
  if (then === "waiting") {
    return {
      likely:
        "UDP doesn't acknowledge datagrams: once the message is sent, you're " +
        "done. Wait for send(), and nothing else.",
      read: READ.datagrams,
    };
  }
  if (sent.length === 0) {
    return message.length > 0
      ? "Call socket.send() with the message and the address."
      : "An empty message is a message, with a header and an address like any " +
        "other. A loop that runs while there are bytes left never sends it: " +
        "send once, without a loop.";
  }
  if (sent.length > 1) {
    return "Each send() makes a separate datagram, and the receiver gets them " +
      "as separate messages. Send the whole message at once.";
  }
  if (differenceAt(sent[0].addr, to) !== undefined) {
    return "Send the message to `to`, to its hostname and its port. The " +
      "receiver can be on any machine.";
  }
  if (then === "error") {
    return "The message was sent. send() returns 0 for an empty message, which " +
      "isn't an error.";
  }
  const asText = encode(new TextDecoder().decode(message));
  return differenceAt(sent[0].message, asText) === undefined
    ? "You decoded the bytes as text, and encoded that again. Bytes that aren't " +
      "valid UTF-8 become U+FFFD, which takes three bytes. Send the message as " +
      "it is."
    : "Send the message as it is, with nothing added and nothing left out. UDP " +
      "already keeps its length.";
}

/** Explains why a message that's too long wasn't rejected correctly. */
function explainRejected(
  { sent, value, error }: DatagramResult,
  size: number,
): string | Partial<Advice> {
  if (value instanceof Error) {
    return {
      problem: "sendMessage() returned an error instead of throwing it.",
      received: `${value}`,
      likely:
        "Write `throw new RangeError(…)`: callers don't check results for " +
        "errors.",
    };
  }
  if (sent.length > 1) {
    return {
      problem: `You split ${size} bytes into ${sent.length} datagrams.`,
      likely:
        "The receiver can't tell that these messages belong together. Some may " +
        "get lost, or arrive in a different order. Throw, and let the caller " +
        "send less.",
    };
  }
  if (sent.length === 0) {
    return error === undefined
      ? "The caller never learns that the message wasn't sent. Throw a " +
        "RangeError."
      : "The size is out of range, so throw a RangeError: callers tell errors " +
        "apart by class.";
  }
  const [{ message: { length } }] = sent;
  if (length < size) {
    return {
      problem: `You sent only the first ${length} of ${size} bytes.`,
      likely:
        "The receiver takes them for the whole message. Send all of it, or " +
        "send nothing and throw.",
    };
  }
  const problem = `You tried to send ${size} bytes`;
  if (error instanceof RangeError) {
    return {
      problem: `${problem} before you threw the RangeError.`,
      likely:
        "You check the limit too late. Compare first, and send only if the " +
        "message fits.",
    };
  }
  return {
    problem: `${problem}, and the system rejected them.`,
    likely: size > 65_536
      ? "The limit is in bytes, like the length field, and a character can take " +
        "up to four bytes. Compare message.length before you send."
      : "Compare with the limit first. The limit isn't 65,535: that's the " +
        "largest number in the length field, and the length includes the 20 " +
        "bytes of the IPv4 header and the 8 bytes of the UDP header.",
  };
}

/** Checks that the error's message has both numbers, with digits grouped or not. */
async function checkText(
  sendMessage: SendMessage,
  trial: Trial,
  size: number,
): Promise<void> {
  trial.step(`it rejects ${size} bytes, and the error names both numbers`);
  const socket = trial.use(new FakeSocket());
  const sending =
    (async () =>
      await sendMessage(socket, new Uint8Array(size), { ...SERVER }))();
  const { message } = await trial.waitFor(
    sending.then(() => new Error(), (error) => error as Error),
    { waitingFor: "sendMessage() to throw", likely: "Throw." },
  );
  const numbers: string[] = message
    .replace(/(?<=\d)[.,_'’\u00a0\u202f ](?=\d{3}(?!\d))/g, "")
    .match(/\d+/g) ?? [];
  const missing = [size, MAX_BYTES].filter((n) => !numbers.includes(`${n}`));
  if (missing.length === 0) return;
  trial.fail({
    problem: `The RangeError doesn't mention ${missing.join(" and ")}.`,
    expected: `${size} and ${MAX_BYTES} in its message`,
    received: JSON.stringify(message),
    likely:
      "The caller needs to know how far over the limit it was. Put both " +
      "the size and the limit into the error's message, in digits.",
    read: READ.length,
  });
}

/** Sends one message over real sockets. */
async function checkOverLoopback(
  sendMessage: SendMessage,
  trial: Trial,
): Promise<void> {
  trial.step("it sends 5 bytes over loopback, and they arrive");
  const socket = new OwnSocket(trial);
  const receiver = trial.use(bindUdp());
  const sending = trial.start(
    "sendMessage",
    () => sendMessage(socket, encode("hello"), receiver.addr),
  );
  const advice = {
    likely: "Send the message as it is, to `to`.",
    read: READ.datagrams,
  };
  const wait = { waitingFor: "sendMessage() to return", ...advice };
  await trial.waitFor(sending, wait);
  const { bytes } = await trial.waitFor(receiver.receive(), {
    waitingFor: "the message to arrive",
    ...advice,
  });
  trial.equal(bytes, encode("hello"), advice);
}

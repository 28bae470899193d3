import { bindUdp, type DatagramSocket } from "../../../lib/net/mod.ts";
import type { Trial, TrialFailure } from "../../../lib/workbook/kit/mod.ts";
import type { SendMessage } from "../types.ts";
import {
  encode,
  errorOf,
  longestMessage,
  MAX_BYTES,
  READ,
} from "./datagrams.ts";
import { WatchedSocket } from "./watched_socket.ts";

/** An answer to 13.2, and where it sends to. */
interface Run {
  sendMessage: SendMessage;
  trial: Trial;
  receiver: DatagramSocket;
  /** Whether this system can send messages of the full length. */
  delivers: boolean;
}

/** Checks an answer to 13.2, `sendMessage()`. */
export async function checkSendMessage(
  sendMessage: SendMessage,
  trial: Trial,
): Promise<void> {
  trial.onForgotten((error) => ({
    problem: `You didn't await send(), and it failed: ${error}.`,
    likely:
      "`await` it, or return it: otherwise the caller never learns that " +
      "the message wasn't sent.",
    read: READ.datagrams,
  }));
  const receiver = trial.use(bindUdp());
  const delivers = await longestMessage() === MAX_BYTES;
  const run: Run = { sendMessage, trial, receiver, delivers };
  const longest = crypto.getRandomValues(new Uint8Array(65_536))
    .subarray(0, MAX_BYTES);
  await checkSent(run, "it sends 5 bytes", encode("hello"));
  await checkSent(run, "it sends an empty message", new Uint8Array());
  await checkSent(run, `it sends ${MAX_BYTES} bytes, the maximum`, longest);
  for (const size of [MAX_BYTES + 1, 65_535, 65_536, 200_000]) {
    await checkRejected(run, `${size} bytes`, new Uint8Array(size));
  }
  const euros = encode("€".repeat(30_000));
  await checkRejected(
    run,
    `a text of 30000 characters, which are ${euros.length} bytes in UTF-8`,
    euros,
  );
  await checkFailedSend(run);
}

/** The message is sent as one datagram, and arrives. */
async function checkSent(
  { sendMessage, trial, receiver, delivers }: Run,
  step: string,
  message: Uint8Array,
): Promise<void> {
  trial.step(step);
  const isLongest = message.length === MAX_BYTES;
  const arrives = delivers || !isLongest;
  const socket = new WatchedSocket(trial, { delivers: arrives });
  const sending = trial.start(
    "sendMessage",
    () => sendMessage(socket, message, receiver.addr),
    (error) => isLongest ? explainLongest(error, socket, message) : undefined,
  );
  await trial.waitFor(sending, {
    waitingFor: "sendMessage() to return",
    likely: "UDP doesn't acknowledge datagrams: once it's sent, you're done. " +
      "Wait for send(), and nothing else.",
    read: READ.datagrams,
  });
  expectSentOnce(socket, message, trial);
  if (!arrives) return;
  const { bytes } = await trial.waitFor(receiver.receive(), {
    waitingFor: "the message to arrive",
    likely: "Send it to the address that sendMessage() was given.",
    read: READ.datagrams,
  });
  trial.equalBytes(bytes, message, {
    likely: "Send the message as it is, with nothing in front.",
    read: READ.whole,
  });
}

/** What it means if sending the longest message fails. */
function explainLongest(
  error: unknown,
  { sent }: WatchedSocket,
  message: Uint8Array,
): TrialFailure | undefined {
  if (error instanceof RangeError) {
    return {
      problem: `sendMessage() rejected ${MAX_BYTES} bytes: ${error.message}.`,
      likely:
        `${MAX_BYTES} bytes are exactly the limit, and can still be sent. ` +
        "Throw only if there are more.",
      read: READ.length,
    };
  }
  const [{ length } = message] = sent;
  if (length <= message.length) return undefined;
  return {
    problem: `You tried to send ${length} bytes of a message of ` +
      `${message.length}: ${error}.`,
    likely:
      "A message may be part of a larger array, and message.buffer is all " +
      "of that array. Send the message as it is.",
    read: READ.whole,
  };
}

function expectSentOnce(
  { sent }: WatchedSocket,
  message: Uint8Array,
  trial: Trial,
): void {
  if (sent.length === 0) {
    trial.fail({
      problem: "sendMessage() returned without sending anything.",
      likely: message.length === 0
        ? "An empty message is a message, with a header and an address like any " +
          "other. A loop that runs while there are bytes left never sends it: " +
          "send once, without a loop."
        : "Call socket.send() with the message and the address.",
      read: READ.whole,
    });
  }
  if (sent.length > 1) {
    trial.fail({
      problem: `sendMessage() sent ${sent.length} datagrams for one message.`,
      expected: `1, of ${message.length} bytes`,
      received: `${sent.map(({ length }) => length).join(", ")} bytes`,
      likely:
        "Each send() is a datagram of its own, and that's how the receiver " +
        "gets them. Send the whole message at once.",
      read: READ.whole,
    });
  }
  trial.equalBytes(sent[0], message, {
    likely:
      "Send the message as it is, with nothing in front and nothing left " +
      "out: UDP keeps the length by itself.",
    read: READ.whole,
  });
}

/** Nothing is sent, and a RangeError says why. */
async function checkRejected(
  { sendMessage, trial, receiver, delivers }: Run,
  what: string,
  message: Uint8Array,
): Promise<void> {
  trial.step(`it rejects ${what}`);
  const socket = new WatchedSocket(trial, { delivers });
  const error = await errorOf(
    trial,
    () => sendMessage(socket, message, receiver.addr),
    {
      waitingFor: "sendMessage() to throw",
      likely: "There's nothing to wait for: no system can send this. Throw.",
      read: READ.length,
    },
  );
  const lengths = socket.sent.map(({ length }) => length);
  if (lengths.length > 0) {
    trial.fail({
      read: READ.length,
      ...explainSent(lengths, error, message.length),
    });
  }
  if (error instanceof RangeError) {
    return expectSizes(error.message, message.length, trial);
  }
  trial.fail({
    read: READ.length,
    expected: "a RangeError",
    ...error === undefined
      ? {
        problem: "sendMessage() sent nothing, and didn't throw.",
        likely: "The caller never learns that the message is lost. Throw a " +
          "RangeError.",
      }
      : {
        problem: "Wrong error class: sendMessage() threw " +
          `${trial.describe(error)}.`,
        likely: "A number is out of range, so that's the class. Callers tell " +
          "errors apart by it.",
      },
  });
}

/** What it means that something was sent of a message that's too long. */
function explainSent(
  lengths: number[],
  error: unknown,
  size: number,
): TrialFailure {
  if (lengths.length > 1) {
    return {
      problem: `You split ${size} bytes into ${lengths.length} datagrams.`,
      received: `datagrams of ${lengths.slice(0, 5).join(", ")} bytes` +
        (lengths.length > 5 ? ", …" : ""),
      likely:
        "The receiver gets several messages, perhaps not all of them and " +
        "not in this order, and can't tell that they belong together. Throw, " +
        "and let the caller send less.",
    };
  }
  if (lengths[0] < size) {
    return {
      problem: `You sent only the first ${lengths[0]} of ${size} bytes.`,
      likely:
        "The receiver takes them for the whole message. Send all of it or " +
        "nothing: throw.",
    };
  }
  if (error instanceof RangeError) {
    return {
      problem:
        `You tried to send ${size} bytes before you threw the RangeError.`,
      expected: "the RangeError, and nothing sent",
      likely:
        "Your limit is right, but you check it too late. Compare first, and " +
        "send only if the message fits.",
    };
  }
  return {
    problem: `You tried to send ${size} bytes, and the system rejected them.`,
    received: error === undefined ? "no error" : `${error}`,
    likely: size > 65_536
      ? "The limit is in bytes, as the length field is, and a character can take " +
        "up to four bytes. Compare message.length before you send."
      : "Compare with the limit first. It isn't 65,535: that's the largest number " +
        "in the length field, and the length includes the 20 bytes of the IPv4 " +
        "header and the 8 bytes of the UDP header.",
  };
}

/** Both numbers are in the text, however their digits are grouped. */
function expectSizes(text: string, size: number, trial: Trial): void {
  const numbers: string[] = text
    .replace(/(?<=\d)[.,_'’\u00a0\u202f ](?=\d{3}(?!\d))/g, "")
    .match(/\d+/g) ?? [];
  const missing = [size, MAX_BYTES].filter((n) => !numbers.includes(`${n}`));
  if (missing.length === 0) return;
  trial.fail({
    problem: `The RangeError doesn't mention ${missing.join(" and ")}.`,
    expected: `${size} and ${MAX_BYTES} in its message`,
    received: JSON.stringify(text),
    likely: "The caller wants to know how far over the limit it was: mention " +
      "both the size and the limit, in digits.",
    read: READ.length,
  });
}

/** If send() fails, the caller gets its error. */
async function checkFailedSend(
  { sendMessage, trial, receiver }: Run,
): Promise<void> {
  trial.step("it's called with a closed socket");
  const socket = new WatchedSocket(trial);
  socket.close();
  const error = await errorOf(
    trial,
    () => sendMessage(socket, encode("hello"), receiver.addr),
    {
      waitingFor: "sendMessage() to throw",
      likely: "send() fails at once. Throw what it threw.",
      read: READ.datagrams,
    },
  );
  if (error instanceof Deno.errors.BadResource) return;
  trial.fail({
    expected: "what socket.send() threw: BadResource",
    read: READ.datagrams,
    ...error === undefined
      ? {
        problem:
          "send() failed, and sendMessage() returned as if nothing had " +
          "happened.",
        likely:
          "The network loses datagrams silently, but your own system does " +
          "tell you what it couldn't send. `await` the send, and don't catch its " +
          "error.",
      }
      : {
        problem: `send() failed, and sendMessage() threw ` +
          `${trial.describe(error)} instead.`,
        likely:
          "This message isn't too long. Let the caller have the error of " +
          "send() as it is: its class says what happened.",
      },
  });
}

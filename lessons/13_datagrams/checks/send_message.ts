/** How an answer to 13.2 is checked. */
import { bindUdp, type DatagramSocket } from "../../../lib/net/mod.ts";
import {
  type Exercise,
  exercise,
  type Trial,
} from "../../../lib/workbook/kit/mod.ts";
import * as solution from "../solution.ts";
import type { SendMessage } from "../types.ts";
import { WatchedSocket } from "../watched_socket.ts";

const LETTER = "A letter, not a phone call";
const WHOLE = "Whole messages";
const HOW_LONG = "How long a message may be";

const MAX_BYTES = 65_507;

/**
 * Makes exercise 13.2.
 *
 * @returns The exercise.
 */
export function makeSendMessage(): Exercise<unknown> {
  return exercise<SendMessage>({
    id: "13.2",
    title: "Whole, or not at all",
    solution: solution.sendMessage,
    hints: [
      "65,535 is the largest number that the length field holds. What else does " +
      "it count, besides your bytes?",
      "Compare first, and throw before anything is sent. There is nothing to " +
      "loop over: one send is one message, and takes all of it or fails.",
      "Nearly the code:\n" +
      "    if (message.length > 65_507) {\n" +
      "      throw new RangeError(/* message.length and 65507 are in it */);\n" +
      "    }\n" +
      "    await socket.send(message, to);",
    ],
    read: HOW_LONG,
    async check(sendMessage, trial) {
      trial.onForgotten((error) => ({
        problem: `A send failed, and nobody was waiting for it: ${error}.`,
        likely: "`await` it, or return it: else the caller never learns that " +
          "the message was not sent.",
        read: LETTER,
      }));
      const receiver = trial.use(bindUdp());
      const delivers = await carriesLongest(receiver);
      const scene: Scene = { sendMessage, trial, receiver, delivers };
      await checkSent(scene, "it sends 5 bytes", encode("hello"));
      await checkSent(scene, "it sends an empty message", new Uint8Array());
      await checkSent(
        scene,
        `it sends ${MAX_BYTES} bytes, the most there can be`,
        crypto.getRandomValues(new Uint8Array(65_536)).subarray(0, MAX_BYTES),
      );
      for (const size of [MAX_BYTES + 1, 65_535, 65_536, 200_000]) {
        await checkRefused(scene, `${size} bytes`, new Uint8Array(size));
      }
      const euros = encode("€".repeat(30_000));
      await checkRefused(
        scene,
        `a text of 30000 characters, which are ${euros.length} bytes in UTF-8`,
        euros,
      );
      await checkFailure(scene);
    },
  });
}

interface Scene {
  sendMessage: SendMessage;
  trial: Trial;
  receiver: DatagramSocket;
  /** Whether this system carries messages of the full length. */
  delivers: boolean;
}

/** The message leaves as one, and arrives. */
async function checkSent(
  { sendMessage, trial, receiver, delivers }: Scene,
  step: string,
  message: Uint8Array,
): Promise<void> {
  trial.step(step);
  const isLong = message.length === MAX_BYTES;
  const arrives = delivers || !isLong;
  const socket = new WatchedSocket(trial, { delivers: arrives });
  const sending = trial.start(
    "sendMessage",
    () => sendMessage(socket, message, receiver.addr),
    (error) => {
      if (!isLong) return undefined;
      if (error instanceof RangeError) {
        return {
          problem: `sendMessage() threw RangeError: ${error.message}.`,
          likely: `${MAX_BYTES} bytes are not too many: that many still go. ` +
            "Refuse those that have more than the limit, not those that reach " +
            "it.",
          read: HOW_LONG,
        };
      }
      const tried = socket.sent[0]?.[0].length ?? 0;
      if (tried <= message.length) return undefined;
      return {
        problem: `sendMessage() tried to send ${tried} bytes of a message of ` +
          `${message.length}, and threw ${nameOf(error)}.`,
        likely:
          "A message may be a part of a larger array, and message.buffer " +
          "is the whole of that. Send the message as it is.",
        read: WHOLE,
      };
    },
  );
  await trial.waitFor(sending, {
    waitingFor: "sendMessage() to return",
    likely: "Nobody answers a datagram by itself: when it is sent, you are " +
      "done. Wait for send(), and for nothing else.",
    read: LETTER,
  });
  assertOne(socket, message, trial);
  if (!arrives) return;
  const { bytes } = await trial.waitFor(receiver.receive(), {
    waitingFor: "the message to arrive",
    likely: "Send it to the address that sendMessage() was given.",
    read: LETTER,
  });
  trial.equalBytes(bytes, message, {
    likely: "Send the message as it is, with nothing in front.",
    read: WHOLE,
  });
}

/** Exactly the message was sent, once. */
function assertOne(
  { sent }: WatchedSocket,
  message: Uint8Array,
  trial: Trial,
): void {
  if (sent.length === 0) {
    trial.fail({
      problem: "sendMessage() returned, and has sent nothing.",
      likely: message.length === 0
        ? "An empty message is a message, with a header and an address like " +
          "any other. A loop that runs while bytes are left never sends it: " +
          "send once, without a loop."
        : "Call socket.send() with the message and the address.",
      read: WHOLE,
    });
  }
  if (sent.length > 1) {
    trial.fail({
      problem: `sendMessage() sent ${sent.length} messages for one.`,
      expected: `1, of ${message.length} bytes`,
      received: `${sent.map(([{ length }]) => length).join(", ")} bytes`,
      likely: "Each send is a message of its own, and the receiver gets as " +
        "many as you sent. Send all of it in one.",
      read: WHOLE,
    });
  }
  trial.equalBytes(sent[0][0], message, {
    likely: "Send the message as it is, with nothing in front and nothing " +
      "left out: UDP keeps the length by itself.",
    read: WHOLE,
  });
}

/** Nothing leaves, and a RangeError says why. */
async function checkRefused(
  { sendMessage, trial, receiver, delivers }: Scene,
  what: string,
  message: Uint8Array,
): Promise<void> {
  trial.step(`it refuses ${what}`);
  const socket = new WatchedSocket(trial, { delivers });
  const { sent } = socket;
  const [result] = await trial.waitFor(
    Promise.allSettled([
      (async () => await sendMessage(socket, message, receiver.addr))(),
    ]),
    {
      waitingFor: "sendMessage() to throw",
      likely: "There is nothing to wait for: no system sends this. Throw.",
      read: HOW_LONG,
    },
  );
  const error = result.status === "rejected" ? result.reason : undefined;
  const tried = sent.map(([{ length }]) => length);
  if (tried.length > 1) {
    trial.fail({
      problem: `sendMessage() cut ${message.length} bytes into ` +
        `${tried.length} messages.`,
      received: `messages of ${tried.slice(0, 5).join(", ")} bytes` +
        (tried.length > 5 ? ", …" : ""),
      likely: "The receiver would get several messages, perhaps not all of " +
        "them and not in this order, and nothing to tell it that they belong " +
        "together. Throw, and leave it to the caller to ask for less.",
      read: HOW_LONG,
    });
  }
  if (tried.length === 1 && tried[0] < message.length) {
    trial.fail({
      problem: `sendMessage() sent the first ${tried[0]} bytes of ` +
        `${message.length}.`,
      likely: "Whoever gets them takes them for the whole. A message goes " +
        "whole, or not at all: throw.",
      read: HOW_LONG,
    });
  }
  if (tried.length === 1 && error instanceof RangeError) {
    trial.fail({
      problem:
        `sendMessage() tried to send ${message.length} bytes, and threw ` +
        "its RangeError after that.",
      expected: "the RangeError, and nothing sent",
      likely: "The limit is right, and comes too late: what is longer is not " +
        "sent at all. Compare first, and send only then.",
      read: HOW_LONG,
    });
  }
  if (tried.length === 1) {
    trial.fail({
      problem: `sendMessage() tried to send ${message.length} bytes, and the ` +
        `system refused it.`,
      received: error === undefined ? "no error" : `${error}`,
      likely: message.length > 65_536
        ? "The limit is in bytes, as the length field is, and a character of " +
          "text may have four of them. Compare message.length, before sending."
        : "Compare with the limit first, and send only then. The limit is not " +
          "65,535: that is what the length field holds, and it counts the 20 " +
          "bytes of the IPv4 header and the 8 of UDP as well.",
      read: HOW_LONG,
    });
  }
  if (error === undefined) {
    trial.fail({
      problem: "sendMessage() sent nothing, and threw no error.",
      likely:
        "Nobody would learn that the message is gone. Throw a RangeError.",
      read: HOW_LONG,
    });
  }
  if (!(error instanceof RangeError)) {
    trial.fail({
      problem: `sendMessage() threw ${nameOf(error)}.`,
      expected: "a RangeError",
      likely: "A number is out of range, so that is the class. A caller goes " +
        "by it.",
      read: HOW_LONG,
    });
  }
  assertSizes(error.message, message.length, trial);
}

/** Both numbers are in the text, in whatever way they are written. */
function assertSizes(text: string, size: number, trial: Trial): void {
  const numbers: string[] = text
    .replace(/(?<=\d)[.,_'’\u00a0\u202f ](?=\d{3}(?!\d))/g, "")
    .match(/\d+/g) ?? [];
  const missing = [size, MAX_BYTES].filter((n) => !numbers.includes(`${n}`));
  if (missing.length === 0) return;
  trial.fail({
    problem: `The RangeError does not name ${missing.join(" and ")}.`,
    expected: `${size} and ${MAX_BYTES} in its message`,
    received: JSON.stringify(text),
    likely:
      "Whoever reads it wants to know by how much it was too long: name " +
      "the size of the message and the limit, both in digits.",
    read: HOW_LONG,
  });
}

/** What the socket throws, the caller gets. */
async function checkFailure(
  { sendMessage, trial, receiver }: Scene,
): Promise<void> {
  trial.step("it is called with a socket that is closed");
  const socket = new WatchedSocket(trial);
  socket.close();
  const [result] = await trial.waitFor(
    Promise.allSettled([
      (async () => await sendMessage(socket, encode("hello"), receiver.addr))(),
    ]),
    {
      waitingFor: "sendMessage() to throw",
      likely: "send() fails at once. Throw what it threw.",
      read: LETTER,
    },
  );
  if (result.status === "fulfilled") {
    trial.fail({
      problem: "The socket failed to send, and sendMessage() returned as if " +
        "nothing had happened.",
      expected: "what socket.send() threw: BadResource",
      likely:
        "Datagrams are lost without a word on the way, but what the own " +
        "system refuses is known. `await` the send, and catch nothing.",
      read: LETTER,
    });
  }
  const { reason } = result as PromiseRejectedResult;
  if (!(reason instanceof Deno.errors.BadResource)) {
    trial.fail({
      problem: `sendMessage() threw ${nameOf(reason)}.`,
      expected: "what socket.send() threw: BadResource",
      likely: "This message is not too long. Pass on the error of send() as " +
        "it is, so that its class says what happened.",
      read: LETTER,
    });
  }
}

/** macOS, for example, carries 9216 bytes unless told otherwise. */
async function carriesLongest(receiver: DatagramSocket): Promise<boolean> {
  using sender = bindUdp();
  try {
    await sender.send(new Uint8Array(MAX_BYTES), receiver.addr);
  } catch {
    return false;
  }
  await receiver.receive();
  return true;
}

function nameOf(error: unknown): string {
  return error instanceof Error
    ? `${error.name}: ${error.message}`
    : Deno.inspect(error);
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

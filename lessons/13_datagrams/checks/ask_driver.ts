import {
  bindUdp,
  type DatagramSocket,
  formatAddress,
} from "../../../lib/net/mod.ts";
import {
  type Explain,
  type Trial,
  type TrialFailure,
  written,
} from "../../../lib/workbook/kit/mod.ts";
import type { Ask } from "../types.ts";
import { encode, READ } from "./datagrams.ts";
import { WatchedSocket } from "./watched_socket.ts";

/** A message that doesn't come from the server. */
export interface StrayMessage {
  text: string;
  from: Deno.NetAddr;
  /** What it means if the answer returns it. */
  likely: string;
}

/** What's particular about one question and its answer. */
export interface ExchangeOptions {
  /** A message that another sender sends before the server's answer arrives. */
  stray?: StrayMessage;
  /** Runs after the question has arrived, before the server answers. */
  beforeAnswer?: () => Promise<void>;
  /** What it means if `ask()` throws. */
  explain?: Explain;
  /** What it means if `ask()` doesn't return, and what to read. */
  ifStalled?: { likely: string; read: string };
  /** What it means if `ask()` returns another message, and what to read. */
  ifDifferent?: { likely: string; read: string };
}

/** Calls an answer to 13.1, with a server, a stranger, and a socket. */
export class AskDriver {
  readonly trial: Trial;
  readonly ask: Ask;
  readonly socket: WatchedSocket;
  readonly server: DatagramSocket;
  readonly stranger: DatagramSocket;

  constructor(ask: Ask, trial: Trial) {
    this.ask = ask;
    this.trial = trial;
    this.socket = new WatchedSocket(trial);
    this.server = trial.use(bindUdp());
    this.stranger = trial.use(bindUdp());
  }

  /** Asks a question, answers it, and checks what `ask()` returns. */
  async exchange(
    question: string,
    answer: Uint8Array,
    options: ExchangeOptions = {},
  ): Promise<Uint8Array> {
    const { trial, socket, server } = this;
    const sentBefore = socket.sent.length;
    const asking = trial.start(
      "ask",
      () => this.ask(socket, encode(question), written(server.addr)),
      options.explain,
    );
    await this.#expectQuestion(question);
    await options.beforeAnswer?.();
    await server.send(answer, socket.addr);
    const received = await trial.waitFor(asking, {
      waitingFor: `ask() to return the ${answer.length} bytes of the answer`,
      likely: () =>
        socket.pendingReceives > 1
          ? `${socket.pendingReceives} receives are pending on the socket: one ` +
            "that you abandoned has taken the answer. You can't cancel a " +
            "receive, not even with Promise.race(): start one, and await it " +
            "before you start the next."
          : options.ifStalled?.likely ?? NO_MATCH,
      read: options.ifStalled?.read ?? READ.strangers,
    });
    if (!(received instanceof Uint8Array)) {
      trial.fail({
        problem: `ask() returned ${Deno.inspect(received)}.`,
        expected: "a Uint8Array",
        likely: "receive() gives you a message and an address: return the " +
          "message.",
        read: READ.datagrams,
      });
    }
    this.#expectNotStray(received, options.stray);
    this.#expectOneQuestion(socket.sent.length - sentBefore);
    if (socket.closed) {
      trial.fail({
        problem: "ask() closed the socket; the caller still needs it.",
        likely:
          "Leave it open for the next question. To leave a loop over the " +
          "socket, use `return` or `break`: neither closes it.",
        read: READ.datagrams,
      });
    }
    trial.equalBytes(
      received,
      answer,
      options.ifDifferent ?? {
        likely: answer.every((byte, i) => byte === received[i])
          ? "Return only the bytes of the message: receive(buffer) gives you a " +
            "view of the part of the buffer that it filled."
          : "Return the message as it came: its bytes don't have to be text.",
        read: READ.whole,
      },
    );
    return received;
  }

  async #expectQuestion(question: string): Promise<void> {
    const { trial, socket, server } = this;
    const { bytes, from } = await trial.waitFor(server.receive(), {
      waitingFor: "the question to reach the server",
      likely: question === ""
        ? "An empty question is a message, too: send it like any other."
        : "Send the question to the address that ask() was given.",
      read: READ.datagrams,
    });
    if (from.port !== socket.addr.port) {
      trial.fail({
        problem:
          "You didn't send the question from the socket that ask() was " +
          "given.",
        expected: `from ${formatAddress(socket.addr)}`,
        received: `from ${formatAddress(from)}`,
        likely:
          "The server answers to the address that a message came from, and " +
          "a new socket has another one.",
        read: READ.datagrams,
      });
    }
    trial.equalBytes(bytes, encode(question), {
      likely: "Send the question as it is, in one message.",
      read: READ.whole,
    });
  }

  #expectNotStray(received: Uint8Array, stray?: StrayMessage): void {
    if (new TextDecoder().decode(received) !== stray?.text) return;
    this.trial.fail({
      problem: `ask() returned a message from ${formatAddress(stray.from)}.`,
      expected: `the message from ${formatAddress(this.server.addr)}`,
      received,
      likely: stray.likely,
      read: READ.strangers,
    });
  }

  #expectOneQuestion(count: number): void {
    if (count === 1) return;
    this.trial.fail({
      problem: `ask() sent ${count} messages.`,
      expected: "1, the question",
      likely:
        "Send the question once, then wait. A stranger's message doesn't " +
        "mean that your question was lost, so only receive() belongs in the " +
        "loop, not send().",
      read: READ.strangers,
    });
  }
}

const NO_MATCH =
  "The answer has arrived, from the server's own address. If you " +
  "compared each message's sender with the server and none was equal: two " +
  "objects are never ===, even with the same values, and JSON.stringify() " +
  "depends on the order of their properties. Compare hostname with hostname, " +
  "and port with port.";

/** Explains an error that `ask()` threw because of another sender's message. */
export function explainRejectedStray(error: unknown): TrialFailure {
  return {
    problem: `ask() threw ${error}.`,
    likely:
      "A message from a stranger isn't a failure: anyone can send to your " +
      "socket at any time. Ignore the message, and receive again.",
    read: READ.strangers,
  };
}

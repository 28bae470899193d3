/** Drives an answer to 15.1: the server, a stranger, and the caller's socket. */
import {
  bindUdp,
  type DatagramSocket,
  formatAddress,
} from "../../../lib/net/mod.ts";
import { counted } from "../../../lib/show/counted.ts";
import {
  type Trial,
  type TrialFailure,
  written,
} from "../../../lib/workbook/kit/mod.ts";
import type { Call, CallOptions } from "../types.ts";
import { datagram, textOf } from "./datagrams.ts";
import { QueuedSocket } from "./queued_socket.ts";

/** The headings in the README that explain 15.1. */
export const AGAIN = "Ask again";
export const LATE = "A late answer";
export const FORMAT = "A number in front";
const RECEIVE = "A receive cannot be taken back";

/** For calls that need only one attempt: no timer may fire during the check. */
export const PATIENT: CallOptions = { timeoutMs: 60_000, attempts: 3 };

/** The requests of calls that may send more attempts than the check reads. */
const REPEATED = ["lost?", "noise?"];

/** A datagram that isn't the answer. */
export interface Decoy {
  /** @default "server" */
  from?: "server" | "stranger" | "other host";
  bytes: Uint8Array<ArrayBuffer>;
}

/** The two peers of a call, and what each has sent. */
export class CallDriver {
  readonly trial: Trial;
  readonly socket: QueuedSocket;
  readonly server: DatagramSocket;
  readonly stranger: DatagramSocket;
  readonly otherHost: Deno.NetAddr;
  /** The number of the last question that came, if any. */
  lastNumber: Uint8Array | undefined;
  readonly #attempt: Call;
  readonly #decoys: Uint8Array[] = [];
  #request = new Uint8Array();
  #options = PATIENT;
  /** How much had been sent when the call with lost attempts was over. */
  #overAt = Infinity;

  /** Opens the sockets; the trial closes them. */
  constructor(attempt: Call, trial: Trial) {
    this.#attempt = attempt;
    this.trial = trial;
    this.socket = new QueuedSocket(trial);
    this.server = trial.use(bindUdp());
    this.stranger = trial.use(bindUdp());
    this.otherHost = { ...this.server.addr, hostname: "192.0.2.1" };
  }

  /** Calls the answer. An error that it throws counts as a result. */
  async callUnwatched(
    request: Uint8Array,
    options: CallOptions,
  ): Promise<Uint8Array> {
    const server = written(this.server.addr);
    return await this.#attempt(this.socket, server, request, options);
  }

  /** Calls the answer. An error that it throws fails the check. */
  call(
    request: Uint8Array<ArrayBuffer>,
    options: CallOptions,
  ): Promise<Uint8Array> {
    this.#request = request;
    this.#options = options;
    return this.trial.start(
      "call",
      () => this.callUnwatched(request, options),
      (error) => this.#explain(error),
    );
  }

  /** Makes a call and answers its first attempt; returns its number as hex. */
  async exchange(
    request: Uint8Array<ArrayBuffer>,
    data: Uint8Array,
  ): Promise<string> {
    const calling = this.call(request, PATIENT);
    const question = await this.question();
    await this.answer(question, data);
    await this.returns(calling, data);
    return question.subarray(0, 4).toHex();
  }

  /** Receives an attempt at the server, and checks its format. */
  async question(
    name = "the question",
    likely = name === "the question"
      ? "Send the question to the address that call() was given."
      : "No answer came, so send the question again after `timeoutMs`.",
  ): Promise<Uint8Array> {
    const { trial, socket } = this;
    while (true) {
      const { bytes, from } = await trial.waitFor(this.server.receive(), {
        waitingFor: `${name} to reach the server`,
        likely,
        read: AGAIN,
      });
      this.assertSilence();
      const text = textOf(bytes);
      const isCurrent = text === new TextDecoder().decode(this.#request);
      if (REPEATED.includes(text) && !isCurrent) continue;
      if (from.port !== socket.addr.port) {
        trial.fail({
          problem: `The question came from ${formatAddress(from)}.`,
          expected: `from ${formatAddress(socket.addr)}`,
          likely: "Send it on the socket that call() was given.",
        });
      }
      this.#assertFormat(bytes);
      this.lastNumber = bytes.subarray(0, 4);
      return bytes;
    }
  }

  /** Answers a question from the server. */
  async answer(question: Uint8Array, data: Uint8Array): Promise<void> {
    const message = datagram(question.subarray(0, 4), data);
    await this.server.send(message, this.socket.addr);
  }

  /** Sends a datagram that call() must ignore. */
  async sendDecoy({ from = "server", bytes }: Decoy): Promise<void> {
    this.#decoys.push(bytes);
    if (from === "other host") this.socket.forge(bytes, this.otherHost);
    else await this[from].send(bytes, this.socket.addr);
  }

  /** Finds the decoy that has this data. */
  decoyWith(data: Uint8Array): Uint8Array | undefined {
    const hex = data.toHex();
    return this.#decoys.find((one) =>
      one.length > 4 && one.subarray(4).toHex() === hex
    );
  }

  /** Gives the answer time to take what has arrived. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < 3; turn++) {
      await this.stranger.send(new Uint8Array(), this.stranger.addr);
      await this.stranger.receive();
    }
  }

  /**
   * Checks what the call returns, and that it sent no attempt too many.
   * `inspect` sees the result first; `ifStuck` says why none may come.
   */
  async returns(
    calling: Promise<Uint8Array>,
    data: Uint8Array,
    { inspect, ifStuck }: {
      inspect?: (got: Uint8Array) => void;
      ifStuck?: string;
    } = {},
  ): Promise<void> {
    const { trial, socket } = this;
    const got = await trial.waitFor(calling, {
      waitingFor: `call() to return the ${data.length} bytes of the answer`,
      likely: () =>
        socket.receiving > 1
          ? `${socket.receiving} receives are pending on the socket. One that ` +
            "an earlier attempt started took the answer, and nothing looks at " +
            "its result any more. You can't cancel a receive: start one, and " +
            "keep it from attempt to attempt."
          : ifStuck ??
            "The answer came from the server, with the right number. Check " +
              "how you compare numbers, what you do after a datagram that " +
              "isn't the answer, and how you compare addresses: compare " +
              "hostname and port, not JSON, because the properties can come " +
              "in another order.",
      read: ifStuck === undefined ? RECEIVE : FORMAT,
    });
    if (!(got instanceof Uint8Array)) {
      trial.fail({
        problem: `call() returned ${Deno.inspect(got)}.`,
        expected: "a Uint8Array",
        likely: "Return the bytes after the number.",
        read: FORMAT,
      });
    }
    inspect?.(got);
    trial.equalBytes(got, data, {
      likely: got.length === data.length + 4
        ? "Return the data without the number: the bytes after the first 4."
        : got.length > 60_000
        ? "message.buffer is the whole buffer that Deno received into; the " +
          "message is only its beginning. Take a part of the message instead: " +
          "message.subarray(4)."
        : "Return the data unchanged. It's bytes, not necessarily text.",
      read: FORMAT,
    });
    if (socket.closed) {
      trial.fail({
        problem: "call() closed the socket.",
        likely:
          "The caller opened the socket and needs it for the next call. " +
          "Leave it open.",
      });
    }
    if (this.#options !== PATIENT) return;
    const more = await this.countQuestions();
    if (more === 0) return;
    trial.fail({
      problem: `call() sent the question ${more + 1} times, although ` +
        `\`timeoutMs\` is ${PATIENT.timeoutMs / 1000} s.`,
      expected: "once",
      likely:
        "A datagram that isn't the answer is no reason to ask again: the " +
        "answer is on its way. Receive again, and send again only after " +
        "`timeoutMs`.",
      read: LATE,
    });
  }

  /** Counts the questions that have arrived and weren't read. */
  async countQuestions(): Promise<number> {
    const mark = crypto.getRandomValues(new Uint8Array(16));
    // On one machine, datagrams arrive in the order in which they were sent.
    await this.stranger.send(mark, this.server.addr);
    for (let count = 0;;) {
      const { bytes, from } = await this.trial.waitFor(this.server.receive(), {
        waitingFor: "a datagram of the check's own",
        likely: "The system dropped a datagram. Check again.",
      });
      if (from.port === this.stranger.addr.port) return count;
      if (!REPEATED.includes(textOf(bytes))) count++;
    }
  }

  /** Says that the call with lost attempts is over. */
  markOver(): void {
    this.#overAt = this.socket.sent.length;
  }

  /** Fails if that call has sent anything since. */
  assertSilence(): void {
    const late = this.socket.sent.slice(this.#overAt)
      .filter(({ message }) => textOf(message) === "lost?");
    if (late.length === 0) return;
    this.trial.fail({
      problem: "A call that had returned its answer sent its question " +
        `${counted(late.length, "more time")}.`,
      expected: "no more attempts once the answer is there",
      likely: "A timer of that call is still running. Stop it with " +
        "clearTimeout() or clearInterval() in a `finally` block, so that it " +
        "stops with or without an answer.",
      read: AGAIN,
    });
  }

  #assertFormat(question: Uint8Array): void {
    const request = this.#request;
    if (question.length !== 4 + request.length) {
      this.trial.fail({
        problem: `The question has ${question.length} bytes.`,
        expected: `${4 + request.length}: 4 for the number, and ` +
          `${request.length} for the request`,
        received: question,
        likely: question.length === request.length
          ? "There's no number in front. Make an array that's 4 bytes longer " +
            "than the request, write the number with DataView's " +
            "setUint32(0, number), and copy the request with set(request, 4)."
          : "The number takes 4 bytes, whatever its value: use DataView's " +
            "setUint32(0, number). The request follows unchanged.",
        read: FORMAT,
      });
    }
    this.trial.equalBytes(question.subarray(4), request, {
      problem: "The bytes after the number aren't the request.",
      likely: "The number takes the first 4 bytes; the request follows " +
        "unchanged.",
      read: FORMAT,
    });
  }

  #explain(error: unknown): TrialFailure | undefined {
    const { timeoutMs, attempts } = this.#options;
    if (error instanceof Deno.errors.TimedOut) {
      return {
        problem:
          `call() gave up early: it had ${counted(attempts, "attempt")} of ` +
          `${timeoutMs} ms.`,
        likely: attempts === 1
          ? "Wait `timeoutMs` after the last attempt too: it may be the one " +
            "that gets through."
          : "A datagram that isn't the answer isn't a timeout, and must not " +
            "use up an attempt. Only the timer does.",
        read: AGAIN,
      };
    }
    const problem = `call() threw ${this.trial.describe(error)}.`;
    if (error instanceof RangeError) {
      return {
        problem,
        likely: "A datagram may have fewer than 4 bytes, and then it has no " +
          "number to read. Check its length first, and ignore it.",
        read: LATE,
      };
    }
    if (error instanceof Deno.errors.BadResource) {
      return {
        problem,
        likely:
          "The previous call closed the socket. The caller opened it and " +
          "needs it for the next call: leave it open.",
      };
    }
    return undefined;
  }
}

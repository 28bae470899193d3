import { CheckFailed } from "./check_failed.ts";
import { DatagramJudge } from "./datagram_judge.ts";
import type {
  DatagramAnswer,
  DatagramCase,
  DatagramResult,
} from "./datagram_types.ts";
import { FakeSocket } from "./fake_socket.ts";
import { PROBES } from "./probes.ts";
import { settle } from "./settle.ts";
import type { TimerWatch } from "./timer_watch.ts";
import type { Advice, Trial } from "./trial.ts";
import { asViews, copyOf, toBytes } from "./values.ts";

/** Timers this long, in milliseconds, fire too late to have any effect. */
const LONG_MS = 10_000;

/** The differences between one run of a case and the plain one. */
interface RunOptions {
  /** The socket to use. */
  socket?: FakeSocket;
  /** Whether bytes among the arguments are views into larger buffers. */
  views?: boolean;
  /** The diagnosis if this run fails. */
  probe?: Advice;
  /** Whether other calls are in progress. */
  atOnce?: boolean;
}

/** A call in progress. */
interface Calling {
  one: DatagramCase;
  socket: FakeSocket;
  args: unknown[];
  /** The call's result. Rejects only if the check has rejected the answer. */
  outcome: Promise<Outcome>;
  /** The number of datagrams that the socket had sent before. */
  sentBefore: number;
  /** The number of datagrams that have arrived since. */
  arrived: number;
}

type Outcome = Omit<DatagramResult, "sent">;

/** Runs an answer on one case after another. */
export class DatagramDriver {
  readonly #trial: Trial;
  readonly #answer: DatagramAnswer;
  readonly #timers: TimerWatch;
  readonly #judge: DatagramJudge;
  readonly #firsts: [one: DatagramCase, first: DatagramResult][] = [];

  /** Starts to watch all runs. */
  constructor(trial: Trial, answer: DatagramAnswer, timers: TimerWatch) {
    this.#trial = trial;
    this.#answer = answer;
    this.#timers = timers;
    this.#judge = new DatagramJudge(trial, answer, timers);
  }

  /** Runs one case, and then again on the same socket. */
  async runTwice(one: DatagramCase): Promise<void> {
    const socket = this.#makeSocket(one);
    const first = await this.run(one, { socket });
    if (socket.pendingReceives > 0) return;
    await settle();
    const probe = PROBES.twice(`${this.#answer.name}()`);
    // Datagrams left unread would look like answers to the second call.
    const isUsable = socket.unread === 0;
    await this.run(one, { socket: isUsable ? socket : undefined, probe });
    this.#firsts.push([one, first]);
    for (const [one, first] of this.#firsts) {
      this.#judge.requireUnchanged(one, first);
    }
  }

  /** Runs one case once, and again with longer times if it has such. */
  async run(
    one: DatagramCase,
    options: RunOptions = {},
  ): Promise<DatagramResult> {
    try {
      return await this.#runOnce(one, options);
    } catch (error) {
      if (one.slower === undefined) throw error;
      return await this.run(one.slower, { ...options, socket: undefined });
    }
  }

  async #runOnce(
    one: DatagramCase,
    options: RunOptions,
  ): Promise<DatagramResult> {
    const calling = this.#call(one, options);
    this.#feed(calling);
    return await this.#finish(calling, options);
  }

  /**
   * Runs two cases at once; the one that started last gets its answer first.
   */
  async runTwo(one: DatagramCase, other: DatagramCase): Promise<void> {
    const probe = PROBES.twoAtOnce(`${this.#answer.name}()`);
    const calls = [this.#call(one, {}), this.#call(other, {})];
    await settle();
    for (const calling of calls.reverse()) {
      this.#feed(calling);
      await this.#finish(calling, { probe, atOnce: true });
    }
  }

  #makeSocket({ sendError }: DatagramCase): FakeSocket {
    const onMove = () => this.#trial.progress();
    return this.#trial.use(new FakeSocket({ sendError, onMove }));
  }

  #call(one: DatagramCase, options: RunOptions): Calling {
    const { socket = this.#makeSocket(one), views } = options;
    const args = views ? asViews(one.args) : copyOf(one.args);
    const sentBefore = socket.sent.length;
    const outcome = this.#outcome(socket, args);
    outcome.catch(() => {});
    return { one, socket, args, sentBefore, arrived: 0, outcome };
  }

  async #outcome(socket: FakeSocket, args: unknown[]): Promise<Outcome> {
    try {
      const value = await this.#answer.call(socket, ...args);
      return { then: "value", value };
    } catch (error) {
      if (error instanceof CheckFailed) throw error;
      return { then: "error", error };
    }
  }

  /** Delivers the case's datagrams, each after the number of sends it names. */
  async #feed(calling: Calling): Promise<void> {
    const { one, socket, sentBefore } = calling;
    for (const { afterSends = 1, message, from } of one.arrives ?? []) {
      await socket.until(() => socket.sent.length >= sentBefore + afterSends);
      calling.arrived++;
      const last = socket.sent.at(-1)?.message ?? new Uint8Array();
      const bytes = typeof message === "function" ? message(last) : message;
      socket.arrives(toBytes(bytes), from);
    }
  }

  async #finish(
    calling: Calling,
    { probe, atOnce }: RunOptions,
  ): Promise<DatagramResult> {
    const { one, socket, args, outcome, sentBefore } = calling;
    const done = Promise.race([outcome, this.#stuck(calling)]);
    const sent = () => socket.sent.slice(sentBefore);
    const whenStalled = () =>
      this.#judge.advice(one, { then: "waiting", sent: sent() });
    const result = {
      ...await this.#trial.waitFor(done, {
        waitingFor: `${this.#answer.name}() to finish`,
        likely: () => whenStalled().likely,
        read: () => whenStalled().read ?? "",
      }),
      sent: sent(),
    };
    const run = { one, socket, probe, atOnce };
    this.#judge.judge({ ...run, args: [args, one.args] }, result);
    return result;
  }

  /** Resolves when the answer waits for a datagram that won't arrive. */
  async #stuck(calling: Calling): Promise<Outcome> {
    const { one, socket, sentBefore } = calling;
    const isStuck = () => {
      const next = one.arrives?.[calling.arrived];
      const isUnderWay = next !== undefined &&
        socket.sent.length >= sentBefore + (next.afterSends ?? 1);
      return socket.pendingReceives > 0 && socket.unread === 0 &&
        !isUnderWay &&
        this.#timers.runningCount === this.#timers.running(LONG_MS).length;
    };
    do {
      await socket.until(isStuck);
      // The answer may be about to return what it has received.
      await settle();
    } while (!isStuck());
    return { then: "waiting" };
  }
}

import type { Trial, TrialFailure, Wait } from "../../lib/workbook/kit/mod.ts";

/** What an answer that yields messages did when it was asked for one. */
export type Outcome =
  | { kind: "message"; message: string }
  | { kind: "end" }
  | { kind: "error"; error: unknown };

/** An answer under way that yields messages, asked for them one by one. */
export class Messages {
  readonly #trial: Trial;
  readonly #name: string;
  readonly #iterator: AsyncIterator<string>;
  readonly #onError: (error: unknown) => TrialFailure | undefined;

  /**
   * @param trial The run of the check.
   * @param name The function's name, for the report.
   * @param messages What the function gave.
   * @param onError What it means when it throws where it should not.
   */
  constructor(
    trial: Trial,
    name: string,
    messages: AsyncIterable<string>,
    onError: (error: unknown) => TrialFailure | undefined = () => undefined,
  ) {
    if (typeof messages?.[Symbol.asyncIterator] !== "function") {
      trial.fail({
        problem: `${name}() gave ${Deno.inspect(messages)}.`,
        expected: "an async generator of texts",
        likely: "Declare it as `async function*`, and hand out each message " +
          "by `yield` as soon as it is whole.",
      });
    }
    this.#trial = trial;
    this.#name = name;
    this.#iterator = messages[Symbol.asyncIterator]();
    this.#onError = onError;
  }

  /** The next message, or `undefined` at the end. */
  async next(wait: Wait): Promise<string | undefined> {
    const { done, value } = await this.#trial.waitFor(
      this.#trial.start(
        this.#name,
        () => this.#iterator.next(),
        this.#onError,
      ),
      wait,
    );
    if (done) return undefined;
    if (typeof value !== "string") {
      this.#trial.fail({
        problem: `${this.#name}() yielded ${Deno.inspect(value)}.`,
        expected: "a text",
        likely: "Decode the bytes of a message, once it is whole.",
      });
    }
    return value;
  }

  /** All messages up to the end, or a few more than were expected. */
  async rest(expected: number, wait: Wait): Promise<string[]> {
    const messages: string[] = [];
    while (messages.length < expected + 3) {
      const message = await this.next(wait);
      if (message === undefined) break;
      messages.push(message);
    }
    return messages;
  }

  /** What comes next, where an error is nothing out of the way. */
  async outcome(wait: Wait): Promise<Outcome> {
    const [result] = await this.#trial.waitFor(
      Promise.allSettled([(async () => await this.#iterator.next())()]),
      wait,
    );
    if (result.status === "rejected") {
      return { kind: "error", error: result.reason };
    }
    const { done, value } = result.value;
    return done ? { kind: "end" } : { kind: "message", message: value };
  }

  /** Leaves it early, as a `break` in a `for await` loop does. */
  async leave(): Promise<void> {
    await this.#trial.waitFor(
      Promise.resolve(this.#iterator.return?.()),
      {
        waitingFor: `${this.#name}() to be left`,
        likely: "A `finally` in it should not wait for the peer.",
      },
    );
  }
}

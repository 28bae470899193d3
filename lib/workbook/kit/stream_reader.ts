import { CheckFailed } from "./check_failed.ts";
import type { Collector } from "./collector.ts";
import type { FakeConn } from "./fake_conn.ts";
import type { ShortConn } from "./short_conn.ts";
import type {
  StreamAnswer,
  StreamCase,
  StreamResult,
  StreamRun,
} from "./stream_types.ts";
import type { Trial } from "./trial.ts";
import { shown } from "./values.ts";

/** A running answer, asked for one value at a time. */
export interface StreamReader {
  /**
   * Returns the next value, the end, or the thrown error. Rejects only with
   * CheckFailed.
   */
  next(): Promise<{ value: unknown } | Omit<StreamResult, "values">>;
  /** Leaves the answer, as `break` in a loop does; for generators only. */
  leave?: () => Promise<unknown>;
}

/** One connection, with the answer reading from it. */
export interface StreamLine {
  /** The case that it runs. */
  one: StreamCase;
  /** The differences between this run and the plain one. */
  run: StreamRun;
  /** The answer's end. */
  conn: FakeConn | ShortConn;
  /** The answer's arguments. */
  args: unknown[];
  /** Asks the answer for more. */
  reader: StreamReader;
  /** Whether the peer has sent everything. */
  isFed: boolean;
  /** Rejects if the answer reads or writes too much, on a fake connection. */
  excess?: Promise<never>;
  /** The bytes that the peer receives, over a real socket. */
  heard?: Collector;
}

/**
 * Calls the answer: a generator, or a function that returns one value at a
 * time.
 *
 * @param trial The run of the check.
 * @param answer The answer.
 * @param conn The connection to read from.
 * @param args The other arguments.
 * @returns The running answer.
 * @throws {CheckFailed} If the answer returned neither a generator nor a
 * function.
 */
export function openReader(
  trial: Trial,
  answer: StreamAnswer,
  conn: Deno.Conn,
  args: unknown[],
): StreamReader {
  const { name, what = "value" } = answer;
  const opened = open();
  if (typeof opened === "function") {
    return {
      next: () =>
        outcome(async () => {
          const value = await opened();
          return value === null ? { then: "end" } : { value };
        }),
    };
  }
  const iterator = opened?.[Symbol.asyncIterator]?.();
  if (iterator === undefined) {
    Promise.resolve(opened).catch(() => {});
    trial.fail({
      problem: `${name}() returned ${shown(opened)}.`,
      expected: `an async generator that yields each ${what}`,
      likely: "Declare the function as `async function*`, and `yield` each " +
        `${what} as soon as it's complete.`,
    });
  }
  return {
    next: () =>
      outcome(async () => {
        const { done, value } = await iterator.next();
        return done ? { then: "end" } : { value };
      }),
    leave: async () => await iterator.return?.(),
  };

  function open() {
    try {
      return answer.open(conn, ...args);
    } catch (error) {
      trial.failThrown(`${name}()`, error);
    }
  }
}

type Outcome = Awaited<ReturnType<StreamReader["next"]>>;

async function outcome(ask: () => Promise<Outcome>): Promise<Outcome> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof CheckFailed) throw error;
    return { then: "error", error };
  }
}

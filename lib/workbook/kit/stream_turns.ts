import { concat } from "../../wire/bytes.ts";
import { FakeConn } from "./fake_conn.ts";
import { PROBES } from "./probes.ts";
import { openReader } from "./stream_reader.ts";
import type { StreamAnswer, StreamCase } from "./stream_types.ts";
import type { Trial } from "./trial.ts";
import { copyOf, differenceAt, shown, toBytes } from "./values.ts";

/**
 * Asks for the values of two streams in turn, when all the bytes of both are
 * there. So what one read brought too much belongs to the call after the next.
 *
 * @param trial The run of the check.
 * @param answer The answer.
 * @param cases The two streams, and the values that must come of each.
 * @throws {CheckFailed} If something else comes of one.
 */
export async function readInTurn(
  trial: Trial,
  answer: StreamAnswer,
  cases: [StreamCase, StreamCase],
): Promise<void> {
  const see = answer.see ?? ((value) => value);
  const readers = cases.map(({ sends = "", args = [], values = [] }) => {
    const incoming = concat([sends].flat().map(toBytes));
    const onMove = () => trial.progress();
    const conn = trial.use(new FakeConn({ incoming, onMove }));
    return { values, ...openReader(trial, answer, conn, copyOf(args)) };
  });
  const most = Math.max(...readers.map(({ values }) => values.length));
  for (let i = 0; i < most; i++) {
    for (const { values, next } of readers) {
      if (i >= values.length) continue;
      const probe = PROBES.twoAtOnce(`${answer.name}()`);
      const step = await trial.waitFor(next(), {
        waitingFor: `${answer.name}() to go on with two connections in turn`,
        likely: probe.likely,
      });
      const value = "value" in step ? see(step.value) : step.error ?? step.then;
      if (differenceAt(value, values[i]) === undefined) continue;
      trial.fail({
        ...probe,
        expected: shown(values[i]),
        received: value instanceof Error ? trial.describe(value) : shown(value),
      });
    }
  }
}

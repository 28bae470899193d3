import { concat } from "../../wire/bytes.ts";
import { FakeConn } from "./fake_conn.ts";
import { PROBES } from "./probes.ts";
import { settle } from "./settle.ts";
import { openReader } from "./stream_reader.ts";
import type { StreamAnswer, StreamCase } from "./stream_types.ts";
import type { Trial } from "./trial.ts";
import { copyOf, differenceAt, shown, toBytes } from "./values.ts";

/**
 * Asks for the values of two streams alternately, after all bytes of both have
 * arrived. So the leftover bytes of one read belong to the call after the next.
 * If the bytes arrive late, one read of each stream is waiting, and both finish
 * at the same moment: a shared buffer then has the second stream's bytes.
 *
 * @param trial The run of the check.
 * @param answer The answer.
 * @param cases The two streams, and their expected values.
 * @param isLate Whether the bytes arrive when both answers are waiting for
 * them.
 * @throws {CheckFailed} If either has another result.
 */
export async function readInTurn(
  trial: Trial,
  answer: StreamAnswer,
  cases: [StreamCase, StreamCase],
  isLate: boolean,
): Promise<void> {
  const see = answer.see ?? ((value) => value);
  const readers = cases.map(({ sends = "", args = [], values = [] }) => {
    const incoming = concat([sends].flat().map(toBytes));
    const onMove = () => trial.progress();
    const conn = trial.use(new FakeConn({ then: "silence", onMove }));
    const reader = openReader(trial, answer, conn, copyOf(args));
    function feed() {
      conn.peerSends(incoming);
      conn.peerEnds();
    }
    if (!isLate) feed();
    return { values, conn, feed, first: reader.next(), ...reader };
  });
  if (isLate) {
    for (const { conn, first } of readers) {
      first.catch(() => {});
      await Promise.race([first, conn.until(() => conn.pendingReads > 0)]);
    }
    await settle();
    for (const { feed } of readers) feed();
  }
  const most = Math.max(...readers.map(({ values }) => values.length));
  for (let i = 0; i < most; i++) {
    for (const { values, first, next } of readers) {
      if (i >= values.length) continue;
      const probe = PROBES.twoAtOnce(`${answer.name}()`);
      const step = await trial.waitFor(i === 0 ? first : next(), {
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

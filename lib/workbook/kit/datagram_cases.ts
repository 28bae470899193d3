/**
 * Runs an answer that sends and receives datagrams through a table of cases,
 * with probes for mistakes that a table's author wouldn't think of.
 *
 * @module
 */
import { DatagramDriver } from "./datagram_driver.ts";
import type { DatagramAnswer, DatagramCase } from "./datagram_types.ts";
import { PROBES } from "./probes.ts";
import { TimerWatch } from "./timer_watch.ts";
import type { Trial } from "./trial.ts";
import { bytesIn } from "./values.ts";

/**
 * Checks an answer that sends and receives datagrams by a table of cases.
 *
 * Every case runs on a {@linkcode FakeSocket}, again on the same socket, and
 * with bytes in the arguments as views into larger buffers. Then the first two
 * cases that send or receive anything run at the same time, and the one that
 * started last gets its response first, so use different bytes in these two
 * cases. After each run, the socket must be open, no receive or timer may be
 * left, and earlier results must be unchanged. Also try at least one call over
 * real sockets.
 *
 * @param trial The run of the check.
 * @param answer The answer.
 * @param cases The table.
 * @throws {CheckFailed} If any run goes wrong.
 */
export async function checkDatagrams(
  trial: Trial,
  answer: DatagramAnswer,
  cases: DatagramCase[],
): Promise<void> {
  using timers = trial.use(new TimerWatch());
  const driver = new DatagramDriver(trial, answer, timers);
  const name = `${answer.name}()`;
  for (const one of cases) {
    trial.step(one.step, one.ifEndless);
    await driver.runTwice(one);
    if (bytesIn(one.args).length > 0) {
      await driver.run(one, { views: true, probe: PROBES.views(name) });
    }
  }
  const good = cases.filter(({ throws, waits, arrives = [], sends = [] }) =>
    throws === undefined && !waits && arrives.length + sends.length > 0
  );
  if (good.length === 0) return;
  trial.step("two calls at the same time, each on its own socket");
  await driver.runTwo(good[0], good[1] ?? good[0]);
}

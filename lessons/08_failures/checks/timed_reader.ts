/** Checks 8.2: bytes, the end, and resets, between reads and during them. */
import { writeAll } from "../../../lib/net/mod.ts";
import {
  type Advice,
  connectPair,
  countedSample,
  FakeConn,
  lettersFirst,
  PROBES,
  randomSample,
  sampleLetters,
  type ShortConn,
  TimerWatch,
  type Trial,
} from "../../../lib/workbook/kit/mod.ts";
import type { TimedReaderClass } from "../types.ts";
import {
  follow,
  gives,
  happens,
  LONG_MS,
  type Read,
  RESET,
  SHORT_MS,
  type Subject,
} from "./timed_reads.ts";

const TIMEOUT: Read = {};
const RANDOM = randomSample(8)(900);

/** What happens on one connection. */
interface Story {
  step: string;
  reads: Read[];
  readSizes?: number[];
}

const BYTES: Story[] = [
  {
    step: `5 bytes have arrived; read(${LONG_MS}) returns them`,
    reads: [{ before: "hello" }],
  },
  {
    step:
      `nothing arrives; read(${SHORT_MS}) returns "timeout", twice; then 4 ` +
      "bytes arrive between two calls, and the next one returns them",
    reads: [TIMEOUT, TIMEOUT, { before: "late" }],
  },
  {
    step: "after a timeout, 5 bytes arrive while the next read waits",
    reads: [TIMEOUT, { during: "later" }],
  },
  ...lettersFirst((sample) => ({
    step: `${countedSample(sample(900))} arrive in two parts, each after a ` +
      "timeout",
    reads: [
      TIMEOUT,
      { before: sample(900).subarray(0, 400) },
      TIMEOUT,
      { during: sample(900).subarray(400) },
    ],
    readSizes: [1, 5, 4096],
  }), () => RANDOM),
];

const ENDS: Story[] = [
  {
    step: "the stream ends after a timeout; read returns null, twice",
    reads: [TIMEOUT, { before: null }, { before: null }],
  },
  {
    step: "the peer resets while a read waits; read throws ConnectionReset",
    reads: [{ during: RESET }],
  },
  {
    step: "the peer resets after a timeout; read throws ConnectionReset",
    reads: [TIMEOUT, { before: RESET }],
  },
];

/** Checks an answer to 8.2. */
export async function checkTimedReader(
  TimedReader: TimedReaderClass,
  trial: Trial,
): Promise<void> {
  const timers = trial.use(new TimerWatch());
  const open = async (
    conn: FakeConn | ShortConn,
    probe?: Advice,
  ): Promise<Subject> => ({
    reader: await trial.start("new TimedReader", () => new TimedReader(conn)),
    conn,
    timers,
    trial,
    probe,
    returned: [],
  });
  const openFake = (readSize = Infinity, probe?: Advice) => {
    const onMove = () => trial.progress();
    const conn = new FakeConn({ then: "silence", readSize, onMove });
    return open(trial.use(conn), probe);
  };
  trial.onForgotten((error) => ({
    problem: "The read that you kept failed while nothing awaited it: " +
      `${trial.describe(error)}.`,
    likely: "You didn't handle a read that failed between two calls, and an " +
      "unhandled rejection ends the program. Add a `catch` that does nothing to " +
      "the promise. The next call awaits the promise itself, and that still " +
      "throws.",
  }));

  const followAll = async (stories: Story[]) => {
    for (const { step, reads, readSizes = [Infinity] } of stories) {
      for (const size of readSizes) {
        trial.step(size < Infinity ? `${step}, at most ${size} a read` : step);
        await follow(await openFake(size), reads);
      }
    }
  };
  await followAll(BYTES);

  trial.step(
    "two readers time out, and then each one's bytes arrive",
  );
  const probe = PROBES.twoAtOnce("read()");
  const one = await openFake(Infinity, probe);
  const other = await openFake(Infinity, probe);
  await follow(one, [TIMEOUT]);
  await follow(other, [TIMEOUT]);
  happens(one, "for this one");
  await follow(other, [{ before: "for the other" }, TIMEOUT]);
  await gives(one, "for this one");

  await followAll(ENDS);

  trial.step("on a socket: a timeout, then 40000 letters and the end");
  const { peer, conn } = await connectPair(trial);
  const reader = await open(conn);
  await follow(reader, [TIMEOUT]);
  const data = sampleLetters(40_000);
  writeAll(peer, data).then(() => peer.closeWrite()).catch(() => {});
  await gives(reader, data);
  await gives(reader, null);
}

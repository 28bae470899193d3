/**
 * Lines and frames: `readLines` and `readFrames` next to the shortest loop that
 * does the same, and to `node:readline` and a reader on `node:net`.
 *
 * There are two ways to use each. `for await` gives one item at a time, and costs
 * an `await` for each. Node's events, and `readLineBatches` and
 * `readFrameBatches` here, don't. Events arrive whether the reader is ready or
 * not, and what it can't take at once piles up in memory; with batches, as with
 * `for await`, a slow reader slows the sender down.
 *
 * @module
 */
import type { Bench } from "./bench.ts";
import { contender, LIB, Team } from "./team.ts";
import { beats, keeps } from "./verdicts.ts";

const TASKS: [
  task: string,
  batches: string,
  title: string,
  unit: string,
][] = [
  ["lines", "lineBatches", "lines of 40 bytes", "lines/s"],
  ["frames", "frameBatches", "frames of 4 + 64 bytes", "frames/s"],
];

/** The helpers that yield all items of a read at once. */
const BATCHES = `${LIB}, batches`;

/** Compares all players in all tasks. */
export default async function (bench: Bench): Promise<void> {
  await using team = await Team.start();
  const [raw, lib, ...others] = team.players;
  const { turnMs } = bench.effort;
  for (const [task, batches, title, unit] of TASKS) {
    const contenders = [
      contender(raw, task, turnMs),
      contender(lib, task, turnMs),
      contender(lib, batches, turnMs, BATCHES),
      ...others.flatMap((player) => [
        contender(player, `${task}Awaited`, turnMs, `${player.name}, awaited`),
        contender(player, task, turnMs, `${player.name}, events`),
      ]),
    ];
    await bench.compete({
      title,
      unit,
      contenders,
      verdict: (result) =>
        `${keeps(result)} ${beats(result)} ${beats(result, BATCHES)}`,
    });
  }
}

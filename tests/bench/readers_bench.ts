/**
 * Lines and frames: `readLines` and `readFrames` next to the shortest loop that
 * does the same, and to `node:readline` and a reader on `node:net`.
 *
 * Node's modules are asked in two ways. With events, lines and frames come
 * whether the reader is ready or not, and what it cannot take at once piles up
 * in memory. With `for await`, as here, the sender waits for a slow reader.
 *
 * @module
 */
import type { Bench } from "./bench.ts";
import { contender, Team } from "./team.ts";
import { beats, keeps } from "./verdicts.ts";

const TASKS: [task: string, title: string, unit: string][] = [
  ["lines", "lines of 40 bytes", "lines/s"],
  ["frames", "frames of 4 + 64 bytes", "frames/s"],
];

/** Compares all players in all tasks. */
export default async function (bench: Bench): Promise<void> {
  await using team = await Team.start();
  const [raw, lib, ...others] = team.players;
  const { turnMs } = bench.effort;
  for (const [task, title, unit] of TASKS) {
    const contenders = [
      contender(raw, task, turnMs),
      contender(lib, task, turnMs),
      ...others.flatMap((player) => [
        contender(player, `${task}Awaited`, turnMs, `${player.name}, awaited`),
        contender(player, task, turnMs, `${player.name}, events`),
      ]),
    ];
    await bench.compete({
      title,
      unit,
      contenders,
      verdict: (result) => `${keeps(result)} ${beats(result)}`,
    });
  }
}

/**
 * Unix sockets next to TCP on the loopback address, on the machine that this
 * runs on.
 *
 * @module
 */
import type { Bench } from "./bench.ts";
import { contender, Team } from "./team.ts";

const TASKS: [tcp: string, unix: string, title: string, unit: string][] = [
  ["echo", "unixEcho", "echo of 64 bytes", "round trips/s"],
  ["throughput", "unixThroughput", "one way, in writes of 64 KiB", "MiB/s"],
];

/** Compares the two kinds of socket, by each player. */
export default async function (bench: Bench): Promise<void> {
  if (Deno.build.os === "windows") {
    bench.note("Deno has no Unix sockets on Windows: nothing to compare.");
    return;
  }
  await using team = await Team.start();
  const { turnMs } = bench.effort;
  for (const [tcp, unix, title, unit] of TASKS) {
    for (const player of team.players.slice(0, bench.quick ? 2 : undefined)) {
      await bench.compete({
        title: `${title}, ${player.name}`,
        unit,
        contenders: [
          contender(player, tcp, turnMs, "TCP"),
          contender(player, unix, turnMs, "Unix"),
        ],
      });
    }
  }
}

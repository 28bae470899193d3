/**
 * UDP: small datagrams that go there and back, 32 of them under way at a time,
 * so few that none is lost for want of room; and one at a time, next to TCP.
 *
 * @module
 */
import type { Bench } from "./bench.ts";
import { contender, Team } from "./team.ts";
import { keeps } from "./verdicts.ts";

/** Compares all players. */
export default async function (bench: Bench): Promise<void> {
  await using team = await Team.start();
  const { turnMs } = bench.effort;
  await bench.compete({
    title: "datagrams of 64 bytes, there and back, 32 under way",
    unit: "echoes/s",
    contenders: team.contenders("datagrams", turnMs),
    verdict: keeps,
  });
  for (const player of team.players.slice(0, bench.quick ? 2 : undefined)) {
    await bench.compete({
      title: `echo of 64 bytes, one after another, ${player.name}`,
      unit: "round trips/s",
      contenders: [
        contender(player, "echo", turnMs, "TCP"),
        contender(player, "datagramEcho", turnMs, "UDP"),
      ],
    });
  }
}

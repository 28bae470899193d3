/**
 * UDP: small datagrams that go there and back, 32 of them under way at a time,
 * so few that none is lost for want of room.
 *
 * @module
 */
import type { Bench } from "./bench.ts";
import { Team } from "./team.ts";
import { keeps } from "./verdicts.ts";

/** Compares all players. */
export default async function (bench: Bench): Promise<void> {
  await using team = await Team.start();
  await bench.compete({
    title: "datagrams of 64 bytes, there and back, 32 under way",
    unit: "echoes/s",
    contenders: team.contenders("datagrams", bench.effort.turnMs),
    verdict: keeps,
  });
}

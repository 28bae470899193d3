/**
 * Streams over TCP: round trips, throughput, messages and connections.
 *
 * @module
 */
import type { Bench } from "./bench.ts";
import { Team } from "./team.ts";
import { keeps } from "./verdicts.ts";

const TASKS: [task: string, title: string, unit: string][] = [
  ["echo", "echo of 64 bytes, one after another", "round trips/s"],
  ["throughput", "one way, in writes of 64 KiB", "MiB/s"],
  ["messages", "messages of 64 KiB, each in a new buffer", "messages/s"],
  ["connections", "connect, accept, close, one after another", "/s"],
];

/** Compares all players in all tasks. */
export default async function (bench: Bench): Promise<void> {
  await using team = await Team.start();
  for (const [task, title, unit] of TASKS) {
    const contenders = team.contenders(task, bench.effort.turnMs);
    await bench.compete({ title, unit, contenders, verdict: keeps });
  }
}

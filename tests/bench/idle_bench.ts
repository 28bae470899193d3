/**
 * Connections that are open and say nothing: what each costs the server in
 * memory, and how soon one more is answered.
 *
 * The clients are in this process, so that only the server's half is measured.
 * What the kernel keeps for a socket is not in a process's memory.
 *
 * @module
 */
import { connectTcp, readExact, writeAll } from "../../lib/net/mod.ts";
import type { Bench } from "./bench.ts";
import { type Player, Team } from "./team.ts";

const MANY = 10_000;
const FEW = 1000;
/** How many connect at a time: fewer than wait for `accept` at the most. */
const AT_ONCE = 200;

/** Compares all players. */
export default async function (bench: Bench): Promise<void> {
  await using team = await Team.start();
  const count = bench.quick ? FEW : MANY;
  const held = new Map<Player, { bytes: number; answerMs: number }>();
  for (const player of team.players) {
    held.set(player, await hold(player, count));
  }
  const contenders = (what: "bytes" | "answerMs", scale: number) =>
    team.players.map((player) => ({
      name: player.name,
      run: () => Promise.resolve(held.get(player)![what] / scale),
    }));
  await bench.compete({
    title: `${count} idle connections, memory of the server for each`,
    unit: "KiB",
    better: "less",
    contenders: contenders("bytes", 1024),
  }, 1);
  await bench.compete({
    title: `one more connection, and its echo, beside ${count} idle ones`,
    unit: "ms",
    better: "less",
    contenders: contenders("answerMs", 1),
  }, 1);
}

/** Lets a player hold connections. */
async function hold(
  player: Player,
  count: number,
): Promise<{ bytes: number; answerMs: number }> {
  const port = await player.ask("hold");
  const idle: Deno.Conn[] = [];
  try {
    // The first is for what is made once.
    idle.push(await visit(port));
    const before = await player.ask("memory");
    while (idle.length < count) {
      const size = Math.min(AT_ONCE, count - idle.length);
      const group = Array.from({ length: size }, () => connectTcp(port));
      idle.push(...await Promise.all(group));
    }
    // Who is connected may still wait for accept().
    while (await player.ask("held") < count);
    const startMs = performance.now();
    idle.push(await visit(port));
    const answerMs = performance.now() - startMs;
    const bytes = (await player.ask("memory") - before) / (count - 1);
    return { bytes, answerMs };
  } finally {
    for (const conn of idle) conn.close();
    await player.ask("release");
  }
}

/** Connects, says something and waits for the echo. */
async function visit(port: number): Promise<Deno.Conn> {
  const conn = await connectTcp(port);
  await writeAll(conn, new Uint8Array(64));
  await readExact(conn, 64);
  return conn;
}

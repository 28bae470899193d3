/**
 * What one item costs when there are ten, a hundred, a thousand times as many:
 * packets of a capture, system calls of a traced run, members of a chat room,
 * connections of a server. Where the ratio stays near 1, the cost is flat.
 *
 * Every size is measured in a process of its own, after a small one that warms
 * it up, so that neither memory nor compiled code is left from another size.
 *
 * @module
 */
import { connectTcp, readExact, writeAll } from "../../lib/net/mod.ts";
import { stdArgs } from "../../lib/workbook/checker/std_args.ts";
import type { Bench } from "./bench.ts";
import { short } from "./draw.ts";
import { Player } from "./team.ts";

/** How large something is; those after the first two only with `--full`. */
interface Growth {
  task: string;
  title: string;
  item: string;
  sizes: number[];
  fullSizes: number[];
}

const GROWTHS: Growth[] = [
  {
    task: "list",
    title: "deno task packets, on captures of",
    item: "packet",
    sizes: [10_000, 100_000],
    fullSizes: [1_000_000],
  },
  {
    task: "xray",
    title: "--xray, on runs of",
    item: "call",
    sizes: [1000, 10_000, 100_000],
    fullSizes: [],
  },
  {
    task: "chat",
    title: "lesson 9's room: a line to each of its members, who are",
    item: "line",
    sizes: [10, 100, 1000],
    fullSizes: [],
  },
];

const DENO = [Deno.execPath(), "run", "-qA", "--no-check", ...stdArgs()];

/** Measures each kind of growth. */
export default async function (bench: Bench): Promise<void> {
  for (const growth of GROWTHS) await measure(bench, growth);
  await measureServe(bench);
}

async function measure(bench: Bench, growth: Growth): Promise<void> {
  const { task, title, item, sizes, fullSizes } = growth;
  const all = bench.full ? [...sizes, ...fullSizes] : sizes;
  const bytesEach = new Map<number, number>();
  await bench.compete({
    title: `${title} ${all.map(short).join(", ")}`,
    unit: `µs for each ${item}`,
    better: "less",
    isLong: true,
    contenders: all.map((size) => ({
      name: short(size),
      async run() {
        await using player = new Player(task, DENO, "growth.ts");
        const microseconds = await player.ask(task, size);
        bytesEach.set(size, await player.ask("bytesEach"));
        return microseconds;
      },
    })),
    verdict: () => {
      const bytes = all.map((size) => short(bytesEach.get(size)!));
      return `Memory at the most, in bytes for each ${item}: ${
        bytes.join(", ")
      }.`;
    },
  }, bench.quick ? 1 : 3);
}

/** How many clients connect, or ask, at a time. */
const AT_ONCE = 200;
/** How many round trips a turn has, whatever the number of connections. */
const ECHOES = 10_000;
/** Descriptors that a process needs for other things. */
const SPARE = 200;

/** The server of lesson 6, with more and more connections that all speak. */
async function measureServe(bench: Bench): Promise<void> {
  const counts = [1000, 10_000];
  if (bench.full && descriptors() >= 20_000 + SPARE) counts.push(20_000);
  else {
    bench.note("");
    bench.note(
      `Without 20,000 connections: ${
        bench.full
          ? `a process may have ${descriptors()} descriptors here`
          : "they take --full"
      }.`,
    );
  }
  const kibEach = new Map<number, number>();
  await bench.compete({
    title: `serve, with as many connections: ${counts.map(short).join(", ")}`,
    unit: "µs for each echo",
    better: "less",
    isLong: true,
    contenders: counts.map((count) => ({
      name: short(count),
      async run() {
        await using player = new Player("serve", DENO, "lib_net.ts");
        const { microseconds, bytes } = await echoAll(bench, player, count);
        kibEach.set(count, bytes / 1024);
        return microseconds;
      },
    })),
    verdict: () =>
      `Memory of the server for each connection, in KiB: ${
        counts.map((count) => short(kibEach.get(count)!)).join(", ")
      }.`,
  }, bench.quick ? 1 : 3);
}

async function echoAll(
  bench: Bench,
  player: Player,
  count: number,
): Promise<{ microseconds: number; bytes: number }> {
  const port = await player.ask("hold");
  const conns: Deno.Conn[] = [];
  const message = new Uint8Array(64);
  async function visit(conn: Deno.Conn): Promise<void> {
    await writeAll(conn, message);
    await readExact(conn, message.length);
  }
  try {
    while (conns.length < AT_ONCE) conns.push(await connectTcp(port));
    for (let i = 0; i < 10; i++) await Promise.all(conns.map(visit));
    const before = await player.ask("memory");
    while (conns.length < count) {
      const group = Array.from({ length: AT_ONCE }, () => connectTcp(port));
      conns.push(...await Promise.all(group));
    }
    while (await player.ask("held") < count);
    const bytes = (await player.ask("memory") - before) / (count - AT_ONCE);
    const echoes = Math.max(ECHOES, count);
    const rate = await bench.rateOf(player.pid, async () => {
      const startMs = performance.now();
      for (let at = 0; at < echoes; at += AT_ONCE) {
        const from = at % count;
        await Promise.all(conns.slice(from, from + AT_ONCE).map(visit));
      }
      return { answers: echoes, ms: performance.now() - startMs };
    });
    return { microseconds: 1e6 / rate, bytes };
  } finally {
    for (const conn of conns) conn.close();
    await player.ask("release");
  }
}

/** How many descriptors a process may have. */
function descriptors(): number {
  if (Deno.build.os !== "linux") return 0;
  const limits = Deno.readTextFileSync("/proc/self/limits");
  return Number(/^Max open files +(\d+)/m.exec(limits)?.[1] ?? Infinity);
}

/**
 * How fast the store of lesson 22 is, next to the real redis-server, by the
 * same redis-benchmark line.
 *
 * @module
 */
import { join } from "node:path";
import { ROOT } from "../../lib/workbook/checker/catalog.ts";
import { isInstalled } from "../clients/programs.ts";
import type { Bench } from "./bench.ts";

const BOUGHT =
  "What the difference buys: the lesson gives each string a buffer of its own, " +
  "waits through promises, and runs where every index is checked, so that no " +
  "byte from outside can read or write memory that is not its own.";

/** A server under way. */
interface Server {
  name: string;
  port: number;
  child: Deno.ChildProcess;
}

/** Compares the servers by what redis-benchmark measures. */
export default async function (bench: Bench): Promise<void> {
  const missing = ["redis-benchmark", "redis-server"].find((program) =>
    !isInstalled(program)
  );
  if (missing !== undefined) {
    bench.note(`${missing} is not installed: there is nothing to compare.`);
    return;
  }
  const cli = join(ROOT, "lib", "workbook", "cli.ts");
  const servers = await Promise.all([
    start("lesson 22", Deno.execPath(), (port) => [
      ...[
        "run",
        "-qA",
        "--cached-only",
        cli,
        "lesson",
        "21",
        "--serve",
        "--port",
        String(port),
      ],
    ]),
    start("redis-server", "redis-server", (port) => [
      ...["--port", String(port), "--bind", "127.0.0.1"],
      ...["--save", "", "--appendonly", "no"],
    ]),
  ]);
  const requests = bench.quick ? 1000 : 20_000;
  try {
    for (const depth of [1, 16]) {
      for (const test of ["ping_mbulk", "set", "get"]) {
        await bench.compete({
          title: `redis-benchmark -t ${test} -P ${depth}`,
          unit: "requests/s",
          contenders: servers.map(({ name, port }) => ({
            name,
            run: () => rate(port, test, depth, requests),
          })),
        }, Math.min(bench.effort.rounds, 5));
      }
    }
    bench.note(BOUGHT);
  } finally {
    for (const { child } of servers) {
      child.kill("SIGTERM");
      await child.status;
    }
  }
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

async function start(
  name: string,
  program: string,
  args: (port: number) => string[],
): Promise<Server> {
  const port = freePort();
  const child = new Deno.Command(program, {
    args: args(port),
    stdin: "null",
    stdout: "null",
  }).spawn();
  // It is up when it can be connected to.
  for (let i = 0;; i++) {
    try {
      using _ = await Deno.connect({ port });
      return { name, port, child };
    } catch (error) {
      if (i === 100) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

/** Requests in a second. */
async function rate(
  port: number,
  test: string,
  depth: number,
  requests: number,
): Promise<number> {
  const { stdout } = await new Deno.Command("redis-benchmark", {
    args: ["-h", "127.0.0.1", "-p", String(port)].concat(
      ["-t", test, "-n", String(requests)],
      ["-P", String(depth), "--csv"],
    ),
  }).output();
  const row = new TextDecoder().decode(stdout).match(/^"[A-Z_]+","([\d.]+)"/m);
  return Number(row?.[1] ?? NaN);
}

/**
 * How fast the store of lesson 21 is, next to the real redis-server, by the
 * same redis-benchmark line in the same run.
 *
 *     deno run -A tests/bench/redis_bench.ts
 *
 * The two take turns, so that whatever else the machine does slows them alike;
 * the best round of each counts. Where redis-server is not installed, the
 * lesson's own rates are printed alone.
 */

import { join } from "node:path";
import { ROOT } from "../../lib/workbook/catalogue.ts";

const NOT_COMPARED =
  "redis-server is not installed: there is nothing to compare with.";
const BOUGHT =
  "What the difference buys: the lesson gives each string a buffer of its own, " +
  "waits\nthrough promises, and runs where every index is checked, so that no " +
  "byte from outside\ncan read or write memory that is not its own.";
const ROUNDS = 3;
const REQUESTS = 20_000;

/** A server under way. */
interface Server {
  name: string;
  port: number;
  child: Deno.ChildProcess;
}

function has(program: string): boolean {
  try {
    new Deno.Command(program, { args: ["--version"], stdout: "null" })
      .outputSync();
    return true;
  } catch {
    return false;
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

/** Requests in a second, for each test of redis-benchmark. */
async function rates(
  port: number,
  depth: number,
): Promise<Map<string, number>> {
  const { stdout } = await new Deno.Command("redis-benchmark", {
    args: ["-h", "127.0.0.1", "-p", String(port)].concat(
      ["-t", "ping,set,get", "-n", String(REQUESTS)],
      ["-P", String(depth), "--csv"],
    ),
  }).output();
  const rows = new TextDecoder().decode(stdout).matchAll(
    /^"(PING_INLINE|PING_MBULK|SET|GET)","([\d.]+)"/gm,
  );
  return new Map(rows.map(([, name, rate]) => [name, Number(rate)]));
}

const cli = join(ROOT, "lib", "workbook", "cli.ts");
const servers = [
  await start("lesson 21", Deno.execPath(), (port) => [
    ...["run", "-qA", cli, "lesson", "21", "--serve", "--port", String(port)],
  ]),
];
if (has("redis-server")) {
  servers.push(
    await start("redis-server", "redis-server", (port) => [
      ...["--port", String(port), "--bind", "127.0.0.1"],
      ...["--save", "", "--appendonly", "no"],
    ]),
  );
}
try {
  for (const depth of [1, 16]) {
    const best = new Map<string, Map<string, number>>();
    for (let round = 0; round < ROUNDS; round++) {
      for (const { name, port } of servers) {
        const all = best.get(name) ?? new Map<string, number>();
        for (const [test, rate] of await rates(port, depth)) {
          all.set(test, Math.max(rate, all.get(test) ?? 0));
        }
        best.set(name, all);
      }
    }
    console.log(`redis-benchmark -t ping,set,get -n ${REQUESTS} -P ${depth}`);
    for (const [test, own] of best.get("lesson 21")!) {
      const real = best.get("redis-server")?.get(test);
      console.log(
        `  ${test.padEnd(12)} ${Math.round(own)}/s` +
          (real === undefined
            ? ""
            : `, redis-server ${Math.round(real)}/s: × ` +
              (real / own).toFixed(1)),
      );
    }
  }
  // Only what was measured is explained.
  console.log(servers.length === 1 ? NOT_COMPARED : BOUGHT);
} finally {
  for (const { child } of servers) {
    child.kill("SIGTERM");
    await child.status;
  }
}

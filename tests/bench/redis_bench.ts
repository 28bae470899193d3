/**
 * How fast the store of lesson 22 is, next to the real redis-server, by the
 * same redis-benchmark line.
 *
 * @module
 */
import { isInstalled } from "../clients/programs.ts";
import type { Bench } from "./bench.ts";
import { Player } from "./team.ts";

const LIMITS =
  "What limits lesson 22: a Deno program that only reads, counts the commands, " +
  "and writes as many replies is the bound, and the distance to it is the " +
  "parser, the store, and the buffers they make. Each buffer takes 0.3 µs in " +
  "V8 as Deno builds it, whatever its size; redis-server reuses its own.";

/** Compares the servers by what redis-benchmark measures. */
export default async function (bench: Bench): Promise<void> {
  const missing = ["redis-benchmark", "redis-server"].find((program) =>
    !isInstalled(program)
  );
  if (missing !== undefined) {
    bench.note(`${missing} is not installed: there is nothing to compare.`);
    return;
  }
  const deno = [Deno.execPath(), "run", "-qA", "--no-check"];
  await using stack = new AsyncDisposableStack();
  const play = (name: string) =>
    stack.use(new Player(name, deno, "redis_server.ts"));
  const lesson = play("lesson 22");
  const bound = play("Deno, read and write only");
  const redis = stack.use(await RedisServer.start());
  const servers = [
    redis,
    { name: lesson.name, pid: lesson.pid, port: await lesson.ask("lesson22") },
    { name: bound.name, pid: bound.pid, port: await bound.ask("readAndWrite") },
  ];
  for (const depth of [1, 16]) {
    const requests = bench.quick ? 2000 : depth === 1 ? 10_000 : 100_000;
    for (const test of ["ping_mbulk", "set", "get"]) {
      await bench.compete({
        title: `redis-benchmark -t ${test} -P ${depth}`,
        unit: "requests/s",
        contenders: servers.map(({ name, pid, port }) => ({
          name,
          run: () => bench.rateOf(pid, () => load(port, test, depth, requests)),
        })),
      }, Math.min(bench.effort.rounds, 5));
    }
  }
  bench.note(LIMITS);
}

/** The real one, which keeps nothing on disk. */
class RedisServer implements AsyncDisposable {
  readonly name = "redis-server";
  readonly port: number;
  readonly #child: Deno.ChildProcess;

  get pid(): number {
    return this.#child.pid;
  }

  private constructor(port: number) {
    this.port = port;
    this.#child = new Deno.Command("redis-server", {
      args: ["--port", String(port), "--bind", "127.0.0.1"].concat(
        ["--save", "", "--appendonly", "no"],
      ),
      stdin: "null",
      stdout: "null",
    }).spawn();
  }

  static async start(): Promise<RedisServer> {
    const server = new RedisServer(freePort());
    // It is up when it can be connected to.
    for (let i = 0;; i++) {
      try {
        using _ = await Deno.connect({ port: server.port });
        return server;
      } catch (error) {
        if (i === 100) throw error;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGTERM");
    await this.#child.status;
  }
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

/** Sends requests, and says how long they took. */
async function load(
  port: number,
  test: string,
  depth: number,
  requests: number,
): Promise<{ answers: number; ms: number }> {
  const { stdout } = await new Deno.Command("redis-benchmark", {
    args: ["-h", "127.0.0.1", "-p", String(port)].concat(
      ["-t", test, "-n", String(requests)],
      ["-P", String(depth), "--csv"],
    ),
  }).output();
  const row = new TextDecoder().decode(stdout).match(/^"[A-Z_]+","([\d.]+)"/m);
  return { answers: requests, ms: 1000 * requests / Number(row?.[1] ?? NaN) };
}

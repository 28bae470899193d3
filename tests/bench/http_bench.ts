/**
 * How many requests a second lesson 20's server answers, next to `Deno.serve`
 * and `node:http`.
 *
 * Each server is a process of its own, asked for the same six bytes by the same
 * loader: 32 connections that stay open, each with one request under way, or
 * with 16 pipelined. The loader counts bytes and parses only the first answer,
 * so that it has little to do itself; `wrk` is asked as well where it is
 * installed.
 *
 * @module
 */
import { connectTcp, writeAll } from "../../lib/net/mod.ts";
import { ResponseParser } from "../../lib/wire/mod.ts";
import type { Bench } from "./bench.ts";
import { isInstalled } from "../clients/programs.ts";
import { Player } from "./team.ts";

const LIMITS =
  "What limits lesson 20: one request at a time, a Deno program that only reads " +
  "and writes is the bound, and Deno.serve is there already, because it reads " +
  "sockets and heads in Rust and runs JavaScript for the handler alone. The " +
  "distance of lesson 20 to it is the parser, and the buffers of each answer. " +
  "Pipelined, lesson 20 answers all requests of a read with one write. " +
  "node:http makes two streams for each request, so that bodies of any size go " +
  "in and out as they come; lesson 20 holds each body in memory, up to a limit.";

/** Tasks of `players/http_server.ts`, each of which starts a server. */
const SERVERS: [task: string, name: string][] = [
  ["denoServe", "Deno.serve"],
  ["lesson20", "lesson 20"],
  ["nodeHttp", "node:http in Deno"],
  ["readAndWrite", "Deno, read and write only"],
];

const CONNECTIONS = 32;
const REQUEST = "GET /hello HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";

/** What a load has brought. */
interface Load {
  answers: number;
  ms: number;
}

/** Compares the servers under each load. */
export default async function (bench: Bench): Promise<void> {
  const deno = [Deno.execPath(), "run", "-qA", "--no-check"];
  await using players = new AsyncDisposableStack();
  const servers = await Promise.all(SERVERS.map(async ([task, name]) => {
    const player = players.use(new Player(name, deno, "http_server.ts"));
    return { name, pid: player.pid, port: await player.ask(task) };
  }));
  const ms = 2 * bench.effort.turnMs;
  const loads: [name: string, run: (port: number) => Promise<Load>][] = [
    ["one request at a time", (port) => load(port, 1, ms)],
    ["16 requests pipelined", (port) => load(port, 16, ms)],
  ];
  // Its shortest run is a second.
  if (isInstalled("wrk") && !bench.quick) loads.push(["wrk", wrk]);
  for (const [name, run] of loads) {
    await bench.compete({
      title: `${name}, on each of ${CONNECTIONS} connections`,
      unit: "requests/s",
      contenders: servers.map(({ name, pid, port }) => ({
        name,
        run: () => bench.rateOf(pid, () => run(port)),
      })),
    }, Math.min(bench.effort.rounds, 7));
  }
  bench.note(LIMITS);
}

/** Keeps all connections busy for a while. */
async function load(
  port: number,
  depth: number,
  ms: number,
): Promise<Load> {
  const size = await answerSize(port);
  const batch = new TextEncoder().encode(REQUEST.repeat(depth));
  const startedMs = performance.now();
  const endMs = startedMs + ms;
  let answers = 0;
  await Promise.all(Array.from({ length: CONNECTIONS }, async () => {
    using conn = await connectTcp(port);
    const buffer = new Uint8Array(64 * 1024);
    while (performance.now() < endMs) {
      await writeAll(conn, batch);
      for (let left = size * depth; left > 0;) {
        const count = await conn.read(buffer);
        if (count === null) throw new Error("the server closed");
        left -= count;
        if (left < 0) throw new Error("an answer has another size");
      }
      answers += depth;
    }
  }));
  return { answers, ms: performance.now() - startedMs };
}

/** All answers of a server are as long as its first one. */
async function answerSize(port: number): Promise<number> {
  using conn = await connectTcp(port);
  await writeAll(conn, new TextEncoder().encode(REQUEST));
  const parser = new ResponseParser();
  parser.expect("GET");
  const buffer = new Uint8Array(4096);
  for (let size = 0;;) {
    const count = await conn.read(buffer);
    if (count === null) throw new Error("the server closed");
    size += count;
    parser.push(buffer.subarray(0, count));
    for (let part = parser.next(); part !== null; part = parser.next()) {
      if (part.kind === "head" && part.head.status !== 200) {
        throw new Error(`it answers ${part.head.status}`);
      }
      if (part.kind === "end") return size;
    }
  }
}

async function wrk(port: number): Promise<Load> {
  const { stdout } = await new Deno.Command("wrk", {
    args: [
      ...["-t", "1", "-c", `${CONNECTIONS}`, "-d", "1s"],
      `http://127.0.0.1:${port}/hello`,
    ],
  }).output();
  const output = new TextDecoder().decode(stdout);
  const answers = Number(output.match(/([\d]+) requests in/)?.[1] ?? NaN);
  const rate = Number(output.match(/Requests\/sec: +([\d.]+)/)?.[1] ?? NaN);
  return { answers, ms: 1000 * answers / rate };
}

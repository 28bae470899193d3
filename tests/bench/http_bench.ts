/**
 * How many requests a second lesson 19's server answers, next to `Deno.serve`
 * and `node:http` in the same run. It is no test, and asserts nothing:
 *
 *     deno task bench http [seconds for each measurement]
 *
 * Each server is a process of its own, asked for the same six bytes by the same
 * loader: 32 connections that stay open, each with one request under way, or
 * with 16 pipelined. The loader counts bytes and parses only the first answer,
 * so that it has little to do itself; `wrk` is asked as well where it is
 * installed. What counts is the ratio of two numbers of one run.
 *
 * What the difference buys: `Deno.serve` reads sockets and heads in Rust, so
 * that JavaScript runs for the handler alone, and speaks TLS and HTTP/2 as well.
 * `node:http` makes two streams for each request, so that bodies of any size go
 * in and out as they come; lesson 19 holds each body in memory, up to a limit,
 * and writes the answers to pipelined requests together.
 *
 * @module
 */

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { serveHttp } from "../../lessons/19_http_by_hand/server.ts";
import { site } from "../../lessons/19_http_by_hand/site.ts";
import { connectTcp, listenTcp, writeAll } from "../../lib/net/mod.ts";
import { ResponseParser } from "../../lib/wire/mod.ts";

/** What each server answers to every request, but for lesson 19's own site. */
const TEXT = "text/plain; charset=utf-8";
const BODY = "hello\n";

/** Each starts a server, and hands over its port. */
const SERVERS: Record<string, (ready: (port: number) => void) => unknown> = {
  "lesson 19"(ready) {
    const listener = listenTcp();
    ready(listener.addr.port);
    return serveHttp(listener, site);
  },
  "Deno.serve"(ready) {
    return Deno.serve({
      hostname: "127.0.0.1",
      port: 0,
      onListen: ({ port }) => ready(port),
    }, () => new Response(BODY, { headers: { "content-type": TEXT } }));
  },
  "node:http"(ready) {
    const server = createServer((_, response) => {
      response.writeHead(200, {
        "content-type": TEXT,
        "content-length": BODY.length,
      });
      response.end(BODY);
    });
    server.listen(0, "127.0.0.1", () => {
      ready((server.address() as AddressInfo).port);
    });
    return server;
  },
};

const CONNECTIONS = 32;
const ROUNDS = 3;
const REQUEST = "GET /hello HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";

if (Deno.args[0] === "server") {
  SERVERS[Deno.args[1]]((port) => console.log(port));
  // It ends with whoever started it, also if that was killed.
  await Deno.stdin.read(new Uint8Array(1));
  Deno.exit();
} else {
  await compare(Number(Deno.args[0] ?? 1));
}

async function compare(seconds: number): Promise<void> {
  const servers = await Promise.all(Object.keys(SERVERS).map(start));
  const loaders: Record<string, (port: number) => Promise<number>> = {
    "one at a time": (port) => load(port, 1, seconds),
    "16 pipelined": (port) => load(port, 16, seconds),
  };
  if (hasWrk()) loaders["wrk"] = (port) => wrk(port, seconds);
  else console.log("(wrk is not installed)");
  for (const [name, run] of Object.entries(loaders)) {
    // All take turns, and the best of each counts: a busy machine slows some
    // rounds, and none is faster than it can be.
    const best = servers.map(() => 0);
    for (const { port } of servers) await run(port);
    for (let round = 0; round < ROUNDS; round++) {
      for (const [i, { port }] of servers.entries()) {
        best[i] = Math.max(best[i], await run(port));
      }
    }
    console.log(`\n${name}, ${CONNECTIONS} connections`);
    for (const [i, { name }] of servers.entries()) {
      const rate = Math.round(best[i]).toString().padStart(8);
      const ratio = (best[0] / best[i]).toFixed(2);
      console.log(
        `  ${name.padEnd(12)} ${rate} requests/s` +
          (i === 0 ? "" : `; lesson 19 answers ${ratio} times as many`),
      );
    }
  }
  for (const { child } of servers) {
    await child.stdin.close();
    await child.status;
  }
}

/** Starts a server in a process of its own. */
async function start(name: string) {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", import.meta.filename!, "server", name],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const { value } = await reader.read();
  return { name, port: Number(value), child };
}

/** Keeps all connections busy for a while; gives answers a second. */
async function load(
  port: number,
  depth: number,
  seconds: number,
): Promise<number> {
  const size = await answerSize(port);
  const batch = new TextEncoder().encode(REQUEST.repeat(depth));
  const startedMs = performance.now();
  const endMs = startedMs + seconds * 1000;
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
  return answers * 1000 / (performance.now() - startedMs);
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

function hasWrk(): boolean {
  try {
    new Deno.Command("wrk", { args: ["-v"], stdout: "null", stderr: "null" })
      .outputSync();
    return true;
  } catch {
    return false;
  }
}

async function wrk(port: number, seconds: number): Promise<number> {
  const { stdout } = await new Deno.Command("wrk", {
    args: [
      ...["-t", "1", "-c", `${CONNECTIONS}`, "-d", `${seconds}s`],
      `http://127.0.0.1:${port}/hello`,
    ],
  }).output();
  const output = new TextDecoder().decode(stdout);
  return Number(output.match(/Requests\/sec: +([\d.]+)/)?.[1] ?? NaN);
}

/**
 * The work done with the helpers of `lib/net`.
 *
 * @module
 */
import {
  bindUdp,
  connect,
  connectTcp,
  listen,
  listenTcp,
  readExact,
  readFrameBatches,
  readFrames,
  readLineBatches,
  readLines,
  readSome,
  serve,
  writeAll,
} from "../../../lib/net/mod.ts";
import {
  BLOCK,
  flood,
  FRAMES,
  IN_FLIGHT,
  LARGE,
  LINES,
  play,
  rate,
  SMALL,
} from "./play.mjs";

/** A free port, and a path that is free as well. */
const TCP = "tcp://127.0.0.1:0";

async function echoAll(conn: Deno.Conn): Promise<void> {
  const buffer = new Uint8Array(SMALL);
  for (let count; (count = await readSome(conn, buffer)) !== null;) {
    await writeAll(conn, buffer.subarray(0, count));
  }
}

async function echo(ms: number, at = TCP): Promise<number> {
  const listener = await listen(at);
  const serving = serve(listener, echoAll);
  using client = await connectTo(listener);
  const message = new Uint8Array(SMALL);
  const result = await rate(ms, async () => {
    await writeAll(client, message);
    await readExact(client, SMALL);
  });
  client.close();
  listener.close();
  await serving;
  return result;
}

/** Sends blocks one way, and lets somebody count what comes. */
async function oneWay(
  ms: number,
  block: Uint8Array,
  count: (from: Deno.Conn) => Promise<number>,
  at = TCP,
): Promise<number> {
  const listener = await listen(at);
  const counted = Promise.withResolvers<number>();
  const serving = serve(listener, async (conn) => {
    counted.resolve(await count(conn));
  });
  const client = await connectTo(listener);
  const send = () => writeAll(client, block);
  const end = () => client.close();
  const result = await flood(ms, send, end, counted.promise);
  listener.close();
  await serving;
  return result;
}

async function countMiB(from: Deno.Conn): Promise<number> {
  const buffer = new Uint8Array(LARGE);
  let bytes = 0;
  for (let count; (count = await readSome(from, buffer)) !== null;) {
    bytes += count;
  }
  return bytes / 2 ** 20;
}

async function countMessages(from: Deno.Conn): Promise<number> {
  for (let messages = 0;; messages++) {
    try {
      await readExact(from, LARGE);
    } catch (error) {
      if (error instanceof Deno.errors.UnexpectedEof) return messages;
      throw error;
    }
  }
}

async function countLines(from: Deno.Conn): Promise<number> {
  let lines = 0;
  for await (const line of readLines(from)) if (line.length > 0) lines++;
  return lines;
}

async function countFrames(from: Deno.Conn): Promise<number> {
  let frames = 0;
  for await (const frame of readFrames(from)) if (frame.length > 0) frames++;
  return frames;
}

async function countLineBatches(from: Deno.Conn): Promise<number> {
  let lines = 0;
  for await (const batch of readLineBatches(from)) {
    for (const line of batch) if (line.length > 0) lines++;
  }
  return lines;
}

async function countFrameBatches(from: Deno.Conn): Promise<number> {
  let frames = 0;
  for await (const batch of readFrameBatches(from)) {
    for (const frame of batch) if (frame.length > 0) frames++;
  }
  return frames;
}

async function connections(ms: number): Promise<number> {
  const listener = listenTcp();
  const serving = serve(listener, () => {});
  const buffer = new Uint8Array(1);
  const result = await rate(ms, async () => {
    using conn = await connectTcp(listener.addr.port);
    await readSome(conn, buffer);
  });
  listener.close();
  await serving;
  return result;
}

async function datagrams(ms: number, inFlight: number): Promise<number> {
  using server = bindUdp();
  using client = bindUdp();
  const serving = (async () => {
    for await (const { bytes, from } of server) await server.send(bytes, from);
  })();
  const message = new Uint8Array(SMALL);
  for (let i = 0; i < inFlight; i++) await client.send(message, server.addr);
  const result = await rate(ms, async () => {
    await client.receive();
    await client.send(message, server.addr);
  });
  server.close();
  await serving;
  return result;
}

/** Connections that are open and quiet. */
let held = 0;
let holder: Deno.TcpListener | undefined;

function hold(): number {
  const listener = holder = listenTcp();
  serve(listener, async (conn) => {
    held++;
    await echoAll(conn);
    held--;
  });
  return listener.addr.port;
}

async function connectTo(listener: Deno.Listener): Promise<Deno.Conn> {
  const { addr } = listener;
  if (addr.transport === "tcp") return await connectTcp(addr.port);
  const { path } = addr as Deno.UnixAddr;
  return await connect({ protocol: "unix", path });
}

async function atPath<T>(use: (at: string) => Promise<T>): Promise<T> {
  const folder = await Deno.makeTempDir();
  try {
    return await use(`unix:${folder}/socket`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

play({
  echo,
  unixEcho: (ms) => atPath((at) => echo(ms, at)),
  throughput: (ms) => oneWay(ms, BLOCK, countMiB),
  unixThroughput: (ms) => atPath((at) => oneWay(ms, BLOCK, countMiB, at)),
  messages: (ms) => oneWay(ms, BLOCK, countMessages),
  lines: (ms) => oneWay(ms, LINES, countLines),
  frames: (ms) => oneWay(ms, FRAMES, countFrames),
  lineBatches: (ms) => oneWay(ms, LINES, countLineBatches),
  frameBatches: (ms) => oneWay(ms, FRAMES, countFrameBatches),
  connections,
  datagrams: (ms) => datagrams(ms, IN_FLIGHT),
  datagramEcho: (ms) => datagrams(ms, 1),
  hold,
  held: () => held,
  release: () => holder?.close(),
});

/**
 * The work done with `node:net`, `node:readline` and `node:dgram`, in the style
 * of their manuals. It runs under Node, Deno and Bun as it is.
 *
 * @module
 */
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
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

const HERE = { host: "127.0.0.1", port: 0 };

/** Where a server that listens can be reached. */
function placeOf(server) {
  const address = server.address();
  return typeof address === "string"
    ? { path: address }
    : { host: address.address, port: address.port };
}

async function listen(at, onConnection) {
  const server = createServer(onConnection);
  server.listen(at);
  await once(server, "listening");
  return server;
}

async function reach(server) {
  const socket = connect(placeOf(server));
  await once(socket, "connect");
  return socket;
}

async function echo(ms, at = HERE) {
  const server = await listen(at, (socket) => {
    socket.on("data", (bytes) => socket.write(bytes));
  });
  const client = await reach(server);
  const message = new Uint8Array(SMALL);
  let missing = 0;
  let answered = () => {};
  client.on("data", (bytes) => {
    missing -= bytes.length;
    if (missing === 0) answered();
  });
  const result = await rate(ms, () =>
    new Promise((resolve) => {
      answered = resolve;
      missing = SMALL;
      client.write(message);
    }));
  client.end();
  server.close();
  await once(server, "close");
  return result;
}

/** Sends blocks one way, and lets somebody count what comes. */
async function oneWay(ms, block, count, at = HERE) {
  let connected = () => {};
  const accepted = new Promise((resolve) => {
    connected = resolve;
  });
  const server = await listen(at, connected);
  const client = await reach(server);
  const counted = count(await accepted);
  const send = () => new Promise((resolve) => client.write(block, resolve));
  const result = await flood(ms, send, () => client.end(), counted);
  server.close();
  await once(server, "close");
  return result;
}

async function countMiB(socket) {
  let bytes = 0;
  socket.on("data", (chunk) => {
    bytes += chunk.length;
  });
  await once(socket, "end");
  return bytes / 2 ** 20;
}

/** Messages of one size, each in a buffer of its own. */
async function countMessages(socket) {
  let messages = 0;
  let message = Buffer.allocUnsafe(LARGE);
  let filled = 0;
  socket.on("data", (chunk) => {
    for (let at = 0; at < chunk.length;) {
      const copied = chunk.copy(message, filled, at);
      at += copied;
      filled += copied;
      if (filled < LARGE) continue;
      messages++;
      message = Buffer.allocUnsafe(LARGE);
      filled = 0;
    }
  });
  await once(socket, "end");
  return messages;
}

async function countLines(socket) {
  let lines = 0;
  const reader = createInterface({ input: socket });
  reader.on("line", (line) => {
    if (line.length > 0) lines++;
  });
  await once(reader, "close");
  return lines;
}

async function countLinesAwaited(socket) {
  let lines = 0;
  const reader = createInterface({ input: socket });
  for await (const line of reader) if (line.length > 0) lines++;
  return lines;
}

async function countFrames(socket) {
  let frames = 0;
  let rest = Buffer.alloc(0);
  socket.on("data", (chunk) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    while (rest.length >= 4) {
      const end = 4 + rest.readUInt32BE();
      if (rest.length < end) break;
      if (rest.subarray(4, end).length > 0) frames++;
      rest = rest.subarray(end);
    }
  });
  await once(socket, "end");
  return frames;
}

async function* readFrames(socket) {
  let rest = Buffer.alloc(0);
  for await (const chunk of socket) {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    while (rest.length >= 4) {
      const end = 4 + rest.readUInt32BE();
      if (rest.length < end) break;
      yield rest.subarray(4, end);
      rest = rest.subarray(end);
    }
  }
}

async function countFramesAwaited(socket) {
  let frames = 0;
  for await (const frame of readFrames(socket)) if (frame.length > 0) frames++;
  return frames;
}

async function connections(ms) {
  const server = await listen(HERE, (socket) => socket.end());
  const place = placeOf(server);
  const result = await rate(ms, async () => {
    const socket = connect(place);
    socket.resume();
    await once(socket, "close");
  });
  server.close();
  await once(server, "close");
  return result;
}

async function datagrams(ms, inFlight) {
  const server = createSocket("udp4");
  const client = createSocket("udp4");
  for (const socket of [server, client]) {
    socket.bind(0, "127.0.0.1");
    await once(socket, "listening");
  }
  server.on("message", (bytes, { port, address }) => {
    server.send(bytes, port, address);
  });
  const { port, address } = server.address();
  const message = new Uint8Array(SMALL);
  let echoed = 0;
  client.on("message", () => {
    echoed++;
    client.send(message, port, address);
  });
  const startMs = performance.now();
  for (let i = 0; i < inFlight; i++) client.send(message, port, address);
  await new Promise((resolve) => setTimeout(resolve, ms));
  if (echoed === 0) await once(client, "message");
  const result = echoed * 1000 / (performance.now() - startMs);
  client.close();
  server.close();
  return result;
}

/** Connections that are open and quiet. */
let held = 0;
let holder;

async function hold() {
  holder = await listen(HERE, (socket) => {
    held++;
    socket.on("data", (bytes) => socket.write(bytes));
    socket.on("close", () => held--);
  });
  return holder.address().port;
}

async function atPath(use) {
  const folder = mkdtempSync(join(tmpdir(), "bench-"));
  try {
    return await use({ path: join(folder, "socket") });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

play({
  echo,
  unixEcho: (ms) => atPath((at) => echo(ms, at)),
  throughput: (ms) => oneWay(ms, BLOCK, countMiB),
  unixThroughput: (ms) => atPath((at) => oneWay(ms, BLOCK, countMiB, at)),
  messages: (ms) => oneWay(ms, BLOCK, countMessages),
  lines: (ms) => oneWay(ms, LINES, countLines),
  linesAwaited: (ms) => oneWay(ms, LINES, countLinesAwaited),
  frames: (ms) => oneWay(ms, FRAMES, countFrames),
  framesAwaited: (ms) => oneWay(ms, FRAMES, countFramesAwaited),
  connections,
  datagrams: (ms) => datagrams(ms, IN_FLIGHT),
  datagramEcho: (ms) => datagrams(ms, 1),
  hold,
  held: () => held,
  release: () => holder.close(),
});

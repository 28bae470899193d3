/**
 * The work done with Deno's own calls, as short as it can be written: no byte is
 * read twice, no write is checked, nothing has a limit.
 *
 * @module
 */
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

const HERE = { hostname: "127.0.0.1", port: 0 } as const;

/** Both ends of a connection, over TCP or at a path. */
async function pair(path?: string): Promise<[Deno.Conn, Deno.Conn]> {
  if (path === undefined) {
    using listener = Deno.listen(HERE);
    const client = await Deno.connect({ port: listener.addr.port });
    return [client, await listener.accept()];
  }
  using listener = Deno.listen({ transport: "unix", path });
  const client = await Deno.connect({ transport: "unix", path });
  return [client, await listener.accept()];
}

async function echo(ms: number, path?: string): Promise<number> {
  const [client, server] = await pair(path);
  const serving = (async () => {
    const buffer = new Uint8Array(SMALL);
    for (let count; (count = await server.read(buffer)) !== null;) {
      await server.write(buffer.subarray(0, count));
    }
    server.close();
  })();
  const message = new Uint8Array(SMALL);
  const result = await rate(ms, async () => {
    await client.write(message);
    // Whoever asks wants an answer that the next one does not overwrite.
    const answer = new Uint8Array(SMALL);
    for (let got = 0; got < SMALL;) {
      got += (await client.read(answer.subarray(got)))!;
    }
  });
  client.close();
  await serving;
  return result;
}

/** Sends blocks one way, and lets somebody count what comes, to the end. */
async function oneWay(
  ms: number,
  block: Uint8Array,
  count: (from: Deno.Conn) => Promise<number>,
  path?: string,
): Promise<number> {
  const [client, server] = await pair(path);
  const counted = count(server);
  const send = async () => {
    for (let sent = 0; sent < block.length;) {
      sent += await client.write(block.subarray(sent));
    }
  };
  return await flood(ms, send, () => client.close(), counted);
}

async function countMiB(from: Deno.Conn): Promise<number> {
  const buffer = new Uint8Array(LARGE);
  let bytes = 0;
  for (let count; (count = await from.read(buffer)) !== null;) bytes += count;
  from.close();
  return bytes / 2 ** 20;
}

async function countMessages(from: Deno.Conn): Promise<number> {
  for (let messages = 0;; messages++) {
    const message = new Uint8Array(LARGE);
    for (let got = 0; got < LARGE;) {
      const count = await from.read(message.subarray(got));
      if (count === null) {
        from.close();
        return messages;
      }
      got += count;
    }
  }
}

async function* readLines(from: Deno.Conn): AsyncGenerator<string> {
  let rest = "";
  const texts = from.readable.pipeThrough(new TextDecoderStream());
  for await (const text of texts) {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    yield* lines;
  }
}

async function* readFrames(from: Deno.Conn): AsyncGenerator<Uint8Array> {
  let rest = new Uint8Array();
  for await (const chunk of from.readable) {
    const bytes = new Uint8Array(rest.length + chunk.length);
    bytes.set(rest);
    bytes.set(chunk, rest.length);
    const view = new DataView(bytes.buffer);
    let at = 0;
    while (bytes.length - at >= 4) {
      const end = at + 4 + view.getUint32(at);
      if (end > bytes.length) break;
      yield bytes.subarray(at + 4, end);
      at = end;
    }
    rest = bytes.subarray(at);
  }
}

/** Counts lines or frames. */
async function count(
  messages: AsyncIterable<string | Uint8Array>,
): Promise<number> {
  let count = 0;
  for await (const message of messages) if (message.length > 0) count++;
  return count;
}

async function connections(ms: number): Promise<number> {
  const listener = Deno.listen(HERE);
  const serving = (async () => {
    for await (const conn of listener) conn.close();
  })();
  const buffer = new Uint8Array(1);
  const result = await rate(ms, async () => {
    const conn = await Deno.connect({ ...HERE, port: listener.addr.port });
    await conn.read(buffer);
    conn.close();
  });
  listener.close();
  await serving;
  return result;
}

async function datagrams(ms: number, inFlight: number): Promise<number> {
  const at = { transport: "udp", ...HERE } as const;
  const server = Deno.listenDatagram(at);
  const client = Deno.listenDatagram(at);
  const serving = (async () => {
    for await (const [bytes, from] of server) await server.send(bytes, from);
  })();
  const message = new Uint8Array(SMALL);
  for (let i = 0; i < inFlight; i++) await client.send(message, server.addr);
  const result = await rate(ms, async () => {
    await client.receive();
    await client.send(message, server.addr);
  });
  client.close();
  server.close();
  await serving;
  return result;
}

/** Connections that are open and quiet. */
let held = 0;
let holder: Deno.TcpListener | undefined;

function hold(): number {
  const listener = holder = Deno.listen(HERE);
  const echoAll = async (conn: Deno.Conn) => {
    held++;
    const buffer = new Uint8Array(SMALL);
    for (let count; (count = await conn.read(buffer)) !== null;) {
      await conn.write(buffer.subarray(0, count));
    }
    conn.close();
    held--;
  };
  (async () => {
    for await (const conn of listener) echoAll(conn);
  })();
  return listener.addr.port;
}

async function atPath<T>(use: (path: string) => Promise<T>): Promise<T> {
  const folder = await Deno.makeTempDir();
  try {
    return await use(`${folder}/socket`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

play({
  echo,
  unixEcho: (ms) => atPath((path) => echo(ms, path)),
  throughput: (ms) => oneWay(ms, BLOCK, countMiB),
  unixThroughput: (ms) => atPath((path) => oneWay(ms, BLOCK, countMiB, path)),
  messages: (ms) => oneWay(ms, BLOCK, countMessages),
  lines: (ms) => oneWay(ms, LINES, (from) => count(readLines(from))),
  frames: (ms) => oneWay(ms, FRAMES, (from) => count(readFrames(from))),
  connections,
  datagrams: (ms) => datagrams(ms, IN_FLIGHT),
  datagramEcho: (ms) => datagrams(ms, 1),
  hold,
  held: () => held,
  release: () => holder?.close(),
});

import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { every } from "./own_timers.ts";
import type { Trial } from "./trial.ts";

/** A port that an answer connects to, and the facts about its clients. */
export interface OpenedPort {
  /** The port, on 127.0.0.1. */
  readonly port: number;
  /** The number of clients that have connected. */
  clients: number;
  /** The text that a client with a real socket has sent. */
  request: string;
  /** Resolves when a client with a real socket has closed it. */
  closed?: Promise<unknown>;
}

/** The connections for `Deno.connect` to these ports. */
const connections = new Map<number, [OpenedPort, Deno.Conn]>();

/**
 * Lets an answer that connects by itself use a driver's connections.
 *
 * The answer gets a port, and `Deno.connect` to that port returns the driver's
 * connection, once. So `checkStream` can simulate a slow, a broken, or an
 * endless server. An answer that connects in another way, such as with
 * `node:net` or `fetch()`, gets the same bytes over a real socket.
 *
 * @param trial The run of the check.
 * @param call A function that calls the answer once.
 * @returns The `open` function for a driver.
 */
export function openByPort<V>(
  trial: Trial,
  call: (port: number, opened: OpenedPort) => Promise<V>,
): (conn: Deno.Conn) => () => Promise<V> {
  return (conn) => async () => {
    const opened = await open(trial, conn);
    const { port } = opened;
    // A call may still be waiting when the check ends.
    trial.use({ close: () => forget(port) });
    connections.set(port, [opened, conn]);
    Deno.connect = stub as typeof Deno.connect;
    try {
      return await call(port, opened);
    } finally {
      forget(port);
      if (opened.closed) await soon(opened.closed);
    }
  };
}

/** The most time that a close may take to arrive, in milliseconds. */
const CLOSE_MS = 400;

async function soon(event: Promise<unknown>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const end = every(CLOSE_MS, resolve);
  await Promise.race([event, promise]);
  end();
}

const { connect } = Deno;

function forget(port: number): void {
  connections.delete(port);
  if (connections.size === 0) Deno.connect = connect;
}

async function stub(options: Deno.ConnectOptions): Promise<Deno.Conn> {
  const [opened, conn] = connections.get(options?.port) ?? [];
  if (opened?.clients !== 0) return await connect(options);
  opened.clients++;
  return conn!;
}

/** Listens for a client that doesn't call `Deno.connect`. */
async function open(trial: Trial, conn: Deno.Conn): Promise<OpenedPort> {
  const server = trial.use(createServer({ allowHalfOpen: true }));
  await once(server.listen(0, "127.0.0.1"), "listening");
  const opened: OpenedPort = {
    port: (server.address() as AddressInfo).port,
    clients: 0,
    request: "",
  };
  server.on("connection", (socket) => {
    trial.use({ close: () => socket.destroy() });
    if (opened.clients++ > 0) return void socket.destroy();
    opened.closed = once(socket, "close");
    socket.on("data", (data) => opened.request += data);
    pass(conn, socket);
  });
  return opened;
}

/** Relays bytes between a connection and the client. */
async function pass(conn: Deno.Conn, socket: Socket): Promise<void> {
  socket.on("data", (data) => conn.write(data).catch(() => {}));
  socket.on("error", () => {});
  socket.on("close", () => conn[Symbol.dispose]());
  const buffer = new Uint8Array(64 * 1024);
  try {
    for (let count; (count = await conn.read(buffer)) !== null;) {
      const piece = buffer.slice(0, count);
      await new Promise((done) => socket.write(piece, done));
    }
    socket.end();
  } catch {
    socket.resetAndDestroy();
  }
}

import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import type { Trial } from "./trial.ts";

/** A port, and what became of the connection that its client gets. */
export interface ServedConn {
  /** The port, on 127.0.0.1. */
  readonly port: number;
  /** How many clients have connected. */
  clients: number;
  /** What a client with a real socket has sent, as text. */
  request: string;
  /** Resolves when a client with a real socket has closed it; else at once. */
  closed: Promise<unknown>;
}

/**
 * Ports whose first client gets a connection of the check's own, a `FakeConn` for
 * example. Any other client is turned away.
 *
 * `Deno.connect()` gives the client that connection itself. One that connects in
 * another way, by `node:net` for example, gets the same bytes over a real socket.
 */
export class ServedConns {
  readonly #trial: Trial;
  readonly #served = new Map<number, [ServedConn, Deno.Conn]>();

  /** @param trial When it ends, `Deno.connect()` is itself again. */
  constructor(trial: Trial) {
    this.#trial = trial;
    const { connect } = Deno;
    trial.use({ close: () => Deno.connect = connect });
    Deno.connect = ((options: Deno.ConnectOptions) => {
      const [served, conn] = this.#served.get(options.port) ?? [];
      if (served?.clients !== 0) return connect(options);
      served.clients++;
      return Promise.resolve(conn);
    }) as typeof Deno.connect;
  }

  /**
   * Opens a port.
   *
   * @param conn The connection that its client gets.
   * @returns The port, and what becomes of it.
   */
  async serve(conn: Deno.Conn): Promise<ServedConn> {
    const server = this.#trial.use(createServer({ allowHalfOpen: true }));
    await once(server.listen(0, "127.0.0.1"), "listening");
    const served: ServedConn = {
      port: (server.address() as AddressInfo).port,
      clients: 0,
      request: "",
      closed: Promise.resolve(),
    };
    this.#served.set(served.port, [served, conn]);
    server.on("connection", (socket) => {
      this.#trial.use({ close: () => socket.destroy() });
      if (served.clients++ > 0) return void socket.destroy();
      served.closed = once(socket, "close");
      socket.on("data", (data) => served.request += data);
      pass(conn, socket);
    });
    return served;
  }
}

/** Passes on what a connection brings, and sends what the client writes. */
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

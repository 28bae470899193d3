import { type AddressInfo, createServer, type Socket } from "node:net";
import { once } from "node:events";
import type { Trial } from "../../../lib/workbook/kit/mod.ts";

/** A port, and what became of the connection that its client gets. */
export interface ServedConn {
  port: number;
  /** How the client has connected, if it has. */
  client?: "Deno.connect()" | "a real socket";
  /** Whether a second client has connected. */
  isTwice: boolean;
  /** What a client with a real socket has sent, as text. */
  request: string;
  /** Resolves when a client with a real socket has closed it; else at once. */
  closed: Promise<unknown>;
}

/**
 * Ports of 127.0.0.1 whose clients get connections of the check's own.
 *
 * `Deno.connect()` returns such a connection itself. A client that connects in
 * another way, by `node:net` for example, gets the same bytes over a real socket.
 */
export class ServedConns {
  readonly #trial: Trial;
  readonly #connect = Deno.connect;
  readonly #served = new Map<number, [ServedConn, Deno.Conn]>();

  /** Begins; `Deno.connect()` is itself again when the check ends. */
  constructor(trial: Trial) {
    this.#trial = trial;
    const connect = (options: Deno.ConnectOptions) => {
      const [served, conn] = this.#served.get(options.port) ?? [];
      if (served === undefined || served.client !== undefined) {
        return this.#connect(options);
      }
      served.client = "Deno.connect()";
      return Promise.resolve(conn);
    };
    Deno.connect = connect as typeof Deno.connect;
    trial.use({ close: () => Deno.connect = this.#connect });
  }

  /** Opens a port. */
  async serve(conn: Deno.Conn): Promise<ServedConn> {
    const server = createServer({ allowHalfOpen: true });
    server.listen(0, "127.0.0.1");
    this.#trial.use(server);
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const served: ServedConn = {
      port,
      isTwice: false,
      request: "",
      closed: Promise.resolve(),
    };
    this.#served.set(port, [served, conn]);
    server.on("connection", (socket) => {
      this.#trial.use({ close: () => socket.destroy() });
      served.isTwice = served.client !== undefined;
      if (served.isTwice) return void socket.destroy();
      served.client = "a real socket";
      served.closed = once(socket, "close");
      pass(conn, socket);
      socket.on("data", (data) => served.request += data);
    });
    return served;
  }
}

/** Passes on what a connection brings, and sends what the client writes. */
async function pass(
  conn: Deno.Conn,
  socket: Socket,
): Promise<void> {
  socket.on("data", (data) => conn.write(data).catch(() => {}));
  socket.on("error", () => {});
  socket.on("close", () => conn[Symbol.dispose]());
  const buffer = new Uint8Array(64 * 1024);
  try {
    let count: number | null;
    while ((count = await conn.read(buffer)) !== null) {
      const piece = buffer.slice(0, count);
      await new Promise((done) => socket.write(piece, done));
    }
    socket.end();
  } catch {
    socket.resetAndDestroy();
  }
}

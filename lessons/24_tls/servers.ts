/** The lesson's servers: an echo over TCP and TLS, and one with STARTTLS. */
import {
  connectTcp,
  listenTcp,
  readSome,
  serve,
  writeAll,
} from "../../lib/net/mod.ts";
import { CERTIFICATES, KEY } from "./certificates.ts";
import { passOn } from "./relay.ts";

/** The options of an echo server. */
export interface EchoOptions {
  /** The certificate that it shows. @default "good" */
  certificate?: keyof typeof CERTIFICATES;
  /** The protocols that it speaks inside TLS. @default none in particular */
  protocols?: string[];
  /** The port to listen on. @default 0 */
  port?: number;
  /** How many clients there may be at once. @default 1000 */
  maxClients?: number;
  /** Called with the error of each connection that failed. */
  onError?: (error: unknown) => void;
}

/** A server that sends back every byte it reads. */
export class EchoServer implements AsyncDisposable {
  readonly #listener: Deno.TcpListener | Deno.TlsListener;
  readonly #stop = new AbortController();
  readonly #serving: Promise<void>;

  private constructor(
    listener: Deno.TcpListener | Deno.TlsListener,
    { maxClients = 1000, onError = () => {} }: EchoOptions,
  ) {
    this.#listener = listener;
    this.#serving = serve(
      listener as Deno.Listener,
      (conn) => this.#echo(conn),
      { limit: maxClients, signal: this.#stop.signal, onError },
    );
  }

  /** Starts an echo server over plain TCP. */
  static overTcp(): EchoServer {
    return new EchoServer(listenTcp(), {});
  }

  /** Starts an echo server over TLS. Only the listener differs. */
  static overTls(options: EchoOptions = {}): EchoServer {
    const { certificate = "good", protocols, port = 0 } = options;
    const listener = Deno.listenTls({
      hostname: "127.0.0.1",
      port,
      cert: CERTIFICATES[certificate],
      key: KEY,
      alpnProtocols: protocols,
    });
    return new EchoServer(listener, options);
  }

  /** The port that it listens on. */
  get port(): number {
    return (this.#listener.addr as Deno.NetAddr).port;
  }

  /** Stops listening, and closes all connections. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#serving;
  }

  /** Runs lesson 3's echo. It can't tell whether the connection uses TLS. */
  async #echo(conn: Deno.Conn): Promise<void> {
    const buffer = new Uint8Array(64 * 1024);
    for (let count; (count = await readSome(conn, buffer)) !== null;) {
      await writeAll(conn, buffer.subarray(0, count));
    }
    await conn.closeWrite();
  }
}

/**
 * Serves one client: in the clear up to its first line, and then inside TLS.
 *
 * @param conn The client's connection.
 * @param reply The answer to the client's first line.
 * @param echo The server inside TLS, an echo.
 */
export async function serveStartTls(
  conn: Deno.TcpConn,
  reply: string,
  echo: EchoServer,
): Promise<void> {
  const buffer = new Uint8Array(1024);
  let command = "";
  while (!command.includes("\n")) {
    const count = await readSome(conn, buffer);
    // No command is as long as one whole buffer.
    if (count === null || command.length > buffer.length) return;
    command += new TextDecoder().decode(buffer.subarray(0, count));
  }
  await writeAll(conn, new TextEncoder().encode(reply));
  // Deno.startTls() works only for clients, so a second server does the TLS.
  using inside = await connectTcp(echo.port);
  inside.setNoDelay();
  await Promise.all([passOn(conn, inside), passOn(inside, conn)]);
}

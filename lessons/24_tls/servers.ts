/** The lesson's servers: an echo over TCP and TLS, and one with STARTTLS. */
import {
  closeQuietly,
  connectTcp,
  listenTcp,
  readSome,
  writeAll,
} from "../../lib/net/mod.ts";
import { CERTIFICATES, KEY } from "./certificates.ts";
import { passOn } from "./relay.ts";

/** How an echo server is made. */
export interface EchoOptions {
  /** Which certificate it shows. @default "good" */
  certificate?: keyof typeof CERTIFICATES;
  /** The protocols that it speaks inside TLS. @default none in particular */
  protocols?: string[];
  /** The port to listen on. @default 0 */
  port?: number;
  /** Called with what a client's connection failed with. */
  onError?: (error: unknown) => void;
}

/** A server that sends back what it reads. */
export class EchoServer implements AsyncDisposable {
  readonly #listener: Deno.TcpListener | Deno.TlsListener;
  readonly #open = new Set<Deno.Conn>();
  readonly #conversations: Promise<void>[] = [];
  readonly #accepting: Promise<void>;
  readonly #onError: (error: unknown) => void;

  private constructor(
    listener: Deno.TcpListener | Deno.TlsListener,
    { onError = () => {} }: EchoOptions,
  ) {
    this.#listener = listener;
    this.#onError = onError;
    this.#accepting = this.#accept();
  }

  /** Makes one over plain TCP. */
  static overTcp(): EchoServer {
    return new EchoServer(listenTcp(), {});
  }

  /** Makes one over TLS: only the listener differs. */
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

  /** Where it listens. */
  get port(): number {
    return (this.#listener.addr as Deno.NetAddr).port;
  }

  /** Ends it, and all its conversations. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    for (const conn of this.#open) closeQuietly(conn);
    await Promise.all([this.#accepting, ...this.#conversations]);
  }

  async #accept(): Promise<void> {
    while (true) {
      const conn = await this.#listener.accept().catch(() => null);
      if (conn === null) return;
      this.#open.add(conn);
      this.#conversations.push(this.#echo(conn));
    }
  }

  /** Lesson 3's echo. It doesn't know whether there's TLS below. */
  async #echo(conn: Deno.Conn): Promise<void> {
    const buffer = new Uint8Array(64 * 1024);
    try {
      for (let count; (count = await readSome(conn, buffer)) !== null;) {
        await writeAll(conn, buffer.subarray(0, count));
      }
      await conn.closeWrite();
    } catch (error) {
      this.#onError(error);
    } finally {
      closeQuietly(conn);
      this.#open.delete(conn);
    }
  }
}

/**
 * Serves one client: in the clear up to its first line, and then inside TLS.
 *
 * @param conn The client's connection.
 * @param reply What the client gets for its line.
 * @param echo The server that it goes on with: an echo over TLS.
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
    if (count === null) return;
    command += new TextDecoder().decode(buffer.subarray(0, count));
  }
  await writeAll(conn, new TextEncoder().encode(reply));
  // Deno.startTls() is for clients, so the TLS server is a second one.
  using inside = await connectTcp(echo.port);
  inside.setNoDelay();
  await Promise.all([passOn(conn, inside), passOn(inside, conn)]);
}

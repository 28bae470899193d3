/** Servers that the checks of 24.3 and 24.4 talk to. */
import {
  closeQuietly,
  connectTcp,
  listenTcp,
  readSome,
  readToEnd,
  writeAll,
} from "../../../lib/net/mod.ts";
import { settle, type Trial } from "../../../lib/workbook/kit/mod.ts";
import { CERTIFICATES, KEY } from "../certificates.ts";
import { passOn, Relay, type RelayOptions } from "../relay.ts";

/** The options of a {@linkcode TlsServer}. */
export interface TlsServerOptions {
  /** @default "good" */
  certificate?: keyof typeof CERTIFICATES;
  /** Talks to one client. When it's done, the server sends close_notify. */
  talk: (conn: Deno.TlsConn) => Promise<void>;
  /** Changes or cuts off records on their way. */
  meddle?: RelayOptions["meddle"];
}

/** A TLS server, and a relay in front of it. */
export class TlsServer {
  readonly #listener: Deno.TlsListener;
  readonly #relay: Relay;

  /**
   * Listens on a free port.
   *
   * @param trial Closes the server at the end of the check.
   * @param options The server's certificate and behavior.
   */
  constructor(trial: Trial, options: TlsServerOptions) {
    const { certificate = "good", talk, meddle } = options;
    this.#listener = trial.use(Deno.listenTls({
      hostname: "127.0.0.1",
      port: 0,
      cert: CERTIFICATES[certificate],
      key: KEY,
    }));
    this.#relay = new Relay(this.#listener.addr.port, { meddle });
    trial.use({ close: () => this.#relay[Symbol.asyncDispose]() });
    this.#serve(trial, talk);
  }

  /** The port for clients. */
  get port(): number {
    return this.#relay.port;
  }

  async #serve(trial: Trial, talk: TlsServerOptions["talk"]): Promise<void> {
    while (true) {
      const conn = await this.#listener.accept().catch(() => null);
      if (conn === null) return;
      trial.use(conn);
      talk(conn).then(() => conn.closeWrite())
        // The client rejects the certificate, or leaves early.
        .catch(() => {})
        .finally(() => closeQuietly(conn));
    }
  }
}

/** The options of a {@linkcode StartTlsServer}. */
export interface StartTlsServerOptions {
  /**
   * The pieces that it sends after the client's line, each in its own write.
   */
  replies: string[];
  /** The server's next act. @default "tls" */
  then?: "tls" | "end" | "silence" | "endless";
  /** @default "good" */
  certificate?: keyof typeof CERTIFICATES;
}

/** A server that begins in the clear, and echoes inside TLS. */
export class StartTlsServer {
  /** The bytes that the client has sent before TLS, as text. */
  cleartext = "";
  /**
   * Resolves when the client has ended its side, or has begun TLS and ended.
   */
  done: Promise<void> = Promise.resolve();
  /** Whether the client has begun a handshake. */
  hasHandshake = false;

  private constructor() {}

  /**
   * Connects a client to a server.
   *
   * @param trial Closes both at the end of the check.
   * @param options The server's replies and behavior.
   * @returns The server, and the client's end.
   */
  static async connect(
    trial: Trial,
    options: StartTlsServerOptions,
  ): Promise<{ server: StartTlsServer; conn: Deno.TcpConn }> {
    const server = new StartTlsServer();
    const inside = new TlsServer(trial, {
      certificate: options.certificate,
      async talk(conn) {
        await writeAll(conn, await readFirst(conn));
        await readToEnd(conn);
      },
    });
    const listener = trial.use(listenTcp());
    const [conn, peer] = await Promise.all([
      connectTcp(listener.addr.port),
      listener.accept(),
    ]);
    trial.use(conn);
    trial.use(peer);
    const serving = server.#serve(trial, {
      ...options,
      peer,
      inside: inside.port,
    });
    server.done = serving.catch(() => {}).finally(() => closeQuietly(peer));
    return { server, conn };
  }

  async #serve(
    trial: Trial,
    options: StartTlsServerOptions & { peer: Deno.TcpConn; inside: number },
  ): Promise<void> {
    const { peer, replies, then = "tls" } = options;
    while (!this.cleartext.includes("\n")) {
      const bytes = await readFirst(peer);
      if (bytes.length === 0) return;
      this.cleartext += new TextDecoder().decode(bytes);
    }
    peer.setNoDelay();
    for (const reply of replies) {
      await writeAll(peer, new TextEncoder().encode(reply));
      await settle();
    }
    if (then === "end") await peer.closeWrite();
    if (then === "endless") {
      while (true) await writeAll(peer, new Uint8Array(1000).fill(0x78));
    }
    if (then !== "tls") {
      this.cleartext += new TextDecoder().decode(await readToEnd(peer));
      return;
    }
    const first = await readFirst(peer);
    this.hasHandshake = first[0] === 22;
    // Keep bytes that aren't TLS, for the check to look at.
    if (!this.hasHandshake) {
      this.cleartext += new TextDecoder().decode(first);
      return;
    }
    const tls = trial.use(await connectTcp(options.inside));
    tls.setNoDelay();
    await writeAll(tls, first);
    await Promise.all([passOn(peer, tls), passOn(tls, peer)]);
  }
}

/** Returns the bytes of one read; empty at the end of the stream. */
async function readFirst(conn: Deno.Conn): Promise<Uint8Array> {
  const buffer = new Uint8Array(64 * 1024);
  return buffer.subarray(0, await readSome(conn, buffer) ?? 0);
}

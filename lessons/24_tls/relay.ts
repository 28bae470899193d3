/** A relay between clients and a server, which keeps what crosses the wire. */
import {
  closeQuietly,
  connectTcp,
  listenTcp,
  readSome,
  writeAll,
} from "../../lib/net/mod.ts";
import { encodeTlsRecord, TlsRecordParser } from "../../lib/wire/mod.ts";

/** Which end sent something. */
export type From = "client" | "server";

/** A piece that crossed the wire. */
export interface Piece {
  /** Which end sent it. */
  from: From;
  /** The bytes, as one read gave them; none are the end of the stream. */
  bytes: Uint8Array;
}

/** What a relay does besides passing bytes on. */
export interface RelayOptions {
  /**
   * Called with each TLS record before it's passed on. What it returns is passed
   * on instead; after `null`, the receiver gets the end of the stream.
   */
  meddle?: (record: Uint8Array, from: From) => Uint8Array | null;
  /**
   * Whether there's TLS to meddle with. Otherwise `meddle` gets each piece.
   *
   * @default true
   */
  isTls?: boolean;
  /** The port to listen on. @default 0 */
  port?: number;
  /**
   * Called for each client. What it returns is told of each of its pieces, which
   * aren't kept then.
   */
  watch?: () => (piece: Piece) => void;
}

/** Passes on bytes between clients and a server. */
export class Relay implements AsyncDisposable {
  readonly #listener: Deno.TcpListener;
  readonly #open = new Set<Deno.TcpConn>();
  readonly #conversations: Promise<void>[] = [];
  readonly #accepting: Promise<void>;
  readonly #options: RelayOptions;
  /** All that has crossed the wire, in order. */
  readonly log: Piece[] = [];

  /**
   * Listens.
   *
   * @param target The server's port, on 127.0.0.1.
   * @param options What else it does.
   */
  constructor(target: number, options: RelayOptions = {}) {
    this.#options = options;
    this.#listener = listenTcp(options.port ?? 0);
    this.#accepting = this.#accept(target);
  }

  /** Where clients connect. */
  get port(): number {
    return this.#listener.addr.port;
  }

  /** Resolves when all conversations so far have ended, at both ends. */
  async ended(): Promise<void> {
    await Promise.all(this.#conversations);
  }

  /** Ends all conversations. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener[Symbol.dispose]();
    for (const conn of this.#open) closeQuietly(conn);
    await Promise.all([this.#accepting, ...this.#conversations]);
  }

  async #accept(target: number): Promise<void> {
    for await (const client of this.#listener) {
      this.#conversations.push(this.#converse(client, target));
    }
  }

  async #converse(client: Deno.TcpConn, target: number): Promise<void> {
    this.#open.add(client);
    let server: Deno.TcpConn | undefined;
    const { watch } = this.#options;
    const tell = watch?.() ?? ((piece: Piece) => void this.log.push(piece));
    try {
      server = await connectTcp(target);
      this.#open.add(server);
      for (const conn of [client, server]) conn.setNoDelay();
      await Promise.all([
        this.#pass(client, server, { from: "client", tell }),
        this.#pass(server, client, { from: "server", tell }),
      ]);
    } catch {
      // One end has reset the connection, so the other one is closed as well.
    } finally {
      for (const conn of [client, server]) {
        if (conn === undefined) continue;
        closeQuietly(conn);
        this.#open.delete(conn);
      }
    }
  }

  /** Passes on what one end sends, up to its end. */
  async #pass(
    source: Deno.TcpConn,
    target: Deno.TcpConn,
    { from, tell }: { from: From; tell: (piece: Piece) => void },
  ): Promise<void> {
    const { meddle, isTls = true } = this.#options;
    const buffer = new Uint8Array(64 * 1024);
    const parser = new TlsRecordParser();
    let hasEnded = false;
    for (let count; (count = await readSome(source, buffer)) !== null;) {
      const bytes = buffer.slice(0, count);
      tell({ from, bytes });
      const pieces = meddle && isTls ? recordsIn(parser, bytes) : [bytes];
      for (const piece of pieces) {
        // After it has cut the stream, it reads on, so that nothing is reset.
        if (hasEnded) break;
        const passed = meddle ? meddle(piece, from) : piece;
        if (passed !== null) await writeAll(target, passed);
        else await target.closeWrite();
        hasEnded = passed === null;
      }
    }
    tell({ from, bytes: new Uint8Array() });
    if (!hasEnded) await target.closeWrite();
  }
}

/** The records that are complete now, with their headers. */
function recordsIn(parser: TlsRecordParser, bytes: Uint8Array): Uint8Array[] {
  parser.push(bytes);
  const records: Uint8Array[] = [];
  for (let record; (record = parser.next()) !== null;) {
    records.push(encodeTlsRecord(record));
  }
  return records;
}

/**
 * Passes on what one connection brings, and its end, to another one.
 *
 * @param from Where bytes come from.
 * @param to Where they go.
 */
export async function passOn(from: Deno.Conn, to: Deno.Conn): Promise<void> {
  const buffer = new Uint8Array(64 * 1024);
  for (let count; (count = await readSome(from, buffer)) !== null;) {
    await writeAll(to, buffer.subarray(0, count));
  }
  await to.closeWrite();
}

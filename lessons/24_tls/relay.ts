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
}

/** Passes on bytes between clients and a server. */
export class Relay implements AsyncDisposable {
  readonly #listener = listenTcp();
  readonly #open = new Set<Deno.TcpConn>();
  readonly #conversations: Promise<void>[] = [];
  readonly #accepting: Promise<void>;
  readonly #options: RelayOptions;
  /** All that has crossed the wire, in order. */
  readonly log: Piece[] = [];

  /**
   * Listens on a free port.
   *
   * @param target The server's port, on 127.0.0.1.
   * @param options What else it does.
   */
  constructor(target: number, options: RelayOptions = {}) {
    this.#options = options;
    this.#accepting = this.#accept(target);
  }

  /** Where clients connect. */
  get port(): number {
    return this.#listener.addr.port;
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
    try {
      server = await connectTcp(target);
      this.#open.add(server);
      for (const conn of [client, server]) conn.setNoDelay();
      await Promise.all([
        this.#pass(client, server, "client"),
        this.#pass(server, client, "server"),
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
  async #pass(from: Deno.TcpConn, to: Deno.TcpConn, name: From) {
    const { meddle } = this.#options;
    const buffer = new Uint8Array(64 * 1024);
    const parser = new TlsRecordParser();
    function recordsOf(bytes: Uint8Array): Uint8Array[] {
      parser.push(bytes);
      const records: Uint8Array[] = [];
      for (let record; (record = parser.next()) !== null;) {
        records.push(encodeTlsRecord(record));
      }
      return records;
    }
    let hasEnded = false;
    for (let count; (count = await readSome(from, buffer)) !== null;) {
      const bytes = buffer.slice(0, count);
      this.log.push({ from: name, bytes });
      for (const piece of meddle ? recordsOf(bytes) : [bytes]) {
        // After it has cut the stream, it reads on, so that nothing is reset.
        if (hasEnded) break;
        const passed = meddle ? meddle(piece, name) : piece;
        if (passed !== null) await writeAll(to, passed);
        else await to.closeWrite();
        hasEnded = passed === null;
      }
    }
    this.log.push({ from: name, bytes: new Uint8Array() });
    if (!hasEnded) await to.closeWrite();
  }
}

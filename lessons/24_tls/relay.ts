/**
 * A relay between clients and a server, which records the bytes on the wire.
 */
import {
  closeQuietly,
  connectTcp,
  Deadline,
  listenTcp,
  readSome,
  serve,
  writeAll,
} from "../../lib/net/mod.ts";
import { encodeTlsRecord, TlsRecordParser } from "../../lib/wire/mod.ts";

/** The end that sent something. */
export type From = "client" | "server";

/** One piece of the bytes on the wire. */
export interface Piece {
  /** The end that sent it. */
  from: From;
  /** The bytes that one read returned; empty at the end of the stream. */
  bytes: Uint8Array;
}

/** How long clients may take, in milliseconds. */
export interface RelayLimits {
  /** Until the client answers the server's first bytes. */
  handshakeMs: number;
  /** Without any bytes in either direction. */
  idleMs: number;
  /** Until the client ends, after the server has ended. */
  graceMs: number;
}

const NO_LIMITS: RelayLimits = {
  handshakeMs: Infinity,
  idleMs: Infinity,
  graceMs: Infinity,
};

/** The options of a relay. */
export interface RelayOptions {
  /**
   * Called with each TLS record. The relay passes on the bytes that it returns;
   * after `null`, it ends the stream to the receiver.
   */
  meddle?: (record: Uint8Array, from: From) => Uint8Array | null;
  /**
   * Whether the bytes are TLS. If not, `meddle` gets pieces instead of records.
   *
   * @default true
   */
  isTls?: boolean;
  /** The port to listen on. @default 0 */
  port?: number;
  /** How many clients there may be at once. @default 1000 */
  maxClients?: number;
  /** How long clients may take. @default forever */
  limits?: RelayLimits;
  /**
   * Called for each client, and returns a callback for that client's pieces.
   * The relay then keeps none of them.
   */
  watch?: () => (piece: Piece) => void;
}

/** Passes on bytes between clients and a server. */
export class Relay implements AsyncDisposable {
  readonly #listener: Deno.TcpListener;
  readonly #stop = new AbortController();
  readonly #conversations = new Set<Promise<void>>();
  readonly #serving: Promise<void>;
  readonly #options: RelayOptions;
  /** The pieces so far, in order. */
  readonly log: Piece[] = [];

  /**
   * Starts to listen.
   *
   * @param target The server's port, on 127.0.0.1.
   * @param options The port, and callbacks.
   */
  constructor(target: number, options: RelayOptions = {}) {
    this.#options = options;
    this.#listener = listenTcp(options.port ?? 0);
    this.#serving = serve(this.#listener, async (client) => {
      const conversation = this.#converse(client, target);
      this.#conversations.add(conversation);
      await conversation;
      this.#conversations.delete(conversation);
    }, {
      limit: options.maxClients ?? 1000,
      signal: this.#stop.signal,
      // If a client can't be accepted, there's no connection to report.
      onError: () => {},
    });
  }

  /** The port for clients. */
  get port(): number {
    return this.#listener.addr.port;
  }

  /** Resolves when all conversations so far have ended, at both ends. */
  async ended(): Promise<void> {
    await Promise.all(this.#conversations);
  }

  /** Stops listening, and closes all connections. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#serving;
  }

  async #converse(client: Deno.TcpConn, target: number): Promise<void> {
    const { watch, limits = NO_LIMITS } = this.#options;
    const told = watch?.() ?? ((piece: Piece) => void this.log.push(piece));
    try {
      using server = await connectTcp(target);
      // When Deno closes a TLS connection during the handshake, the client stays
      // connected. So close these sockets instead.
      using deadline = new Deadline(() => [client, server].map(closeQuietly));
      deadline.within(limits.handshakeMs);
      let isAsked = false;
      let isAnswered = false;
      const tell = (piece: Piece) => {
        told(piece);
        if (piece.from === "server") isAsked = true;
        else if (isAsked) isAnswered = true;
        if (isAnswered) deadline.within(limits.idleMs);
      };
      for (const conn of [client, server]) conn.setNoDelay();
      await Promise.all([
        this.#pass(client, server, { from: "client", tell }),
        this.#pass(server, client, { from: "server", tell })
          .then(() => deadline.within(limits.graceMs)),
      ]);
    } catch {
      // One end has reset its connection, so close the other one, too.
    }
    closeQuietly(client);
  }

  /** Passes on the bytes of one end, and then the end of its stream. */
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
        // After a cut, read on: a close with unread bytes would send a reset.
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

/** Returns the records that are complete now, with their headers. */
function recordsIn(parser: TlsRecordParser, bytes: Uint8Array): Uint8Array[] {
  parser.push(bytes);
  const records: Uint8Array[] = [];
  for (let record; (record = parser.next()) !== null;) {
    records.push(encodeTlsRecord(record));
  }
  return records;
}

/**
 * Passes on the bytes of one connection, and then its end, to another one.
 *
 * @param from The connection to read from.
 * @param to The connection to write to.
 */
export async function passOn(from: Deno.Conn, to: Deno.Conn): Promise<void> {
  const buffer = new Uint8Array(64 * 1024);
  for (let count; (count = await readSome(from, buffer)) !== null;) {
    await writeAll(to, buffer.subarray(0, count));
  }
  await to.closeWrite();
}

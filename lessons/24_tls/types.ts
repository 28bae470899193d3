/** The types of lesson 24's exercises. */

/** One TLS record. */
export interface TlsRecord {
  /**
   * The type of its content: 22 is a handshake message, 23 is encrypted data.
   */
  type: number;
  /** The version, such as 0x0303. */
  version: number;
  /** The record without its header. */
  fragment: Uint8Array;
}

/** Cuts a stream into records. */
export interface RecordSource {
  /** Takes the next bytes of the stream. */
  push(bytes: Uint8Array): void;
  /** Returns the next record, or `null` until all of it has arrived. */
  next(): TlsRecord | null;
  /** Call this at the end of the stream. Throws if a record was cut off. */
  end(): void;
}

/** The type of 24.1: a class. */
export type RecordReaderClass = new () => RecordSource;

/** The parts of a ClientHello that 24.2 returns. */
export interface ClientHello {
  /** The name of the server that it wants to talk to (SNI). */
  serverName?: string;
  /** The protocols that it can speak inside TLS (ALPN), the best one first. */
  protocols: string[];
  /** The versions of TLS that it knows, such as 0x0304, the best one first. */
  versions: number[];
}

/** The type of 24.2. */
export type ReadClientHello = (record: TlsRecord) => ClientHello;

/** The server that a client trusts. */
export interface Trust {
  /** The certificates of the authorities to trust, as PEM text. */
  caCerts: string[];
  /** The name that the server's certificate must be for. */
  hostname: string;
}

/** The options of 24.3. */
export interface AskOptions extends Trust {
  /** How long everything may take together, in milliseconds. */
  timeoutMs: number;
}

/** The type of 24.3. */
export type AskSecurely = (
  port: number,
  question: Uint8Array,
  options: AskOptions,
) => Promise<Uint8Array>;

/** The type of 24.4. */
export type Upgrade = (
  conn: Deno.TcpConn,
  options: Trust,
) => Promise<Deno.TlsConn>;

/** One good answer to each exercise of lesson 24. */
import type {
  AskOptions,
  ClientHello,
  RecordSource,
  TlsRecord,
  Trust,
} from "./types.ts";

// ---- 24.1 RecordReader ------------------------------------------------------

export class RecordReader implements RecordSource {
  // Bytes that have arrived but aren't part of a returned record.
  #pending = new Uint8Array();

  push(bytes: Uint8Array): void {
    const joined = new Uint8Array(this.#pending.length + bytes.length);
    joined.set(this.#pending);
    joined.set(bytes, this.#pending.length);
    this.#pending = joined;
  }

  next(): TlsRecord | null {
    const pending = this.#pending;
    if (pending.length < 5) return null;
    const [type, major, minor] = pending;
    if (type < 20 || type > 23) throw new TypeError(`type ${type}`);
    if (major !== 3) throw new TypeError(`version ${major}.${minor}`);
    const length = pending[3] << 8 | pending[4];
    // The limit comes first: the fragment may never come.
    if (length > 2 ** 14 + 256) throw new RangeError(`${length} bytes`);
    if (pending.length < 5 + length) return null;
    this.#pending = pending.subarray(5 + length);
    const fragment = pending.slice(5, 5 + length);
    return { type, version: major << 8 | minor, fragment };
  }

  end(): void {
    if (this.#pending.length === 0) return;
    throw new Deno.errors.UnexpectedEof("the stream ended inside a record");
  }
}

// ---- 24.2 clientHello -------------------------------------------------------

export function clientHello(record: TlsRecord): ClientHello {
  if (record.type !== 22) throw new RangeError(`record of type ${record.type}`);
  const message = new Field(record.fragment);
  if (message.number(1) !== 1) throw new RangeError("not a ClientHello");
  const body = message.field(3);
  message.end();

  const version = body.number(2);
  body.bytes(32); // random
  if (body.field(1).left > 32) throw new RangeError("a long session ID");
  body.field(2); // cipher suites
  body.field(1); // compression methods
  const hello: ClientHello = { protocols: [], versions: [version] };
  if (body.left > 0) readExtensions(body.field(2), hello);
  body.end();
  return hello;
}

function readExtensions(extensions: Field, hello: ClientHello): void {
  const seen = new Set<number>();
  while (extensions.left > 0) {
    const type = extensions.number(2);
    const data = extensions.field(2);
    if (seen.has(type)) throw new RangeError(`extension ${type} twice`);
    seen.add(type);
    if (type === 0) {
      const names = data.field(2);
      while (names.left > 0) {
        const kind = names.number(1);
        const name = names.field(2).text();
        if (kind === 0) hello.serverName ??= name;
      }
    } else if (type === 16) {
      const protocols = data.field(2);
      while (protocols.left > 0) {
        hello.protocols.push(protocols.field(1).text());
      }
    } else if (type === 43) {
      const versions = data.field(1);
      hello.versions = [];
      while (versions.left > 0) {
        const version = versions.number(2);
        const isGrease = (version & 0x0f0f) === 0x0a0a &&
          version >> 8 === (version & 0xff);
        if (!isGrease) hello.versions.push(version);
      }
    } else continue;
    data.end();
  }
}

/** A part of the message. Reading past its end throws. */
class Field {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  bytes(size: number): Uint8Array {
    if (size > this.left) throw new RangeError(`${size} of ${this.left} bytes`);
    this.#at += size;
    return this.#bytes.subarray(this.#at - size, this.#at);
  }

  number(size: number): number {
    return this.bytes(size).reduce((sum, byte) => sum * 256 + byte, 0);
  }

  /**
   * Reads a length of `lengthSize` bytes, and returns the part that it counts.
   */
  field(lengthSize: number): Field {
    return new Field(this.bytes(this.number(lengthSize)));
  }

  text(): string {
    if (this.left === 0) throw new RangeError("an empty name");
    return new TextDecoder().decode(this.bytes(this.left));
  }

  end(): void {
    if (this.left > 0) throw new RangeError(`${this.left} bytes left over`);
  }
}

// ---- 24.3 askSecurely -------------------------------------------------------

export async function askSecurely(
  port: number,
  question: Uint8Array,
  { caCerts, hostname, timeoutMs }: AskOptions,
): Promise<Uint8Array> {
  const late = new AbortController();
  const { signal } = late;
  const timer = setTimeout(
    () => late.abort(new Deno.errors.TimedOut(`over ${timeoutMs} ms`)),
    timeoutMs,
  );
  try {
    const address = { hostname: "127.0.0.1", port };
    using tcp = await Deno.connect({ ...address, signal });
    // startTls() compares the name with the certificate. It looks nothing up.
    using conn = await Deno.startTls(tcp, { hostname, caCerts });
    signal.throwIfAborted();
    // Only a close ends a handshake or a read that's in progress.
    signal.addEventListener("abort", () => conn[Symbol.dispose]());

    for (let at = 0; at < question.length;) {
      at += await conn.write(question.subarray(at));
    }
    await conn.closeWrite(); // This sends the close_notify.
    const pieces: Uint8Array[] = [];
    const buffer = new Uint8Array(64 * 1024);
    // null means that close_notify arrived; read() throws at any other end.
    for (let count; (count = await conn.read(buffer)) !== null;) {
      pieces.push(buffer.slice(0, count));
    }
    return new Uint8Array(await new Blob(pieces as BlobPart[]).arrayBuffer());
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  } finally {
    clearTimeout(timer);
  }
}

// ---- 24.4 upgrade -----------------------------------------------------------

export async function upgrade(
  conn: Deno.TcpConn,
  { caCerts, hostname }: Trust,
): Promise<Deno.TlsConn> {
  let open: Deno.Conn = conn;
  try {
    const command = new TextEncoder().encode("STARTTLS\r\n");
    for (let at = 0; at < command.length;) {
      at += await conn.write(command.subarray(at));
    }
    const reply = await readReply(conn);
    if (!reply.startsWith("220 ")) {
      throw new Deno.errors.InvalidData(`the server refused TLS: ${reply}`);
    }
    const tls = await Deno.startTls(conn, { caCerts, hostname });
    open = tls;
    await tls.handshake();
    return tls;
  } catch (error) {
    open[Symbol.dispose]();
    throw error;
  }
}

/** Reads one line. If more bytes come with it, don't trust them: throw. */
async function readReply(conn: Deno.Conn): Promise<string> {
  const buffer = new Uint8Array(512);
  let size = 0;
  while (!buffer.subarray(0, size).includes(0x0a)) {
    if (size === buffer.length) {
      throw new Deno.errors.InvalidData("a long reply");
    }
    const count = await conn.read(buffer.subarray(size));
    if (count === null) {
      throw new Deno.errors.UnexpectedEof("the connection ended in the reply");
    }
    size += count;
  }
  if (buffer.indexOf(0x0a) !== size - 1) {
    throw new Deno.errors.InvalidData("bytes in the clear after the reply");
  }
  return new TextDecoder().decode(buffer.subarray(0, size));
}

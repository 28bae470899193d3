/**
 * The ClientHello: the first message of a TLS connection, which isn't encrypted
 * (RFC 8446, section 4.1.2).
 *
 * @module
 */

import { readUint16 } from "../bytes.ts";
import { type Decoded, requireWhole, WireError } from "../error.ts";

const CLIENT_HELLO = 1;
const HOST_NAME = 0;
const MAX_SESSION_ID_BYTES = 32;

/** The extensions that are decoded (IANA, "TLS ExtensionType Values"). */
export const TLS_EXTENSIONS = {
  SERVER_NAME: 0,
  ALPN: 16,
  SUPPORTED_VERSIONS: 43,
} as const;

/** One extension. */
export interface TlsExtension {
  /** The number of its type. */
  type: number;
  /** Its data, as a view. */
  data: Uint8Array;
}

/** A decoded ClientHello. */
export interface ClientHello {
  /**
   * The version field of older TLS versions. TLS 1.3 clients send 0x0303 here.
   */
  legacyVersion: number;
  /** The client random, 32 bytes. */
  random: Uint8Array;
  /** The session ID, up to 32 bytes. */
  sessionId: Uint8Array;
  /** The numbers of the cipher suites, in the client's order of preference. */
  cipherSuites: number[];
  /** All extensions, in order. */
  extensions: TlsExtension[];
  /**
   * The server's name (SNI), which isn't encrypted; `null` if the client
   * doesn't send it.
   */
  serverName: string | null;
  /** The application protocols (ALPN), in the client's order of preference. */
  protocols: string[];
  /**
   * The versions, in the client's order of preference; the legacy version if
   * the extension is missing.
   */
  versions: number[];
}

/**
 * Returns whether a number is GREASE: a reserved value that clients send only
 * to make sure that servers ignore unknown values (RFC 8701).
 *
 * @param number The number of a version, a cipher suite, or an extension.
 * @returns Whether it's 0x0a0a, 0x1a1a, …, or 0xfafa.
 *
 * @example A GREASE version sent by Chromium
 * ```ts
 * import { isGrease } from "./client_hello.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals([0x6a6a, 0x0304].map(isGrease), [true, false]);
 * ```
 */
export function isGrease(number: number): boolean {
  return (number & 0x0f0f) === 0x0a0a && number >> 8 === (number & 0xff);
}

/**
 * Decodes a ClientHello.
 *
 * @param message The handshake message: type, length, and body. It's the whole
 * fragment of a client's first record, unless the message spans several
 * records.
 * @returns The decoded ClientHello.
 * @throws {WireError} If the message isn't a ClientHello, or if a length in it
 * doesn't fit.
 *
 * @example A small ClientHello
 * ```ts
 * import { decodeClientHello } from "./client_hello.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const message = Uint8Array.fromHex(
 *   "01000029" + "0303" + "00".repeat(32) + "00" + "00021301" + "0100",
 * );
 * const { cipherSuites, versions } = decodeClientHello(message);
 * assertEquals([cipherSuites, versions], [[0x1301], [0x0303]]);
 * ```
 */
export function decodeClientHello(message: Uint8Array): ClientHello {
  return requireWhole(decodeClientHelloLeniently(message));
}

/**
 * Decodes as much of a ClientHello as possible: a capture may have only its
 * start.
 *
 * @param message The handshake message.
 * @returns The ClientHello, up to the first error, and the error, if any.
 * @throws {WireError} If the message doesn't start like a ClientHello.
 */
export function decodeClientHelloLeniently(
  message: Uint8Array,
): Decoded<ClientHello> {
  if (message[0] !== CLIENT_HELLO) {
    fail(0, `type 1, found ${message[0] ?? "nothing"}`);
  }
  const hello: ClientHello = {
    legacyVersion: 0,
    random: new Uint8Array(),
    sessionId: new Uint8Array(),
    cipherSuites: [],
    extensions: [],
    serverName: null,
    protocols: [],
    versions: [],
  };
  let problem: WireError | null = null;
  try {
    decodeBody(hello, message);
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    problem = error;
  }
  return { value: hello, problem };
}

function decodeBody(hello: ClientHello, message: Uint8Array): void {
  const whole = new Cursor(message, 1, message.length);
  const cut = whole.cutLength(3);
  const body = new Cursor(message, whole.at, cut.end);
  hello.legacyVersion = body.uint(2);
  hello.versions = [hello.legacyVersion];
  hello.random = body.take(32);
  const session = body.vector(1);
  if (session.left > MAX_SESSION_ID_BYTES) {
    fail(session.at - 1, `at most 32 bytes, found ${session.left}`);
  }
  hello.sessionId = session.take(session.left);
  hello.cipherSuites = body.vector(2).uints();
  body.vector(1); // The compression methods; TLS 1.3 has no compression.
  if (!body.isDone) decodeExtensions(hello, body, cut.isShort);
  body.requireEnd();
  if (cut.isShort) fail(message.length, "the rest of the message");
  if (cut.isLong) fail(cut.end, "the end of the message, found more");
}

function decodeExtensions(
  hello: ClientHello,
  body: Cursor,
  isShort: boolean,
): void {
  const size = body.uint(2);
  if (size > body.left && !isShort) {
    fail(body.at - 2, `at most ${body.left} bytes, found ${size}`);
  }
  const end = Math.min(body.end, body.at + size);
  const all = new Cursor(body.bytes, body.at, end);
  body.at = end;
  while (!all.isDone) {
    const start = all.at;
    const type = all.uint(2);
    if (hello.extensions.some((one) => one.type === type)) {
      fail(start, `extension ${type} once, found it twice`);
    }
    const data = all.vector(2);
    hello.extensions.push({
      type,
      data: all.bytes.subarray(data.at, data.end),
    });
    decodeExtension(hello, type, data);
  }
}

function decodeExtension(
  hello: ClientHello,
  type: number,
  data: Cursor,
): void {
  switch (type) {
    case TLS_EXTENSIONS.SERVER_NAME: {
      const names = data.vector(2);
      while (!names.isDone) {
        const kind = names.uint(1);
        const name = names.vector(2);
        if (name.isDone) fail(name.at, "a name, found none");
        if (kind === HOST_NAME) hello.serverName ??= name.text();
      }
      break;
    }
    case TLS_EXTENSIONS.ALPN: {
      const protocols = data.vector(2);
      while (!protocols.isDone) {
        const name = protocols.vector(1);
        if (name.isDone) fail(name.at, "a protocol, found no bytes");
        hello.protocols.push(name.text());
      }
      break;
    }
    case TLS_EXTENSIONS.SUPPORTED_VERSIONS:
      hello.versions = data.vector(1).uints().filter((one) => !isGrease(one));
      break;
    default:
      return;
  }
  data.requireEnd();
}

/** A part of the message, and the index of the next byte in it. */
class Cursor {
  readonly bytes: Uint8Array;
  readonly end: number;
  at: number;

  constructor(bytes: Uint8Array, at: number, end: number) {
    this.bytes = bytes;
    this.at = at;
    this.end = end;
  }

  get left(): number {
    return this.end - this.at;
  }

  get isDone(): boolean {
    return this.at === this.end;
  }

  take(size: number): Uint8Array {
    if (size > this.left) {
      fail(this.at, `${size} bytes, found ${this.left}`);
    }
    this.at += size;
    return this.bytes.subarray(this.at - size, this.at);
  }

  uint(size: number): number {
    return this.take(size).reduce((sum, byte) => sum << 8 | byte, 0);
  }

  /**
   * Reads a length of `lengthBytes` bytes, and returns the bytes that it
   * counts.
   */
  vector(lengthBytes: number): Cursor {
    const size = this.uint(lengthBytes);
    this.take(size);
    return new Cursor(this.bytes, this.at - size, this.at);
  }

  /** Reads the rest as two-byte numbers. */
  uints(): number[] {
    if (this.left % 2 === 1) fail(this.end - 1, "an even number of bytes");
    const bytes = this.take(this.left);
    return Array.from(
      { length: bytes.length / 2 },
      (_, i) => readUint16(bytes, 2 * i),
    );
  }

  /** Reads the rest as text, one character for each byte. */
  text(): string {
    return String.fromCharCode(...this.take(this.left));
  }

  requireEnd(): void {
    if (!this.isDone) fail(this.at, `the end, found ${this.left} more bytes`);
  }

  /**
   * The index after the part, or after the last byte if the message is
   * truncated.
   */
  cutLength(lengthBytes: number) {
    const size = this.uint(lengthBytes);
    const isShort = size > this.left;
    const isLong = size < this.left;
    return { isShort, isLong, end: isShort ? this.end : this.at + size };
  }
}

function fail(at: number, expected: string): never {
  throw new WireError("a TLS ClientHello", at, expected);
}

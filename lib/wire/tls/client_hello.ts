/**
 * The ClientHello: the first message of a TLS connection, which is sent in the
 * clear (RFC 8446, section 4.1.2).
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
  /** Its number. */
  type: number;
  /** Its data, as a view. */
  data: Uint8Array;
}

/** A decoded ClientHello. */
export interface ClientHello {
  /** The version in its old place. TLS 1.3 clients write 0x0303 there. */
  legacyVersion: number;
  /** 32 random bytes. */
  random: Uint8Array;
  /** Up to 32 bytes. */
  sessionId: Uint8Array;
  /** The numbers of the cipher suites, the best one first. */
  cipherSuites: number[];
  /** All extensions, in their order. */
  extensions: TlsExtension[];
  /** The server's name (SNI), in the clear; `null` if it isn't there. */
  serverName: string | null;
  /** The protocols to speak inside (ALPN), the best one first. */
  protocols: string[];
  /**
   * The versions, the best one first; the legacy version if none are listed.
   */
  versions: number[];
}

/**
 * Says whether a number is GREASE: one that clients send only to see whether
 * servers ignore what they don't know (RFC 8701).
 *
 * @param number A version, a cipher suite, or the type of an extension.
 * @returns Whether it's 0x0a0a, 0x1a1a, …, or 0xfafa.
 *
 * @example A version of Chromium's
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
 * @param message The handshake message: type, length, and body. That's the whole
 * fragment of a client's first record, unless the message needs several.
 * @returns What the client offers.
 * @throws {WireError} If it isn't a ClientHello, or if any length in it doesn't
 * fit what's around it.
 *
 * @example A small one
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
 * Decodes a ClientHello as far as it can be: a capture may have only its start.
 *
 * @param message The handshake message.
 * @returns What the client offers, up to the first wrong thing, and what's wrong.
 * @throws {WireError} If it doesn't begin like a ClientHello.
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
  body.vector(1); // Compression is a thing of the past.
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

/** A part of the message, and where in it the next bytes are. */
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

  /** The rest, as numbers of two bytes. */
  uints(): number[] {
    if (this.left % 2 === 1) fail(this.end - 1, "an even number of bytes");
    const bytes = this.take(this.left);
    return Array.from(
      { length: bytes.length / 2 },
      (_, i) => readUint16(bytes, 2 * i),
    );
  }

  /** The rest, as text with a character for each byte. */
  text(): string {
    return String.fromCharCode(...this.take(this.left));
  }

  requireEnd(): void {
    if (!this.isDone) fail(this.at, `the end, found ${this.left} bytes more`);
  }

  /** Where what a length counts ends, or the bytes do if they end first. */
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

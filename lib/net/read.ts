/**
 * Reads from a byte stream, where one `read` may return less or more than one
 * `write` sent.
 *
 * @module
 */

/**
 * Anything that reads like a `Deno.Conn`: `read` fills part of the buffer and
 * returns the number of bytes, or `null` at the end.
 */
export type Reader = Pick<Deno.Conn, "read">;

/** Options for {@linkcode readToEnd}. */
export interface ReadToEndOptions {
  /**
   * The most bytes to accept, >= 0. Set it unless you trust the peer: without a
   * limit, a peer that never stops sending fills your memory.
   *
   * @default Infinity
   */
  maxBytes?: number;
}

/**
 * How many reads in a row may return 0 bytes before the source counts as
 * broken. Deno allows a read to return 0, which isn't the end of the stream. A
 * source that only ever returned 0 would keep the loop busy forever.
 */
const MAX_EMPTY_READS = 100;

/** How many bytes {@linkcode readToEnd} asks for at a time. */
const CHUNK_SIZE = 64 * 1024;

/**
 * Reads at least one byte: like `source.read`, but if a read returns 0 bytes,
 * tries again.
 *
 * @param source The connection to read from.
 * @param buffer The buffer for the bytes, with room for at least one.
 * @returns The number of bytes read, 1 or more, or `null` at the end.
 * @throws {Error} If the source returns 0 bytes 100 times in a row.
 *
 * @example Read what has arrived
 * ```ts
 * import { readSome } from "./read.ts";
 * import { listenTcp } from "./listen.ts";
 * import { assertEquals } from "@std/assert";
 *
 * using listener = listenTcp();
 * using client = await Deno.connect({ port: listener.addr.port });
 * using server = await listener.accept();
 *
 * await client.write(new Uint8Array([7, 8, 9]));
 * const buffer = new Uint8Array(100);
 * assertEquals(await readSome(server, buffer), 3);
 * assertEquals(buffer.subarray(0, 3), new Uint8Array([7, 8, 9]));
 * ```
 */
export async function readSome(
  source: Reader,
  buffer: Uint8Array,
): Promise<number | null> {
  for (let tries = 0; tries < MAX_EMPTY_READS; tries++) {
    const count = await source.read(buffer);
    if (count !== 0) return count;
  }
  throw noBytes();
}

function noBytes(): Error {
  return new Error(
    `Cannot read: ${MAX_EMPTY_READS} reads in a row returned 0 bytes`,
  );
}

/**
 * Reads exactly `size` bytes, with as many reads as it takes.
 *
 * It allocates the buffer before any bytes arrive. If the peer sent the size,
 * check it first.
 *
 * @param source The connection to read from.
 * @param size The number of bytes to read, an integer >= 0; for 0 it doesn't read
 * at all.
 * @returns A new buffer of `size` bytes.
 * @throws {RangeError} If `size` isn't an integer >= 0.
 * @throws {Deno.errors.UnexpectedEof} If the peer closes first; the message
 * says how many bytes had arrived.
 * @throws {Error} If the source returns 0 bytes 100 times in a row.
 *
 * @example Read across two writes
 * ```ts
 * import { readExact } from "./read.ts";
 * import { listenTcp } from "./listen.ts";
 * import { assertEquals } from "@std/assert";
 *
 * using listener = listenTcp();
 * using client = await Deno.connect({ port: listener.addr.port });
 * using server = await listener.accept();
 *
 * await client.write(new Uint8Array([1, 2]));
 * await client.write(new Uint8Array([3, 4, 5]));
 * assertEquals(await readExact(server, 4), new Uint8Array([1, 2, 3, 4]));
 * assertEquals(await readExact(server, 1), new Uint8Array([5]));
 * ```
 */
export async function readExact(
  source: Reader,
  size: number,
): Promise<Uint8Array> {
  if (!Number.isInteger(size) || size < 0) {
    throw new RangeError(
      `Cannot read ${size} bytes: the size must be an integer >= 0`,
    );
  }
  const data = new Uint8Array(size);
  let filled = 0;
  // Don't call readSome() here: the extra call would slow down small messages.
  for (let empty = 0; filled < size;) {
    const count = await source.read(data.subarray(filled));
    if (count === null) {
      throw new Deno.errors.UnexpectedEof(
        `Cannot read ${bytes(size)}: the peer closed after ${filled}`,
      );
    }
    filled += count;
    empty = count === 0 ? empty + 1 : 0;
    if (empty === MAX_EMPTY_READS) throw noBytes();
  }
  return data;
}

/**
 * Reads until the peer ends its side.
 *
 * @param source The connection to read from.
 * @param options The limit.
 * @returns A new buffer of all the bytes, which may be empty.
 * @throws {RangeError} If the peer sends more than `maxBytes`, or if `maxBytes`
 * isn't a number >= 0.
 * @throws {Error} If the source returns 0 bytes 100 times in a row.
 *
 * @example Read a whole response
 * ```ts
 * import { readToEnd } from "./read.ts";
 * import { listenTcp } from "./listen.ts";
 * import { assertEquals } from "@std/assert";
 *
 * using listener = listenTcp();
 * using client = await Deno.connect({ port: listener.addr.port });
 * using server = await listener.accept();
 *
 * await server.write(new TextEncoder().encode("hello, "));
 * await server.write(new TextEncoder().encode("world"));
 * await server.closeWrite();
 * const answer = await readToEnd(client);
 * assertEquals(new TextDecoder().decode(answer), "hello, world");
 * ```
 */
export async function readToEnd(
  source: Reader,
  options: ReadToEndOptions = {},
): Promise<Uint8Array> {
  const { maxBytes = Infinity } = options;
  if (!(maxBytes >= 0)) {
    throw new RangeError(
      `Cannot read to the end: maxBytes ${maxBytes} is not a number >= 0`,
    );
  }
  // Full chunks are kept here, so that each byte is copied only once, at the
  // end. Small reads share a chunk.
  const full: Uint8Array[] = [];
  let chunk = new Uint8Array(CHUNK_SIZE);
  let filled = 0;
  let total = 0;
  while (true) {
    const count = await readSome(source, chunk.subarray(filled));
    if (count === null) break;
    filled += count;
    total += count;
    if (total > maxBytes) {
      throw new RangeError(
        `Cannot read to the end: the peer sent more than ${bytes(maxBytes)}`,
      );
    }
    if (filled === CHUNK_SIZE) {
      full.push(chunk);
      chunk = new Uint8Array(CHUNK_SIZE);
      filled = 0;
    }
  }
  const data = new Uint8Array(total);
  full.forEach((part, index) => data.set(part, index * CHUNK_SIZE));
  data.set(chunk.subarray(0, filled), total - filled);
  return data;
}

function bytes(count: number): string {
  return count === 1 ? "1 byte" : `${count} bytes`;
}

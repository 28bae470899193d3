/**
 * Reading from a stream of bytes, where one `read` is never promised to give
 * what one `write` took.
 *
 * @module
 */

/**
 * Anything that reads like a `Deno.Conn`: fills part of the buffer and says how
 * much, or gives `null` at the end.
 */
export type Reader = Pick<Deno.Conn, "read">;

/** Options for {@linkcode readToEnd}. */
export interface ReadToEndOptions {
  /**
   * The most to accept, in bytes, >= 0. Set it whenever the peer is not
   * trusted: without it, whoever sends without end fills the memory.
   *
   * @default Infinity
   */
  maxBytes?: number;
}

/**
 * How many reads in a row may give 0 bytes before the source counts as broken.
 * Deno allows such a read, which is not the end of the stream; a source that
 * gives nothing else would keep the loop, and the program, busy for ever.
 */
const MAX_EMPTY_READS = 100;

/** How much {@linkcode readToEnd} asks for at a time, in bytes. */
const CHUNK_SIZE = 64 * 1024;

/**
 * Reads at least one byte: like `source.read`, but a read that gives 0 bytes is
 * tried again.
 *
 * @param source Where to read from.
 * @param buffer Where to put the bytes; it has room for one at least.
 * @returns How many bytes came, 1 or more, or `null` at the end.
 * @throws {Error} If the source gives 0 bytes 100 times in a row.
 *
 * @example Read what there is
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
    `Cannot read: ${MAX_EMPTY_READS} reads in a row gave no bytes`,
  );
}

/**
 * Reads exactly `size` bytes, however many reads that takes, and not one byte
 * more.
 *
 * The buffer is made before anything has come: check a size that the peer has
 * sent before you use it.
 *
 * @param source Where to read from.
 * @param size Bytes to read, an integer >= 0; for 0 it does not read at all.
 * @returns A new buffer of `size` bytes.
 * @throws {RangeError} If `size` is not an integer >= 0.
 * @throws {Deno.errors.UnexpectedEof} If the peer closes first; the message
 * says after how many bytes.
 * @throws {Error} If the source gives 0 bytes 100 times in a row.
 *
 * @example Put two writes together
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
  // Not by readSome(): each function in between costs a small message a little.
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
 * @param source Where to read from.
 * @param options The limit.
 * @returns A new buffer of all bytes that came, which may be none.
 * @throws {RangeError} If more than `maxBytes` come, or `maxBytes` is not a
 * number >= 0.
 * @throws {Error} If the source gives 0 bytes 100 times in a row.
 *
 * @example Read a whole answer
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
  // Full chunks wait here, so that each byte is copied once, at the end, and
  // small reads share a chunk.
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
        `Cannot read to the end: more than ${bytes(maxBytes)} came`,
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

/** Messages are read by people, and "1 bytes" is not how they talk. */
function bytes(count: number): string {
  return count === 1 ? "1 byte" : `${count} bytes`;
}

import { concat } from "../../../wire/bytes.ts";

/** The two bytes that gzip data begins with (RFC 1952, section 2.3.1). */
const GZIP_MAGIC = [0x1f, 0x8b];

/** Compressed data that is damaged, or ends too early. */
export class DamagedGzip extends Error {
  override name = "DamagedGzip";
}

/**
 * Decompresses gzip data, and returns any other data unchanged. It checks the
 * first bytes, because a pipe has no file name that could end in `.gz`.
 *
 * @param chunks The bytes, in pieces.
 * @returns The decompressed bytes.
 * @throws {DamagedGzip} If the data starts like gzip data but is damaged or cut
 * off.
 *
 * @example Compress and decompress
 * ```ts
 * import { gunzip } from "./gunzip.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const stream = ReadableStream.from([new TextEncoder().encode("hello")])
 *   .pipeThrough(new CompressionStream("gzip"));
 * const bytes = await Array.fromAsync(gunzip(stream));
 * assertEquals(new TextDecoder().decode(bytes[0]), "hello");
 * ```
 */
export async function* gunzip(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const source = chunks[Symbol.asyncIterator]();
  let head: Uint8Array = new Uint8Array(0);
  while (head.length < GZIP_MAGIC.length) {
    const { done, value } = await source.next();
    if (done) break;
    head = head.length === 0 ? value : concat([head, value]);
  }
  const all = prepend(head, source);
  const isGzip = GZIP_MAGIC.every((byte, i) => head[i] === byte);
  if (!isGzip) return yield* all;
  const unzipped = ReadableStream.from(all)
    .pipeThrough(new DecompressionStream("gzip"));
  try {
    yield* unzipped;
  } catch (cause) {
    // The decompressor doesn't have its own error class for bad input.
    if (!(cause instanceof TypeError)) throw cause;
    throw new DamagedGzip("the gzip data is damaged or cut off", { cause });
  }
}

async function* prepend(
  head: Uint8Array,
  rest: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  try {
    if (head.length > 0) yield head.slice();
    while (true) {
      const { done, value } = await rest.next();
      if (done) return;
      yield value as Uint8Array<ArrayBuffer>;
    }
  } finally {
    await rest.return?.();
  }
}

/**
 * Writes to a byte stream, where one `write` may take only part of the data.
 *
 * @module
 */

/**
 * Anything that writes like a `Deno.Conn`: `write` takes part of the buffer and
 * returns the number of bytes.
 */
export type Writer = Pick<Deno.Conn, "write">;

/**
 * Writes all of `data`, with as many writes as it takes.
 *
 * It waits while the buffers between the two sides are full because the peer
 * doesn't read: that's how a slow reader slows the writer down (backpressure).
 * When the promise resolves, the system has taken the bytes, but the peer may
 * not have received them yet (RFC 9293, section 3.10.2). Don't start a second
 * `writeAll` on the same connection before the first one is done, or their
 * bytes will mix.
 *
 * @param target The connection to write to.
 * @param data The bytes to write, which may be empty; don't change them before
 * the promise resolves.
 * @throws {Deno.errors.WriteZero} If a write takes no bytes. A socket never
 * does that, but with a broken target the loop would never end.
 * @throws {Deno.errors.BrokenPipe} If the peer has closed.
 * @throws {Deno.errors.ConnectionReset} If the peer has reset the connection.
 *
 * @example Write more bytes than one write takes
 * ```ts
 * import { writeAll } from "./write.ts";
 * import { readToEnd } from "./read.ts";
 * import { listenTcp } from "./listen.ts";
 * import { assertEquals } from "@std/assert";
 *
 * using listener = listenTcp();
 * using client = await Deno.connect({ port: listener.addr.port });
 * using server = await listener.accept();
 *
 * const received = readToEnd(server);
 * await writeAll(client, new Uint8Array(16 * 1024 * 1024));
 * await client.closeWrite();
 * assertEquals((await received).length, 16 * 1024 * 1024);
 * ```
 */
export async function writeAll(
  target: Writer,
  data: Uint8Array,
): Promise<void> {
  let written = 0;
  while (written < data.length) {
    const count = await target.write(data.subarray(written));
    if (count === 0) {
      throw new Deno.errors.WriteZero(
        `Cannot write all: the target took ${written} of ${data.length} bytes`,
      );
    }
    written += count;
  }
}

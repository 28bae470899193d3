/**
 * Writing all of it, where one `write` may take only part.
 *
 * @module
 */

/**
 * Anything that writes like a `Deno.Conn`: takes part of the buffer, and says
 * how much.
 */
export type Writer = Pick<Deno.Conn, "write">;

/**
 * Writes all of `data`, however many writes that takes.
 *
 * It waits while the peer does not read and the buffers between the two are
 * full: that is how a slow reader slows its writer down. When it returns, the
 * system has taken the bytes; the peer need not have seen them (RFC 9293,
 * section 3.10.2). Do not start a second `writeAll` on one connection before
 * the first is done, or their parts mix.
 *
 * @param target Where to write to.
 * @param data Bytes to write; they must not change until this is done. None is
 * fine, and writes nothing.
 * @throws {Deno.errors.WriteZero} If a write takes no bytes at all. A socket
 * never does that; a broken target that does would otherwise be asked again for
 * ever.
 * @throws {Deno.errors.BrokenPipe} If the peer has closed.
 * @throws {Deno.errors.ConnectionReset} If the peer has reset the connection.
 *
 * @example Write more than one write takes
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

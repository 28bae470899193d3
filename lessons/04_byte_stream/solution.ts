/** One good answer to each exercise of lesson 4. */

// ---- 4.1 readExact ----------------------------------------------------------

export async function readExact(
  conn: Deno.Conn,
  size: number,
): Promise<Uint8Array> {
  // A new array for each call, and no longer than was asked for: a read can
  // then not take more than `size` bytes, which belong to somebody else.
  const data = new Uint8Array(size);
  let filled = 0;
  while (filled < size) {
    // subarray is a view: the read puts its bytes behind those that are there.
    const count = await conn.read(data.subarray(filled));
    if (count === null) {
      throw new Deno.errors.UnexpectedEof(
        `Cannot read ${size} bytes: the peer ended after ${filled}`,
      );
    }
    filled += count;
  }
  return data;
}

// ---- 4.2 writeAll -----------------------------------------------------------

export async function writeAll(
  conn: Deno.Conn,
  data: Uint8Array,
): Promise<void> {
  let written = 0;
  while (written < data.length) {
    // Awaited before the next one: two writes at once could mix their bytes.
    written += await conn.write(data.subarray(written));
  }
}

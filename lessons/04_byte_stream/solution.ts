/** One good answer to each exercise of lesson 4. */

// ---- 4.1 readExact ----------------------------------------------------------

export async function readExact(
  conn: Deno.Conn,
  size: number,
): Promise<Uint8Array> {
  // A new array for each call, with room for no more than `size` bytes: a read
  // can't take bytes that the caller wants to read later.
  const data = new Uint8Array(size);
  let filled = 0;
  while (filled < size) {
    // subarray() is a view: the new bytes go right after those already there.
    const count = await conn.read(data.subarray(filled));
    if (count === null) {
      throw new Deno.errors.UnexpectedEof(
        `Cannot read ${size} bytes: the peer closed after ${filled}`,
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
    // Await each write: if two ran at once, their bytes could get mixed up.
    written += await conn.write(data.subarray(written));
  }
}

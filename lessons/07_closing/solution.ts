/** One good answer to each exercise of lesson 7. */

// ---- 7.1 askAndHear ---------------------------------------------------------

export async function askAndHear(
  conn: Deno.Conn,
  question: Uint8Array,
): Promise<Uint8Array> {
  for (let sent = 0; sent < question.length;) {
    sent += await conn.write(question.subarray(sent));
  }
  // The server waits for this. close() would send it, too, but would also end
  // the other direction, from which the answer comes.
  await conn.closeWrite();

  const pieces: Uint8Array<ArrayBuffer>[] = [];
  const buffer = new Uint8Array(16 * 1024);
  while (true) {
    const count = await conn.read(buffer);
    if (count === null) break;
    // A copy: the next read overwrites the buffer.
    pieces.push(buffer.slice(0, count));
  }
  return new Uint8Array(await new Blob(pieces).arrayBuffer());
}

// ---- 7.2 closeGracefully ----------------------------------------------------

export async function closeGracefully(
  conn: Deno.Conn,
  options: { graceMs?: number } = {},
): Promise<void> {
  const { graceMs = 1000 } = options;
  // Only closing ends a read that waits; it then throws Interrupted. Disposing
  // closes, too, but doesn't mind if the connection is already closed.
  const timer = setTimeout(() => conn[Symbol.dispose](), graceMs);
  try {
    await conn.closeWrite();
    const buffer = new Uint8Array(16 * 1024);
    // The input doesn't matter any more. But as long as it's read, the system
    // sends no RST, and what was written before reaches the peer.
    while (await conn.read(buffer) !== null);
  } catch {
    // The peer is gone, or the grace period is over: time to close either way.
  } finally {
    clearTimeout(timer);
    conn[Symbol.dispose]();
  }
}

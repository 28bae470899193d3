/** One good answer to each exercise of lesson 7. */

// ---- 7.1 askAndHear ---------------------------------------------------------

export async function askAndHear(
  conn: Deno.Conn,
  question: Uint8Array,
): Promise<Uint8Array> {
  for (let sent = 0; sent < question.length;) {
    sent += await conn.write(question.subarray(sent));
  }
  // This is what the server waits for. close() would say it too, but would end
  // the other direction as well, and the answer comes that way.
  await conn.closeWrite();

  const pieces: Uint8Array<ArrayBuffer>[] = [];
  const buffer = new Uint8Array(16 * 1024);
  while (true) {
    const count = await conn.read(buffer);
    if (count === null) break;
    // A copy: the next read fills the same buffer.
    pieces.push(buffer.slice(0, count));
  }
  return new Uint8Array(await new Blob(pieces).arrayBuffer());
}

// ---- 7.2 closeGracefully -------------------------------------------------------------

export async function closeGracefully(
  conn: Deno.Conn,
  options: { graceMs?: number } = {},
): Promise<void> {
  const { graceMs = 1000 } = options;
  // Nothing but a close ends a read that waits; it then throws Interrupted.
  // Disposing closes, and does not mind if that has been done.
  const timer = setTimeout(() => conn[Symbol.dispose](), graceMs);
  try {
    await conn.closeWrite();
    const buffer = new Uint8Array(16 * 1024);
    // What comes now is of no interest. But as long as it is read, no RST is
    // sent, and our last words reach the peer.
    while (await conn.read(buffer) !== null);
  } catch {
    // The peer has gone, or the grace is over. Both mean that it is time.
  } finally {
    clearTimeout(timer);
    conn[Symbol.dispose]();
  }
}

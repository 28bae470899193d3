/** One good answer to each exercise of lesson 7. */

// ---- 7.1 askAndHear ---------------------------------------------------------

export async function askAndHear(
  conn: Deno.Conn,
  question: Uint8Array,
): Promise<Uint8Array> {
  for (let sent = 0; sent < question.length;) {
    sent += await conn.write(question.subarray(sent));
  }
  // The server is waiting for this FIN. close() would send it, too, but it would
  // also end the other direction, and you couldn't read the answer.
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
  // Closing is the only way to end a waiting read, which then throws Interrupted.
  // Unlike close(), disposing doesn't throw if the connection is already closed.
  const timer = setTimeout(() => conn[Symbol.dispose](), graceMs);
  try {
    await conn.closeWrite();
    const buffer = new Uint8Array(16 * 1024);
    // You don't need the input anymore. But if you read it, the kernel doesn't
    // send an RST, and everything that was written before reaches the peer.
    while (await conn.read(buffer) !== null);
  } catch {
    // The peer is gone, or the grace period is over. Close either way.
  } finally {
    clearTimeout(timer);
    conn[Symbol.dispose]();
  }
}

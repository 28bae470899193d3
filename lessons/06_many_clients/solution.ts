/** One good answer to each exercise of lesson 6. */

// ---- 6.1 serve --------------------------------------------------------------

export async function serve(
  listener: Deno.Listener,
  handler: (conn: Deno.Conn) => Promise<void>,
): Promise<void> {
  async function converse(conn: Deno.Conn): Promise<void> {
    // `using` closes at the end of the block, however that comes, and does not
    // mind if the handler has closed before. A second close() would throw.
    using _closed = conn;
    try {
      await handler(conn);
    } catch {
      // One client's failure is its own. A real server writes it down here.
    }
  }

  // The loop ends when the listener is closed: no error, but no client either.
  for await (const conn of listener) {
    // Not awaited, or the next client would wait for this one. That is safe
    // only because converse() catches everything: a promise that fails with
    // nobody waiting for it ends the whole process.
    converse(conn);
  }
}

// ---- 6.2 serveAtMost --------------------------------------------------------

export async function serveAtMost(
  listener: Deno.Listener,
  handler: (conn: Deno.Conn) => Promise<void>,
  limit: number,
): Promise<void> {
  const running = new Set<Promise<void>>();

  async function converse(conn: Deno.Conn): Promise<void> {
    using _closed = conn;
    try {
      await handler(conn);
    } catch {
      // The place becomes free all the same.
    }
  }

  for await (const conn of listener) {
    const conversation = converse(conn).then(() => {
      running.delete(conversation);
    });
    running.add(conversation);
    // Race, not all: one conversation that ends is one place that is free.
    // Until then nobody accepts, and who comes waits in the listener's queue.
    if (running.size >= limit) await Promise.race(running);
  }
  await Promise.all(running);
}

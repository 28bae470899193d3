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

  while (true) {
    let conn: Deno.Conn;
    try {
      conn = await listener.accept();
    } catch (error) {
      // This is how Deno says that the listener has been closed: the end.
      if (error instanceof Deno.errors.BadResource) return;
      // This client has reset its connection before it was accepted. That is
      // its own affair too: others wait. A `for await` loop would end here.
      if (error instanceof Deno.errors.NotConnected) continue;
      throw error;
    }
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

  while (true) {
    let conn: Deno.Conn;
    try {
      conn = await listener.accept();
    } catch (error) {
      if (error instanceof Deno.errors.BadResource) break;
      // Who has left before it was accepted takes no place.
      if (error instanceof Deno.errors.NotConnected) continue;
      throw error;
    }
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

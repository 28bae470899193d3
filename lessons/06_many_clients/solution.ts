/** One good answer to each exercise of lesson 6. */

// ---- 6.1 serve --------------------------------------------------------------

export async function serve(
  listener: Deno.Listener,
  handler: (conn: Deno.Conn) => Promise<void>,
): Promise<void> {
  async function serveOne(conn: Deno.Conn): Promise<void> {
    // `using` closes at the end of the block, whatever ends it, and doesn't mind
    // if the handler has already closed. A second close() would throw.
    using _closed = conn;
    try {
      await handler(conn);
    } catch {
      // Only this client is affected. A real server would log the error here.
    }
  }

  while (true) {
    let conn: Deno.Conn;
    try {
      conn = await listener.accept();
    } catch (error) {
      // The listener has been closed: that's the end.
      if (error instanceof Deno.errors.BadResource) return;
      // This client reset its connection before it was accepted, and others are
      // waiting. A `for await` loop would end here.
      if (error instanceof Deno.errors.NotConnected) continue;
      throw error;
    }
    // Not awaited, or the next client would wait for this one. That's safe only
    // because serveOne() catches everything: a promise that fails while nothing
    // awaits it ends the whole process.
    serveOne(conn);
  }
}

// ---- 6.2 serveAtMost --------------------------------------------------------

export async function serveAtMost(
  listener: Deno.Listener,
  handler: (conn: Deno.Conn) => Promise<void>,
  limit: number,
): Promise<void> {
  const running = new Set<Promise<void>>();

  async function serveOne(conn: Deno.Conn): Promise<void> {
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
      // A client that has gone before it was accepted takes no place.
      if (error instanceof Deno.errors.NotConnected) continue;
      throw error;
    }
    const served = serveOne(conn).then(() => {
      running.delete(served);
    });
    running.add(served);
    // Race, not all: when one client is done, one place is free. Until then,
    // accept nobody: new clients wait in the listener's queue.
    if (running.size >= limit) await Promise.race(running);
  }
  await Promise.all(running);
}

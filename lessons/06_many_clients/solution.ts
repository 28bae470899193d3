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
      // The listener is closed.
      if (error instanceof Deno.errors.BadResource) return;
      // This client reset its connection before you accepted it, but others are
      // waiting. A `for await` loop would end here.
      if (error instanceof Deno.errors.NotConnected) continue;
      throw error;
    }
    // Don't await this, or the next client has to wait for this one. That's safe
    // only because serveOne() catches everything: if a promise rejects and
    // nothing awaits it, the whole process ends.
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
      // Its place becomes free, too.
    }
  }

  while (true) {
    let conn: Deno.Conn;
    try {
      conn = await listener.accept();
    } catch (error) {
      if (error instanceof Deno.errors.BadResource) break;
      // A client that left before you accepted it doesn't take a place.
      if (error instanceof Deno.errors.NotConnected) continue;
      throw error;
    }
    const served = serveOne(conn).then(() => {
      running.delete(served);
    });
    running.add(served);
    // Promise.race(), not all(): one place is free as soon as one client is done.
    // Until then, don't accept. New clients wait in the backlog.
    if (running.size >= limit) await Promise.race(running);
  }
  await Promise.all(running);
}

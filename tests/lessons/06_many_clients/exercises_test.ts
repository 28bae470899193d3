import { exercises } from "../../../lessons/06_many_clients/exercises.ts";
import type {
  Handler,
  Serve,
  ServeAtMost,
} from "../../../lessons/06_many_clients/types.ts";
import { closeQuietly, serve as serveClients } from "../../../lib/net/mod.ts";
import { testAccepted, testExercises } from "../gates.ts";
import { wrongAnswers } from "./wrong_answers.ts";

testExercises("many_clients", exercises, wrongAnswers);

/** Accepts the next client that's still there; returns null at the end. */
async function nextClient(listener: Deno.Listener): Promise<Deno.Conn | null> {
  try {
    return await listener.accept();
  } catch (error) {
    if (error instanceof Deno.errors.BadResource) return null;
    if (error instanceof Deno.errors.NotConnected) return nextClient(listener);
    throw error;
  }
}

/** Serves one client, and never fails. */
async function serveOne(conn: Deno.Conn, handler: Handler): Promise<void> {
  try {
    await handler(conn);
  } catch {
    // Only this client is affected.
  } finally {
    closeQuietly(conn);
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

testAccepted<Serve>(exercises[0], {
  "starts a new `for await` loop after NotConnected": async (
    listener,
    handler,
  ) => {
    while (true) {
      try {
        for await (const conn of listener) serveOne(conn, handler);
        return;
      } catch (error) {
        if (!(error instanceof Deno.errors.NotConnected)) throw error;
      }
    }
  },
  "pauses after every error but the last": async (listener, handler) => {
    let closed = false;
    while (!closed) {
      const conn = await listener.accept().catch(async (error) => {
        closed = error instanceof Deno.errors.BadResource;
        if (!closed) await pause(1);
        return null;
      });
      if (conn !== null) serveOne(conn, handler);
    }
  },
  "looks at the code of the error": async (listener, handler) => {
    for (let open = true; open;) {
      try {
        serveOne(await listener.accept(), handler);
      } catch (error) {
        const { code } = error as { code?: string };
        open = code === "ENOTCONN";
        if (code === "EMFILE") throw new Error("no accept", { cause: error });
      }
    }
  },
  "chains accepts, with no loop": (listener, handler) => {
    function next(): Promise<void> {
      return listener.accept().then((conn) => {
        serveOne(conn, handler);
        return next();
      }, (error) => {
        if (error instanceof Deno.errors.BadResource) return;
        if (error instanceof Deno.errors.NotConnected) return next();
        return pause(250).then(next);
      });
    }
    return next();
  },
  "tries again a few times, then throws": async (listener, handler) => {
    for (let failures = 0; failures < 3;) {
      try {
        serveOne(await listener.accept(), handler);
        failures = 0;
      } catch (error) {
        if (error instanceof Deno.errors.BadResource) return;
        if (error instanceof Deno.errors.NotConnected) continue;
        if (++failures === 3) throw error;
      }
    }
  },
  "calls the helper of lib/net": (listener, handler) =>
    serveClients(listener, handler, { onError: () => {} }),
});

/** The clients that are being served. */
class Running extends Set<Promise<void>> {
  start(conn: Deno.Conn, handler: Handler): void {
    const served: Promise<void> = serveOne(conn, handler)
      .then(() => void this.delete(served));
    this.add(served);
  }
}

testAccepted<ServeAtMost>(exercises[1], {
  "has one loop for each place": async (listener, handler, limit) => {
    // A second accept() at once throws Busy, so the loops take turns.
    let turn: Promise<unknown> = Promise.resolve();
    async function loop(): Promise<void> {
      while (true) {
        const accepted = turn.then(() => nextClient(listener));
        turn = accepted.catch(() => {});
        const conn = await accepted;
        if (conn === null) return;
        await serveOne(conn, handler);
      }
    }
    await Promise.all(Array.from({ length: limit }, loop));
  },
  "accepts one more client, and pauses after other errors": async (
    listener,
    handler,
    limit,
  ) => {
    const running = new Running();
    while (true) {
      try {
        const conn = await listener.accept();
        if (running.size >= limit) await Promise.race(running);
        running.start(conn, handler);
      } catch (error) {
        if (error instanceof Deno.errors.BadResource) break;
        if (!(error instanceof Deno.errors.NotConnected)) await pause(20);
      }
    }
    await Promise.all(running);
  },
  "counts, with a promise for the next free place": async (
    listener,
    handler,
    limit,
  ) => {
    let running = 0;
    let freed = Promise.withResolvers<void>();
    let conn: Deno.Conn | null;
    while ((conn = await nextClient(listener)) !== null) {
      running++;
      serveOne(conn, handler).then(() => {
        running--;
        freed.resolve();
        freed = Promise.withResolvers();
      });
      while (running >= limit) await freed.promise;
    }
  },
  "calls the helper of lib/net": (listener, handler, limit) =>
    serveClients(listener, handler, { limit, onError: () => {} }),
});

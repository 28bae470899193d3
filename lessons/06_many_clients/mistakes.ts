/** Wrong answers to the exercises of lesson 6, and what must be said of each. */
import { closeQuietly } from "../../lib/net/mod.ts";
import type { Mistake } from "../../lib/workbook/exercise.ts";

type Handler = (conn: Deno.Conn) => Promise<void>;
type Serve = (listener: Deno.Listener, handler: Handler) => Promise<void>;
type ServeAtMost = (
  listener: Deno.Listener,
  handler: Handler,
  limit: number,
) => Promise<void>;

/** Does one conversation right, for mistakes that lie elsewhere. */
async function converse(conn: Deno.Conn, handler: Handler): Promise<void> {
  using _closed = conn;
  try {
    await handler(conn);
  } catch {
    // This client's own affair.
  }
}

/** Wrong answers to 6.1. */
export const serveMistakes: Mistake<Serve>[] = [
  {
    name: "awaits the handler",
    async attempt(listener, handler) {
      for await (const conn of listener) await converse(conn, handler);
    },
    diagnosis: /1 of 3 handlers.*makes the next client wait/s,
  },
  {
    name: "lets the promise float, and a failure ends the process",
    async attempt(listener, handler) {
      for await (const conn of listener) {
        handler(conn).finally(() => conn.close());
      }
    },
    diagnosis: /nobody was waiting for that promise.*ends the whole process/s,
  },
  {
    name:
      "does as Deno's published example: starts it and thinks no more of it",
    async attempt(listener, handler) {
      for await (const conn of listener) handler(conn);
    },
    diagnosis: /nobody was waiting for that promise.*ends the whole process/s,
  },
  {
    name: "closes the listener when a handler fails",
    async attempt(listener, handler) {
      for await (const conn of listener) {
        handler(conn)
          .catch(() => listener.close())
          .finally(() => conn.close());
      }
    },
    diagnosis: /closed the listener/,
  },
  {
    name: "ends in the error of the first handler that fails",
    async attempt(listener, handler) {
      const failed = Promise.withResolvers<never>();
      const accepting = (async () => {
        for await (const conn of listener) {
          handler(conn).catch(failed.reject).finally(() => conn.close());
        }
      })();
      await Promise.race([accepting, failed.promise]);
    },
    diagnosis: /One client's failure has ended the server/,
  },
  {
    name: "is ended by a handler that throws at once",
    async attempt(listener, handler) {
      for await (const conn of listener) {
        handler(conn).catch(() => {}).finally(() => closeQuietly(conn));
      }
    },
    diagnosis: /before it had a promise/,
  },
  {
    name: "closes only after a success",
    async attempt(listener, handler) {
      for await (const conn of listener) {
        handler(conn).then(() => conn.close()).catch(() => {});
      }
    },
    diagnosis: /whose handler has failed is still open/,
  },
  {
    name: "never closes",
    async attempt(listener, handler) {
      for await (const conn of listener) handler(conn).catch(() => {});
    },
    diagnosis: /handler is done.*nobody else will close it/s,
  },
  {
    name: "closes without waiting for the handler",
    async attempt(listener, handler) {
      for await (const conn of listener) {
        using _closed = conn;
        handler(conn).catch(() => {});
      }
    },
    diagnosis: /closed under a handler that was still at work/,
  },
  {
    name: "closes a second time what the handler has closed",
    async attempt(listener, handler) {
      async function start(conn: Deno.Conn): Promise<void> {
        try {
          await handler(conn);
        } catch {
          // This client's own affair.
        } finally {
          conn.close();
        }
      }
      for await (const conn of listener) start(conn);
    },
    diagnosis: /a second close\(\) throws BadResource/,
  },
  {
    name: "rejects when the listener closes",
    async attempt(listener, handler) {
      while (true) converse(await listener.accept(), handler);
    },
    diagnosis: /how a server is told to stop/,
  },
  {
    name: "serves one client",
    async attempt(listener, handler) {
      converse(await listener.accept(), handler);
    },
    diagnosis: /returned while the listener was open/,
  },
];

/** Wrong answers to 6.2. */
export const serveAtMostMistakes: Mistake<ServeAtMost>[] = [
  {
    name: "has workers that accept at the same time",
    async attempt(listener, handler, limit) {
      await Promise.all(Array.from({ length: limit }, async () => {
        for await (const conn of listener) await converse(conn, handler);
      }));
    },
    diagnosis: /threw Busy.*accept in one loop/s,
  },
  {
    name: "has workers that end without a word when Deno refuses an accept",
    async attempt(listener, handler, limit) {
      await Promise.all(Array.from({ length: limit }, async () => {
        try {
          for await (const conn of listener) await converse(conn, handler);
        } catch {
          // It was closed, they thought.
        }
      }));
    },
    diagnosis: /stalled.*accept in one loop/s,
  },
  {
    name: "off by one",
    async attempt(listener, handler, limit) {
      const running = new Set<Promise<void>>();
      for await (const conn of listener) {
        const conversation: Promise<void> = converse(conn, handler)
          .then(() => void running.delete(conversation));
        running.add(conversation);
        if (running.size > limit) await Promise.race(running);
      }
    },
    diagnosis: /3 handlers at once, where the limit is 2.*one too many/s,
  },
  {
    name: "races against conversations that are long over",
    async attempt(listener, handler, limit) {
      const started: Promise<void>[] = [];
      for await (const conn of listener) {
        started.push(converse(conn, handler));
        if (started.length >= limit) await Promise.race(started);
      }
    },
    diagnosis: /settled already wins every race/,
  },
  {
    name: "counts down only after a success",
    async attempt(listener, handler, limit) {
      let running = 0;
      let wake = () => {};
      for await (const conn of listener) {
        running++;
        handler(conn).then(() => {
          running--;
          wake();
        }).catch(() => {}).finally(() => closeQuietly(conn));
        while (running >= limit) {
          await new Promise<void>((resolve) => wake = resolve);
        }
      }
    },
    diagnosis: /A handler that fails gives its place back too/,
  },
  {
    name: "waits for a whole batch",
    async attempt(listener, handler, limit) {
      let batch: Promise<void>[] = [];
      for await (const conn of listener) {
        batch.push(converse(conn, handler));
        if (batch.length < limit) continue;
        await Promise.all(batch);
        batch = [];
      }
    },
    diagnosis: /Promise\.race\(\), not Promise\.all\(\)/,
  },
  {
    name: "polls",
    async attempt(listener, handler, limit) {
      let running = 0;
      for await (const conn of listener) {
        running++;
        converse(conn, handler).then(() => running--);
        while (running >= limit) {
          await new Promise((resolve) => setTimeout(resolve, 5));
        }
      }
    },
    diagnosis: /setTimeout\(\).*asks again and again/s,
  },
  {
    name: "turns away who finds no place",
    async attempt(listener, handler, limit) {
      let running = 0;
      for await (const conn of listener) {
        if (running >= limit) {
          conn.close();
          continue;
        }
        running++;
        converse(conn, handler).then(() => running--);
      }
    },
    diagnosis: /turned away/,
  },
  {
    name: "is ended by the first failure that it waits for",
    async attempt(listener, handler, limit) {
      const running = new Set<Promise<void>>();
      for await (const conn of listener) {
        const conversation: Promise<void> = handler(conn).finally(() => {
          running.delete(conversation);
          closeQuietly(conn);
        });
        running.add(conversation);
        if (running.size >= limit) await Promise.race(running);
      }
    },
    diagnosis: /One client's failure has ended the server/,
  },
  {
    name: "closes only after a success",
    async attempt(listener, handler, limit) {
      const running = new Set<Promise<void>>();
      for await (const conn of listener) {
        const conversation: Promise<void> = Promise.resolve(conn)
          .then(handler)
          .then(() => conn.close(), () => {})
          .then(() => void running.delete(conversation));
        running.add(conversation);
        if (running.size >= limit) await Promise.race(running);
      }
    },
    diagnosis: /still open at the end/,
  },
];

/** Wrong answers to the exercises of lesson 6, and what must be said of each. */
import { closeQuietly } from "../../../lib/net/mod.ts";
import type { WrongAnswer } from "../gates.ts";

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

/** Accepts as it should be done, for mistakes that lie elsewhere. */
async function* clientsOf(listener: Deno.Listener): AsyncGenerator<Deno.Conn> {
  while (true) {
    try {
      yield await listener.accept();
    } catch (error) {
      if (error instanceof Deno.errors.BadResource) return;
      if (!(error instanceof Deno.errors.NotConnected)) throw error;
    }
  }
}

/** Wrong answers to 6.1. */
export const serveMistakes: WrongAnswer<Serve>[] = [
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
      while (true) {
        try {
          converse(await listener.accept(), handler);
        } catch (error) {
          if (!(error instanceof Deno.errors.NotConnected)) throw error;
        }
      }
    },
    diagnosis: /how a server is told to stop/,
  },
  {
    name: "loops with `for await`, which a client ends that has left already",
    async attempt(listener, handler) {
      for await (const conn of listener) converse(conn, handler);
    },
    diagnosis: /NotConnected.*before it was accepted.*in a loop of your own/s,
  },
  {
    name: "takes every error of accept() for the end",
    async attempt(listener, handler) {
      while (true) {
        let conn: Deno.Conn;
        try {
          conn = await listener.accept();
        } catch {
          return;
        }
        converse(conn, handler);
      }
    },
    diagnosis: /returned while.*NotConnected.*end of that client/s,
  },
  {
    name: "catches around a `for await` loop, and does not begin it again",
    async attempt(listener, handler) {
      try {
        for await (const conn of listener) converse(conn, handler);
      } catch (error) {
        console.assert(error instanceof Deno.errors.NotConnected);
      }
    },
    diagnosis: /returned while.*NotConnected.*end of that client/s,
  },
  {
    name: "begins again once only",
    async attempt(listener, handler) {
      try {
        for await (const conn of listener) converse(conn, handler);
      } catch {
        for await (const conn of listener) converse(conn, handler);
      }
    },
    diagnosis: /NotConnected.*before it was accepted.*in a loop of your own/s,
  },
  {
    name: "goes on after every error of accept(), also after the last",
    async attempt(listener, handler) {
      while (true) {
        try {
          converse(await listener.accept(), handler);
        } catch {
          // Somebody had left, it thinks.
        }
      }
    },
    diagnosis: /BadResource.*is the end.*again and again/s,
  },
  {
    name: "leaves an accept() that nobody waits for",
    async attempt(listener, handler) {
      const closed = Promise.withResolvers<void>();
      function next(): void {
        listener.accept().then((conn) => {
          converse(conn, handler);
          next();
        }, (error) => {
          if (!(error instanceof Deno.errors.BadResource)) throw error;
          closed.resolve();
        });
      }
      next();
      await closed.promise;
    },
    diagnosis: /NotConnected.*before it was accepted.*in a loop of your own/s,
  },
  {
    name: "closes every connection when the listener closes",
    async attempt(listener, handler) {
      const open: Deno.Conn[] = [];
      for await (const conn of clientsOf(listener)) {
        open.push(conn);
        converse(conn, handler);
      }
      open.forEach(closeQuietly);
    },
    diagnosis: /closed under a handler that was still at work/,
  },
  {
    name: "serves one client",
    async attempt(listener, handler) {
      converse(await listener.accept(), handler);
    },
    diagnosis: /returned while the listener was open/,
  },
  {
    name: "goes on at once after every error of accept() but the last",
    async attempt(listener, handler) {
      while (true) {
        try {
          converse(await listener.accept(), handler);
        } catch (error) {
          if (error instanceof Deno.errors.BadResource) return;
        }
      }
    },
    diagnosis: /Too many open files.*again and again without a pause/s,
  },
  {
    name:
      "goes on after a client that has left, and takes all else for the end",
    async attempt(listener, handler) {
      while (true) {
        try {
          converse(await listener.accept(), handler);
        } catch (error) {
          if (error instanceof Deno.errors.NotConnected) continue;
          return;
        }
      }
    },
    diagnosis: /returned after.*Too many open files.*Nobody learns/s,
  },
  {
    name: "throws what accept() threw where nobody waits for it",
    async attempt(listener, handler) {
      const closed = Promise.withResolvers<void>();
      async function accepting(): Promise<void> {
        for await (const conn of clientsOf(listener)) converse(conn, handler);
        closed.resolve();
      }
      accepting();
      await closed.promise;
    },
    diagnosis: /Too many open files.*reach whoever awaits serve\(\)/s,
  },
];

/** Keeps the limit, and goes on after every error but that of the end. */
function goingOn(afterError: () => void | Promise<void>): ServeAtMost {
  return async (listener, handler, limit) => {
    const running = new Set<Promise<void>>();
    while (true) {
      try {
        const conn = await listener.accept();
        const conversation: Promise<void> = converse(conn, handler)
          .then(() => void running.delete(conversation));
        running.add(conversation);
        if (running.size >= limit) await Promise.race(running);
      } catch (error) {
        if (error instanceof Deno.errors.BadResource) return;
        await afterError();
      }
    }
  };
}

/** Wrong answers to 6.2. */
export const serveAtMostMistakes: WrongAnswer<ServeAtMost>[] = [
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
    diagnosis: /Promise\.race\(\), not the first one.*Promise\.all\(\)/s,
  },
  {
    name: "waits for the oldest conversation",
    async attempt(listener, handler, limit) {
      const running: Promise<void>[] = [];
      for await (const conn of clientsOf(listener)) {
        const conversation: Promise<void> = converse(conn, handler).then(() =>
          void running.splice(running.indexOf(conversation), 1)
        );
        running.push(conversation);
        if (running.length >= limit) await running[0];
      }
    },
    diagnosis: /Promise\.race\(\), not the first one/,
  },
  {
    name: "waits for the newest conversation",
    async attempt(listener, handler, limit) {
      const running: Promise<void>[] = [];
      for await (const conn of clientsOf(listener)) {
        const conversation: Promise<void> = converse(conn, handler).then(() =>
          void running.splice(running.indexOf(conversation), 1)
        );
        running.push(conversation);
        if (running.length >= limit) await running.at(-1);
      }
    },
    diagnosis: /Promise\.race\(\), not the first one.*or the last/s,
  },
  {
    name: "loops with `for await`, which a client ends that has left already",
    async attempt(listener, handler, limit) {
      const running = new Set<Promise<void>>();
      for await (const conn of listener) {
        const conversation: Promise<void> = converse(conn, handler)
          .then(() => void running.delete(conversation));
        running.add(conversation);
        if (running.size >= limit) await Promise.race(running);
      }
    },
    diagnosis: /NotConnected.*before it was accepted.*in a loop of your own/s,
  },
  {
    name: "takes a place before it accepts, and keeps it if nobody comes in",
    async attempt(listener, handler, limit) {
      let free = limit;
      let freed = Promise.withResolvers<void>();
      while (true) {
        while (free === 0) await freed.promise;
        free--;
        try {
          const conn = await listener.accept();
          converse(conn, handler).then(() => {
            free++;
            freed.resolve();
            freed = Promise.withResolvers();
          });
        } catch (error) {
          if (error instanceof Deno.errors.BadResource) return;
        }
      }
    },
    diagnosis: /left before it was accepted takes no place/,
  },
  {
    name: "takes every error of accept() for the end",
    async attempt(listener, handler, limit) {
      const running = new Set<Promise<void>>();
      try {
        for await (const conn of listener) {
          const conversation: Promise<void> = converse(conn, handler)
            .then(() => void running.delete(conversation));
          running.add(conversation);
          if (running.size >= limit) await Promise.race(running);
        }
      } catch {
        // It was closed, it thinks.
      }
    },
    diagnosis: /returned while.*NotConnected.*end of that client/s,
  },
  {
    name: "gives a place back for a client that had taken none",
    async attempt(listener, handler, limit) {
      let running = 0;
      let freed = Promise.withResolvers<void>();
      function leave(): void {
        running--;
        freed.resolve();
        freed = Promise.withResolvers();
      }
      while (true) {
        while (running >= limit) await freed.promise;
        try {
          const conn = await listener.accept();
          running++;
          converse(conn, handler).then(leave);
        } catch (error) {
          if (error instanceof Deno.errors.BadResource) return;
          leave();
        }
      }
    },
    diagnosis: /2 handlers at once.*has taken no place, and gives none back/s,
  },
  {
    name: "waits a little after a client that has left",
    attempt: goingOn(() => new Promise((resolve) => setTimeout(resolve, 10))),
    diagnosis: /setTimeout\(\).*nothing to wait for/s,
  },
  {
    name: "gives a place back twice after a failure",
    async attempt(listener, handler, limit) {
      let running = 0;
      let freed = Promise.withResolvers<void>();
      function leave(): void {
        running--;
        freed.resolve();
        freed = Promise.withResolvers();
      }
      async function start(conn: Deno.Conn): Promise<void> {
        try {
          await handler(conn);
        } catch {
          leave();
        } finally {
          closeQuietly(conn);
          leave();
        }
      }
      for await (const conn of clientsOf(listener)) {
        running++;
        start(conn);
        while (running >= limit) await freed.promise;
      }
    },
    diagnosis: /handlers at once.*given back once only/s,
  },
  {
    name: "never gives a place back",
    async attempt(listener, handler, limit) {
      let served = 0;
      for await (const conn of clientsOf(listener)) {
        converse(conn, handler);
        if (++served >= limit) await new Promise<never>(() => {});
      }
    },
    diagnosis: /A place is free as soon as ONE conversation has ended/,
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
      for await (const conn of clientsOf(listener)) {
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
  {
    name: "accepts everybody at once, and lets them wait in a row of its own",
    async attempt(listener, handler, limit) {
      let running = 0;
      const waiting: Deno.Conn[] = [];
      async function start(conn: Deno.Conn): Promise<void> {
        running++;
        await converse(conn, handler);
        running--;
        const next = waiting.shift();
        if (next !== undefined) start(next);
      }
      for await (const conn of clientsOf(listener)) {
        if (running < limit) start(conn);
        else waiting.push(conn);
      }
    },
    diagnosis:
      /You have accepted 6 clients with a limit of 2\..*waits in the queue/s,
  },
  {
    name: "goes on at once after every error of accept() but the last",
    attempt: goingOn(() => {}),
    diagnosis: /Too many open files.*again and again without a pause/s,
  },
  {
    name:
      "goes on after a client that has left, and takes all else for the end",
    async attempt(listener, handler, limit) {
      const running = new Set<Promise<void>>();
      while (true) {
        try {
          const conn = await listener.accept();
          const conversation: Promise<void> = converse(conn, handler)
            .then(() => void running.delete(conversation));
          running.add(conversation);
          if (running.size >= limit) await Promise.race(running);
        } catch (error) {
          if (error instanceof Deno.errors.NotConnected) continue;
          return;
        }
      }
    },
    diagnosis: /returned after.*Too many open files.*Nobody learns/s,
  },
];

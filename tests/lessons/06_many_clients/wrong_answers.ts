/** Wrong answers to the exercises of lesson 6, each with its diagnosis. */
import * as promises from "node:timers/promises";
import * as solution from "../../../lessons/06_many_clients/solution.ts";
import type {
  Serve,
  ServeAtMost,
} from "../../../lessons/06_many_clients/types.ts";
import { closeQuietly } from "../../../lib/net/mod.ts";
import type { WrongAnswer, WrongAnswers } from "../gates.ts";

// Lines of the solutions.
const CLOSED = "if (error instanceof Deno.errors.BadResource)";
const GONE = "if (error instanceof Deno.errors.NotConnected) continue;";
const OTHERWISE = "throw error;";
const START = "serveOne(conn);";

/** Does something else when a client has reset before it was accepted. */
function onGone(code: string): [string, string] {
  return [
    GONE,
    `if (error instanceof Deno.errors.NotConnected) { ${code} continue; }`,
  ];
}

/** Mistakes that are possible in both exercises. */
const either: WrongAnswer<Serve & ServeAtMost>[] = [
  {
    name: "rethrows NotConnected, like a `for await` loop",
    replace: [GONE, ""],
    diagnosis: /NotConnected for that one.*in your own loop/s,
  },
  {
    name: "retries at once after every error from accept() but the last",
    replace: [OTHERWISE, "continue;"],
    diagnosis: /Too many open files.*again and again without a pause/s,
  },
  {
    name: "returns after any error from accept() but NotConnected",
    replace: [OTHERWISE, "return;"],
    diagnosis: /returned after.*Too many open files.*can't tell/s,
  },
];

const serve: WrongAnswer<Serve>[] = [
  ...either,
  {
    name: "awaits the handler",
    replace: [START, `await ${START}`],
    diagnosis: /1 of 3 handlers is running.*the next client waits/s,
  },
  {
    name: "doesn't catch what a handler throws",
    replace: [START, "handler(conn).finally(() => conn.close());"],
    diagnosis: /nothing was awaiting its promise.*ends the whole process/s,
  },
  {
    name: "closes the listener when a handler fails",
    replace: [
      START,
      "handler(conn).catch(() => listener.close()).finally(() => conn.close());",
    ],
    diagnosis: /You closed the listener/,
  },
  {
    name: "rejects when the first handler fails",
    async attempt(listener, handler) {
      const failed = Promise.withResolvers<void>();
      const serving = solution.serve(
        listener,
        (conn) => handler(conn).catch(failed.reject),
      );
      await Promise.race([serving, failed.promise]);
    },
    diagnosis: /One client's failure ended your server/,
  },
  {
    name: "ends when a handler throws before it returns a promise",
    replace: [
      START,
      "handler(conn).catch(() => {}).finally(() => conn[Symbol.dispose]());",
    ],
    diagnosis: /before it returned a promise/,
  },
  {
    name: "closes only after a success",
    replace: [START, "handler(conn).then(() => conn.close()).catch(() => {});"],
    diagnosis: /closed whose handler has failed.*even if the handler failed/s,
  },
  {
    name: "never closes",
    replace: ["using _closed = conn;", ""],
    diagnosis: /closed whose handler has returned.*its client waits forever/s,
  },
  {
    name: "closes without waiting for the handler",
    replace: ["await handler(conn);", "handler(conn).catch(() => {});"],
    diagnosis: /closed a connection whose handler was still running/,
  },
  {
    name: "closes every connection when the listener closes",
    async attempt(listener, handler) {
      const open: Deno.Conn[] = [];
      await solution.serve(listener, (conn) => {
        open.push(conn);
        return handler(conn);
      });
      open.forEach(closeQuietly);
    },
    diagnosis: /closed only the listener.*let its handler finish/s,
  },
  {
    name: "closes the listener once more at the end",
    replace: [`${CLOSED} return;`, `${CLOSED} return listener.close();`],
    diagnosis: /you closed it once more.*belongs to your caller/s,
  },
  {
    name: "returns when the last handler is done",
    async attempt(listener, handler) {
      const idle = Promise.withResolvers<void>();
      let running = 0;
      const serving = solution.serve(listener, async (conn) => {
        running++;
        try {
          await handler(conn);
        } finally {
          if (--running === 0) idle.resolve();
        }
      });
      await Promise.race([serving, idle.promise]);
    },
    diagnosis: /when the last handler was done.*can come at any time/s,
  },
  {
    name: "closes a connection that the handler has closed",
    replace: [
      START,
      `(async () => {
        try { await handler(conn); } catch {} finally { conn.close(); }
      })();`,
    ],
    diagnosis: /a second close\(\) throws BadResource/,
  },
  {
    name: "rejects when the listener closes",
    replace: [`${CLOSED} return;`, ""],
    diagnosis: /closes the listener to stop the server/,
  },
  {
    name: "retries after every error from accept(), even the last",
    replace: [`${CLOSED} return;`, `${CLOSED} continue;`],
    diagnosis: /You retry after every error, so you loop forever/s,
  },
  {
    name: "returns after any error from accept()",
    replace: [`${CLOSED} return;`, "return;"],
    diagnosis: /returned while.*NotConnected.*Only that client is gone/s,
  },
  {
    name: "keeps accepting after the first NotConnected only",
    replace: [
      "error instanceof Deno.errors.NotConnected",
      "error instanceof Deno.errors.NotConnected && (serve.on = !serve.on)",
    ],
    diagnosis: /NotConnected for that one.*in your own loop/s,
  },
  {
    name: "serves 16 clients at once, and no more",
    attempt: (listener, handler) => solution.serveAtMost(listener, handler, 16),
    diagnosis: /16 handlers are running.*Don't set a limit/s,
  },
  {
    name: "serves one client",
    replace: [START, `${START} return;`],
    diagnosis: /Keep accepting until the listener is closed/,
  },
  {
    name: "rethrows accept()'s error in a promise that it doesn't await",
    replace: [OTHERWISE, "await new Promise(() => Promise.reject(error));"],
    diagnosis: /Too many open files.*reach the caller of serve\(\)/s,
  },
];

/** Starts one loop for each place, all of them on the same listener. */
function loops(start: (serving: Promise<void>) => Promise<void>): ServeAtMost {
  return async (listener, handler, limit) => {
    await Promise.all(
      Array.from(
        { length: limit },
        () => start(solution.serveAtMost(listener, handler, 1)),
      ),
    );
  };
}

// Lines of the solution to 6.2.
const RACE = "Promise.race(running)";
const WAIT = `if (running.size >= limit) await ${RACE};`;

const serveAtMost: WrongAnswer<ServeAtMost>[] = [
  ...either,
  {
    name: "has several loops that accept at the same time",
    attempt: loops((serving) => serving),
    diagnosis: /threw Busy.*Accept in one loop/s,
  },
  {
    name: "has several loops that end silently when an accept() is Busy",
    attempt: loops((serving) => serving.catch(() => {})),
    diagnosis: /Timed out.*Accept in one loop/s,
  },
  {
    name: "calls the handler after an error from accept()",
    replace: [OTHERWISE, ""],
    diagnosis: /Too many open files.*you called the handler/s,
  },
  {
    name: "starts one too many",
    replace: ["running.size >= limit", "running.size > limit"],
    diagnosis: /3 handlers were running.*the limit is 2.*one too many/s,
  },
  {
    name: "starts all at once",
    replace: [WAIT, ""],
    diagnosis: /6 handlers were running.*You ignored the limit/s,
  },
  {
    name: "races against handlers that were done long ago",
    replace: ["running.delete(served);", ""],
    diagnosis: /already settled, and it wins every race/,
  },
  {
    name: "frees a place only after a success",
    replace: ["} catch {", "} catch {\n await new Promise(() => {});"],
    diagnosis: /You didn't free the place of a handler that failed/,
  },
  {
    name: "closes a connection that the handler has closed",
    replace: ["// Its place becomes free, too.\n    }", "}\n    conn.close();"],
    diagnosis: /the handler had already closed, and a second close\(\)/,
  },
  {
    name: "waits until all handlers are done",
    replace: [RACE, "Promise.all(running)"],
    diagnosis: /it's free as soon as ANY/,
  },
  {
    name: "waits for the oldest handler",
    replace: [RACE, "[...running][0]"],
    diagnosis: /it's free as soon as ANY/,
  },
  {
    name: "gives a place to a client that has left",
    replace: onGone(`running.add(new Promise(() => {})); await ${RACE};`),
    diagnosis: /You gave a place to a client that had reset/,
  },
  {
    name: "frees a place for a client that never had one",
    replace: onGone("limit++;"),
    diagnosis: /3 handlers were running.*a client that never had one/s,
  },
  {
    name: "waits a little after a client that has left",
    replace: onGone("await new Promise((next) => setTimeout(next, 10));"),
    diagnosis: /uses a timer.*You waited after NotConnected/s,
  },
  {
    name: "frees a place twice after a failure",
    replace: ["} catch {", "} catch {\n limit++;"],
    diagnosis: /handlers were running.*Free each place exactly once/s,
  },
  ...["setTimeout(next, 5)", "setImmediate(next)"].map((wait) => ({
    name: `polls by ${wait}`,
    replace: [
      WAIT,
      `while (running.size >= limit) await new Promise((next) => ${wait});`,
    ] as [string, string],
    diagnosis: /uses a timer.*a promise from each handler/s,
  })),
  {
    name: "polls by node:timers/promises",
    async attempt(listener, handler, limit) {
      let running = 0;
      const wrapped = {
        __proto__: listener,
        async accept() {
          while (running >= limit) await promises.setTimeout(5);
          return await listener.accept();
        },
      };
      await solution.serve(
        wrapped as unknown as Deno.Listener,
        async (conn) => {
          running++;
          await handler(conn).finally(() => running--);
        },
      );
    },
    diagnosis: /uses a timer.*a promise from each handler/s,
  },
  {
    name: "counts the clients of all servers together",
    replace: [
      "const running = new Set<Promise<void>>();",
      "const running = serveAtMost.running ??= new Set<Promise<void>>();",
    ],
    diagnosis: /The two share something/,
  },
  {
    name: "closes every connection when the listener closes",
    async attempt(listener, handler, limit) {
      const open: Deno.Conn[] = [];
      await solution.serveAtMost(
        {
          accept: () =>
            listener.accept().catch((error) => {
              if (error instanceof Deno.errors.BadResource) {
                open.forEach(closeQuietly);
              }
              throw error;
            }),
        } as Deno.Listener,
        (conn) => {
          open.push(conn);
          return handler(conn);
        },
        limit,
      );
    },
    diagnosis: /closed only the listener.*let its handler finish/s,
  },
  {
    name: "closes connections that have no place yet",
    async attempt(listener, handler, limit) {
      let running = 0;
      await solution.serve(listener, async (conn) => {
        if (running >= limit) return;
        running++;
        await handler(conn).finally(() => running--);
      });
    },
    diagnosis: /closed the connection of a client that had no place yet/,
  },
  {
    name: "rejects when a handler fails",
    replace: ["} catch {", "} catch (error) {\n throw error;"],
    diagnosis: /One client's failure ended your server/,
  },
  {
    name: "accepts every client at once, and lets most of them wait",
    async attempt(listener, handler, limit) {
      const waiting: (() => void)[] = [];
      await solution.serve(listener, async (conn) => {
        if (limit-- <= 0) await new Promise<void>((go) => waiting.push(go));
        await handler(conn).finally(() => (limit++, waiting.shift()?.()));
      });
    },
    diagnosis: /You accepted 6 clients, with a limit of 2/,
  },
];

/** The wrong answers to each exercise, by its id. */
export const wrongAnswers: WrongAnswers = {
  "6.1": serve,
  "6.2": serveAtMost,
};

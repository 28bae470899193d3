import { assert, assertEquals, assertMatch } from "@std/assert";
import { exercises } from "../lessons/06_many_clients/checks.ts";
import { lesson, serve } from "../lessons/06_many_clients/lesson.ts";
import {
  closeQuietly,
  connectTcp,
  readExact,
  serve as serveClients,
} from "../lib/net/mod.ts";
import { testAccepted, testExercises } from "./gates.ts";
import { record, Recording } from "./record.ts";

testExercises("many_clients", exercises);

type Handler = (conn: Deno.Conn) => Promise<void>;
type Serve = (listener: Deno.Listener, handler: Handler) => Promise<void>;
type ServeAtMost = (
  listener: Deno.Listener,
  handler: Handler,
  limit: number,
) => Promise<void>;

testAccepted<Serve>(exercises[0], {
  "with accept() in a loop, and promises chained": async (
    listener,
    handler,
  ) => {
    while (true) {
      let conn: Deno.Conn;
      try {
        conn = await listener.accept();
      } catch (error) {
        if (error instanceof Deno.errors.BadResource) return;
        throw error;
      }
      Promise.resolve(conn).then(handler)
        .catch(() => {})
        .finally(() => closeQuietly(conn));
    }
  },
  "by recursion, waiting for every conversation": async (listener, handler) => {
    async function next(): Promise<void> {
      let conn: Deno.Conn;
      try {
        conn = await listener.accept();
      } catch {
        return;
      }
      await Promise.all([
        next(),
        (async () => {
          try {
            await handler(conn);
          } catch {
            // Gone.
          }
          conn[Symbol.dispose]();
        })(),
      ]);
    }
    await next();
  },
  "with the helper of lib/net": (listener, handler) =>
    serveClients(listener, handler, { onError: () => {} }),
});

/** One conversation, whatever becomes of it. */
async function converse(conn: Deno.Conn, handler: Handler): Promise<void> {
  try {
    await handler(conn);
  } catch {
    // Gone.
  } finally {
    closeQuietly(conn);
  }
}

testAccepted<ServeAtMost>(exercises[1], {
  "with one accepting loop for each place": async (
    listener,
    handler,
    limit,
  ) => {
    // Two accepts at once are Busy, so the loops take turns at the door.
    let door = Promise.resolve();
    async function place(): Promise<void> {
      while (true) {
        const accepted = door.then(() => listener.accept());
        door = accepted.then(() => {}, () => {});
        let conn: Deno.Conn;
        try {
          conn = await accepted;
        } catch {
          return;
        }
        await converse(conn, handler);
      }
    }
    await Promise.all(Array.from({ length: limit }, place));
  },
  "accepting at once, and making the client wait inside": async (
    listener,
    handler,
    limit,
  ) => {
    let free = limit;
    const waiting: (() => void)[] = [];
    const all: Promise<void>[] = [];
    async function whenFree(conn: Deno.Conn): Promise<void> {
      if (free > 0) free--;
      else await new Promise<void>((resolve) => waiting.push(resolve));
      await converse(conn, handler);
      const next = waiting.shift();
      if (next === undefined) free++;
      else next();
    }
    for await (const conn of listener) all.push(whenFree(conn));
    await Promise.all(all);
  },
  "with a count, and one promise for the next free place": async (
    listener,
    handler,
    limit,
  ) => {
    let running = 0;
    let freed = Promise.withResolvers<void>();
    for await (const conn of listener) {
      running++;
      converse(conn, handler).then(() => {
        running--;
        freed.resolve();
        freed = Promise.withResolvers();
      });
      while (running >= limit) await freed.promise;
    }
  },
});

Deno.test("lesson 6 shows who is held up, who is not, and how the queue fills", async () => {
  const recording = await record(lesson);
  // What happened on both lanes, as one story for each of the two servers.
  const stories: string[] = [];
  for (const event of recording.events) {
    if (event.kind === "lanes") stories.push("");
    if (event.kind === "call") stories.push(`${stories.pop()}${event.call}; `);
    if (event.kind === "arrow") {
      stories.push(`${stories.pop()}${event.received}; `);
    }
  }
  assertEquals(stories.length, 2);
  assertMatch(
    stories[0],
    /accepts 1;.*2 still waits: .*1 closes; accepts 2;.*2 is answered/,
  );
  assertMatch(
    stories[1],
    /accepts 2.*2 is answered; 1 is still silent/,
  );

  assertEquals(recording.fact("conversations open at once"), "101");

  if (Deno.build.os === "linux") {
    assertEquals(recording.fact("connected"), "3 clients");
    assertMatch(recording.fact("client 4"), /no answer .* it waits/);
    assertMatch(recording.fact("client 4 then"), /^connected, after/);
  } else {
    assert(parseInt(recording.fact("connected")) >= 1);
  }
});

Deno.test("lesson 6 serves clients at once, and counts them", async () => {
  const stop = new AbortController();
  const recording = new Recording();
  const serving = serve(recording.show, {
    port: 0,
    folder: "",
    signal: stop.signal,
  });
  const port = Number(recording.fact("netcat").match(/\d+$/)![0]);
  using silent = await connectTcp(port);
  assertEquals(await textOf(silent, 29), "you are client 1, at once: 1\n");
  {
    using second = await connectTcp(port);
    assertEquals(await textOf(second, 29), "you are client 2, at once: 2\n");
    await second.write(new TextEncoder().encode("?\n"));
    assertEquals(await textOf(second, 11), "at once: 2\n");
  }
  stop.abort();
  await serving;
  const notes = recording.all("note").map(({ text }) => text);
  assertMatch(notes.at(-1)!, /2 clients served, at most 2 at once/);
});

/** One line of the server, whose length is known. */
async function textOf(conn: Deno.Conn, size: number): Promise<string> {
  return new TextDecoder().decode(await readExact(conn, size));
}

import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { exercises } from "../../../lessons/06_many_clients/exercises.ts";
import { lesson, serve } from "../../../lessons/06_many_clients/lesson.ts";
import {
  closeQuietly,
  connectTcp,
  readExact,
  serve as serveClients,
} from "../../../lib/net/mod.ts";
import { CheckFailed, FakeConn } from "../../../lib/workbook/kit/mod.ts";
import { describeServeError } from "../../../lib/workbook/cli/run_lesson.ts";
import { testAccepted, testExercises } from "../gates.ts";
import { record, Recording } from "../record.ts";
import { serveAtMostMistakes, serveMistakes } from "./wrong_answers.ts";

testExercises("many_clients", exercises, {
  "6.1": serveMistakes,
  "6.2": serveAtMostMistakes,
});

type Handler = (conn: Deno.Conn) => Promise<void>;
type Serve = (listener: Deno.Listener, handler: Handler) => Promise<void>;
type ServeAtMost = (
  listener: Deno.Listener,
  handler: Handler,
  limit: number,
) => Promise<void>;

/** The next client who is still there, or null when the listener is closed. */
async function whoComes(listener: Deno.Listener): Promise<Deno.Conn | null> {
  try {
    return await listener.accept();
  } catch (error) {
    if (error instanceof Deno.errors.BadResource) return null;
    if (error instanceof Deno.errors.NotConnected) return whoComes(listener);
    throw error;
  }
}

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
        if (error instanceof Deno.errors.NotConnected) continue;
        throw error;
      }
      Promise.resolve(conn).then(handler)
        .catch(() => {})
        .finally(() => closeQuietly(conn));
    }
  },
  "with `for await` in a loop that begins it anew": async (
    listener,
    handler,
  ) => {
    while (true) {
      try {
        for await (const conn of listener) converse(conn, handler);
        return;
      } catch (error) {
        if (!(error instanceof Deno.errors.NotConnected)) throw error;
      }
    }
  },
  "with accept().catch(), and a pause after all but the end": async (
    listener,
    handler,
  ) => {
    let closed = false;
    while (!closed) {
      const conn = await listener.accept().catch(async (error) => {
        closed = error instanceof Deno.errors.BadResource;
        if (!closed) await pause(1);
        return null;
      });
      if (conn !== null) converse(conn, handler);
    }
  },
  "by the code of the error": async (
    listener,
    handler,
  ) => {
    for (let open = true; open;) {
      try {
        converse(await listener.accept(), handler);
      } catch (error) {
        const { code } = error as { code?: string };
        open = code === "ENOTCONN";
        if (code === "EMFILE") throw new Error("no accept", { cause: error });
      }
    }
  },
  "by recursion, waiting for every conversation": async (listener, handler) => {
    async function next(): Promise<void> {
      const conn = await whoComes(listener);
      if (conn === null) return;
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
  "with a chain of promises, and no loop": (listener, handler) => {
    function next(): Promise<void> {
      return listener.accept().then((conn) => {
        converse(conn, handler);
        return next();
      }, (error) => {
        if (error instanceof Deno.errors.BadResource) return;
        if (error instanceof Deno.errors.NotConnected) return next();
        return pause(250).then(next);
      });
    }
    return next();
  },
  "tries again a few times, then throws the error on": async (
    listener,
    handler,
  ) => {
    for (let failures = 0; failures < 3;) {
      try {
        converse(await listener.accept(), handler);
        failures = 0;
      } catch (error) {
        if (error instanceof Deno.errors.BadResource) return;
        if (error instanceof Deno.errors.NotConnected) continue;
        if (++failures === 3) throw error;
      }
    }
  },
  "with the helper of lib/net": (listener, handler) =>
    serveClients(listener, handler, { onError: () => {} }),
});

/** What is missing may come in this time. */
function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

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
        const accepted = door.then(() => whoComes(listener));
        door = accepted.then(() => {}, () => {});
        const conn = await accepted;
        if (conn === null) return;
        await converse(conn, handler);
      }
    }
    await Promise.all(Array.from({ length: limit }, place));
  },
  "accepting one, who waits for a place in its hand": async (
    listener,
    handler,
    limit,
  ) => {
    const running = new Set<Promise<void>>();
    for (
      let conn = await whoComes(listener);
      conn !== null;
      conn = await whoComes(listener)
    ) {
      if (running.size >= limit) await Promise.race(running);
      const conversation: Promise<void> = converse(conn, handler)
        .then(() => void running.delete(conversation));
      running.add(conversation);
    }
    await Promise.all(running);
  },
  "with a pause where accept() fails for want of something": async (
    listener,
    handler,
    limit,
  ) => {
    const running = new Set<Promise<void>>();
    while (true) {
      if (running.size >= limit) await Promise.race(running);
      try {
        const conn = await listener.accept();
        const conversation: Promise<void> = converse(conn, handler)
          .then(() => void running.delete(conversation));
        running.add(conversation);
      } catch (error) {
        if (error instanceof Deno.errors.BadResource) break;
        if (!(error instanceof Deno.errors.NotConnected)) await pause(20);
      }
    }
    await Promise.all(running);
  },
  "with a count, and one promise for the next free place": async (
    listener,
    handler,
    limit,
  ) => {
    let running = 0;
    let freed = Promise.withResolvers<void>();
    while (true) {
      const conn = await whoComes(listener);
      if (conn === null) return;
      running++;
      converse(conn, handler).then(() => {
        running--;
        freed.resolve();
        freed = Promise.withResolvers();
      });
      while (running >= limit) await freed.promise;
    }
  },
  "with the helper of lib/net": (listener, handler, limit) =>
    serveClients(listener, handler, { limit, onError: () => {} }),
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
    assertEquals(recording.fact("accept()"), "threw NotConnected");
    assertMatch(recording.fact("for await"), /^threw NotConnected/);
    assertEquals(
      recording.fact("serve() in lib/net"),
      "heard of NotConnected, and served client 2",
    );
  } else {
    assert(parseInt(recording.fact("connected")) >= 1);
  }
});

for (const name of ["oldest", "newest"]) {
  Deno.test({
    name:
      `6.2: who waits for the ${name} conversation hears so when another ends`,
    // The answer is left where it waits.
    sanitizeOps: false,
    sanitizeResources: false,
    async fn() {
      const { check } = exercises[1];
      const mistake = serveAtMostMistakes.find((one) =>
        one.name.includes(name)
      )!;
      const error = await assertRejects(
        () =>
          check((mistake as { attempt: unknown }).attempt, { stallMs: 1000 }),
        CheckFailed,
      );
      assertMatch(error.steps.at(-1)!, /of the two is done, and another one/);
    },
  });
}

Deno.test("--serve says whether a client is gone, left before, or could not be accepted", () => {
  assertEquals(
    describeServeError(new Deno.errors.NotConnected("gone")),
    "a client left before it was accepted",
  );
  assertEquals(
    describeServeError(new Error("Too many open files (os error 24)")),
    "cannot accept a client: Error: Too many open files (os error 24)",
  );
  assertEquals(
    describeServeError(new Error("reset"), new FakeConn()),
    "a client is gone: Error: reset",
  );
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

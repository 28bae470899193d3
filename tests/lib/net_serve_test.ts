import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import { once } from "node:events";
import { connect as connectNode } from "node:net";
import { connect, connectTcp } from "../../lib/net/connect.ts";
import { listen, listenTcp } from "../../lib/net/listen.ts";
import { readExact, readToEnd } from "../../lib/net/read.ts";
import { serve } from "../../lib/net/serve.ts";
import { writeAll } from "../../lib/net/write.ts";
import { TimerWatch } from "../../lib/workbook/kit/timer_watch.ts";
import {
  failingFirst,
  noUnixSockets,
  pattern,
  temporaryFolder,
  watchedSignal,
} from "./net_fixture.ts";

/** As serve(), but rejects at its end if anything has been reported. */
async function serveWell<C extends Deno.Conn>(
  listener: Deno.Listener<C>,
  handler: (conn: C) => Promise<void> | void,
  options: { limit?: number; signal?: AbortSignal } = {},
): Promise<void> {
  const { list, onError } = reports();
  await serve(listener, handler, { ...options, onError });
  assertEquals(list, []);
}

/** Collects what is reported. */
function reports() {
  const list: { error: unknown; conn?: Deno.Conn }[] = [];
  return {
    list,
    onError: (error: unknown, conn?: Deno.Conn) =>
      void list.push({ error, conn }),
  };
}

/** Collects what goes to console.error until it is disposed of. */
function captureConsole() {
  const original = console.error;
  const calls: unknown[][] = [];
  console.error = (...args) => void calls.push(args);
  return { calls, [Symbol.dispose]: () => void (console.error = original) };
}

/** Lets all that is due run, and the sockets be looked at once. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

/** The handler where no client must come in. */
function noClient(): void {
  throw new Error("there should be no client here");
}

async function echo(conn: Deno.Conn): Promise<void> {
  const buffer = new Uint8Array(4096);
  while (true) {
    const count = await conn.read(buffer);
    if (count === null) return;
    await writeAll(conn, buffer.subarray(0, count));
  }
}

/** The client sees the end of the stream, one way or another. */
async function assertEnded(client: Deno.Conn): Promise<void> {
  try {
    assertEquals(await client.read(new Uint8Array(1)), null);
  } catch (error) {
    assert(error instanceof Deno.errors.ConnectionReset, String(error));
  }
}

Deno.test("serve() talks to many clients at once, and a silent one doesn't delay the others", async () => {
  const listener = listenTcp();
  const { port } = listener.addr;
  const served = serveWell(listener, echo);

  using _silent = await connectTcp(port);
  await Promise.all(Array.from({ length: 100 }, async (_, index) => {
    using client = await connectTcp(port);
    const data = pattern(100 + index);
    await writeAll(client, data);
    assertEquals(await readExact(client, data.length), data);
  }));

  _silent.close();
  listener.close();
  await served;
});

Deno.test("serve() passes the listener's own kind of connection to the handler", async () => {
  const listener = listenTcp();
  const ports = Promise.withResolvers<number>();
  const served = serveWell(listener, (conn) => {
    conn.setNoDelay();
    ports.resolve(conn.remoteAddr.port);
  });
  using client = await connectTcp(listener.addr.port);
  assertEquals(await ports.promise, client.localAddr.port);
  listener.close();
  await served;
});

Deno.test({
  name: "serve() serves a Unix listener",
  ignore: noUnixSockets,
  async fn() {
    using folder = temporaryFolder();
    const path = `${folder.path}/a.sock`;
    const listener = await listen(`unix:${path}`);
    const served = serveWell(listener, echo);
    using client = await connect(`unix:${path}`);
    await writeAll(client, pattern(10));
    await client.closeWrite();
    assertEquals(await readToEnd(client), pattern(10));
    listener.close();
    await served;
  },
});

Deno.test("serve() closes a connection when its handler returns", async () => {
  const listener = listenTcp();
  const served = serveWell(listener, () => {});
  using client = await connectTcp(listener.addr.port);
  assertEquals(await client.read(new Uint8Array(1)), null);
  listener.close();
  await served;
});

Deno.test("serve() accepts a handler that closes its connection", async () => {
  const listener = listenTcp();
  const served = serveWell(listener, (conn) => conn.close());
  using client = await connectTcp(listener.addr.port);
  assertEquals(await client.read(new Uint8Array(1)), null);
  listener.close();
  await served;
});

for (const how of ["throws", "rejects"]) {
  Deno.test(`serve() ends one client only when its handler ${how}, and reports it`, async () => {
    const listener = listenTcp();
    const { port } = listener.addr;
    const failure = new Error("this handler has a bug");
    const { list, onError } = reports();
    let clients = 0;
    const served = serve(listener, (conn) => {
      if (++clients === 2) {
        if (how === "throws") throw failure;
        return Promise.reject(failure);
      }
      return echo(conn);
    }, { onError });

    // The reply says that the handler of the first has begun.
    using first = await connectTcp(port);
    await writeAll(first, new Uint8Array([1]));
    assertEquals(await readExact(first, 1), new Uint8Array([1]));
    using second = await connectTcp(port);
    await assertEnded(second);
    using third = await connectTcp(port);
    for (const client of [first, third]) {
      await writeAll(client, new Uint8Array([7]));
      await client.closeWrite();
      assertEquals(await readToEnd(client), new Uint8Array([7]));
    }

    listener.close();
    await served;
    assertEquals(list.length, 1);
    assertStrictEquals(list[0].error, failure);
    assertEquals(
      (list[0].conn?.remoteAddr as Deno.NetAddr).port,
      second.localAddr.port,
    );
  });
}

Deno.test("serve() reports while the connection is still open, so that onError can answer", async () => {
  const listener = listenTcp();
  const served = serve(listener, () => {
    throw new Error("no such command");
  }, {
    onError: (error, conn) =>
      writeAll(conn!, new TextEncoder().encode((error as Error).message)),
  });
  using client = await connectTcp(listener.addr.port);
  assertEquals(
    new TextDecoder().decode(await readToEnd(client)),
    "no such command",
  );
  listener.close();
  await served;
});

Deno.test("serve() writes failures to the console without onError", async () => {
  using captured = captureConsole();
  const listener = listenTcp();
  const failure = new Error("this handler has a bug");
  const served = serve(listener, () => {
    throw failure;
  });
  using client = await connectTcp(listener.addr.port);
  await assertEnded(client);
  listener.close();
  await served;
  assertEquals(captured.calls, [
    [`Cannot serve tcp://127.0.0.1:${client.localAddr.port}:`, failure],
  ]);
});

for (const how of ["throws", "rejects"]) {
  Deno.test(`serve() continues, and tells the console, when onError ${how}`, async () => {
    using captured = captureConsole();
    const listener = listenTcp();
    const served = serve(listener, () => {
      throw new Error("handler");
    }, {
      onError() {
        if (how === "throws") throw new Error("onError");
        return Promise.reject(new Error("onError"));
      },
    });
    for (let round = 0; round < 2; round++) {
      using client = await connectTcp(listener.addr.port);
      await assertEnded(client);
    }
    listener.close();
    await served;
    assertEquals(captured.calls.length, 2);
  });
}

Deno.test("serve() returns only when the listener is closed and every handler has settled", async () => {
  const listener = listenTcp();
  const entered = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  const events: string[] = [];
  const served = serveWell(listener, async (conn) => {
    entered.resolve();
    await released.promise;
    await writeAll(conn, new Uint8Array([1]));
    events.push("handler done");
  }).then(() => events.push("served"));

  using client = await connectTcp(listener.addr.port);
  await entered.promise;
  listener.close();
  released.resolve();
  // The conversation ends in good order although the listener is closed.
  assertEquals(await readToEnd(client), new Uint8Array([1]));
  await served;
  assertEquals(events, ["handler done", "served"]);
});

Deno.test("serve() returns at once for a listener that is closed", async () => {
  const listener = listenTcp();
  listener.close();
  await serveWell(listener, echo);
});

Deno.test("serve() rejects with Busy if another accept() is waiting", async () => {
  const listener = listenTcp();
  const accepted = assertRejects(
    () => listener.accept(),
    Deno.errors.BadResource,
  );
  await assertRejects(
    () => serve(listener, echo),
    Deno.errors.Busy,
  );
  listener.close();
  await accepted;
});

/** What a handler can be at when the abort comes; each rejects with another error. */
const BUSY_WITH: Record<
  string,
  (conn: Deno.Conn, signal: AbortSignal) => Promise<unknown>
> = {
  "waits in a read": (conn) => readExact(conn, 1), // Interrupted
  // The client does not read, so this fills the buffers, and waits.
  "waits in a write": (conn) => writeAll(conn, new Uint8Array(64 << 20)),
  "waits for the signal": (_, signal) =>
    aborted(signal).then(() => signal.throwIfAborted()), // The reason.
  "uses its connection afterwards": (conn, signal) =>
    aborted(signal).then(() => conn.read(new Uint8Array(1))), // BadResource
};

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) =>
    signal.addEventListener("abort", () => resolve(), { once: true })
  );
}

for (const [name, work] of Object.entries(BUSY_WITH)) {
  Deno.test(`serve() on abort ends a handler that ${name}, and reports nothing`, async () => {
    const listener = listenTcp();
    const stop = new AbortController();
    const entered = Promise.withResolvers<void>();
    let failure: unknown;
    const served = serveWell(listener, async (conn) => {
      const working = work(conn, stop.signal);
      entered.resolve();
      await working.catch((error) => {
        failure = error;
        throw error;
      });
    }, { signal: stop.signal });

    using _client = await connectTcp(listener.addr.port);
    await entered.promise;
    stop.abort();
    await served;
    assert(failure instanceof Error, "the handler has failed");
    await assertRejects(() => listener.accept(), Deno.errors.BadResource);
  });
}

Deno.test("serve() on abort still reports a failure of another kind", async () => {
  const listener = listenTcp();
  const stop = new AbortController();
  const entered = Promise.withResolvers<void>();
  const { list, onError } = reports();
  const served = serve(listener, async (conn) => {
    entered.resolve();
    await conn.read(new Uint8Array(1)).catch(() => {});
    throw new TypeError("a bug in the clean-up");
  }, { signal: stop.signal, onError });
  using _client = await connectTcp(listener.addr.port);
  await entered.promise;
  stop.abort();
  await served;
  assertEquals(list.map(({ error }) => String(error)), [
    "TypeError: a bug in the clean-up",
  ]);
});

Deno.test("serve() reports Interrupted and BadResource if an abort isn't the cause", async () => {
  const listener = listenTcp();
  const { list, onError } = reports();
  const served = serve(listener, async (conn) => {
    conn.close();
    await conn.read(new Uint8Array(1));
  }, { signal: new AbortController().signal, onError });
  using client = await connectTcp(listener.addr.port);
  await assertEnded(client);
  listener.close();
  await served;
  assertEquals(list.length, 1);
  assert(list[0].error instanceof Deno.errors.BadResource);
});

Deno.test("serve() closes the listener and returns if the signal is already aborted", async () => {
  const listener = listenTcp();
  using client = await connectTcp(listener.addr.port);
  await serveWell(listener, noClient, {
    signal: AbortSignal.abort(),
  });
  await assertEnded(client);
  await assertRejects(() => listener.accept(), Deno.errors.BadResource);
});

Deno.test("serve() ends a handler that aborts the server in its first line", async () => {
  const listener = listenTcp();
  const stop = new AbortController();
  const served = serveWell(listener, async (conn) => {
    stop.abort();
    await conn.read(new Uint8Array(1));
  }, { signal: stop.signal });
  using client = await connectTcp(listener.addr.port);
  await served;
  await assertEnded(client);
});

Deno.test("serve() closes a client that is accepted at the moment of the abort", async () => {
  const listener = listenTcp();
  const stop = new AbortController();
  const accept = listener.accept.bind(listener);
  listener.accept = async () => {
    const conn = await accept();
    stop.abort();
    return conn;
  };
  using client = await connectTcp(listener.addr.port);
  await serveWell(listener, noClient, { signal: stop.signal });
  await assertEnded(client);
});

Deno.test("serve() removes its listeners from the signal after its end", async () => {
  const listener = listenTcp();
  const watched = watchedSignal();
  const served = serveWell(listener, echo, { signal: watched.signal });
  assertEquals(watched.listeners, 1);
  listener.close();
  await served;
  assertEquals(watched.listeners, 0);
});

for (const limit of [1, 3]) {
  Deno.test(`serve() with limit ${limit} talks to ${limit} at once, no more and no fewer`, async () => {
    const listener = listenTcp();
    let now = 0;
    let most = 0;
    const full = Promise.withResolvers<void>();
    const served = serveWell(listener, async (conn) => {
      most = Math.max(most, ++now);
      if (now === limit) full.resolve();
      // Nobody ends before it is seen that as many as may are talked to.
      await full.promise;
      await echo(conn);
      now--;
    }, { limit });
    await Promise.all(Array.from({ length: 20 }, async (_, index) => {
      using client = await connectTcp(listener.addr.port);
      await writeAll(client, pattern(100 + index));
      await client.closeWrite();
      assertEquals(await readToEnd(client), pattern(100 + index));
    }));
    assertEquals(most, limit);
    listener.close();
    await served;
  });
}

for (const how of ["returns", "throws", "rejects", "closes and returns"]) {
  Deno.test(`serve() with a limit accepts the next as soon as a handler ${how}`, async () => {
    const listener = listenTcp();
    const accept = listener.accept.bind(listener);
    let accepts = 0;
    listener.accept = () => {
      accepts++;
      return accept();
    };
    const { list, onError } = reports();
    const entered = Promise.withResolvers<void>();
    const first = Promise.withResolvers<void>();
    let clients = 0;
    const served = serve(listener, (conn) => {
      if (++clients > 1) return echo(conn);
      entered.resolve();
      if (how === "throws") throw new Error("a bug");
      return first.promise.then(() => {
        if (how === "rejects") throw new Error("a bug");
        if (how !== "returns") conn.close();
      });
    }, { limit: 1, onError });

    using one = await connectTcp(listener.addr.port);
    using two = await connectTcp(listener.addr.port);
    await writeAll(two, pattern(3));
    await entered.promise;
    if (how !== "throws") {
      // The second is connected and has written, but is not accepted.
      await nextTurn();
      assertEquals([clients, accepts], [1, 1]);
    }
    first.resolve();
    assertEquals(await readExact(two, 3), pattern(3));
    await assertEnded(one);
    await two.closeWrite();
    await assertEnded(two);
    listener.close();
    await served;
    assertEquals(list.length, how === "throws" || how === "rejects" ? 1 : 0);
  });
}

Deno.test("serve() with a limit reached ends when the listener is closed", async () => {
  const listener = listenTcp();
  const entered = Promise.withResolvers<void>();
  const served = serveWell(listener, (conn) => {
    entered.resolve();
    return echo(conn);
  }, { limit: 1 });
  using client = await connectTcp(listener.addr.port);
  using waiting = await connectTcp(listener.addr.port);
  await entered.promise;
  listener.close();
  await assertEnded(waiting);
  // The conversation under way goes on.
  await writeAll(client, pattern(3));
  await client.closeWrite();
  assertEquals(await readToEnd(client), pattern(3));
  await served;
});

Deno.test("serve() with a limit reached ends when the signal is aborted", async () => {
  const listener = listenTcp();
  const stop = new AbortController();
  const entered = Promise.withResolvers<void>();
  const served = serveWell(listener, (conn) => {
    entered.resolve();
    return echo(conn);
  }, { limit: 1, signal: stop.signal });
  using client = await connectTcp(listener.addr.port);
  using waiting = await connectTcp(listener.addr.port);
  await entered.promise;
  stop.abort();
  await served;
  await assertEnded(client);
  await assertEnded(waiting);
});

for (const limit of [0, -1, 1.5, NaN]) {
  Deno.test(`serve() rejects with RangeError for limit ${limit}, and leaves the listener`, async () => {
    using listener = listenTcp();
    await assertRejects(
      () => serve(listener, noClient, { limit }),
      RangeError,
      `Cannot serve ${limit} clients at once: it must be an integer >= 1`,
    );
    using _client = await connectTcp(listener.addr.port);
    (await listener.accept()).close();
  });
}

Deno.test("serve() drops its reference to a connection when the handler is done", async () => {
  const listener = listenTcp();
  const stop = new AbortController();
  let closes = 0;
  const served = serveWell(listener, (conn) => {
    const close = conn.close.bind(conn);
    conn.close = () => {
      closes++;
      close();
    };
  }, { signal: stop.signal });
  using client = await connectTcp(listener.addr.port);
  await assertEnded(client);
  // A connection that it still knew would be closed once more.
  stop.abort();
  await served;
  assertEquals(closes, 1);
});

/** The pauses that serve() made: no other timer here waits for any time. */
function pauses({ started }: TimerWatch): number[] {
  return started.filter((ms) => ms > 0);
}

/** Connects, sends a byte, and has it back. */
async function askOnce(port: number): Promise<void> {
  using client = await connectTcp(port);
  await writeAll(client, new Uint8Array([1]));
  await client.closeWrite();
  assertEquals(await readToEnd(client), new Uint8Array([1]));
}

Deno.test("serve() reports a failed accept, waits a little, and continues", async () => {
  const failures = [
    new Error("Too many open files (os error 24)"),
    new Deno.errors.PermissionDenied("not now"),
  ];
  const listener = failingFirst(failures);
  const { list, onError } = reports();
  using timers = new TimerWatch();
  const served = serve(listener, echo, { onError });
  await askOnce(listener.addr.port);
  // Without these, a lasting failure would keep it busy.
  assertEquals(pauses(timers), [100, 100]);

  listener.close();
  await served;
  assertEquals(list, failures.map((error) => ({ error, conn: undefined })));
});

Deno.test("serve() reports a client that left before it was accepted, and continues at once", async () => {
  const failures = [
    new Deno.errors.NotConnected("gone already"),
    new Deno.errors.ConnectionAborted("gone already"),
    new Deno.errors.ConnectionReset("gone already"),
  ];
  const listener = failingFirst(failures);
  const { list, onError } = reports();
  using timers = new TimerWatch();
  const served = serve(listener, echo, { onError });
  await askOnce(listener.addr.port);
  assertEquals(pauses(timers), []);

  listener.close();
  await served;
  assertEquals(list, failures.map((error) => ({ error, conn: undefined })));
});

/**
 * Clients that connect, and reset before anybody has accepted them. Returns when
 * the system has taken note of it: on Linux a connection that waits in the
 * listener's queue stands in this list, from the listener's port to the client's,
 * and one that was reset does not.
 */
async function resetInQueue(port: number, count: number): Promise<void> {
  const entries: string[] = [];
  for (let i = 0; i < count; i++) {
    const socket = connectNode(port, "127.0.0.1");
    await once(socket, "connect");
    const [near, far] = [port, socket.localPort!].map((one) =>
      one.toString(16).toUpperCase().padStart(4, "0")
    );
    entries.push(`0100007F:${near} 0100007F:${far} `);
    socket.resetAndDestroy();
  }
  while (true) {
    const list = await Deno.readTextFile("/proc/net/tcp");
    if (!entries.some((entry) => list.includes(entry))) return;
    await nextTurn();
  }
}

const notLinux = Deno.build.os === "linux"
  ? ""
  : " (ignored: only Linux lists who waits in a queue)";
Deno.test({
  name:
    `serve() serves the next client without a pause when twenty have reset before they were accepted${notLinux}`,
  ignore: notLinux !== "",
  async fn() {
    const listener = listenTcp();
    const { port } = listener.addr;
    const { list, onError } = reports();
    // One place, and somebody in it: nobody else is accepted.
    const served = serve(listener, echo, { limit: 1, onError });
    using first = await connectTcp(port);
    await writeAll(first, new Uint8Array([1]));
    assertEquals(await readExact(first, 1), new Uint8Array([1]));
    await resetInQueue(port, 20);

    using timers = new TimerWatch();
    const asked = askOnce(port);
    await first.closeWrite();
    assertEquals(await first.read(new Uint8Array(1)), null);
    await asked;
    assertEquals(pauses(timers), []);

    listener.close();
    await served;
    assertEquals(list.length, 20);
    for (const { error, conn } of list) {
      assert(error instanceof Deno.errors.NotConnected, String(error));
      assertEquals(conn, undefined);
    }
  },
});

Deno.test("serve() lets other tasks run even if one client after another has left", async () => {
  const listener = listenTcp();
  const ENOUGH = 1_000_000;
  let [calls, open] = [0, true];
  listener.accept = () =>
    Promise.reject(
      open && ++calls < ENOUGH
        ? new Deno.errors.NotConnected("gone already")
        : new Deno.errors.BadResource("closed"),
    );
  const served = serve(listener, noClient, { onError: () => {} });
  for (let i = 0; i < 3; i++) await nextTurn();
  open = false;
  listener.close();
  await served;
  assert(calls < ENOUGH, "it kept the event loop to itself");
});

Deno.test("serve() reports on the console a client that left before it was accepted", async () => {
  using captured = captureConsole();
  const failure = new Deno.errors.NotConnected("gone already");
  const listener = failingFirst([failure]);
  const served = serve(listener, echo);
  await askOnce(listener.addr.port);
  listener.close();
  await served;
  assertEquals(captured.calls, [
    ["A client left before it was accepted:", failure],
  ]);
});

Deno.test("serve() writes a failed accept to the console without onError", async () => {
  using captured = captureConsole();
  const listener = listenTcp();
  const accept = listener.accept.bind(listener);
  const failure = new Error("Too many open files (os error 24)");
  let calls = 0;
  listener.accept = () => {
    if (calls++ === 0) return Promise.reject(failure);
    listener.close();
    return accept();
  };
  await serve(listener, echo);
  assertEquals(captured.calls, [["Cannot accept:", failure]]);
});

/**
 * Lesson 6: one listener, many clients.
 *
 * Two clients, one of them silent, meet two servers that differ in one word:
 * `await`. Then a server never accepts, and its backlog fills up. Finally, a
 * client leaves the backlog before the server accepts it.
 */
import {
  closeQuietly,
  connectResettable,
  connectTcp,
  formatAddress,
  listenTcp,
  readExact,
  serve as serveClients,
  writeAll,
} from "../../lib/net/mod.ts";
import { counted, formatElapsed, type Narrator } from "../../lib/show/mod.ts";
import {
  answerFor,
  describeServeError,
  runLesson,
  type ServeContext,
} from "../../lib/workbook/cli/run_lesson.ts";
import type { Handler, Serve } from "./types.ts";
import { lessons } from "../mod.ts";

const TO_CLIENTS = { from: "server", to: "clients" };
const HELLO = new TextEncoder().encode("hello");

/** A client that gets no answer for this many milliseconds counts as waiting. */
const PATIENCE_MS = 400;
/** The time limit for anything that has to happen, in milliseconds. */
const LIMIT_MS = 20_000;

/** Runs the demonstration. */
export async function lesson(show: Narrator): Promise<void> {
  await oneAfterAnother(show);
  await allAtOnce(show);
  await hundredSilent(show);
  await fullQueue(show);
  await leftTheQueue(show);
}

/** Shows that a server that awaits its handler talks to one client only. */
async function oneAfterAnother(show: Narrator): Promise<void> {
  show.step("A server that awaits each conversation");
  show.say("for await (const conn of listener) await talk(conn);");
  await show.predict(
    'Client 1 connects and sends nothing. Client 2 connects and sends "hello". ' +
      "When does client 2 get its answer?",
  );
  await meetTwoClients(show, {
    serve: async (listener, talk) => {
      for await (const conn of listener) await talk(conn);
    },
    patienceMs: PATIENCE_MS,
  });
  show.say(
    "The server waits in client 1's read(). It comes back to accept() only " +
      "when client 1 has gone, so one silent client holds up everyone else.",
  );
}

/** Shows a server that starts each handler without awaiting it. */
async function allAtOnce(show: Narrator): Promise<void> {
  show.step("The same clients, and a server that doesn't wait");
  show.say("for await (const conn of listener) talk(conn);");
  await meetTwoClients(show, {
    async serve(listener, talk) {
      const talks: Promise<void>[] = [];
      for await (const conn of listener) talks.push(talk(conn));
      await Promise.all(talks);
    },
    patienceMs: LIMIT_MS,
  });
  show.say(
    "At its first await, talk() returns a promise. The loop doesn't await it, " +
      "so it's back at accept() right away. That doesn't take a second thread: " +
      "a conversation that's waiting costs only a little memory. (A real " +
      "server also closes each connection and catches what talk() throws: " +
      "that's exercise 6.1, and serve() in lib/net.)",
  );
}

interface Meeting {
  /** Runs the server: accepts clients until the listener closes. */
  serve: (listener: Deno.Listener, talk: Handler) => Promise<void>;
  /** How long client 2 waits before client 1 closes its connection. */
  patienceMs: number;
}

/** Draws what happens when client 1 is silent and client 2 speaks. */
async function meetTwoClients(
  show: Narrator,
  { serve, patienceMs }: Meeting,
): Promise<void> {
  using listener = listenTcp();
  const lanes = show.lanes("clients", "server");
  let accepted = 0;
  const serving = serve(listener, (conn) => {
    lanes.call("server", `accepts ${++accepted}`);
    return talk(conn);
  });
  lanes.call("clients", "1 connects");
  const silent = await connectTcp(listener.addr.port);
  lanes.call("clients", "2 connects");
  using second = await connectTcp(listener.addr.port);
  lanes.call("clients", '2 sends "hello"');
  const askedAt = performance.now();
  await writeAll(second, HELLO);

  const answer = readExact(second, HELLO.length);
  const held = await within(patienceMs, answer) === "still waiting";
  if (held) {
    const waited = formatElapsed(performance.now() - askedAt);
    lanes.call("clients", `2 is waiting: ${waited}`);
    silent.close();
    lanes.call("clients", "1 closes");
  }
  lanes.arrow(TO_CLIENTS, {
    data: await answer,
    received: "2 gets its answer",
  });
  const answered = formatElapsed(performance.now() - askedAt);
  if (!held) {
    lanes.call("clients", "1 is still silent");
    silent.close();
  }
  show.fact("client 2 got its answer after", answered);
  await second.closeWrite();
  listener.close();
  await serving;
}

/** Sends back what arrives, until the client's stream ends. */
async function talk(conn: Deno.Conn): Promise<void> {
  using _closed = conn;
  const buffer = new Uint8Array(1024);
  for (
    let count = await conn.read(buffer);
    count !== null;
    count = await conn.read(buffer)
  ) {
    await writeAll(conn, buffer.subarray(0, count));
  }
}

/** Shows that one thread can keep many conversations open. */
async function hundredSilent(show: Narrator): Promise<void> {
  const SILENT = 100;
  show.step(`Of ${SILENT + 1} clients, only one speaks`);
  const listener = listenTcp();
  let open = 0;
  let most = 0;
  const serving = serveClients(listener, async (conn) => {
    most = Math.max(most, ++open);
    await talk(conn);
    open--;
  });
  const silent: Deno.Conn[] = [];
  for (let i = 0; i < SILENT; i++) {
    silent.push(await connectTcp(listener.addr.port));
  }
  const speaker = await connectTcp(listener.addr.port);
  const askedAt = performance.now();
  await writeAll(speaker, HELLO);
  await readExact(speaker, HELLO.length);
  show.fact("answered after", formatElapsed(performance.now() - askedAt));
  show.fact("conversations open at once", most);
  for (const conn of [...silent, speaker]) conn.close();
  listener.close();
  await serving;
}

/** Fills the backlog of a server that never accepts. */
async function fullQueue(show: Narrator): Promise<void> {
  const BACKLOG = 2;
  // More than any system should hold with a backlog of two.
  const TRIES = 16;
  show.step("A server that never accepts");
  await show.predict(
    `A listener has a backlog of ${BACKLOG} (tcpBacklog: ${BACKLOG}) and never ` +
      "calls accept(). How many clients can connect? Is the next one refused?",
  );
  using listener = listenTcp(0, { backlog: BACKLOG });
  const clients: Deno.Conn[] = [];
  let next: Promise<Deno.Conn>;
  let askedAt: number;
  let outcome: Deno.Conn | "still waiting" | Error;
  do {
    askedAt = performance.now();
    next = connectTcp(listener.addr.port, { timeoutMs: LIMIT_MS });
    outcome = await within(PATIENCE_MS, next)
      .catch((error: Error) => error);
    if (outcome === "still waiting" || outcome instanceof Error) break;
    clients.push(outcome);
  } while (clients.length < TRIES);

  const last = `client ${clients.length + 1}`;
  show.fact("connected", counted(clients.length, "client"));
  if (outcome === "still waiting") {
    const waited = formatElapsed(performance.now() - askedAt);
    show.fact(last, `no answer after ${waited}: it waits`);
    clients.push(await listener.accept());
    show.fact("the server", "accepts one");
    clients.push(await next);
    const inAfter = formatElapsed(performance.now() - askedAt);
    show.fact(`${last} then`, `connected, after ${inAfter}`);
    show.say(
      `${last[0].toUpperCase()}${
        last.slice(1)
      } wasn't refused. The queue was ` +
        "full, so the kernel dropped its SYN, the packet that asks for a " +
        "connection. The client's kernel sent it again by itself (on Linux, " +
        "first after a second), and by then there was room.",
    );
  } else if (outcome instanceof Error) {
    show.fact(last, `${outcome.name}: this system refuses the client`);
  } else {
    show.say(`${TRIES} clients are connected. The lesson doesn't try more.`);
  }
  for (const conn of clients) conn.close();
}

/** Lets client 1 reset while it and client 2 are in the backlog. */
async function leftTheQueue(show: Narrator): Promise<void> {
  show.step("A client that leaves the backlog");
  await show.predict(
    "Client 1 connects and resets its connection, which ends it at once. " +
      "Then client 2 connects. Only now does the server call accept(). What does it get: client 1, " +
      "client 2, or something else?",
  );
  using byHand = await oneLeftOneWaits();
  show.fact("accept()", await next(byHand));
  show.fact("accept() again", await next(byHand));

  using inLoop = await oneLeftOneWaits();
  show.fact("for await", await forAwait(inLoop));

  using served = await oneLeftOneWaits();
  const errors: string[] = [];
  await serveClients(served.listener, (conn) => {
    if (served.nameOf(conn) === "client 2") served.listener.close();
  }, { onError: (error) => void errors.push((error as Error).name) });
  const reported = errors.join(", ") || "no error";
  show.fact("serve() in lib/net", `reported ${reported}, and served client 2`);
  show.say(
    "On Linux, a client that has reset its connection keeps its place in the " +
      "queue. Deno's accept() takes it out, finds that there's no client " +
      "anymore, and throws. The error is about that one client: the next accept() returns " +
      "client 2. But a for await loop rethrows it, and the server ends.",
  );
}

/** A listener with two clients in its backlog: one has reset, and one waits. */
interface Queue extends Disposable {
  listener: Deno.TcpListener;
  /** Tells which of the two clients a connection is for. */
  nameOf(conn: Deno.TcpConn): "client 1" | "client 2";
}

async function oneLeftOneWaits(): Promise<Queue> {
  const listener = listenTcp();
  const { port } = listener.addr;
  using first = await connectResettable(port);
  first.reset();
  const second = await connectTcp(port);
  return {
    listener,
    nameOf: (conn) =>
      conn.remoteAddr.port === second.localAddr.port ? "client 2" : "client 1",
    [Symbol.dispose]() {
      listener[Symbol.dispose]();
      second.close();
    },
  };
}

/** Calls accept() once; tells what it returned or threw. */
async function next({ listener, nameOf }: Queue): Promise<string> {
  try {
    using conn = await listener.accept();
    return `returned ${nameOf(conn)}`;
  } catch (error) {
    return `threw ${(error as Error).name}`;
  }
}

/** Runs the short loop; returns how it ended. */
async function forAwait({ listener, nameOf }: Queue): Promise<string> {
  try {
    for await (const conn of listener) {
      conn.close();
      if (nameOf(conn) === "client 2") return "returned client 2";
    }
    return "ended";
  } catch (error) {
    return `threw ${(error as Error).name}, and client 2 is still waiting`;
  }
}

/** Waits for a promise, for `ms` milliseconds at most. */
async function within<V>(
  ms: number,
  promise: Promise<V>,
): Promise<V | "still waiting"> {
  const late = Promise.withResolvers<"still waiting">();
  const timer = setTimeout(late.resolve, ms, "still waiting");
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** Runs a server that tells its clients how many are connected. */
export async function serve(
  show: Narrator,
  context: ServeContext,
): Promise<void> {
  const { port, signal } = context;
  using listener = listenTcp(port, { signal });
  const { hostname, port: own } = listener.addr;
  show.say(
    `A server is listening at ${
      formatAddress(listener.addr)
    }. It answers each ` +
      "line with the number of connected clients.",
  );
  show.say(
    "Connect from at least two terminals, and stay silent in one of them. " +
      "Press Ctrl-C here to stop the server.",
  );
  show.command("netcat", `nc ${hostname} ${own}`);
  show.command("socat", `socat - TCP:${hostname}:${own}`);
  show.command("curl", `curl telnet://${hostname}:${own}`);
  show.note("waiting for clients");

  const open = new Set<Deno.Conn>();
  let clients = 0;
  let most = 0;
  const serveOurs: Serve = (listener, handler) =>
    serveClients(listener, handler, {
      signal,
      onError: (error, conn) => show.note(describeServeError(error, conn)),
    });
  const serveAll = answerFor(context, "serve", serveOurs);
  await serveAll(listener, async (conn) => {
    const number = ++clients;
    open.add(conn);
    most = Math.max(most, open.size);
    show.note(`client ${number} connected: ${open.size} at once`);
    try {
      await tell(conn, `you are client ${number}, at once: ${open.size}\n`);
      const buffer = new Uint8Array(1024);
      while (await conn.read(buffer) !== null) {
        await tell(conn, `at once: ${open.size}\n`);
      }
    } finally {
      open.delete(conn);
      closeQuietly(conn);
      show.note(`client ${number} has left: ${open.size} at once`);
    }
  });
  show.note(
    `stopped: ${counted(clients, "client")} served, at most ${most} at once`,
  );
}

function tell(conn: Deno.Conn, text: string): Promise<void> {
  return writeAll(conn, new TextEncoder().encode(text));
}

if (import.meta.main) {
  await runLesson({ lessons, url: import.meta.url, lesson, serve });
}

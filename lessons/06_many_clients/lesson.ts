/**
 * Lesson 6: one listener, many conversations.
 *
 * The same two clients, one of them silent, meet two servers that differ in one
 * word: `await`. Then nobody accepts at all, and the queue fills up; and a client
 * leaves the queue before anybody has accepted it.
 */
import {
  closeQuietly,
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
import { connectAndReset } from "./resetting_client.ts";
import type { Handler, Serve } from "./types.ts";
import { lessons } from "../mod.ts";

const TO_CLIENTS = { from: "server", to: "clients" };
const HELLO = new TextEncoder().encode("hello");

/** How long a client waits before the lesson says that it waits. */
const PATIENCE_MS = 400;
/** How long anything may take that must come in the end. */
const LIMIT_MS = 20_000;

/** Runs the demonstration. */
export async function lesson(show: Narrator): Promise<void> {
  await oneAfterAnother(show);
  await allAtOnce(show);
  await hundredSilent(show);
  await fullQueue(show);
  await leftTheQueue(show);
}

/** A server that awaits its handler talks to nobody else meanwhile. */
async function oneAfterAnother(show: Narrator): Promise<void> {
  show.step("A server that awaits each conversation");
  show.say("for await (const conn of listener) await talk(conn);");
  await show.predict(
    "Client 1 connects and says nothing. Client 2 connects and says hello. " +
      "When will client 2 be answered?",
  );
  await meetTwoClients(show, {
    serve: async (listener, talk) => {
      for await (const conn of listener) await talk(conn);
    },
    patienceMs: PATIENCE_MS,
  });
  show.say(
    "The server waits in client 1's read(). It comes back to accept() only " +
      "when client 1 has gone: one silent client holds up everybody.",
  );
}

/** A server that starts its handler goes on accepting. */
async function allAtOnce(show: Narrator): Promise<void> {
  show.step("The same clients, and a server that does not wait");
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
    "talk() begins, and at its first await it hands back a promise; nobody " +
      "waits for that, so the loop is at accept() again. No second thread is " +
      "needed: a conversation that waits does nothing, and costs little. (A real " +
      "server also closes each connection and catches what talk() throws: " +
      "that's exercise 6.1, and serve() in lib/net.)",
  );
}

interface Meeting {
  /** The server: accepts until the listener closes. */
  serve: (listener: Deno.Listener, talk: Handler) => Promise<void>;
  /** How long client 2 waits before client 1 goes. */
  patienceMs: number;
}

/** Client 1 is silent, client 2 speaks, and the diagram tells the rest. */
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
  lanes.call("clients", '2 says "hello"');
  const askedAt = performance.now();
  await writeAll(second, HELLO);

  const answer = readExact(second, HELLO.length);
  const held = await within(patienceMs, answer) === "still waiting";
  if (held) {
    const waited = formatElapsed(performance.now() - askedAt);
    lanes.call("clients", `2 still waits: ${waited}`);
    silent.close();
    lanes.call("clients", "1 closes");
  }
  lanes.arrow(TO_CLIENTS, { data: await answer, received: "2 is answered" });
  const answered = formatElapsed(performance.now() - askedAt);
  if (!held) {
    lanes.call("clients", "1 is still silent");
    silent.close();
  }
  show.fact("client 2 was answered after", answered);
  await second.closeWrite();
  listener.close();
  await serving;
}

/** Sends back what comes, until the client ends its side. */
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

/** Conversations that wait are cheap. */
async function hundredSilent(show: Narrator): Promise<void> {
  const SILENT = 100;
  show.step(`${SILENT} silent clients, and one that speaks`);
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

/** Nobody accepts, and clients come. */
async function fullQueue(show: Narrator): Promise<void> {
  const BACKLOG = 2;
  // More than any system should hold that was asked for two.
  const TRIES = 16;
  show.step("A queue, and nobody who accepts");
  await show.predict(
    `A listener has a queue for ${BACKLOG} (tcpBacklog: ${BACKLOG}) and never ` +
      "calls accept(). How many clients can connect? And the next one: is it " +
      "refused?",
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
      "Nobody refused it: its request was dropped without a word, for there " +
        "was no place. Its system asks again by itself, on Linux first after " +
        "a second, and by then there was one.",
    );
  } else if (outcome instanceof Error) {
    show.fact(last, `${outcome.name}: this system does refuse`);
  } else {
    show.say(`${TRIES} are in, and no more were tried.`);
  }
  for (const conn of clients) conn.close();
}

/** Client 1 resets in the queue, and client 2 is behind it. */
async function leftTheQueue(show: Narrator): Promise<void> {
  show.step("A client that leaves before it is accepted");
  await show.predict(
    "Client 1 connects, and resets its connection. Client 2 connects. Only " +
      "now does the server call accept(). What does it get: client 1, client " +
      "2, or something else?",
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
  const heard = errors.join(", ") || "no error";
  show.fact("serve() in lib/net", `heard of ${heard}, and served client 2`);
  show.say(
    "On Linux a client that has reset is still taken out of the queue, and " +
      "Deno finds nobody at the other end. accept() throws for that one " +
      "client, and the next call gives the next one. A for await loop throws " +
      "it on and is over, and so is a server that is made of it.",
  );
}

/** A listener, and two clients who have connected: one has reset, one waits. */
interface Queue extends Disposable {
  listener: Deno.TcpListener;
  /** Which of the two a connection leads to. */
  nameOf(conn: Deno.TcpConn): "client 1" | "client 2";
}

async function oneLeftOneWaits(): Promise<Queue> {
  const listener = listenTcp();
  const { port } = listener.addr;
  await connectAndReset(port);
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

/** What one accept() gives. */
async function next({ listener, nameOf }: Queue): Promise<string> {
  try {
    using conn = await listener.accept();
    return `gave ${nameOf(conn)}`;
  } catch (error) {
    return `threw ${(error as Error).name}`;
  }
}

/** What becomes of the short loop, whose end should be the listener's. */
async function forAwait({ listener, nameOf }: Queue): Promise<string> {
  try {
    for await (const conn of listener) {
      conn.close();
      if (nameOf(conn) === "client 2") return "gave client 2";
    }
    return "ended";
  } catch (error) {
    return `threw ${(error as Error).name}, and client 2 still waits`;
  }
}

/** Waits, but not for ever; the promise goes on. */
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

/** Keeps a server up that says how many are there. */
export async function serve(
  show: Narrator,
  context: ServeContext,
): Promise<void> {
  const { port, signal } = context;
  using listener = listenTcp(port, { signal });
  const { hostname, port: own } = listener.addr;
  show.say(`A server that counts is up at ${formatAddress(listener.addr)}.`);
  show.say(
    "Connect from two terminals or more, and be silent in one of them. End " +
      "the server here with Ctrl-C.",
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
    show.note(`client ${number} is here: ${open.size} at once`);
    try {
      await tell(conn, `you are client ${number}, at once: ${open.size}\n`);
      const buffer = new Uint8Array(1024);
      while (await conn.read(buffer) !== null) {
        await tell(conn, `at once: ${open.size}\n`);
      }
    } finally {
      open.delete(conn);
      closeQuietly(conn);
      show.note(`client ${number} is gone: ${open.size} at once`);
    }
  });
  show.note(
    `ended: ${counted(clients, "client")} served, at most ${most} at once`,
  );
}

function tell(conn: Deno.Conn, text: string): Promise<void> {
  return writeAll(conn, new TextEncoder().encode(text));
}

if (import.meta.main) {
  await runLesson({ lessons, url: import.meta.url, lesson, serve });
}

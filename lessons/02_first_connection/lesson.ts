/**
 * Lesson 2: a server listens and accepts, a client connects.
 *
 * One conversation is followed from its first call to its last. Then a second
 * client comes to the same port, one conversation ends, and at last the
 * listening socket is closed, to see what each of these leaves alone.
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
  describeServeError,
  runLesson,
  type ServeContext,
} from "../../lib/workbook/cli/run_lesson.ts";
import { lessons } from "../mod.ts";

const TO_SERVER = { from: "client", to: "server" };
const TO_CLIENT = { from: "server", to: "client" };

/** Runs the demonstration. */
export async function lesson(show: Narrator): Promise<void> {
  using listener = await listenFirst(show);
  await wholeLife(show, listener);
  await announceTwoClients(show);
  using a = await meet(listener);
  using b = await meet(listener);
  twoClients(show, listener, { a, b });
  await endOne(show, listener, { a, b });
  await stopListening(show, listener, b);
}

/** listen() comes back at once: it opens the port, and waits for nobody. */
async function listenFirst(show: Narrator): Promise<Deno.TcpListener> {
  show.step("A server listens");
  await show.predict(
    "No client exists yet. How long will Deno.listen() wait for one?",
  );
  const before = performance.now();
  const listener = listenTcp();
  const took = performance.now() - before;
  show.fact("listening at", formatAddress(listener.addr));
  show.fact("listen() took", formatElapsed(took));
  show.say(
    "It made a socket, gave it a port and set it to listen, and was done: it " +
      "waits for nobody. It is not even asynchronous. But only from now on can " +
      "a client connect.",
  );
  return listener;
}

/** Every call of one conversation, in the order in which they are made. */
async function wholeLife(
  show: Narrator,
  listener: Deno.TcpListener,
): Promise<void> {
  const question = new TextEncoder().encode("hello");
  const answer = new TextEncoder().encode("hi!");
  show.step("One conversation, from connect() to close()");
  await show.predict(
    "The client connects and writes while the server has not called accept(). " +
      "Which of the client's calls will have to wait for that?",
  );
  const lanes = show.lanes("client", "server");
  lanes.at("server", formatAddress(listener.addr));
  using client = await connectTcp(listener.addr.port);
  lanes.at("client", formatAddress(client.localAddr));
  lanes.call("client", "connect() returned");
  // The bytes are in the receive buffer of the server's side before anyone
  // there has called accept(): the arrow ends there, not at read().
  lanes.arrow(TO_SERVER, {
    data: question,
    sent: `write() took ${await client.write(question)}`,
    received: "(in its buffer)",
  });

  using server = await listener.accept();
  lanes.call("server", "accept() returned");
  const heard = new Uint8Array(1024);
  const count = await server.read(heard) ?? 0;
  lanes.call("server", `read() gave ${count}`);
  await writeAll(server, answer);
  const back = await readExact(client, answer.length);
  lanes.arrow(TO_CLIENT, {
    data: back,
    sent: `write() took ${answer.length}`,
    received: `read() gave ${back.length}`,
  });

  server.close();
  const end = await client.read(new Uint8Array(1));
  lanes.arrow(TO_CLIENT, {
    label: "the end",
    sent: "close()",
    received: `read() gave ${end}`,
  });
  client.close();
  lanes.call("client", "close()");
  show.say(
    "None of them. The client was connected and had written before accept() " +
      "was called. accept() does not make a connection: it takes one that is " +
      "complete, and gives the server a new socket for it.",
  );
}

/** The two sockets of one conversation. */
interface Conversation extends Disposable {
  client: Deno.TcpConn;
  server: Deno.TcpConn;
}

/** Connects one client, and accepts it. */
async function meet(listener: Deno.TcpListener): Promise<Conversation> {
  const client = await connectTcp(listener.addr.port);
  const server = await listener.accept();
  return {
    client,
    server,
    [Symbol.dispose]() {
      closeQuietly(client);
      closeQuietly(server);
    },
  };
}

/** Begins the step before they come: what they cost belongs to it. */
async function announceTwoClients(show: Narrator): Promise<void> {
  show.step("Two clients, one port");
  await show.predict(
    "Two more clients connect, A and B. Does the server use a second port?",
  );
}

/** Which addresses tell one conversation from another. */
function twoClients(
  show: Narrator,
  listener: Deno.TcpListener,
  { a, b }: { a: Conversation; b: Conversation },
): void {
  show.fact("listening", formatAddress(listener.addr));
  show.fact("A's own socket", fromTo(a.client));
  show.fact("server's, for A", fromTo(a.server));
  show.fact("B's own socket", fromTo(b.client));
  show.fact("server's, for B", fromTo(b.server));
  show.say(
    "The server has three sockets now, all on one local port. What differs is " +
      "the port at the far end. Two addresses and two ports, one pair for each " +
      "end, name a connection.",
  );
}

/** A socket's own end and the far end, as it says them itself. */
function fromTo({ localAddr, remoteAddr }: Deno.TcpConn): string {
  const [own, far] = [localAddr, remoteAddr].map(({ hostname, port }) =>
    `${hostname}:${port}`
  );
  return `${own} -> ${far}`;
}

/** The end of one conversation is the end of nothing else. */
async function endOne(
  show: Narrator,
  listener: Deno.TcpListener,
  { a, b }: { a: Conversation; b: Conversation },
): Promise<void> {
  show.step("One conversation ends");
  await show.predict(
    "The server closes its socket for A. Can B still talk to it? Can a third " +
      "client, C, still come?",
  );
  a.server.close();
  show.fact("A reads", String(await a.client.read(new Uint8Array(1))));
  show.fact("B reads", await sayToClient(b, "still here"));
  using c = await meet(listener);
  show.fact("C reads", await sayToClient(c, "welcome"));
  show.say(
    "Closing the socket for A ended A's stream, and no other. The listening " +
      "socket took no part in it: it went on, and C came.",
  );
}

/** The end of listening is the end of no conversation. */
async function stopListening(
  show: Narrator,
  listener: Deno.TcpListener,
  b: Conversation,
): Promise<void> {
  const { port } = listener.addr;
  show.step("Nobody listens");
  await show.predict(
    "Now the listening socket closes. What becomes of B? And what will a new " +
      "client get: does it wait for somebody to listen?",
  );
  listener.close();
  show.fact("B reads", await sayToClient(b, "still here, too"));
  const before = performance.now();
  const outcome = await knock(port);
  const took = performance.now() - before;
  show.fact("D's connect()", `${outcome}, after ${formatElapsed(took)}`);
  show.say(
    "B's conversation has a socket of its own at either end, so it goes on. D " +
      "does not wait for a server: where nobody listens, the machine refuses. " +
      "Each socket lasts until it is closed itself, so a server closes both " +
      "kinds, the listening one and those that accept() gave it.",
  );
}

/** Sends a text from the server to the client, and gives what was read. */
async function sayToClient(
  { client, server }: Conversation,
  text: string,
): Promise<string> {
  const data = new TextEncoder().encode(text);
  await writeAll(server, data);
  const read = await readExact(client, data.length);
  return JSON.stringify(new TextDecoder().decode(read));
}

/** What comes of connecting: "connected", or the class of the refusal. */
async function knock(port: number): Promise<string> {
  try {
    using _conn = await connectTcp(port);
    return "connected";
  } catch (error) {
    if (error instanceof Deno.errors.ConnectionRefused) return error.name;
    throw error;
  }
}

/** Keeps a greeting server up, and tells of every client. */
export async function serve(
  show: Narrator,
  { port, signal }: ServeContext,
): Promise<void> {
  const listener = listenTcp(port, { signal });
  const { hostname, port: own } = listener.addr;
  show.say(
    `A server is up at ${formatAddress(listener.addr)}. It tells each client ` +
      "the client's own address, and closes.",
  );
  show.say("Connect from another terminal, and end it here with Ctrl-C:");
  show.command("netcat", `nc ${hostname} ${own} </dev/null`);
  show.command("socat", `socat -u TCP:${hostname}:${own} -`);
  show.command("curl", `curl telnet://${hostname}:${own} </dev/null`);
  show.say("Without </dev/null, nc and curl go on to wait for your keyboard.");
  show.note("waiting for clients");

  let clients = 0;
  const ports = new Set<number>();
  await serveClients(listener, async (conn) => {
    const name = `client ${++clients}`;
    const address = formatAddress(conn.remoteAddr);
    ports.add(conn.remoteAddr.port);
    show.note(`${name}: accepted, from ${address}`);
    const greeting = `Hello, ${name}! You are ${address}.\n`;
    await writeAll(conn, new TextEncoder().encode(greeting));
    conn.close();
    show.note(`${name}: greeted, and its socket closed`);
  }, {
    signal,
    onError: (error, conn) => show.note(describeServeError(error, conn)),
  });
  show.note(
    `ended: ${counted(clients, "client")} greeted at port ${own}, from ` +
      `${counted(ports.size, "port")} of their own`,
  );
}

if (import.meta.main) {
  await runLesson({ lessons, url: import.meta.url, lesson, serve });
}

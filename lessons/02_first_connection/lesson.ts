/**
 * Lesson 2: a server listens and accepts, and a client connects.
 *
 * Follows one connection from its first call to its last. Then two clients
 * connect to the same port, the server closes one of their connections, and
 * finally it closes the listening socket.
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

/** listen() opens the port and returns. It doesn't wait for a client. */
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
    "It made a socket, gave it a port, and let clients connect to that port. " +
      "It didn't wait for one: it isn't even asynchronous. But before this " +
      "call, a client would have been refused.",
  );
  return listener;
}

/** Every call of one connection, in order. */
async function wholeLife(
  show: Narrator,
  listener: Deno.TcpListener,
): Promise<void> {
  const question = new TextEncoder().encode("hello");
  const answer = new TextEncoder().encode("hi!");
  show.step("One connection, from connect() to close()");
  await show.predict(
    "The client connects and writes before the server has called accept(). " +
      "Which of the client's calls will have to wait for that?",
  );
  const lanes = show.lanes("client", "server");
  lanes.at("server", formatAddress(listener.addr));
  using client = await connectTcp(listener.addr.port);
  lanes.at("client", formatAddress(client.localAddr));
  lanes.call("client", "connect() returned");
  // The bytes arrive in the server's receive buffer before the server calls
  // accept(), so the arrow ends there and not at read().
  lanes.arrow(TO_SERVER, {
    data: question,
    sent: `write() returned ${await client.write(question)}`,
    received: "(in its buffer)",
  });

  using server = await listener.accept();
  lanes.call("server", "accept() returned");
  const heard = new Uint8Array(1024);
  const count = await server.read(heard) ?? 0;
  lanes.call("server", `read() returned ${count}`);
  await writeAll(server, answer);
  const back = await readExact(client, answer.length);
  lanes.arrow(TO_CLIENT, {
    data: back,
    sent: `write() returned ${answer.length}`,
    received: `read() returned ${back.length}`,
  });

  server.close();
  const end = await client.read(new Uint8Array(1));
  lanes.arrow(TO_CLIENT, {
    label: "end of stream",
    sent: "close()",
    received: `read() returned ${end}`,
  });
  client.close();
  lanes.call("client", "close()");
  show.say(
    "None of them. The client was connected and had written before the server " +
      "called accept(). accept() doesn't make a connection: it takes one that " +
      "is complete, and returns a new socket for it.",
  );
}

/** The two sockets of one connection. */
interface Connection extends Disposable {
  client: Deno.TcpConn;
  server: Deno.TcpConn;
}

/** Connects one client and accepts it. */
async function meet(listener: Deno.TcpListener): Promise<Connection> {
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

/** Starts the step before they connect, so that --xray counts their calls. */
async function announceTwoClients(show: Narrator): Promise<void> {
  show.step("Two clients, one port");
  await show.predict(
    "Two more clients, A and B, connect. Does the server use a second port?",
  );
}

/** The four values that identify a connection. */
function twoClients(
  show: Narrator,
  listener: Deno.TcpListener,
  { a, b }: { a: Connection; b: Connection },
): void {
  show.fact("listening", formatAddress(listener.addr));
  show.fact("A's own socket", fromTo(a.client));
  show.fact("server's, for A", fromTo(a.server));
  show.fact("B's own socket", fromTo(b.client));
  show.fact("server's, for B", fromTo(b.server));
  show.say(
    "The server now has three sockets, all on the same local port. Only the " +
      "clients' ports differ. Two addresses and two ports, one pair for each " +
      "end, identify a connection: they're its four-tuple.",
  );
}

/** A socket's own address and its peer's. */
function fromTo({ localAddr, remoteAddr }: Deno.TcpConn): string {
  const [own, peer] = [localAddr, remoteAddr].map(({ hostname, port }) =>
    `${hostname}:${port}`
  );
  return `${own} -> ${peer}`;
}

/** Closing one connection leaves the others alone. */
async function endOne(
  show: Narrator,
  listener: Deno.TcpListener,
  { a, b }: { a: Connection; b: Connection },
): Promise<void> {
  show.step("One connection ends");
  await show.predict(
    "The server closes its socket for A. Can B still talk to the server? Can " +
      "a third client, C, still connect?",
  );
  a.server.close();
  show.fact("A reads", String(await a.client.read(new Uint8Array(1))));
  show.fact("B reads", await sayToClient(b, "still here"));
  using c = await meet(listener);
  show.fact("C reads", await sayToClient(c, "welcome"));
  show.say(
    "Closing the socket for A ended A's stream and nothing else. B's " +
      "connection has its own sockets, and the listening socket was still " +
      "open, so C could connect.",
  );
}

/** Closing the listening socket leaves the connections alone. */
async function stopListening(
  show: Narrator,
  listener: Deno.TcpListener,
  b: Connection,
): Promise<void> {
  const { port } = listener.addr;
  show.step("Nothing is listening");
  await show.predict(
    "Now the server closes the listening socket. Can B still talk to the " +
      "server? And what happens when a new client, D, connects?",
  );
  listener.close();
  show.fact("B reads", await sayToClient(b, "still here, too"));
  const before = performance.now();
  const outcome = await tryToConnect(port);
  const took = performance.now() - before;
  show.fact("D's connect()", `${outcome}, after ${formatElapsed(took)}`);
  show.say(
    "B's connection still has its two sockets, so it works. D doesn't wait " +
      "for a server: the machine refuses a connection to a port where nothing " +
      "is listening. Every socket stays open until you close it, so a server " +
      "has to close both kinds: the listening one and those from accept().",
  );
}

/** Sends text from the server to the client, and returns what arrived. */
async function sayToClient(
  { client, server }: Connection,
  text: string,
): Promise<string> {
  const data = new TextEncoder().encode(text);
  await writeAll(server, data);
  const read = await readExact(client, data.length);
  return JSON.stringify(new TextDecoder().decode(read));
}

/** Tries to connect: "connected", or the name of the error class. */
async function tryToConnect(port: number): Promise<string> {
  try {
    using _conn = await connectTcp(port);
    return "connected";
  } catch (error) {
    if (error instanceof Deno.errors.ConnectionRefused) return error.name;
    throw error;
  }
}

/** Runs a server that greets every client, until you stop it. */
export async function serve(
  show: Narrator,
  { port, signal }: ServeContext,
): Promise<void> {
  const listener = listenTcp(port, { signal });
  const { hostname, port: own } = listener.addr;
  show.say(
    `A server is listening at ${formatAddress(listener.addr)}. It tells each ` +
      "client the client's own address and closes the connection.",
  );
  show.say("Connect from another terminal, and stop the server with Ctrl-C:");
  show.command("netcat", `nc ${hostname} ${own} </dev/null`);
  show.command("socat", `socat -u TCP:${hostname}:${own} -`);
  show.command("curl", `curl telnet://${hostname}:${own} </dev/null`);
  show.say("Without </dev/null, nc and curl wait for you to type something.");
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
    show.note(`${name}: greeted, connection closed`);
  }, {
    signal,
    onError: (error, conn) => show.note(describeServeError(error, conn)),
  });
  show.note(
    `ended: ${counted(clients, "client")} greeted at port ${own}, from ` +
      `${counted(ports.size, "client port")}`,
  );
}

if (import.meta.main) {
  await runLesson({ lessons, url: import.meta.url, lesson, serve });
}

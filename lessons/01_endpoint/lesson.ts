/**
 * Lesson 1: what a socket's address is made of.
 *
 * Opens sockets, shows their endpoints, and finds out which of them can share a
 * port number. All of them are on loopback addresses, which only this machine
 * can reach, or at a path.
 */
import {
  connect,
  type Endpoint,
  endpointOf,
  formatAddress,
  formatEndpoint,
  listen,
  listenTcp,
  readToEnd,
  writeAll,
} from "../../lib/net/mod.ts";
import type { Narrator } from "../../lib/show/mod.ts";
import {
  type LessonContext,
  runLesson,
} from "../../lib/workbook/cli/run_lesson.ts";
import { lessons } from "../mod.ts";

/** Runs the demonstration. */
export async function lesson(
  show: Narrator,
  { folder }: LessonContext,
): Promise<void> {
  await freePorts(show);
  await oneNumber(show);
  await sameEndpointTwice(show);
  await everyAddress(show);
  await path(show, `${folder}/box.sock`);
}

/** Port 0 picks a free port. */
async function freePorts(show: Narrator): Promise<void> {
  show.step("An address and a port");
  show.say(
    "An address says which machine your data goes to, and a port says which " +
      "socket on that machine gets it. A socket needs both.",
  );
  await show.predict(
    "The program opens three sockets at tcp://127.0.0.1:0 and keeps all of " +
      "them open. Which ports will they have?",
  );
  using first = listenTcp(0);
  using second = listenTcp(0);
  using third = listenTcp(0);
  show.fact("first socket", formatAddress(first.addr));
  show.fact("second socket", formatAddress(second.addr));
  show.fact("third socket", formatAddress(third.addr));
  show.say(
    "Port 0 asks the system for a free port, and the socket then knows which " +
      "one it got. So this one program has three ports. Inside the process, " +
      "each socket has a small number, its file descriptor. Deno keeps that " +
      "number inside the object that it gives you.",
  );
}

/** One port number, open for two protocols and at two addresses. */
async function oneNumber(show: Narrator): Promise<void> {
  show.step("One number, several sockets");
  await show.predict(
    "A TCP socket has a port on 127.0.0.1. While it's open, can a UDP socket " +
      "have the same number there? And can two more have it on ::1, the " +
      "loopback address of IPv6?",
  );
  const noIPv6 = whyNoIPv6();
  const hosts = noIPv6 === undefined ? ["127.0.0.1", "::1"] : ["127.0.0.1"];
  using sockets = new DisposableStack();
  const opened = untilFree(() => openAll(hosts, sockets));
  for (const { endpoint, deliver } of opened) {
    const name = formatEndpoint(endpoint);
    show.fact(name, `got "${await deliver(`to ${name}`)}"`);
  }
  if (noIPv6 !== undefined) {
    show.say(`There was no ::1 to try on this machine: ${noIPv6}.`);
  }
  show.say(
    `${opened.length} sockets had the same port number at the same time, and ` +
      "each got only its own message. A port number alone isn't an endpoint: " +
      "you need the protocol and the address, too.",
  );
}

/** Why IPv6 can't be used here, or undefined if it can. */
function whyNoIPv6(): string | undefined {
  try {
    using _listener = listenTcp(0, { hostname: "::1" });
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    return (error as Error).message;
  }
}

/** An open socket, for TCP or UDP. */
interface OpenSocket {
  endpoint: Endpoint;
  /** Sends text to the endpoint and returns what the socket received. */
  deliver(text: string): Promise<string>;
}

/** Opens a socket for each protocol and address, all with the same port. */
function openAll(hosts: string[], sockets: DisposableStack): OpenSocket[] {
  let port = 0;
  return hosts.flatMap((hostname) => {
    const listener = sockets.use(listenTcp(port, { hostname }));
    port = listener.addr.port;
    const socket = openUdp(hostname, port);
    sockets.defer(() => socket.close());
    return [{
      endpoint: endpointOf(listener.addr),
      deliver: (text) => deliverByStream(listener, text),
    }, {
      endpoint: endpointOf(socket.addr),
      deliver: (text) => deliverByUdp(socket, text),
    }];
  });
}

function openUdp(hostname: string, port: number): Deno.DatagramConn {
  return Deno.listenDatagram({ transport: "udp", hostname, port });
}

async function deliverByUdp(
  socket: Deno.DatagramConn,
  text: string,
): Promise<string> {
  const sender = openUdp((socket.addr as Deno.NetAddr).hostname, 0);
  try {
    await sender.send(new TextEncoder().encode(text), socket.addr);
    const [data] = await socket.receive();
    return new TextDecoder().decode(data);
  } finally {
    sender.close();
  }
}

async function deliverByStream(
  listener: Deno.Listener,
  text: string,
): Promise<string> {
  using sender = await connect(endpointOf(listener.addr));
  using receiver = await listener.accept();
  await writeAll(sender, new TextEncoder().encode(text));
  await sender.closeWrite();
  return new TextDecoder().decode(await readToEnd(receiver));
}

/** A port doesn't belong to a program, but to an open socket. */
async function sameEndpointTwice(show: Narrator): Promise<void> {
  show.step("The same endpoint twice");
  await show.predict(
    "This program has a socket open and asks for the same protocol, address, " +
      "and port again. Does that work? And once it has closed the first socket?",
  );
  const { endpoint, whileOpen, afterClose } = untilFree(openAndOpenAgain);
  show.fact("open", endpoint);
  show.fact("while it is open", whileOpen);
  show.fact("once it is closed", afterClose);
  show.say(
    whileOpen.startsWith("AddrInUse")
      ? "No other program was in the way: this one asked for its own port, " +
        "and was refused. A port doesn't belong to a program. It belongs to " +
        "a socket, within one protocol and address, while that socket is open."
      : "This system allowed it. Most systems say AddrInUse: there, a port " +
        "belongs to one socket, within one protocol and address, while that " +
        "socket is open.",
  );
}

function openAndOpenAgain() {
  using first = listenTcp();
  const { port } = first.addr;
  let whileOpen = "a second socket opened";
  try {
    using _second = listenTcp(port);
  } catch (error) {
    const { name, message } = error as Error;
    whileOpen = `${name}: ${message}`;
  }
  first.close();
  using next = listenTcp(port);
  return {
    endpoint: formatAddress(first.addr),
    whileOpen,
    afterClose: `another socket opened at ${formatAddress(next.addr)}`,
  };
}

/**
 * Tries again with another port if the number was taken.
 *
 * Other programs open sockets, too, and a number that's free for TCP may be
 * taken for UDP. Windows also reserves some ports: PermissionDenied.
 */
function untilFree<T>(open: () => T): T {
  for (let triesLeft = 20;; triesLeft--) {
    try {
      return open();
    } catch (error) {
      const taken = error instanceof Deno.errors.AddrInUse ||
        error instanceof Deno.errors.PermissionDenied;
      if (!taken || triesLeft === 1) throw error;
    }
  }
}

/** Explains 0.0.0.0, but never binds to it. */
async function everyAddress(show: Narrator): Promise<void> {
  show.step("Every address at once");
  show.say(
    "127.0.0.1 and ::1 mean this machine, and only this machine can reach " +
      "them. 0.0.0.0 means all of its IPv4 addresses, so every machine on the " +
      "same network can connect to a socket that's open there.",
  );
  await show.predict(
    "Deno lets this run use only the addresses that it has permission for. " +
      "Is 0.0.0.0 one of them?",
  );
  for (const host of ["127.0.0.1", "0.0.0.0"]) {
    const { state } = await Deno.permissions.query({ name: "net", host });
    show.fact(host, state === "granted" ? state : `not granted ("${state}")`);
  }
  show.say(
    "This lesson never opens a socket at 0.0.0.0, even if it may. Bind your " +
      "own experiments to a loopback address, too. Deno.listen() uses 0.0.0.0 " +
      "if you don't give it a hostname, so give it one.",
  );
}

/** An endpoint on this machine only, with a path instead of a port. */
async function path(show: Narrator, path: string): Promise<void> {
  show.step("A path instead of an address and a port");
  if (Deno.build.os === "windows") {
    show.say("This step is skipped: Deno has no Unix sockets on Windows.");
    return;
  }
  await show.predict(
    "A Unix socket is open at a path, and a message goes through it. How " +
      "large is the file at that path, and will it still be there after the " +
      "socket is closed?",
  );
  using listener = await listen({ protocol: "unix", path });
  show.fact("endpoint", formatAddress(listener.addr));
  const received = await deliverByStream(listener, "a message for the path");
  show.fact("received", `"${received}"`);
  const { isSocket, size } = await Deno.lstat(path);
  show.fact("file", `${isSocket ? "a socket" : "not a socket"}, ${size} bytes`);
  listener.close();
  show.fact("file once closed", await exists(path) ? "still there" : "gone");
  show.say(
    "The message was never in the file. The path is only a name that both " +
      "sides know, just as they would know an address and a port.",
  );
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

if (import.meta.main) {
  await runLesson({ lessons, url: import.meta.url, lesson });
}

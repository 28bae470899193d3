/**
 * Lesson 1: a socket is an endpoint: a protocol, an address and a port.
 *
 * It opens sockets, asks where they are, and tries which of them may have the
 * same port number. All of them are on the loopback addresses, which nobody but
 * this machine can reach, or at a path.
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

/** Port 0 asks for a free one. */
async function freePorts(show: Narrator): Promise<void> {
  show.step("An address and a port");
  show.say(
    "The address is the house, the port is the letter box, and a socket is " +
      "the box that a program posts from and receives in.",
  );
  await show.predict(
    "The program opens three sockets at tcp://127.0.0.1:0 and keeps them " +
      "all. How many ports will it have, and which?",
  );
  using first = listenTcp(0);
  using second = listenTcp(0);
  using third = listenTcp(0);
  show.fact("first socket", formatAddress(first.addr));
  show.fact("second socket", formatAddress(second.addr));
  show.fact("third socket", formatAddress(third.addr));
  show.say(
    "0 is no letter box: it asks the system for a free one, and the socket " +
      "says which that was. So this one program has three ports. The process " +
      "itself knows each socket by a small number, its descriptor, which Deno " +
      "keeps inside the object that it hands out.",
  );
}

/** One port number, open for two protocols and at two addresses. */
async function oneNumber(show: Narrator): Promise<void> {
  show.step("One number, several letter boxes");
  await show.predict(
    "A TCP socket gets a port on 127.0.0.1. While it is open, can UDP have " +
      "the same number there? And can both have it on ::1, the loopback " +
      "address of IPv6?",
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
    show.say(`IPv6 was left out, for this machine has no ::1. ${noIPv6}.`);
  }
  show.say(
    `${opened.length} sockets had one number at the same time, and each got ` +
      "its own letter. A number alone leads nowhere: the protocol and the " +
      "address belong to it.",
  );
}

/** The system's reason, or undefined where IPv6 can be used. */
function whyNoIPv6(): string | undefined {
  try {
    using _listener = listenTcp(0, { hostname: "::1" });
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    return (error as Error).message;
  }
}

/** A socket that is open, of whichever protocol. */
interface OpenSocket {
  endpoint: Endpoint;
  /** Sends a text to the endpoint, and returns what the socket received. */
  deliver(text: string): Promise<string>;
}

/** Opens a socket for each protocol at each address, with one port for all. */
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

/** A port is not the program's: it is the open socket's. */
async function sameEndpointTwice(show: Narrator): Promise<void> {
  show.step("The same endpoint twice");
  await show.predict(
    "This program has a port open, and asks for the same endpoint once more. " +
      "The port is its own: will it get it? And when it has closed the first " +
      "socket?",
  );
  const { endpoint, whileOpen, afterClose } = untilFree(openAndOpenAgain);
  show.fact("open", endpoint);
  show.fact("while it is open", whileOpen);
  show.fact("when it is closed", afterClose);
  show.say(
    whileOpen.startsWith("AddrInUse")
      ? "Nobody else stood in the way: the program that had the port asked " +
        "for it. A port does not belong to a program. It belongs to a " +
        "socket, within one protocol and address, as long as that socket is " +
        "open."
      : "This system did not say AddrInUse, as others do. On those a port " +
        "belongs to one socket, within one protocol and address, as long as " +
        "that socket is open.",
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
 * Tries again, from another port on, where one of the numbers was taken.
 *
 * Other programs open sockets too, and a number that is free for TCP need not
 * be free for UDP. Windows also keeps some for itself: PermissionDenied.
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

/** 0.0.0.0 is explained, and never bound. */
async function everyAddress(show: Narrator): Promise<void> {
  show.step("Every address at once");
  show.say(
    "127.0.0.1 and ::1 lead back to this machine alone. 0.0.0.0 stands for " +
      "all of its IPv4 addresses: whoever is on a network with this machine " +
      "can knock at a socket that is open there.",
  );
  await show.predict(
    "This run may use only those parts of the network that it was granted. " +
      "Is 0.0.0.0 one of them?",
  );
  for (const host of ["127.0.0.1", "0.0.0.0"]) {
    const { state } = await Deno.permissions.query({ name: "net", host });
    show.fact(host, state === "granted" ? state : `not granted ("${state}")`);
  }
  show.say(
    "This lesson opens nothing at 0.0.0.0, whatever it was granted. What is " +
      "for yourself belongs on a loopback address; and as Deno.listen() " +
      "takes 0.0.0.0 when it is given no hostname, give it one.",
  );
}

/** An endpoint on this machine alone, with a name in place of a number. */
async function path(show: Narrator, path: string): Promise<void> {
  show.step("A path instead of an address and a port");
  if (Deno.build.os === "windows") {
    show.say("This step is left out: Deno has no Unix sockets on Windows.");
    return;
  }
  await show.predict(
    "A Unix socket is open at a path, and a letter goes through it. How " +
      "large is the file at that path, and is it there when the socket is " +
      "closed?",
  );
  using listener = await listen({ protocol: "unix", path });
  show.fact("endpoint", formatAddress(listener.addr));
  const received = await deliverByStream(listener, "a letter for the path");
  show.fact("received", `"${received}"`);
  const { isSocket, size } = await Deno.lstat(path);
  show.fact("file", `${isSocket ? "a socket" : "no socket"}, ${size} bytes`);
  listener.close();
  show.fact("file when closed", await exists(path) ? "still there" : "gone");
  show.say(
    "The file holds none of the letter. It is the name that both sides know, " +
      "as they would know an address and a port.",
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

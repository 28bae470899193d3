/**
 * Lesson 14: one socket for all peers.
 *
 * One UDP socket can send to any address, and receive from any. Counts the
 * sockets and messages of one server with many clients and of many peers, and
 * then keeps a list of the peers that are present, without connections.
 */
import {
  bindUdp,
  connectTcp,
  type DatagramSocket,
  formatAddress,
  listenTcp,
} from "../../lib/net/mod.ts";
import { type Narrator, printable } from "../../lib/show/mod.ts";
import {
  answerFor,
  runLesson,
  type ServeContext,
} from "../../lib/workbook/cli/run_lesson.ts";
import { serveRollCall } from "./roll_call_server.ts";
import { RollCall } from "./solution.ts";
import type { OutgoingMessage } from "./types.ts";
import { lessons } from "../mod.ts";

/** How long to wait for a message that will surely arrive. */
const PATIENCE_MS = 10_000;
/** A group for local use (RFC 2365). */
const GROUP = "239.255.14.1";
/** How long a peer of the learner's server can be silent. */
const EXPIRE_MS = 60_000;

/** Runs the demonstration. */
export async function lesson(show: Narrator): Promise<void> {
  await oneToMany(show);
  await manyToMany(show);
  await rollCall(show);
  await oneSendForAll(show);
}

/** Counts a server's sockets: one over UDP, and one per client over TCP. */
async function oneToMany(show: Narrator): Promise<void> {
  const names = ["ann", "bob", "cid"];
  show.step("One socket for all clients");
  await show.predict(
    `A server talks to ${names.length} clients. How many sockets does it need ` +
      "over TCP, and how many over UDP?",
  );
  show.fact("sockets, over TCP", await countTcp(names.length));

  using sockets = new DisposableStack();
  const server = sockets.use(bindUdp());
  show.sockets({ server });
  const rows: string[][] = [];
  for (const name of names) {
    const client = sockets.use(bindUdp());
    show.sockets({ [name]: client });
    await client.send(encode(`I am ${name}`), server.addr);
    const { bytes, from } = await server.receive({ timeoutMs: PATIENCE_MS });
    await server.send(encode(`hello, ${name}`), from);
    const answer = await client.receive({ timeoutMs: PATIENCE_MS });
    rows.push([
      formatAddress(from),
      printable(bytes),
      printable(answer.bytes),
      formatAddress(answer.from),
    ]);
  }
  show.fact("sockets, over UDP", 1);
  show.table(["client", "sent", "received", "from"], rows);
  show.say(
    "The server tells its clients apart by the address that comes with each " +
      "message. It accepts no connections, so it needs no socket per client, and " +
      "has nothing to close when a client leaves.",
  );
}

/** Counts the sockets a TCP server has open while it talks to its clients. */
async function countTcp(clients: number): Promise<number> {
  using sockets = new DisposableStack();
  const held: Disposable[] = [sockets.use(listenTcp())];
  const [listener] = held as [Deno.TcpListener];
  for (let i = 0; i < clients; i++) {
    sockets.use(await connectTcp(listener.addr.port));
    held.push(sockets.use(await listener.accept()));
  }
  return held.length;
}

/** Lets each peer send to all the others, without a server. */
async function manyToMany(show: Narrator): Promise<void> {
  const names = ["ann", "bob", "cid", "dot"];
  const size = names.length;
  show.step("Many to many, without a server");
  await show.predict(
    `${size} peers each send a message to all the others. How many sockets and ` +
      "how many sends does that take? How many connections would TCP need?",
  );
  using sockets = new DisposableStack();
  const peers = names.map((name) => ({ name, socket: sockets.use(bindUdp()) }));
  for (const { name, socket } of peers) show.sockets({ [name]: socket });
  let sends = 0;
  for (const from of peers) {
    for (const to of peers) {
      if (to === from) continue;
      await from.socket.send(encode(`from ${from.name}`), to.socket.addr);
      sends++;
    }
  }
  const rows: string[][] = [];
  let receives = 0;
  for (const { name, socket } of peers) {
    const got = await take(socket, size - 1);
    receives += got.length;
    rows.push([name, formatAddress(socket.addr), got.join(", ")]);
  }
  show.table(["peer", "its socket", "received"], rows);
  show.fact("sockets", peers.length);
  show.fact("sends and receives", `${sends} and ${receives}`);
  show.fact(
    "TCP would need",
    `${size * (size - 1) / 2} connections, ${size * (size - 1)} ends`,
  );
  show.say(
    "Client and server are roles, not kinds of socket. But each send reaches " +
      "one peer: to tell everyone something, you send it to each of them.",
  );
}

/** Receives `count` messages, as text. */
async function take(socket: DatagramSocket, count: number): Promise<string[]> {
  const texts: string[] = [];
  while (texts.length < count) {
    const { bytes } = await socket.receive({ timeoutMs: PATIENCE_MS });
    texts.push(new TextDecoder().decode(bytes));
  }
  return texts;
}

/** Keeps a list of the peers that are present, and notices when one leaves. */
async function rollCall(show: Narrator): Promise<void> {
  const expireMs = 10_000;
  let time = 0;
  const roll = new RollCall({ expireMs, now: () => time });
  using sockets = new DisposableStack();
  const demo = new RollCallDemo(roll, sockets);
  const [ann, bob, cid, eve] = ["ann", "bob", "cid", "eve"].map((name) =>
    demo.open(name)
  );

  show.step("A roll call: who is present?");
  await show.predict(
    "ann, bob, and cid send HELLO to a server. Then ann sends a SAY, and so " +
      "does eve, who hasn't said HELLO. Which messages does the server send, " +
      "and to which peers?",
  );
  await demo.send(ann, "HELLO ann");
  await demo.send(bob, "HELLO bob");
  await demo.send(cid, "HELLO cid");
  await demo.send(ann, "SAY hello");
  await demo.send(eve, "SAY let me in");
  show.table(["arrived", "from", "sent", "to"], demo.takeRows());
  show.fact(
    "bob received",
    (await take(bob, 2)).map((text) => JSON.stringify(text)).join(", "),
  );
  show.fact("present", roll.present().join(", "));
  show.say(
    "A peer is present once it has said HELLO, because the server remembers " +
      "its address. A stranger gets no answer: the sender's address may be " +
      "forged, and then the answer goes to a machine that never asked.",
  );

  show.step("A peer leaves without a BYE");
  await show.predict(
    "cid's socket is closed without a BYE, as if its program had crashed. Does " +
      "the server's next send to it fail? When does the server notice?",
  );
  cid.close();
  await demo.send(ann, "SAY still there?");
  await demo.send(bob, "SAY I am");
  show.table(["arrived", "from", "sent", "to"], demo.takeRows());
  show.fact("errors from send()", demo.errors);
  show.fact("present", roll.present().join(", "));
  time = expireMs - 1;
  await demo.send(ann, "SAY time flies");
  await demo.send(bob, "SAY it does");
  demo.takeRows();
  time = expireMs;
  show.fact(
    `without those silent for ${expireMs} ms`,
    roll.present().join(", "),
  );
  show.say(
    "The messages to cid were sent like the others, without an error. Silence " +
      "is the only sign: ann and bob have sent something since, and cid hasn't. " +
      "So a peer with nothing to say has to send something now and then. (The " +
      "lesson set the clock forward.)",
  );
}

/** A roll-call server and its peers, over real sockets. */
class RollCallDemo {
  readonly #roll: RollCall;
  readonly #sockets: DisposableStack;
  readonly #server: DatagramSocket;
  readonly #names = new Map<number, string>();
  #rows: string[][] = [];
  /** How many sends of the server failed. */
  errors = 0;

  constructor(roll: RollCall, sockets: DisposableStack) {
    this.#roll = roll;
    this.#sockets = sockets;
    this.#server = sockets.use(bindUdp());
  }

  /** Opens a peer's socket. */
  open(name: string): DatagramSocket {
    const socket = this.#sockets.use(bindUdp());
    this.#names.set(socket.addr.port, name);
    return socket;
  }

  /** Sends a message from a peer, and lets the server handle it. */
  async send(peer: DatagramSocket, text: string): Promise<void> {
    await peer.send(encode(text), this.#server.addr);
    const { bytes, from } = await this.#server.receive({
      timeoutMs: PATIENCE_MS,
    });
    const outgoing = this.#roll.handle(bytes, from);
    for (const { to, message } of outgoing) {
      await this.#server.send(message, to).catch(() => this.errors++);
    }
    this.#note(text, from, outgoing);
  }

  /** Returns the messages since the last call. */
  takeRows(): string[][] {
    return this.#rows.splice(0);
  }

  #note(text: string, from: Deno.NetAddr, outgoing: OutgoingMessage[]): void {
    const arrived = [text, this.#label(from)];
    if (outgoing.length === 0) this.#rows.push([...arrived, "nothing", ""]);
    for (const [i, { to, message }] of outgoing.entries()) {
      const left = i === 0 ? arrived : ["", ""];
      this.#rows.push([...left, printable(message), this.#label(to)]);
    }
  }

  #label({ port }: Deno.NetAddr): string {
    return `:${port} (${this.#names.get(port)})`;
  }
}

/** Reaches all members of a multicast group with one send. */
async function oneSendForAll(show: Narrator): Promise<void> {
  const members = 3;
  show.step("One send for all: multicast");
  let received: string[];
  try {
    received = await sendToGroup(members);
  } catch (error) {
    // Then there's nothing to predict.
    return show.say(
      error instanceof Deno.errors.NotCapable
        ? "Not shown: lessons may use only loopback addresses, and the address " +
          "of a multicast group isn't one. " +
          `"Going further" in the README shows how to run it.`
        : `Not shown: this machine has no multicast (${error}).`,
    );
  }
  await show.predict(
    `${members} sockets join the group ${GROUP}, and one message is sent to ` +
      "that address. How many receive it?",
  );
  show.fact("sends", 1);
  show.fact("receives", received.length);
  show.fact("each got", received[0]);
}

/** Sends to a group on the loopback interface; it never leaves this machine. */
async function sendToGroup(members: number): Promise<string[]> {
  using sockets = new DisposableStack();
  const first = sockets.use(bindUdp(0, { hostname: GROUP }));
  const group = [first];
  while (group.length < members) {
    const { port } = first.addr;
    group.push(sockets.use(bindUdp(port, { hostname: GROUP })));
  }
  const sender = sockets.use(bindUdp());
  for (const socket of [...group, sender]) await socket.join(GROUP);
  await sender.send(encode("to all"), first.addr);
  const received: string[] = [];
  for (const socket of group) {
    const { bytes } = await socket.receive({ timeoutMs: PATIENCE_MS });
    received.push(printable(bytes));
  }
  return received;
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** Runs a roll-call server, and notes which peers join and leave. */
export async function serve(
  show: Narrator,
  context: ServeContext,
): Promise<void> {
  const { port, signal } = context;
  using socket = bindUdp(port);
  signal.addEventListener("abort", () => socket.close(), { once: true });
  if (signal.aborted) socket.close();
  const { hostname, port: own } = socket.addr;
  show.say(`A roll-call server is at ${formatAddress(socket.addr)}.`);
  show.say(
    "Join from two other terminals with HELLO and a name; then try SAY and a " +
      `text, and BYE. A peer that's silent for ${EXPIRE_MS / 1000} s is ` +
      "removed. End the server with Ctrl-C here:",
  );
  show.command("netcat", `nc -u ${hostname} ${own}`);
  show.command("socat", `socat - UDP:${hostname}:${own}`);
  show.note("waiting for messages");
  const Roll = answerFor(context, "RollCall", RollCall);
  const served = await serveRollCall(
    socket,
    new Roll({ expireMs: EXPIRE_MS }),
    (text) => show.note(text),
  );
  show.note(
    `closed: ${served.joined} joined, ${served.received} messages received, ` +
      `${served.sent} sent`,
  );
}

if (import.meta.main) {
  await runLesson({ lessons, url: import.meta.url, lesson, serve });
}

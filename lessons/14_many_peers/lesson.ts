/**
 * Lesson 14: one socket for everybody.
 *
 * One UDP socket writes to whom it likes and hears whoever writes to it. This
 * counts sockets and messages for one to one, one to many and many to many, and
 * then keeps a list of those who are present, where no connection tells of it.
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

/** How long to wait for what nothing keeps from coming. */
const PATIENCE_MS = 10_000;
/** A group for local use (RFC 2365). */
const GROUP = "239.255.14.1";
/** In the server for the learner, the silent are gone after this. */
const EXPIRE_MS = 60_000;

/** Runs the demonstration. */
export async function lesson(show: Narrator): Promise<void> {
  await oneToMany(show);
  await manyToMany(show);
  await rollCall(show);
  await oneSendForAll(show);
}

/** The server's one socket, where TCP has one for each client. */
async function oneToMany(show: Narrator): Promise<void> {
  const names = ["ann", "bob", "cid"];
  show.step("One socket, and everybody");
  await show.predict(
    `A server talks with ${names.length} clients. How many sockets does it ` +
      "hold over TCP? And over UDP?",
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
  show.table(["from", "it wrote", "it got", "from"], rows);
  show.say(
    "The server tells its clients apart by what stands on each message. " +
      "Nobody was accepted, so there is no socket for each, and nothing to close.",
  );
}

/** How many sockets a TCP server holds while it talks. */
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

/** Each writes to each other, and nobody is the server. */
async function manyToMany(show: Narrator): Promise<void> {
  const names = ["ann", "bob", "cid", "dot"];
  const size = names.length;
  show.step("Many to many, and nobody in the middle");
  await show.predict(
    `${size} peers, and each writes a message to each other one. How many ` +
      "sockets do they need, how many sends? How many connections would TCP need?",
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
  show.fact("sends, receives", `${sends}, ${receives}`);
  show.fact(
    "TCP would need",
    `${size * (size - 1) / 2} connections, ${size * (size - 1)} ends`,
  );
  show.say(
    "Client and server are roles, not kinds of socket. But each send is for " +
      "one: who has something for all sends it to all, one by one.",
  );
}

/** Receives so many messages, as text. */
async function take(socket: DatagramSocket, count: number): Promise<string[]> {
  const texts: string[] = [];
  while (texts.length < count) {
    const { bytes } = await socket.receive({ timeoutMs: PATIENCE_MS });
    texts.push(new TextDecoder().decode(bytes));
  }
  return texts;
}

/** Who is present, by what they send, and until when. */
async function rollCall(show: Narrator): Promise<void> {
  const expireMs = 10_000;
  let time = 0;
  const roll = new RollCall({ expireMs, now: () => time });
  using sockets = new DisposableStack();
  const demo = new RollCallDemo(roll, sockets);
  const [ann, bob, cid, eve] = ["ann", "bob", "cid", "eve"].map((name) =>
    demo.open(name)
  );

  show.step("A roll call: N to M through one socket");
  await show.predict(
    "ann, bob and cid say HELLO to a server; ann and then eve, who has not, " +
      "SAY something. Who gets what?",
  );
  await demo.send(ann, "HELLO ann");
  await demo.send(bob, "HELLO bob");
  await demo.send(cid, "HELLO cid");
  await demo.send(ann, "SAY hello");
  await demo.send(eve, "SAY let me in");
  show.table(["came", "from", "went out", "to"], demo.takeRows());
  show.fact(
    "bob received",
    (await take(bob, 2)).map((text) => JSON.stringify(text)).join(", "),
  );
  show.fact("present", roll.present().join(", "));
  show.say(
    "To be present is to have sent HELLO: what the server knows of its peers " +
      "is what it remembers. A stranger gets nothing, for anybody can write " +
      "anybody's address on a message, and the answer goes to that.",
  );

  show.step("One who leaves without a word");
  await show.predict(
    "cid's socket is closed, as by a crash: no BYE. Does the server's next " +
      "send to it fail? When does the server know?",
  );
  cid.close();
  await demo.send(ann, "SAY still there?");
  await demo.send(bob, "SAY I am");
  show.table(["came", "from", "went out", "to"], demo.takeRows());
  show.fact("errors of send()", demo.errors);
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
    "The messages to cid went out like the others, and nothing came back. Only " +
      "silence tells: ann and bob have said something since, cid has not. So " +
      "peers who have nothing to say must say that from time to time. (The " +
      "clock was moved by hand.)",
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

  /** A peer sends, and the server handles it. */
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

  /** Gives the messages since the last call. */
  takeRows(): string[][] {
    return this.#rows.splice(0);
  }

  #note(text: string, from: Deno.NetAddr, outgoing: OutgoingMessage[]): void {
    const came = [text, this.#label(from)];
    if (outgoing.length === 0) this.#rows.push([...came, "nothing", ""]);
    for (const [i, { to, message }] of outgoing.entries()) {
      const left = i === 0 ? came : ["", ""];
      this.#rows.push([...left, printable(message), this.#label(to)]);
    }
  }

  #label({ port }: Deno.NetAddr): string {
    return `:${port} (${this.#names.get(port)})`;
  }
}

/** A group has an address, and one send to it reaches all its members. */
async function oneSendForAll(show: Narrator): Promise<void> {
  const members = 3;
  show.step("One send for all: multicast");
  let received: string[];
  try {
    received = await sendToGroup(members);
  } catch (error) {
    // There is nothing to predict then.
    return show.say(
      error instanceof Deno.errors.NotCapable
        ? "Not shown: lessons may use loopback addresses only, and a group " +
          `has an address of its own. "One send for all" in the README tells ` +
          "how to see it."
        : `Not shown: this machine does not do it (${error}).`,
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

/** Keeps a roll-call server up, and tells of everybody who comes and goes. */
export async function serve(
  show: Narrator,
  context: ServeContext,
): Promise<void> {
  const { port, signal } = context;
  using socket = bindUdp(port);
  signal.addEventListener("abort", () => socket.close(), { once: true });
  if (signal.aborted) socket.close();
  const { hostname, port: own } = socket.addr;
  show.say(`A roll is called at ${formatAddress(socket.addr)}.`);
  show.say(
    "Join from two other terminals: HELLO and a name, SAY and a text, BYE. " +
      `Whoever is silent for ${EXPIRE_MS / 1000} s is gone. End it here with ` +
      "Ctrl-C:",
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
    `closed: ${served.joined} joined, ${served.received} messages came, ` +
      `${served.sent} went out`,
  );
}

if (import.meta.main) {
  await runLesson({ lessons, url: import.meta.url, lesson, serve });
}

/**
 * Lesson 15: ask again, and answer once.
 *
 * A relay loses, repeats, reorders, and delays datagrams, at random but from a
 * seed. Measures the effects, and makes calls work in spite of them: with a
 * number in each question, several attempts, and a server that recognizes
 * repeats.
 */
import {
  bindUdp,
  closeQuietly,
  formatAddress,
  LossyLink,
  type LossyLinkOptions,
} from "../../lib/net/mod.ts";
import type { Narrator } from "../../lib/show/mod.ts";
import { runLesson } from "../../lib/workbook/cli/run_lesson.ts";
import { look, passThrough } from "./numbered.ts";
import { call, OnceOnly } from "./solution.ts";
import { lessons } from "../mod.ts";

const TO_SERVER = { from: "client", to: "server" };
const TO_CLIENT = { from: "server", to: "client" };

const SENT = 100;
/** `holdMs` is so long that later datagrams always release the held ones first. */
const BAD: LossyLinkOptions = {
  loss: 0.2,
  duplication: 0.1,
  reordering: 0.1,
  holdMs: 300,
};
const SEED = 15;
/** With this seed, even 60 calls come close to the expected number of attempts. */
const ATTEMPTS_SEED = 182;

/** How long a client waits before it asks again. One machine is fast. */
const TIMEOUT_MS = 20;
/** More attempts than any call will need. */
const MAX_ATTEMPTS = 200;

/** Runs the demonstration. */
export async function lesson(show: Narrator): Promise<void> {
  await badLink(show);
  await delay(show);
  await lateAnswer(show);
  await doneTwice(show);
  await attempts(show);
}

/** Shows what a bad link does, and that the same seed does it again. */
async function badLink(show: Narrator): Promise<void> {
  show.step(`${SENT} datagrams through a bad link`);
  await show.predict(
    `${SENT} datagrams with the numbers 0 to ${SENT - 1} go through a relay ` +
      "that loses 20% of them, sends 10% twice, and holds 10% back until " +
      "later ones have passed. How many arrive? What can the receiver learn " +
      "from the numbers?",
  );
  const first = await passThrough(SENT, { ...BAD, seed: SEED });
  const { arrived, link } = first;
  const { missing, repeated, late } = look(arrived, SENT);
  show.fact("arrived", arrived.length);
  show.fact("the first 20", arrived.slice(0, 20).join(" "));
  show.table(["", "the relay's count", "the receiver's count"], [
    ["lost", `${link.lost}`, `${missing} never arrived`],
    ["sent twice", `${link.duplicated}`, `${repeated} arrived again`],
    ["held back", `${link.reordered}`, `${late} arrived after a later one`],
  ]);
  const again = await passThrough(SENT, { ...BAD, seed: SEED });
  const other = await passThrough(SENT, { ...BAD, seed: SEED + 1 });
  show.fact(`seed ${SEED} again`, compare(arrived, again.arrived));
  show.fact(`seed ${SEED + 1}`, compare(arrived, other.arrived));
  show.say(
    "Without the numbers, the receiver couldn't know any of that. What the " +
      "relay does to a datagram depends only on the seed and its position, so " +
      "you can reproduce a failure that happened by chance.",
  );
}

function compare(one: number[], other: number[]): string {
  return one.join() === other.join()
    ? `the same ${other.length}, in the same order`
    : `${other.length} others: ${other.slice(0, 8).join(" ")} …`;
}

/** Shows that different delays change the order. */
async function delay(show: Narrator): Promise<void> {
  const count = 20;
  show.step("Different delays");
  await show.predict(
    `${count} datagrams go through a relay, one right after the other. It ` +
      "delays each by 5 to 25 ms, but holds nothing back. What order do they " +
      "arrive in?",
  );
  const { arrived, tookMs } = await passThrough(count, {
    delayMs: 5,
    jitterMs: 20,
    seed: SEED,
  });
  const { late } = look(arrived, count);
  show.fact("arrived", arrived.join(" "));
  show.fact(
    "took",
    `${Math.min(...tookMs).toFixed(1)} to ${Math.max(...tookMs).toFixed(1)} ms`,
  );
  show.fact("arrived after a later one", `${late} of ${count}`);
  show.say(
    "A datagram with a shorter delay overtakes others. And while you wait, a " +
      "late answer looks the same as a lost one.",
  );
}

/** Shows a late answer that's taken for the answer to the next question. */
async function lateAnswer(show: Narrator): Promise<void> {
  show.step("A late answer");
  await show.predict(
    `A client asks "2+3?", gives up after ${TIMEOUT_MS} ms, and asks "10+10?". ` +
      "Then the first answer arrives. What does the client think 10+10 is?",
  );
  using client = bindUdp();
  using server = bindUdp();
  const lanes = show.lanes("client", "server");
  lanes.at("client", formatAddress(client.addr));
  lanes.at("server", formatAddress(server.addr));
  await client.send(encode("2+3?"), server.addr);
  const first = await server.receive();
  lanes.arrow(TO_SERVER, { label: '"2+3?"', received: "is slow" });
  const silent = await client.receive({
    timeoutMs: TIMEOUT_MS,
    from: server.addr,
  }).then(() => false, () => true);
  lanes.call("client", silent ? "gives up" : "has an answer");
  await client.send(encode("10+10?"), server.addr);
  await server.receive();
  lanes.arrow(TO_SERVER, { label: '"10+10?"' });
  await server.send(encode("5"), first.from);
  await server.send(encode("20"), first.from);
  const { bytes } = await client.receive();
  lanes.arrow(TO_CLIENT, { label: '"5"', received: "accepts it" });
  const { bytes: unread } = await client.receive();
  lanes.arrow(TO_CLIENT, { label: `"${decode(unread)}"` });
  show.fact("without numbers", `10+10 is ${decode(bytes)}`);
  show.fact("with numbers, as in 15.1", `10+10 is ${await askWithNumbers()}`);
  show.say(
    "The answer came from the right server, but it was for an earlier " +
      "question. From then on, every answer would belong to the question " +
      "before. A number in each question, which the server copies into its " +
      "answer, shows which answer belongs to which question.",
  );
}

/** Does the same with a number in front of each message. */
async function askWithNumbers(): Promise<string> {
  using sockets = new DisposableStack();
  const socket = sockets.adopt(
    Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 }),
    closeQuietly,
  );
  using server = bindUdp();
  const options = { timeoutMs: 60_000, attempts: 1 };
  const calling = call(socket, server.addr, encode("10+10?"), options);
  const { bytes } = await server.receive();
  const old = bytes.slice(0, 4);
  old[3] ^= 1;
  for (const [number, text] of [[old, "5"], [bytes, "20"]] as const) {
    const answer = new Uint8Array([...number.subarray(0, 4), ...encode(text)]);
    await server.send(answer, socket.addr as Deno.NetAddr);
  }
  return decode(await calling);
}

/** Shows that asking again can do the work twice. */
async function doneTwice(show: Narrator): Promise<void> {
  const deposits = 10;
  show.step("Is it safe to ask again?");
  await show.predict(
    `A client pays 1 into an account, ${deposits} times, over a link that loses ` +
      "30% of the answers and sends 30% of the questions twice. It asks again " +
      "until it gets an answer. How much is in the account in the end?",
  );
  const faults: LossyLinkOptions = {
    seed: SEED,
    there: { duplication: 0.3 },
    back: { loss: 0.3 },
  };
  const rows: string[][] = [];
  for (const isCareful of [false, true]) {
    const bank = new Bank(isCareful);
    const calls = await callThrough(
      faults,
      deposits,
      (message, from) => bank.handle(message, from),
    );
    rows.push([
      isCareful ? "recognizes repeats" : "performs everything",
      `${deposits}`,
      `${calls.questions}`,
      `${calls.handled}`,
      `${bank.balance}`,
    ]);
  }
  show.table(["server", "calls", "sent", "arrived", "in the account"], rows);
  show.say(
    "The client can't tell a lost answer from a lost question, but if the " +
      "answer was lost, the work is already done. If the client asks until it " +
      "gets an answer, the work is done at least once. Only the server can make " +
      "sure it's done at most once: it remembers each answer, and sends it " +
      "again.",
  );
}

/** A server that keeps an account, and pays 1 into it on request. */
class Bank {
  balance = 0;
  readonly handle: (message: Uint8Array, from: Deno.NetAddr) => Uint8Array;

  constructor(isCareful: boolean) {
    const once = new OnceOnly(() => this.#deposit());
    this.handle = isCareful
      ? (message, from) => once.handle(message, from)
      : (message) =>
        new Uint8Array([...message.subarray(0, 4), ...this.#deposit()]);
  }

  #deposit(): Uint8Array {
    this.balance++;
    return encode(`${this.balance}`);
  }
}

/** Measures how many attempts calls need. */
async function attempts(show: Narrator): Promise<void> {
  const count = 60;
  const shares = [0, 0.1, 0.3];
  show.step("How many attempts?");
  await show.predict(
    `A client makes ${count} calls over each of three links, which lose nothing, ` +
      "10%, and 30% in each direction. How many attempts does a call need on " +
      "average? How many does the unluckiest one need?",
  );
  const rows: string[][] = [];
  let most = 0;
  for (const loss of shares) {
    const calls = await callThrough(
      { loss, seed: ATTEMPTS_SEED },
      count,
      (message) => message,
    );
    const expected = 1 / (1 - loss) ** 2;
    most = Math.max(most, calls.most);
    rows.push([
      `${100 * loss}%`,
      (calls.questions / count).toFixed(2),
      expected.toFixed(2),
      `${calls.most}`,
    ]);
  }
  show.table(["loss each way", "attempts", "1 / (1 - loss)²", "most"], rows);
  show.say(
    "The question and the answer both have to get through. The third column " +
      "computes how many attempts that takes on average, and the second column " +
      `is what we measured. ${count} calls are few, so other seeds give other ` +
      `numbers. (An answer that takes more than ${TIMEOUT_MS} ms, on a busy ` +
      "machine, also costs an attempt.) With a limit of fewer than " +
      `${most} attempts, the unluckiest call would have ended in TimedOut.`,
  );
}

/** The counts of some calls through a link. */
interface Calls {
  /** Attempts of all calls. */
  questions: number;
  /** Questions that arrived at the server, including copies. */
  handled: number;
  /** The most attempts that one call needed. */
  most: number;
}

/** Makes calls, one after the other, through a link to a server. */
async function callThrough(
  faults: LossyLinkOptions,
  count: number,
  handle: (message: Uint8Array, from: Deno.NetAddr) => Uint8Array,
): Promise<Calls> {
  using sockets = new DisposableStack();
  const server = sockets.use(bindUdp());
  const link = sockets.use(new LossyLink(server.addr, faults));
  const socket = sockets.adopt(
    Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 }),
    closeQuietly,
  );
  const calls: Calls = { questions: 0, handled: 0, most: 0 };
  const serving = (async () => {
    for await (const { bytes, from } of server) {
      calls.handled++;
      // A server that's being closed doesn't have to answer.
      await server.send(handle(bytes, from), from).catch(() => {});
    }
  })();
  const counted = countSends(socket);
  for (let number = 0; number < count; number++) {
    const before = counted.sends;
    await call(counted.socket, link.addr, encode("1"), {
      timeoutMs: TIMEOUT_MS,
      attempts: MAX_ATTEMPTS,
    });
    calls.most = Math.max(calls.most, counted.sends - before);
  }
  calls.questions = counted.sends;
  server.close();
  await serving;
  return calls;
}

/** Wraps a socket, and counts what it sends. */
function countSends(socket: Deno.DatagramConn) {
  const counted = {
    sends: 0,
    socket: {
      addr: socket.addr,
      receive: (buffer?: Uint8Array) => socket.receive(buffer),
      send: (message: Uint8Array, to: Deno.Addr) => {
        counted.sends++;
        return socket.send(message, to);
      },
    } as Deno.DatagramConn,
  };
  return counted;
}

function encode(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

if (import.meta.main) {
  await runLesson({ lessons, url: import.meta.url, lesson });
}

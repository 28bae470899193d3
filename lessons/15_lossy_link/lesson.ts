/**
 * Lesson 15: ask again, and answer once.
 *
 * A relay loses, repeats, reorders and delays datagrams, by chance and from a
 * seed. This measures what comes of it, and makes calls work over it: with a
 * number on each question, with tries, and with a server that knows a repeat.
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
/** The held ones are overtaken by others, and not freed by the clock. */
const BAD: LossyLinkOptions = {
  loss: 0.2,
  duplication: 0.1,
  reordering: 0.1,
  holdMs: 300,
};
const SEED = 15;
/** Sixty calls are few. With these dice they come close to what is expected. */
const TRIES_SEED = 182;

/** After this, a client asks again, on one machine. */
const TIMEOUT_MS = 20;
/** More than will ever be needed. */
const ATTEMPTS = 200;

/** Runs the demonstration. */
export async function lesson(show: Narrator): Promise<void> {
  await badLink(show);
  await delay(show);
  await lateAnswer(show);
  await doneTwice(show);
  await tries(show);
}

/** What a bad link does, and that it does it again. */
async function badLink(show: Narrator): Promise<void> {
  show.step(`${SENT} datagrams through a bad link`);
  await show.predict(
    `${SENT} datagrams with the numbers 0 to ${SENT - 1} go through a relay ` +
      "that loses 20 % of them, sends 10 % twice, and lets others overtake " +
      "10 %. How many come? And what can the receiver tell by the numbers?",
  );
  const first = await passThrough(SENT, { ...BAD, seed: SEED });
  const { arrived, link } = first;
  const { missing, repeated, late } = look(arrived, SENT);
  show.fact("came", arrived.length);
  show.fact("the first 20", arrived.slice(0, 20).join(" "));
  show.table(["", "by the relay's count", "by the receiver's"], [
    ["lost", `${link.lost}`, `${missing} never came`],
    ["sent twice", `${link.duplicated}`, `${repeated} came again`],
    ["held back", `${link.reordered}`, `${late} came after a later one`],
  ]);
  const again = await passThrough(SENT, { ...BAD, seed: SEED });
  const other = await passThrough(SENT, { ...BAD, seed: SEED + 1 });
  show.fact(`seed ${SEED} again`, compare(arrived, again.arrived));
  show.fact(`seed ${SEED + 1}`, compare(arrived, other.arrived));
  show.say(
    "Without the numbers the receiver could tell none of that. The relay " +
      "throws dice for each datagram by seed and position, so that a failure " +
      "by chance can be had again, and looked into.",
  );
}

function compare(one: number[], other: number[]): string {
  return one.join() === other.join()
    ? `the same ${other.length}, in the same order`
    : `others: ${other.length} came, ${other.slice(0, 8).join(" ")} …`;
}

/** Delays that differ reorder by themselves. */
async function delay(show: Narrator): Promise<void> {
  const count = 20;
  show.step("Delay, and delay that differs");
  await show.predict(
    `${count} datagrams go at once through a relay that delays each by 5 ms, ` +
      "and by up to 20 ms more. Nothing is reordered on purpose. In which " +
      "order do they come?",
  );
  const { arrived, tookMs } = await passThrough(count, {
    delayMs: 5,
    jitterMs: 20,
    seed: SEED,
  });
  const { late } = look(arrived, count);
  show.fact("came", arrived.join(" "));
  show.fact(
    "under way",
    `${Math.min(...tookMs).toFixed(1)} to ${Math.max(...tookMs).toFixed(1)} ms`,
  );
  show.fact("came after a later one", `${late} of ${count}`);
  show.say(
    "What is under way for a shorter time overtakes. And the time says " +
      "nothing at the beginning: an answer that is late looks like one that " +
      "is lost, until it comes.",
  );
}

/** A late answer, taken for another one. */
async function lateAnswer(show: Narrator): Promise<void> {
  show.step("A late answer");
  await show.predict(
    `A client asks "2+3?", waits ${TIMEOUT_MS} ms in vain, gives up, and asks ` +
      '"10+10?". Only now the first answer comes. What does the client take ' +
      "10+10 to be?",
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
  lanes.arrow(TO_CLIENT, { label: '"5"', received: "takes it" });
  const { bytes: unread } = await client.receive();
  lanes.arrow(TO_CLIENT, { label: `"${decode(unread)}"` });
  show.fact("without numbers", `10+10 is ${decode(bytes)}`);
  show.fact("with numbers, as in 15.1", `10+10 is ${await askWithNumbers()}`);
  show.say(
    "The sender was right, the time was right, and the answer was to another " +
      "question. From then on the client would be one behind for ever. A " +
      "number in the question, which the server copies into the answer, says " +
      "what belongs to what.",
  );
}

/** The same story, with a number in front of each message. */
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

/** The myth: asking again can do no harm. */
async function doneTwice(show: Narrator): Promise<void> {
  const deposits = 10;
  show.step("Ask again: does that do no harm?");
  await show.predict(
    `A client puts 1 into an account, ${deposits} times, over a link that loses ` +
      "30 % of the answers and sends 30 % of the questions twice. It asks again " +
      "until it has an answer. What is in the account in the end?",
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
      isCareful ? "knows repeats" : "does all that comes",
      `${deposits}`,
      `${calls.questions}`,
      `${calls.handled}`,
      `${bank.balance}`,
    ]);
  }
  show.table(["server", "calls", "sent", "came", "in the account"], rows);
  show.say(
    "To the client, a lost answer looks like a lost question, and in the one " +
      "case the work is done already. So whoever asks again asks for it once " +
      "at least, and only the server can see to it that it is done once at " +
      "most: it remembers what it answered, and says that again.",
  );
}

/** An account that somebody pays into. */
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

/** How many tries calls need. */
async function tries(show: Narrator): Promise<void> {
  const count = 60;
  const shares = [0, 0.1, 0.3];
  show.step("How often to ask");
  await show.predict(
    `${count} calls each, over links that lose nothing, 10 % and 30 % in either ` +
      "direction. How many tries does a call need on the average, and the " +
      "unluckiest?",
  );
  const rows: string[][] = [];
  let most = 0;
  for (const loss of shares) {
    const calls = await callThrough(
      { loss, seed: TRIES_SEED },
      count,
      (message) => message,
    );
    const expected = 1 / (1 - loss) ** 2;
    most = Math.max(most, calls.most);
    rows.push([
      `${100 * loss} %`,
      (calls.questions / count).toFixed(2),
      expected.toFixed(2),
      `${calls.most}`,
    ]);
  }
  show.table(["loss each way", "tries", "1 / (1 - loss)²", "most"], rows);
  show.say(
    "Question and answer must both get through, so a try works with the square " +
      "of the chance of one of them; the third column is what follows from " +
      "that, the second what these dice gave. Others give more or less: " +
      `${count} calls are few. (An answer that takes more than ` +
      `${TIMEOUT_MS} ms, on a busy machine, costs a try too.) With fewer than ` +
      `${most} attempts, the unluckiest call would have ended in TimedOut.`,
  );
}

/** What calls through a link came to. */
interface Calls {
  /** Tries of all calls. */
  questions: number;
  /** How many of them came to the server, copies included. */
  handled: number;
  /** The most tries that one call needed. */
  most: number;
}

/** Makes calls one after the other, to a server behind a link. */
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
      // A server that is being closed need not answer any more.
      await server.send(handle(bytes, from), from).catch(() => {});
    }
  })();
  const counted = countSends(socket);
  for (let number = 0; number < count; number++) {
    const before = counted.sends;
    await call(counted.socket, link.addr, encode("1"), {
      timeoutMs: TIMEOUT_MS,
      attempts: ATTEMPTS,
    });
    calls.most = Math.max(calls.most, counted.sends - before);
  }
  calls.questions = counted.sends;
  server.close();
  await serving;
  return calls;
}

/** The same socket, with a count of what is sent. */
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

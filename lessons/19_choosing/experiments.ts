/** What each kind of socket promises, found out by trying. */
import { medianMicroseconds } from "../18_unix_streams/measure.ts";
import { connect, endpointOf } from "../../lib/net/mod.ts";
import {
  type End,
  isStream,
  type Kind,
  openPair,
  openServer,
} from "./channels.ts";

/** What came of a reader that did not read. */
export interface SlowReader {
  /** Messages of 1 KiB that the sender got rid of before anything was read. */
  taken: number;
  /**
   * What became of the sender then: it `waits`, it `goes on` (to the lesson's
   * limit), or it `gets an error`, which is how macOS says that a datagram has
   * no room (ENOBUFS).
   */
  sender: "waits" | "goes on" | "gets an error";
  /** Messages that were sent in the end. */
  sent: number;
  /** Messages that were received. */
  received: number;
  /** Whether those came in the order in which they were sent. */
  inOrder: boolean;
}

/** The size of a message to a slow reader, in bytes. */
export const SLOW_BYTES = 1024;
/** The most that is sent to one, in messages. */
export const SLOW_LIMIT = 16 * 1024;
/** How long nothing moves before it counts as waiting, in milliseconds. */
const STILL_MS = 100;

/**
 * Sends to a reader that does not read, until the sender waits; then reads.
 *
 * @param kind The kind.
 * @param folder Where its paths are.
 * @returns What became of the messages.
 */
export async function slowReader(
  kind: Kind,
  folder: string,
): Promise<SlowReader> {
  using pair = await openPair(kind, folder);
  const { client, server } = pair;
  let sent = 0;
  let stop = false;
  let refused = false;
  const sending = (async () => {
    try {
      while (!stop && sent < SLOW_LIMIT) {
        await client.send(numbered(sent));
        sent++;
      }
    } catch {
      refused = true;
    }
  })();
  const waited = await untilStill(() => sent, sending);
  const taken = sent;
  stop = true;
  // The reader wakes up, and the send that waits can finish.
  const numbers = kind === "udp"
    ? await receiveAll(server)
    : await receiveNumbers(server, waited ? taken + 1 : taken);
  await sending;
  return {
    taken,
    sender: waited ? "waits" : refused ? "gets an error" : "goes on",
    sent,
    received: numbers.length,
    inOrder: numbers.every((number, i) => i === 0 || number > numbers[i - 1]),
  };
}

/** What came of sending until there was no room. */
export interface FullQueue {
  /** Messages that were taken. */
  taken: number;
  /** The send that waits for room, if it does. */
  waiting?: Promise<unknown>;
  /** What the send threw instead, as on macOS. */
  refused?: Error;
}

/**
 * Sends until a send is not taken at once, or 1000 have been.
 *
 * @param send Sends one message.
 * @returns What came of it.
 */
export async function fillQueue(
  send: () => Promise<unknown>,
): Promise<FullQueue> {
  for (let taken = 0; taken < 1000; taken++) {
    let isDone = false;
    const waiting = send().then(() => isDone = true);
    try {
      if (await untilStill(() => Number(isDone), waiting)) {
        return { taken, waiting };
      }
    } catch (error) {
      return { taken, refused: error as Error };
    }
  }
  return { taken: 1000 };
}

/** A message that says which one it is. */
function numbered(number: number): Uint8Array {
  const message = new Uint8Array(SLOW_BYTES);
  new DataView(message.buffer).setUint32(0, number);
  return message;
}

function numberOf(message: Uint8Array): number {
  return new DataView(message.buffer, message.byteOffset).getUint32(0);
}

/**
 * Whether a count stops moving before the work is done.
 *
 * It counts turns of the loop, so that a pause of the whole machine, in which
 * the sender cannot move either, is one turn and not a stillness.
 */
async function untilStill(
  count: () => number,
  work: Promise<unknown>,
): Promise<boolean> {
  let isOver = false;
  const over = work.finally(() => isOver = true);
  let last = -1;
  for (let still = 0; still < 5; still++) {
    if (count() !== last) still = 0;
    last = count();
    const turn = Promise.withResolvers<void>();
    const timer = setTimeout(turn.resolve, STILL_MS / 5);
    try {
      await Promise.race([over, turn.promise]);
    } finally {
      clearTimeout(timer);
    }
    if (isOver) return false;
  }
  return true;
}

async function receiveNumbers(end: End, count: number): Promise<number[]> {
  const numbers: number[] = [];
  while (numbers.length < count) {
    numbers.push(numberOf(await end.receive(SLOW_BYTES)));
  }
  return numbers;
}

/** Receives until nothing has come for a while: nothing says "that was all". */
async function receiveAll(end: End): Promise<number[]> {
  const numbers: number[] = [];
  const receiving = (async () => {
    while (true) numbers.push(numberOf(await end.receive(SLOW_BYTES)));
  })();
  receiving.catch(() => {}); // It ends when the socket is closed.
  await untilStill(() => numbers.length, receiving);
  return numbers;
}

/** How three messages came: the size of what each receive gave. */
export async function edges(
  kind: Kind,
  folder: string,
  sizes: number[],
): Promise<number[]> {
  using pair = await openPair(kind, folder);
  const { client, server } = pair;
  for (const size of sizes) await client.send(new Uint8Array(size));
  const came: number[] = [];
  const total = sizes.reduce((sum, size) => sum + size, 0);
  for (let sum = 0; sum < total; sum += came.at(-1)!) {
    came.push((await server.receiveOnce()).length);
  }
  return came;
}

/** How many sockets a server needs to hear three clients. */
export async function socketsForThree(
  kind: Kind,
  folder: string,
): Promise<number> {
  using server = await openServer(kind, folder);
  const pairs = [];
  for (let i = 0; i < 3; i++) pairs.push(await server.addClient());
  for (const { client } of pairs) await client.send(new Uint8Array([1]));
  for (const pair of pairs) await pair.server.receive(1);
  for (const pair of pairs) pair[Symbol.dispose]();
  return server.sockets;
}

/** Whether the address names a machine, or a path on this one. */
export async function addressOf(
  kind: Kind,
  folder: string,
): Promise<"host and port" | "path"> {
  using server = await openServer(kind, folder);
  return "hostname" in server.address ? "host and port" : "path";
}

/** What a client hears where a server has just gone, and its path with it. */
export async function nobodyThere(kind: Kind, folder: string): Promise<string> {
  const server = await openServer(kind, folder);
  try {
    if (isStream(kind)) {
      server[Symbol.dispose]();
      (await connect(endpointOf(server.address))).close();
    } else {
      using pair = await server.addClient();
      server[Symbol.dispose]();
      await pair.client.send(new Uint8Array([1]));
    }
    return "nothing";
  } catch (error) {
    return (error as Error).name;
  }
}

/** The time for a question of 64 bytes and its answer, in microseconds. */
export async function roundTrip(kind: Kind, folder: string): Promise<number> {
  using pair = await openPair(kind, folder);
  const { client, server } = pair;
  const question = new Uint8Array(64);
  return await medianMicroseconds(async () => {
    await client.send(question);
    await server.send(await server.receive(64));
    await client.receive(64);
  });
}

/** How large the messages are that carry bytes in bulk, in bytes. */
export const MASS_BYTES = 16 * 1024;
/** How many of them are on their way at most, so that none is lost. */
export const MASS_WINDOW = 4;
/** How long they are carried each time, in milliseconds. */
const MASS_MS = 30;

/** How much gets through, in megabytes a second. */
export async function throughput(kind: Kind, folder: string): Promise<number> {
  using pair = await openPair(kind, folder);
  const { client, server } = pair;
  const message = new Uint8Array(MASS_BYTES);
  let received = 0;
  const from = performance.now();
  while (performance.now() - from < MASS_MS) {
    for (let i = 0; i < MASS_WINDOW; i++) await client.send(message);
    for (let i = 0; i < MASS_WINDOW; i++) {
      received += (await server.receive(MASS_BYTES)).length;
    }
  }
  return received / 1000 / (performance.now() - from);
}

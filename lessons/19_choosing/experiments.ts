/** Measures what each kind of socket promises and costs. */
import { medianMicroseconds } from "../18_unix_streams/measure.ts";
import { connect, endpointOf } from "../../lib/net/mod.ts";
import {
  type End,
  isStream,
  type Kind,
  openPair,
  openServer,
} from "./channels.ts";

/** The result of sending to a reader that doesn't read. */
export interface SlowReader {
  /** How many messages of 1 KiB were sent before the reader read any. */
  taken: number;
  /**
   * The sender's reaction: it `waits`, it `keeps sending` (up to the lesson's
   * limit), or it `gets an error`, which is how macOS says that there's no room
   * for a datagram (ENOBUFS).
   */
  sender: "waits" | "keeps sending" | "gets an error";
  /** How many messages were sent in total. */
  sent: number;
  /** How many messages were received. */
  received: number;
  /** Whether they arrived in the order in which they were sent. */
  inOrder: boolean;
}

/** The size of a message to a slow reader, in bytes. */
export const SLOW_BYTES = 1024;
/** How many messages are sent to it at most. */
export const SLOW_LIMIT = 16 * 1024;
/** How long without progress counts as waiting, in milliseconds. */
const STILL_MS = 100;

/**
 * Sends to a reader that does not read, until the sender waits; then reads.
 *
 * @param kind The kind of socket.
 * @param folder The folder for its paths.
 * @returns How many messages were sent, received, and lost.
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
  // Now the reader reads, and the send that waits can finish.
  const numbers = kind === "udp"
    ? await receiveAll(server)
    : await receiveNumbers(server, waited ? taken + 1 : taken);
  await sending;
  return {
    taken,
    sender: waited ? "waits" : refused ? "gets an error" : "keeps sending",
    sent,
    received: numbers.length,
    inOrder: numbers.every((number, i) => i === 0 || number > numbers[i - 1]),
  };
}

/** The result of sending until there's no room. */
export interface FullQueue {
  /** How many messages were accepted. */
  taken: number;
  /** The send that waits for room, if it does. */
  waiting?: Promise<unknown>;
  /** The error that send() threw instead, as on macOS. */
  refused?: Error;
}

/**
 * Sends until a send has to wait, or 1000 messages are sent.
 *
 * @param send Sends one message.
 * @returns How many messages were accepted, and the send that wasn't.
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

/** Makes a message that contains its number. */
function numbered(number: number): Uint8Array {
  const message = new Uint8Array(SLOW_BYTES);
  new DataView(message.buffer).setUint32(0, number);
  return message;
}

function numberOf(message: Uint8Array): number {
  return new DataView(message.buffer, message.byteOffset).getUint32(0);
}

/**
 * Checks whether a count stops changing before the work is done.
 *
 * It counts turns of the loop. If the whole machine pauses, the sender can't
 * make progress either, but that's only one turn.
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

/** Receives until nothing has arrived for a while: datagrams have no end. */
async function receiveAll(end: End): Promise<number[]> {
  const numbers: number[] = [];
  const receiving = (async () => {
    while (true) numbers.push(numberOf(await end.receive(SLOW_BYTES)));
  })();
  receiving.catch(() => {}); // It ends when the socket is closed.
  await untilStill(() => numbers.length, receiving);
  return numbers;
}

/** Sends messages, and returns the size of each piece that was received. */
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

/** Counts the sockets that a server needs to hear three clients. */
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

/** Says whether the address is a host and port, or a path. */
export async function addressOf(
  kind: Kind,
  folder: string,
): Promise<"host and port" | "path"> {
  using server = await openServer(kind, folder);
  return "hostname" in server.address ? "host and port" : "path";
}

/** Returns the error that a client gets if the server and its path are gone. */
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

/** Measures a question of 64 bytes and its answer, in microseconds. */
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

/** The size of the messages for measuring a rate, in bytes. */
export const MASS_BYTES = 16 * 1024;
/** How many of them are in flight at most, so that none gets lost. */
export const MASS_WINDOW = 4;
/** How long each measurement takes, in milliseconds. */
const MASS_MS = 30;

/** Measures the rate, in megabytes per second. */
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

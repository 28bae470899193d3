/** Makes lesson 11's traffic: a few words, many handshakes, and a long stream. */
import {
  connectTcp,
  listenTcp,
  readExact,
  writeAll,
} from "../../lib/net/mod.ts";
import { Conversations, type Packet, type Side } from "../../lib/wire/mod.ts";

/** The client's words. It sends each of them with one write. */
export const WORDS = ["hello", "hey", "ten bytes!"];

/** Both ends of a connection. */
export interface Ends extends Record<Side, Deno.TcpConn> {
  /** The client's port. */
  port: number;
}

/**
 * Sends the words on a new connection, waits for the echo of each, and closes
 * the connection.
 *
 * @returns The client's port.
 */
export async function sendWords(): Promise<number> {
  const [{ client, server, port }] = await openMany(1);
  // Without Nagle's algorithm, each word gets its own segment.
  client.setNoDelay();
  for (const word of WORDS) {
    const bytes = new TextEncoder().encode(word);
    await writeAll(client, bytes);
    await writeAll(server, await readExact(server, bytes.length));
    await readExact(client, bytes.length);
  }
  client.close();
  await server.read(new Uint8Array(1));
  server.close();
  return port;
}

/**
 * Opens connections, and leaves them open.
 *
 * @param count The number of connections.
 * @returns Both ends of each connection.
 */
export async function openMany(count: number): Promise<Ends[]> {
  using listener = listenTcp();
  const pairs: Ends[] = [];
  for (let i = 0; i < count; i++) {
    const client = await connectTcp(listener.addr.port);
    const server = await listener.accept();
    pairs.push({ client, server, port: client.localAddr.port });
  }
  return pairs;
}

/** One direction of a connection. */
export interface Direction {
  port: number;
  from: Side;
  /** The initial sequence number: that of the SYN. */
  initial: number;
}

/**
 * Finds the initial sequence number of each direction of each connection.
 *
 * @param packets The packets of their handshakes.
 * @returns Two directions for each connection.
 */
export function directionsOf(packets: Packet[]): Direction[] {
  const conversations = new Conversations();
  for (const packet of packets) conversations.add(packet);
  return conversations.list.flatMap((conversation) => {
    const { port } = conversation.client;
    return (["client", "server"] as const)
      .map((from) => ({
        port,
        from,
        initial: conversation[from].initialSequence,
      }))
      .filter((one): one is Direction => one.initial !== null);
  });
}

/**
 * Counts the bytes that a direction can send before its numbers wrap around.
 *
 * @param direction A direction that has sent nothing but its SYN.
 * @returns The number of bytes.
 */
export function bytesToWrap({ initial }: Direction): number {
  return 2 ** 32 - 1 - initial;
}

/**
 * Finds the direction whose numbers wrap around first.
 *
 * @param directions The directions, at least one.
 * @returns The one with the highest initial sequence number.
 */
export function nearestToWrap(directions: Direction[]): Direction {
  return directions.reduce((a, b) => a.initial > b.initial ? a : b);
}

/**
 * Sends enough for a direction's numbers to wrap around, and 256 KiB more.
 *
 * @param ends The connection.
 * @param direction The direction to send in.
 */
export async function sendPastWrap(
  ends: Ends,
  direction: Direction,
): Promise<void> {
  const size = bytesToWrap(direction) + 256 * 1024;
  const from = ends[direction.from];
  const to = ends[direction.from === "client" ? "server" : "client"];
  await Promise.all([sendZeros(from, size), discard(to, size)]);
}

async function sendZeros(conn: Deno.Conn, size: number): Promise<void> {
  const zeros = new Uint8Array(64 * 1024);
  for (let left = size; left > 0;) {
    left -= await conn.write(zeros.subarray(0, left));
  }
}

async function discard(conn: Deno.Conn, size: number): Promise<void> {
  const buffer = new Uint8Array(256 * 1024);
  for (let left = size; left > 0;) {
    const count = await conn.read(buffer);
    if (count === null) throw new Error("the stream ended too early");
    left -= count;
  }
}

/** The segments around the wraparound. */
export interface Wrap {
  /** The last segment before it. */
  last: Packet;
  /** The segment after that. */
  next: Packet;
  /** The first acknowledgment number after the wraparound. */
  ack: Packet | undefined;
}

/**
 * Finds where sequence numbers wrap around.
 *
 * @param packets The packets, in order of capture.
 * @returns The segments around that place, or `undefined` if there isn't one.
 */
export function findWrap(packets: Packet[]): Wrap | undefined {
  for (const [i, last] of packets.entries()) {
    const { tcp, payloadBytes } = last;
    if (tcp === null || payloadBytes === 0) continue;
    const end = tcp.sequence + payloadBytes;
    if (end < 2 ** 32) continue;
    const later = packets.slice(i + 1);
    const next = later.find((packet) =>
      packet.tcp?.sourcePort === tcp.sourcePort &&
      packet.tcp.destinationPort === tcp.destinationPort &&
      packet.tcp.sequence === end - 2 ** 32 && packet.payloadBytes > 0
    );
    if (next === undefined) continue;
    const ack = later.find((packet) =>
      packet.tcp?.sourcePort === tcp.destinationPort &&
      packet.tcp.destinationPort === tcp.sourcePort &&
      packet.tcp.acknowledgment < 2 ** 31
    );
    return { last, next, ack };
  }
}

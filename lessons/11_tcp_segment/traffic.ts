/** What lesson 11 sends: a few words, many beginnings, and one long stream. */
import {
  connectTcp,
  listenTcp,
  readExact,
  writeAll,
} from "../../lib/net/mod.ts";
import {
  type Conversation,
  type ConversationEnd,
  Conversations,
  type Packet,
  type Side,
} from "../../lib/wire/mod.ts";

/** What the client says, one write each. */
export const WORDS = ["hello", "hey", "ten bytes!"];

/** Both ends of a connection. */
export interface Ends extends Record<Side, Deno.TcpConn> {
  /** The client's port. */
  port: number;
}

/**
 * Says the words on a new connection, each one when the one before has come,
 * and closes it.
 *
 * @returns The client's port.
 */
export async function speak(): Promise<number> {
  const [{ client, server, port }] = await openMany(1);
  // Without waiting for more to send: each word gets a segment of its own.
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
 * @param count How many.
 * @returns Both ends of each.
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

/** One direction of a connection, and where it began. */
export interface Direction {
  port: number;
  from: Side;
  /** The number of its SYN. */
  initial: number;
}

/**
 * Finds where each direction of each connection began to count.
 *
 * @param packets The packets of their handshakes.
 * @returns Two directions for each connection.
 */
export function directionsOf(packets: Packet[]): Direction[] {
  return conversationsOf(packets).flatMap((conversation) =>
    (["client", "server"] as const).flatMap((from): Direction[] => {
      const end: ConversationEnd = conversation[from];
      return end.initialSequence === null ? [] : [{
        port: conversation.client.port,
        from,
        initial: end.initialSequence,
      }];
    })
  );
}

/**
 * Sorts packets into conversations.
 *
 * @param packets Them.
 * @returns The conversations, in the order in which they began.
 */
export function conversationsOf(packets: Packet[]): Conversation[] {
  const conversations = new Conversations();
  for (const packet of packets) conversations.add(packet);
  return conversations.list;
}

/**
 * How many bytes a direction can send until its numbers begin again at 0.
 *
 * @param direction The direction, of which nothing but the SYN has been sent.
 * @returns Bytes.
 */
export function bytesToWrap({ initial }: Direction): number {
  return 2 ** 32 - 1 - initial;
}

/**
 * Sends so many bytes that the numbers come round, and some more.
 *
 * @param ends The connection.
 * @param direction Which of its directions.
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

/** The segments around the end of the circle. */
export interface Wrap {
  /** The last one with a number before the end. */
  last: Packet;
  /** The one behind it. */
  next: Packet;
  /** The first acknowledgment from behind the end. */
  ack: Packet | undefined;
}

/**
 * Finds where sequence numbers begin again at 0.
 *
 * @param packets Packets in the order in which they passed.
 * @returns The segments around that place; `undefined` if there is none.
 */
export function findWrap(packets: Packet[]): Wrap | undefined {
  for (const [i, last] of packets.entries()) {
    const { tcp, payloadBytes } = last;
    if (tcp === null || payloadBytes === 0) continue;
    const end = tcp.sequence + payloadBytes;
    if (end < 2 ** 32) continue;
    const behind = packets.slice(i + 1);
    const next = behind.find((packet) =>
      packet.tcp?.sourcePort === tcp.sourcePort &&
      packet.tcp.destinationPort === tcp.destinationPort &&
      packet.tcp.sequence === end - 2 ** 32 && packet.payloadBytes > 0
    );
    if (next === undefined) continue;
    const ack = behind.find((packet) =>
      packet.tcp?.sourcePort === tcp.destinationPort &&
      packet.tcp.destinationPort === tcp.sourcePort &&
      packet.tcp.acknowledgment < 2 ** 31
    );
    return { last, next, ack };
  }
}

/** The connections that lesson 12 makes. Each one ends in a different way. */
import {
  connectResettable,
  connectTcp,
  listenTcp,
  readExact,
  readToEnd,
  writeAll,
} from "../../lib/net/mod.ts";
import {
  type Conversation,
  Conversations,
  type Packet,
  type TrackedSegment,
} from "../../lib/wire/mod.ts";

/** The ways to end that the lesson shows, in the order of its recording. */
export const ENDINGS = ["at once", "later", "reset"] as const;

/**
 * How a connection ends: the server closes as soon as it has read the end of the
 * stream, the server sends more data first, or the client resets it.
 */
export type Ending = typeof ENDINGS[number];

/** One connection, from its first segment to its last. */
export interface Connection {
  conversation: Conversation;
  segments: { packet: Packet; segment: TrackedSegment }[];
}

/**
 * Opens a connection, sends a question and its answer, and ends it.
 *
 * @param ending How the connection ends.
 * @returns The client's port.
 */
export async function makeConnection(ending: Ending): Promise<number> {
  using listener = listenTcp();
  if (ending === "reset") return await makeReset(listener);
  using client = await connectTcp(listener.addr.port);
  using server = await listener.accept();
  const question = encode("ready?");
  await writeAll(client, question);
  await writeAll(server, await readExact(server, question.length));
  await readExact(client, question.length);
  await client.closeWrite();
  await readToEnd(server);
  if (ending === "later") await writeAll(server, encode("one more thing"));
  await server.closeWrite();
  await readToEnd(client);
  return client.localAddr.port;
}

async function makeReset(listener: Deno.TcpListener): Promise<number> {
  using client = await connectResettable(listener.addr.port);
  using server = await listener.accept();
  client.reset();
  await server.read(new Uint8Array(1)).catch(() => {});
  return client.port;
}

/**
 * Finds the connections among captured packets.
 *
 * @param packets The packets of {@linkcode makeConnection}.
 * @returns The connections, in the order in which they were opened.
 */
export function connectionsOf(packets: Packet[]): Connection[] {
  const conversations = new Conversations();
  const tracked = packets.flatMap((packet) => {
    const segment = conversations.add(packet);
    return segment === null ? [] : [{ packet, segment }];
  });
  return conversations.list.map((conversation) => ({
    conversation,
    segments: tracked.filter(({ segment }) =>
      segment.conversation === conversation
    ),
  }));
}

/**
 * Counts the segments that closed a connection: those that carry a FIN, or are
 * the first to acknowledge one.
 *
 * @param conversation The connection.
 * @returns The number of segments: 1 for a reset, 0 if it isn't closed.
 */
export function closingSegments({ ending }: Conversation): number {
  if (ending.how === "reset") return 1;
  return ending.how === "closed" ? ending.segments : 0;
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

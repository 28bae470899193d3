/** The connections that lesson 12 makes, each with an end of its own. */
import { connect as connectNode } from "node:net";
import {
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

/** The ends that the lesson shows, in the order of its recording. */
export const ENDS = ["at once", "later", "reset"] as const;

/**
 * How a connection ends: the server closes as soon as it has read the end, or
 * has something to say before; or the client resets it.
 */
export type End = typeof ENDS[number];

/** A segment, and what it is in its conversation. */
export interface Seen {
  packet: Packet;
  segment: TrackedSegment;
}

/** One connection from its first segment to its last. */
export interface Life {
  conversation: Conversation;
  segments: Seen[];
}

/**
 * Makes a connection, from its beginning to its end.
 *
 * @param end How it ends.
 * @returns The client's port.
 */
export async function live(end: End): Promise<number> {
  using listener = listenTcp();
  if (end === "reset") return await liveToReset(listener);
  using client = await connectTcp(listener.addr.port);
  using server = await listener.accept();
  await ask(client, server, "ready?");
  await client.closeWrite();
  await readToEnd(server);
  if (end === "later") await writeAll(server, bytesOf("one more thing"));
  await server.closeWrite();
  await readToEnd(client);
  return client.localAddr.port;
}

async function liveToReset(listener: Deno.TcpListener): Promise<number> {
  const client = connectNode(listener.addr.port, "127.0.0.1");
  using server = await listener.accept();
  if (client.connecting) {
    await new Promise<void>((resolve) => client.once("connect", resolve));
  }
  const port = client.localPort!;
  // Deno's own close() sends a FIN; this sends a RST and nothing else.
  client.resetAndDestroy();
  await server.read(new Uint8Array(1)).catch(() => {});
  return port;
}

/** A question, and the same as its answer. */
async function ask(
  client: Deno.Conn,
  server: Deno.Conn,
  question: string,
): Promise<void> {
  await writeAll(client, bytesOf(question));
  await writeAll(server, await readExact(server, question.length));
  await readExact(client, question.length);
}

/**
 * Finds the connections among captured packets.
 *
 * @param packets What was captured of {@linkcode live}.
 * @returns Them, in the order in which they began.
 */
export function livesOf(packets: Packet[]): Life[] {
  const conversations = new Conversations();
  const lives = new Map<Conversation, Life>();
  for (const packet of packets) {
    const segment = conversations.add(packet);
    if (segment === null) continue;
    const { conversation } = segment;
    const life = lives.get(conversation) ?? { conversation, segments: [] };
    lives.set(conversation, life);
    life.segments.push({ packet, segment });
  }
  return [...lives.values()];
}

/**
 * How many segments a connection took to close: those that carry a FIN, or are
 * the first to acknowledge one.
 *
 * @param conversation The connection.
 * @returns How many; 1 for a reset, 0 if it is not closed.
 */
export function closesIn({ ending }: Conversation): number {
  if (ending.how === "reset") return 1;
  return ending.how === "closed" ? ending.segments : 0;
}

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

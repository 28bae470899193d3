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

/**
 * How often the first end is made. It takes three segments only if the server
 * closes within the moment that its kernel holds an acknowledgment back for,
 * and on a busy machine it may miss that.
 */
const TRIES = 3;

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

/** The connections that the lesson shows. */
export interface Lives {
  /** The server closes as soon as it has read the end. */
  atOnce: Life;
  /** The server has something to say before it closes. */
  later: Life;
  /** The client resets the connection. */
  reset: Life;
}

/**
 * Makes the connections, one after another.
 *
 * @returns The clients' ports.
 */
export async function live(): Promise<number[]> {
  const ports: number[] = [];
  using listener = listenTcp();
  for (let i = 0; i < TRIES + 1; i++) {
    using client = await connectTcp(listener.addr.port);
    using server = await listener.accept();
    ports.push(client.localAddr.port);
    await ask(client, server, "ready?");
    await client.closeWrite();
    await readToEnd(server);
    if (i === TRIES) await writeAll(server, bytesOf("one more thing"));
    await server.closeWrite();
    await readToEnd(client);
  }
  const client = connectNode(listener.addr.port, "127.0.0.1");
  using server = await listener.accept();
  if (client.connecting) {
    await new Promise<void>((resolve) => client.once("connect", resolve));
  }
  ports.push(client.localPort!);
  // Deno's own close() sends a FIN; this sends a RST and nothing else.
  client.resetAndDestroy();
  await server.read(new Uint8Array(1)).catch(() => {});
  return ports;
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
 * @returns Them; `undefined` if there are not as many as were made.
 */
export function livesOf(packets: Packet[]): Lives | undefined {
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
  const all = [...lives.values()];
  const [reset] = all.splice(-1);
  const [later] = all.splice(-1);
  if (later === undefined || all.length === 0) return undefined;
  return {
    atOnce: all.find(({ conversation }) => closesIn(conversation) === 3) ??
      all[0],
    later,
    reset,
  };
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

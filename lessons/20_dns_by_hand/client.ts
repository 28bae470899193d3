/** Asking a DNS server: over UDP, and over TCP if the answer was cut. */
import {
  closeQuietly,
  connectTcp,
  readExact,
  writeAll,
} from "../../lib/net/mod.ts";
import { decodeDns, type DnsMessage, WireError } from "../../lib/wire/mod.ts";
import { encodeDns } from "../../lib/wire/mod.ts";

/** How to ask. */
export interface AskOptions {
  /** How long to wait for one answer, in milliseconds. @default 2000 */
  waitMs?: number;
  /** How often to ask over UDP, where a datagram may get lost. @default 3 */
  attempts?: number;
}

/** An answer, and the way that it came. */
export interface Asked {
  message: DnsMessage;
  /** Bytes of the last message. */
  size: number;
  transport: "udp" | "tcp";
}

/** Asks a server on this machine, and again over TCP if the answer was cut. */
export async function askDns(
  port: number,
  name: string,
  type: number,
  options: AskOptions = {},
): Promise<Asked> {
  // The id is a guess for whoever wants to answer first.
  const [id] = crypto.getRandomValues(new Uint16Array(1));
  const question = { name, type, class: 1 };
  const query = encodeDns({ id, wantsRecursion: true, questions: [question] });
  const bytes = await askUdp(port, query, options);
  const message = decodeDns(bytes);
  if (!message.isTruncated) {
    return { message, size: bytes.length, transport: "udp" };
  }
  const whole = await askTcp(port, query, options);
  return { message: decodeDns(whole), size: whole.length, transport: "tcp" };
}

/** Whether some bytes are an answer to a query: id and question are its own. */
export function answers(query: Uint8Array, bytes: Uint8Array): boolean {
  try {
    const [asked, message] = [decodeDns(query), decodeDns(bytes)];
    const [own, other] = [asked.questions[0], message.questions[0]];
    return message.isResponse && message.id === asked.id &&
      message.questions.length === 1 && other.type === own.type &&
      other.class === own.class &&
      other.name.toLowerCase() === own.name.toLowerCase();
  } catch (error) {
    if (error instanceof WireError) return false;
    throw error;
  }
}

async function askUdp(
  port: number,
  query: Uint8Array,
  { waitMs = 2000, attempts = 3 }: AskOptions,
): Promise<Uint8Array> {
  for (let attempt = 0; attempt < attempts; attempt++) {
    // A new port each time: an answer that is late does not meet this one.
    const socket = Deno.listenDatagram({
      transport: "udp",
      hostname: "127.0.0.1",
      port: 0,
    });
    const timer = setTimeout(() => closeQuietly(socket), waitMs);
    try {
      await socket.send(query, {
        transport: "udp",
        hostname: "127.0.0.1",
        port,
      });
      for await (const [bytes, from] of socket) {
        const sender = from as Deno.NetAddr;
        if (sender.port === port && answers(query, bytes)) return bytes;
      }
    } finally {
      clearTimeout(timer);
      closeQuietly(socket);
    }
  }
  throw new Deno.errors.TimedOut(
    `Cannot ask port ${port}: no answer to ${attempts} queries`,
  );
}

/** Over TCP each message has its length in two bytes in front. */
async function askTcp(
  port: number,
  query: Uint8Array,
  { waitMs = 2000 }: AskOptions,
): Promise<Uint8Array> {
  using conn = await connectTcp(port, { deadlineMs: waitMs });
  const timer = setTimeout(() => closeQuietly(conn), waitMs);
  try {
    await writeAll(
      conn,
      Uint8Array.of(query.length >> 8, query.length & 0xff, ...query),
    );
    const [high, low] = await readExact(conn, 2);
    const bytes = await readExact(conn, high << 8 | low);
    if (!answers(query, bytes)) throw new TypeError("no answer to the query");
    return bytes;
  } finally {
    clearTimeout(timer);
  }
}

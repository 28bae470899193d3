/** Asks a DNS server over UDP, and over TCP if the response was truncated. */
import {
  closeQuietly,
  connectTcp,
  readExact,
  writeAll,
} from "../../lib/net/mod.ts";
import {
  decodeDns,
  decodeDnsLeniently,
  type DnsMessage,
  encodeDns,
  WireError,
} from "../../lib/wire/mod.ts";

/** The server's address: it's on this machine. */
const HOSTNAME = "127.0.0.1";

/** The options of {@linkcode askDns}. */
export interface AskOptions {
  /** How long to wait for one response, in milliseconds. @default 2000 */
  timeoutMs?: number;
  /** How often to ask over UDP, where datagrams get lost. @default 3 */
  attempts?: number;
  /** Called for each datagram that is rejected, with the reason. */
  onRejected?: (from: Deno.NetAddr, bytes: Uint8Array, why: Doubt) => void;
}

/** The reason to reject a message that claims to be the response. */
export type Doubt =
  | "its address"
  | "its port"
  | "its form"
  | "its id"
  | "its question";

/** A response, and how it arrived. */
export interface Asked {
  message: DnsMessage;
  /** The size of the response, in bytes. */
  size: number;
  transport: "udp" | "tcp";
}

/**
 * Asks a server on this machine, and again over TCP if the response was
 * truncated.
 *
 * @param port The port of the server, the same for UDP and TCP.
 * @param name The name to ask for.
 * @param type The type of records to ask for, from `DNS_TYPES`.
 * @param options How long to wait, how often to ask, and a callback for rejected
 * datagrams.
 * @returns The response, and how it arrived.
 * @throws {Deno.errors.TimedOut} If no response arrives over UDP.
 * @throws {TypeError} If the message over TCP isn't a response to the query.
 */
export async function askDns(
  port: number,
  name: string,
  type: number,
  options: AskOptions = {},
): Promise<Asked> {
  // Random, so that an attacker has to guess it.
  const [id] = crypto.getRandomValues(new Uint16Array(1));
  const question = { name, type, class: 1 };
  const query = encodeDns({ id, wantsRecursion: true, questions: [question] });
  const bytes = await askUdp(port, query, options);
  if (!decodeDnsLeniently(bytes).value.isTruncated) {
    return {
      message: decodeDns(bytes),
      size: bytes.length,
      transport: "udp",
    };
  }
  const whole = await askTcp(port, query, options);
  return { message: decodeDns(whole), size: whole.length, transport: "tcp" };
}

/** Checks whether a datagram comes from the socket that was asked. */
function doubtSender(from: Deno.NetAddr, port: number): Doubt | null {
  // Every address has the same ports, so another one has the server's, too.
  if (from.hostname !== HOSTNAME) return "its address";
  return from.port === port ? null : "its port";
}

/**
 * Checks whether some bytes are a response to a query, by id and question. If
 * it's truncated, its last record may be cut in two.
 */
function doubtMessage(query: Uint8Array, bytes: Uint8Array): Doubt | null {
  const asked = decodeDns(query);
  let message: DnsMessage;
  try {
    message = decodeDnsLeniently(bytes).value;
    if (!message.isTruncated) decodeDns(bytes);
  } catch (error) {
    if (error instanceof WireError) return "its form";
    throw error;
  }
  if (!message.isResponse) return "its form";
  if (message.id !== asked.id) return "its id";
  const [own, other] = [asked.questions[0], message.questions[0]];
  const isSame = message.questions.length === 1 && other.type === own.type &&
    other.class === own.class &&
    other.name.toLowerCase() === own.name.toLowerCase();
  return isSame ? null : "its question";
}

async function askUdp(
  port: number,
  query: Uint8Array,
  { timeoutMs = 2000, attempts = 3, onRejected = () => {} }: AskOptions,
): Promise<Uint8Array> {
  for (let attempt = 0; attempt < attempts; attempt++) {
    // A new port each time, so a late response can't reach this attempt.
    const socket = Deno.listenDatagram({
      transport: "udp",
      hostname: HOSTNAME,
      port: 0,
    });
    const timer = setTimeout(() => closeQuietly(socket), timeoutMs);
    try {
      await socket.send(query, {
        transport: "udp",
        hostname: HOSTNAME,
        port,
      });
      for await (const [bytes, from] of socket) {
        const sender = from as Deno.NetAddr;
        const doubt = doubtSender(sender, port) ?? doubtMessage(query, bytes);
        if (doubt === null) return bytes;
        onRejected(sender, bytes, doubt);
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

/** Asks over TCP, where each message has a length prefix of two bytes. */
async function askTcp(
  port: number,
  query: Uint8Array,
  { timeoutMs = 2000 }: AskOptions,
): Promise<Uint8Array> {
  using conn = await connectTcp(port, { timeoutMs });
  const timer = setTimeout(() => closeQuietly(conn), timeoutMs);
  try {
    await writeAll(
      conn,
      Uint8Array.of(query.length >> 8, query.length & 0xff, ...query),
    );
    const [high, low] = await readExact(conn, 2);
    const bytes = await readExact(conn, high << 8 | low);
    const doubt = doubtMessage(query, bytes);
    if (doubt !== null) {
      throw new TypeError(
        `Cannot accept a response over TCP because of ${doubt}`,
      );
    }
    return bytes;
  } finally {
    clearTimeout(timer);
  }
}

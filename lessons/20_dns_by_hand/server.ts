/** A small authoritative DNS server, on UDP and TCP at the same port. */
import {
  closeQuietly,
  listenTcp,
  readExact,
  serve,
  writeAll,
} from "../../lib/net/mod.ts";
import {
  decodeDns,
  DNS_TYPES,
  type DnsMessage,
  type DnsRecord,
  encodeDns,
  RCODE_NXDOMAIN,
  WireError,
} from "../../lib/wire/mod.ts";

/** As much as an answer over UDP may have (RFC 1035, section 4.2.1). */
const MAX_UDP_BYTES = 512;

/** The zone that the server knows all about. */
export const ZONE = "example.test";

function record(name: string, data: DnsRecord["data"]): DnsRecord {
  const type = data.kind === "other" ? 0 : DNS_TYPES[data.kind];
  return { name: `${name}${ZONE}`, type, class: 1, ttl: 60, data };
}

const text = (text: string) => new TextEncoder().encode(text);

const SOA: DnsRecord = record("", {
  kind: "SOA",
  primary: `ns.${ZONE}`,
  mailbox: `admin.${ZONE}`,
  serial: 1,
  refresh: 3600,
  retry: 600,
  expire: 86400,
  minimum: 60,
});

/** What the zone says. */
const RECORDS: DnsRecord[] = [
  SOA,
  record("host.", { kind: "A", address: "192.0.2.10" }),
  record("host.", { kind: "AAAA", address: "2001:db8::10" }),
  record("www.", { kind: "CNAME", name: `host.${ZONE}` }),
  record("alias.", { kind: "CNAME", name: `www.${ZONE}` }),
  record("note.", {
    kind: "TXT",
    texts: [text("zwölf words"), text("and more")],
  }),
  ...Array.from(
    { length: 10 },
    (_, i) =>
      record("long.", { kind: "TXT", texts: [text(`${i} `.repeat(50))] }),
  ),
];

/**
 * Answers one query.
 *
 * @param bytes The query.
 * @param maxBytes The most that the answer may have; a longer one is cut.
 * @returns The answer, or `null` for what is no query.
 */
export function answerQuery(
  bytes: Uint8Array,
  maxBytes: number,
): Uint8Array | null {
  let query: DnsMessage;
  try {
    query = decodeDns(bytes);
  } catch (error) {
    if (error instanceof WireError) return null;
    throw error;
  }
  // To answer an answer could go on for ever between two servers.
  if (query.isResponse) return null;
  const { id, opcode, wantsRecursion, questions } = query;
  const base = { id, opcode, wantsRecursion, questions, isResponse: true };
  const [question] = questions;
  if (opcode !== 0 || questions.length !== 1) {
    return encodeDns({ ...base, questions: [], rcode: opcode === 0 ? 1 : 4 });
  }
  const asked = question.name.toLowerCase();
  const isOurs = asked === ZONE || asked.endsWith(`.${ZONE}`);
  if (!isOurs || question.class !== 1) return encodeDns({ ...base, rcode: 5 });
  const { answers, exists } = lookUp(asked, question.type);
  const answer = {
    ...base,
    isAuthoritative: true,
    rcode: exists ? 0 : RCODE_NXDOMAIN,
    answers,
    authorities: answers.length === 0 ? [SOA] : [],
  };
  const whole = encodeDns(answer);
  if (whole.length <= maxBytes) return whole;
  return encodeDns({ ...answer, answers: [], isTruncated: true });
}

/** Follows one alias after the other. */
function lookUp(name: string, type: number) {
  const answers: DnsRecord[] = [];
  let exists = false;
  // No chain of this zone is longer than its records.
  for (const _ of RECORDS) {
    const here = RECORDS.filter((record) => record.name === name);
    exists ||= here.length > 0;
    const found = here.filter((record) => record.type === type);
    answers.push(...found);
    const alias = here.find(({ data }) => data.kind === "CNAME");
    if (found.length > 0 || alias?.data.kind !== "CNAME") break;
    answers.push(alias);
    name = alias.data.name;
  }
  return { answers, exists };
}

/** How the server treats its clients. */
export interface DnsServerOptions {
  /** Stops the server. */
  signal: AbortSignal;
  /** How long a TCP client may take for a query, in ms. @default 5000 */
  queryMs?: number;
  /** Hears of each query. */
  onQuery?: (transport: "udp" | "tcp", answer: Uint8Array | null) => void;
}

/** Opens both sockets at one port, and answers until the signal is aborted. */
export function startDns(
  port: number,
  { signal, queryMs = 5000, onQuery = () => {} }: DnsServerOptions,
): { port: number; done: Promise<void> } {
  const { listener, socket } = listenBoth(port);
  const serving = serve(listener, async (conn) => {
    // The time is for each whole query, and not for each read.
    let timer: ReturnType<typeof setTimeout> | undefined;
    try {
      while (true) {
        timer = setTimeout(() => closeQuietly(conn), queryMs);
        const [high, low] = await readExact(conn, 2);
        const answer = answerQuery(
          await readExact(conn, high << 8 | low),
          65535,
        );
        onQuery("tcp", answer);
        if (answer === null) return;
        await writeAll(
          conn,
          Uint8Array.of(answer.length >> 8, answer.length & 0xff, ...answer),
        );
        clearTimeout(timer);
      }
    } finally {
      clearTimeout(timer);
    }
    // A client that ends, or is too slow, is gone: there is nobody to tell.
  }, { limit: 256, signal, onError: () => {} });
  const datagrams = (async () => {
    for await (const [bytes, from] of socket) {
      const answer = answerQuery(bytes, MAX_UDP_BYTES);
      onQuery("udp", answer);
      if (answer !== null) await socket.send(answer, from).catch(() => {});
    }
  })();
  signal.addEventListener("abort", () => closeQuietly(socket), { once: true });
  if (signal.aborted) closeQuietly(socket);
  const done = Promise.all([serving, datagrams]).then(() => {});
  return { port: listener.addr.port, done };
}

/** A free TCP port may be taken for UDP: then another one is tried. */
function listenBoth(port: number) {
  for (let attempt = 0;; attempt++) {
    const listener = listenTcp(port);
    try {
      const socket = Deno.listenDatagram({
        transport: "udp",
        hostname: "127.0.0.1",
        port: listener.addr.port,
      });
      return { listener, socket };
    } catch (error) {
      listener.close();
      const isTaken = error instanceof Deno.errors.AddrInUse;
      if (!isTaken || port !== 0 || attempt === 10) throw error;
    }
  }
}

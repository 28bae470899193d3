/** A small authoritative DNS server, on UDP and TCP at the same port. */
import {
  closeQuietly,
  Deadline,
  listenTcp,
  readExact,
  serve,
  writeAll,
} from "../../lib/net/mod.ts";
import {
  decodeDns,
  DNS_CLASS_IN,
  DNS_TYPE_OPT,
  DNS_TYPES,
  type DnsMessage,
  type DnsQuestion,
  type DnsRecord,
  encodeDns,
  RCODE_NXDOMAIN,
  WireError,
} from "../../lib/wire/mod.ts";

/** The largest response over UDP (RFC 1035, section 4.2.1). */
const MAX_UDP_BYTES = 512;

/**
 * The largest response if the client accepts more (EDNS, RFC 6891). It fits in
 * one packet on nearly every path.
 */
const MAX_EDNS_BYTES = 1232;

/** The size of a message's header. */
const HEADER_BYTES = 12;

/** Response codes for failures (RFC 1035, section 4.1.1). */
const RCODES = { FORMERR: 1, NOTIMP: 4, REFUSED: 5 };

/** Types for questions only (RFC 1035, section 3.2.3; RFC 1995). */
const QTYPES = { IXFR: 251, AXFR: 252, ANY: 255 };

/**
 * The most TCP clients at once. A client that connects and sends nothing counts
 * until `queryMs` is over.
 */
const MAX_CLIENTS = 4096;

/** The zone that the server is authoritative for. */
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

/** The records of the zone. */
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
 * @param maxBytes The largest response, unless the client says that it accepts
 * more. A larger one is truncated.
 * @returns The response, or `null` if the bytes aren't a query.
 */
export function answerQuery(
  bytes: Uint8Array,
  maxBytes: number,
): Uint8Array | null {
  // Without a complete header, there's no id to respond to.
  if (bytes.length < HEADER_BYTES) return null;
  const { id, opcode, wantsRecursion, isResponse } = decodeHeader(bytes);
  // Responding to responses could go on forever between two servers.
  if (isResponse) return null;
  const base = { id, opcode, wantsRecursion, isResponse: true };
  // The bytes after the header depend on the kind of query.
  if (opcode !== 0) return encodeDns({ ...base, rcode: RCODES.NOTIMP });
  const query = decodeQuery(bytes);
  if (query === null) return encodeDns({ ...base, rcode: RCODES.FORMERR });

  const { question, options } = query;
  const answer = {
    ...base,
    questions: [question],
    additionals: options === undefined ? [] : [OUR_OPTIONS],
  };
  if (options !== undefined && versionOf(options) !== 0) {
    return encodeDns({ ...answer, additionals: [BAD_VERSION] });
  }
  const full = { ...answer, ...answerTo(question) };
  const whole = encodeDns(full);
  const takes = Math.min(options?.class ?? 0, MAX_EDNS_BYTES);
  if (whole.length <= Math.max(maxBytes, takes)) return whole;
  return encodeDns({
    ...full,
    answers: [],
    authorities: [],
    isTruncated: true,
  });
}

/** The server's own EDNS record, for a client that uses EDNS. */
const OUR_OPTIONS: DnsRecord = {
  name: "",
  type: DNS_TYPE_OPT,
  class: MAX_EDNS_BYTES,
  ttl: 0,
  data: { kind: "other", bytes: new Uint8Array(0) },
};

/** The upper bits of response code 16: the server knows only version 0. */
const BAD_VERSION: DnsRecord = { ...OUR_OPTIONS, ttl: 1 << 24 };

/** Returns the version of EDNS that a client speaks. */
function versionOf({ ttl }: DnsRecord): number {
  return ttl >> 16 & 0xff;
}

/** Decodes only the header, whatever follows it. */
function decodeHeader(bytes: Uint8Array): DnsMessage {
  // With counts of 0, it's a complete message.
  return decodeDns(bytes.slice(0, HEADER_BYTES).fill(0, 4));
}

/** The question of a query, and its EDNS record. */
interface Query {
  question: DnsQuestion;
  options?: DnsRecord;
}

/** Decodes a query; `null` if it's malformed. */
function decodeQuery(bytes: Uint8Array): Query | null {
  try {
    const { questions, additionals } = decodeDns(bytes);
    const options = additionals.filter(({ type }) => type === DNS_TYPE_OPT);
    if (questions.length !== 1 || options.length > 1) return null;
    return { question: questions[0], options: options[0] };
  } catch (error) {
    if (error instanceof WireError) return null;
    throw error;
  }
}

/** Answers a question from the zone. */
function answerTo(question: DnsQuestion): Partial<DnsMessage> {
  const { type } = question;
  const name = question.name.toLowerCase();
  const wantsZone = type === QTYPES.AXFR || type === QTYPES.IXFR;
  if (!isInZone(name) || question.class !== DNS_CLASS_IN || wantsZone) {
    return { rcode: RCODES.REFUSED };
  }
  const { answers, exists, hasData } = lookUp(name, type);
  return {
    isAuthoritative: true,
    rcode: exists ? 0 : RCODE_NXDOMAIN,
    answers,
    // A negative answer includes the SOA, even after an alias: it says how long
    // the answer may be cached (RFC 2308, sections 2.2 and 5).
    authorities: hasData ? [] : [SOA],
  };
}

/** Whether a name is the zone's or below it. */
function isInZone(name: string): boolean {
  // A dot after a backslash is part of its label: the text `a\.example.test`
  // ends with the zone's name, but its labels don't.
  const labels = name.match(/(?:\\.|[^\\.])+/g) ?? [];
  const count = ZONE.split(".").length;
  return labels.slice(-count).join(".") === ZONE;
}

/** Looks up a name, and follows its aliases. */
function lookUp(name: string, type: number) {
  const answers: DnsRecord[] = [];
  let here: DnsRecord[] = [];
  // No chain in this zone is longer than the number of its records.
  for (const _ of RECORDS) {
    here = RECORDS.filter((record) => record.name === name);
    // A client that asks for any type gets the alias itself.
    const found = type === QTYPES.ANY
      ? here
      : here.filter((record) => record.type === type);
    answers.push(...found);
    if (found.length > 0) return { answers, exists: true, hasData: true };
    const alias = here.find(({ data }) => data.kind === "CNAME");
    if (alias?.data.kind !== "CNAME") break;
    answers.push(alias);
    name = alias.data.name;
  }
  return { answers, exists: here.length > 0, hasData: false };
}

/** The server's limits and callbacks. */
export interface DnsServerOptions {
  /** Stops the server. */
  signal: AbortSignal;
  /** How long a TCP client may take for a query, in ms. @default 5000 */
  queryMs?: number;
  /** Called for each query. */
  onQuery?: (transport: "udp" | "tcp", answer: Uint8Array | null) => void;
}

/**
 * Opens both sockets on one port, and answers until the signal is aborted.
 *
 * @param port The port for both; 0 picks a free one.
 * @param options The signal, limits, and callbacks.
 * @returns The port, and a promise that resolves when everything is closed.
 * @throws {Deno.errors.AddrInUse} If the port is in use.
 */
export function startDns(
  port: number,
  { signal, queryMs = 5000, onQuery = () => {} }: DnsServerOptions,
): { port: number; done: Promise<void> } {
  const { listener, socket } = listenBoth(port);
  const serving = serve(listener, async (conn) => {
    // The timeout is for a whole query, not for each read.
    using deadline = new Deadline(() => closeQuietly(conn));
    while (true) {
      deadline.within(queryMs);
      const [high, low] = await readExact(conn, 2);
      const answer = answerQuery(await readExact(conn, high << 8 | low), 65535);
      onQuery("tcp", answer);
      if (answer === null) return;
      await writeAll(
        conn,
        Uint8Array.of(answer.length >> 8, answer.length & 0xff, ...answer),
      );
    }
    // A client that closes or is too slow is gone. There's nothing to report.
  }, { limit: MAX_CLIENTS, signal, onError: () => {} });
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

/**
 * Opens a TCP listener and a UDP socket on one port. If a free TCP port is in use
 * for UDP, it tries another one.
 */
export function listenBoth(port: number) {
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

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

/** As much as an answer over UDP may have (RFC 1035, section 4.2.1). */
const MAX_UDP_BYTES = 512;

/**
 * As much as it may have if the client takes more (EDNS, RFC 6891): so much fits
 * in one packet on nearly every path.
 */
const MAX_EDNS_BYTES = 1232;

/** The size of a message's header. */
const HEADER_BYTES = 12;

/** Codes of answers that say no (RFC 1035, section 4.1.1). */
const RCODES = { FORMERR: 1, NOTIMP: 4, REFUSED: 5 };

/** Types that only a question has (RFC 1035, section 3.2.3; RFC 1995). */
const QTYPES = { IXFR: 251, AXFR: 252, ANY: 255 };

/**
 * As many TCP clients as there may be at once. Who opens a connection and says
 * nothing takes up one of them until `queryMs` is over.
 */
const MAX_CLIENTS = 4096;

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
 * @param maxBytes The most that the answer may have, unless the client says that
 * it takes more; a longer one is cut.
 * @returns The answer, or `null` for what is no query.
 */
export function answerQuery(
  bytes: Uint8Array,
  maxBytes: number,
): Uint8Array | null {
  // Without a whole header there is no id, and so nothing to answer to.
  if (bytes.length < HEADER_BYTES) return null;
  const { id, opcode, wantsRecursion, isResponse } = decodeHeader(bytes);
  // To answer an answer makes a loop: two servers would go on for ever.
  if (isResponse) return null;
  const base = { id, opcode, wantsRecursion, isResponse: true };
  // What stands behind the header has another meaning in each kind of query.
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

/** What the server says of itself to a client that knows EDNS. */
const OUR_OPTIONS: DnsRecord = {
  name: "",
  type: DNS_TYPE_OPT,
  class: MAX_EDNS_BYTES,
  ttl: 0,
  data: { kind: "other", bytes: new Uint8Array(0) },
};

/** The upper part of the response code 16: version 0 is the only one. */
const BAD_VERSION: DnsRecord = { ...OUR_OPTIONS, ttl: 1 << 24 };

/** The version of EDNS that a client speaks. */
function versionOf({ ttl }: DnsRecord): number {
  return ttl >> 16 & 0xff;
}

/** The header alone, whatever is behind it. */
function decodeHeader(bytes: Uint8Array): DnsMessage {
  // With counts of 0 it is a message by itself.
  return decodeDns(bytes.slice(0, HEADER_BYTES).fill(0, 4));
}

/** The only question of a query, and what the client says of itself. */
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

/** What the zone says to a question. */
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
    // A "no" has the SOA with it, also behind an alias: it says for how long
    // the "no" may be kept (RFC 2308, sections 2.2 and 5).
    authorities: hasData ? [] : [SOA],
  };
}

/** Whether a name is the zone's own, or one under it. */
function isInZone(name: string): boolean {
  // A dot behind a backslash is no bound, but a part of its label: the text
  // `a\.example.test` ends in the zone's name, and its labels do not.
  const labels = name.match(/(?:\\.|[^\\.])+/g) ?? [];
  const count = ZONE.split(".").length;
  return labels.slice(-count).join(".") === ZONE;
}

/** Follows one alias after the other. */
function lookUp(name: string, type: number) {
  const answers: DnsRecord[] = [];
  let here: DnsRecord[] = [];
  // No chain of this zone is longer than its records.
  for (const _ of RECORDS) {
    here = RECORDS.filter((record) => record.name === name);
    // Who asks for any type has got the alias itself, and is not led on.
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

/** How the server treats its clients. */
export interface DnsServerOptions {
  /** Stops the server. */
  signal: AbortSignal;
  /** How long a TCP client may take for a query, in ms. @default 5000 */
  queryMs?: number;
  /** Hears of each query. */
  onQuery?: (transport: "udp" | "tcp", answer: Uint8Array | null) => void;
}

/**
 * Opens both sockets at one port, and answers until the signal is aborted.
 *
 * @param port The port for both; 0 asks the system for one that is free.
 * @param options The signal, and how clients are treated.
 * @returns The port, and a promise that resolves when all is closed.
 * @throws {Deno.errors.AddrInUse} If somebody else has the port.
 */
export function startDns(
  port: number,
  { signal, queryMs = 5000, onQuery = () => {} }: DnsServerOptions,
): { port: number; done: Promise<void> } {
  const { listener, socket } = listenBoth(port);
  const serving = serve(listener, async (conn) => {
    // The time is for each whole query, and not for each read.
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
    // A client that ends, or is too slow, is gone: there is nobody to tell.
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
 * Opens a TCP listener and a UDP socket at one port. A free TCP port may be taken
 * for UDP: then another one is tried.
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

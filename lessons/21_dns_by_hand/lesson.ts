/**
 * Lesson 21: a DNS lookup is one question and one answer, each in a datagram.
 *
 * Shows a query byte by byte, a response with a pointer in it, aliases, a name
 * that doesn't exist, a response that's too long for UDP, and responses that
 * didn't come from the server.
 */
import {
  bindUdp,
  type DatagramSocket,
  formatAddress,
} from "../../lib/net/mod.ts";
import { counted, type Narrator, printable } from "../../lib/show/mod.ts";
import {
  decodeDns,
  decodeDnsLeniently,
  decodeName,
  DNS_TYPES,
  type DnsMessage,
  type DnsRecord,
  encodeDns,
  WireError,
} from "../../lib/wire/mod.ts";
import {
  answerFor,
  runLesson,
  type ServeContext,
} from "../../lib/workbook/cli/run_lesson.ts";
import { askDns } from "./client.ts";
import { answerQuery, startDns, ZONE } from "./server.ts";
import { encodeQuery } from "./solution.ts";
import type { DecodeMessage } from "./types.ts";
import { lessons } from "../mod.ts";

/** The size of a message's header. */
const HEADER_BYTES = 12;
/**
 * How long to wait for a datagram, in milliseconds: only a bug takes that long.
 */
const PATIENCE_MS = 10_000;
/** The address in the wrong responses. */
const FALSE_ADDRESS = "192.0.2.66";

/** Runs the demonstration. */
export async function lesson(show: Narrator): Promise<void> {
  const stop = new AbortController();
  const server = startDns(0, { signal: stop.signal });
  try {
    await bytesOfQuery(show);
    await pointers(show, server.port);
    await chains(show, server.port);
    await tooLong(show, server.port);
    await whoseAnswer(show);
  } finally {
    stop.abort();
    await server.done;
  }
}

async function bytesOfQuery(show: Narrator): Promise<void> {
  show.step("A question in one datagram");
  await show.predict(
    `How many bytes does it take to ask for the address of host.${ZONE}?`,
  );
  const name = `host.${ZONE}`;
  const query = encodeQuery(0x1234, name, "A");
  show.bytes("the query:", query);
  show.fact("bytes", query.length);
  const { end } = decodeName(query, HEADER_BYTES);
  show.say(
    `The header takes ${HEADER_BYTES}, the name ${end - HEADER_BYTES}, and ` +
      `the type and class ${query.length - end}. The name is ${name.length} ` +
      "characters long. Each dot has become the length of the label after it, " +
      "and two bytes are new: the length of the first label, and the 0 at the " +
      "end.",
  );
}

/** Sends a query in one datagram, and receives the response. */
async function exchange(port: number, query: Uint8Array): Promise<Uint8Array> {
  using socket = bindUdp();
  await socket.send(query, { ...socket.addr, port });
  const { bytes } = await socket.receive({ timeoutMs: PATIENCE_MS });
  return bytes;
}

async function pointers(show: Narrator, port: number): Promise<void> {
  show.step("A pointer instead of a name");
  await show.predict(
    "The response repeats the question, and then says which name the address " +
      "belongs to. How many bytes does the name take the second time?",
  );
  const query = encodeQuery(0x1234, `host.${ZONE}`, "A");
  const answer = await exchange(port, query);
  show.bytes(
    "the response, after the question:",
    answer.subarray(query.length),
  );
  show.fact("bytes after the question", answer.length - query.length);
  const again = decodeName(answer, query.length);
  show.fact("bytes of the name", again.end - query.length);
  show.fact("the name they lead to", again.name);
  show.say(
    "c0 says that this is a pointer, not a label. 0c says that the name is at " +
      "byte 12, in the question.",
  );
  const loop = Uint8Array.of(0xc0, 0x00);
  try {
    decodeName(loop);
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    show.fact("c0 00 at offset 0", error.message);
  }
  show.say(
    "This pointer leads to itself. If you follow it, you never finish. So each " +
      "pointer must lead further back than the last one.",
  );
}

async function chains(show: Narrator, port: number): Promise<void> {
  show.step("Aliases, and a name that doesn't exist");
  await show.predict(
    `alias.${ZONE} is an alias of www.${ZONE}, which is an alias of ` +
      `host.${ZONE}. You ask for the address of the first. How many records ` +
      "does the response have?",
  );
  for (const name of ["alias", "nobody"]) {
    const { message } = await askDns(port, `${name}.${ZONE}`, DNS_TYPES.A);
    show.fact(`response code for ${name}`, message.rcode);
    show.fact(`answers for ${name}`, message.answers.length);
    for (const record of message.answers) show.say(line(record));
    show.say(
      message.rcode === 0
        ? "Code 0 means success. The server followed both aliases itself, so " +
          "one question was enough."
        : "Code 3 means that there's no such name. That's an answer, too: after " +
          "silence, the client would ask again.",
    );
  }
}

/** Myth: DNS is UDP. */
async function tooLong(show: Narrator, port: number): Promise<void> {
  show.step("A response that doesn't fit");
  await show.predict(
    `A response over UDP has room for 512 bytes. The texts of long.${ZONE} ` +
      "take more. What does the server do?",
  );
  const query = encodeQuery(1, `long.${ZONE}`, "TXT");
  const cut = await exchange(port, query);
  show.fact("bytes over UDP", cut.length);
  show.fact("records in them", decodeDns(cut).answers.length);
  show.fact("the bit TC", decodeDns(cut).isTruncated ? "set" : "not set");
  const asked = await askDns(port, `long.${ZONE}`, DNS_TYPES.TXT);
  show.fact("asked again over", asked.transport);
  show.fact("bytes this time", asked.size);
  show.fact("records this time", asked.message.answers.length);
  show.say(
    "Over UDP, the server sent only the header and the question, with TC set: " +
      "the response was truncated. So the client sent the same query to the same " +
      "port over TCP, where there's room.",
  );
}

/** Sends wrong responses to a client before the server responds. */
async function whoseAnswer(show: Narrator): Promise<void> {
  show.step("Whose answer is this?");
  await show.predict(
    "Before the server responds, an attacker sends responses to the client's " +
      "port. How can the client tell which one is real?",
  );
  using sockets = new DisposableStack();
  const server = sockets.use(bindUdp());
  const stranger = sockets.use(bindUdp());
  const { namesake, whyNone } = bindNamesake(server.addr.port);
  if (namesake !== undefined) sockets.use(namesake);
  show.fact("the server", formatAddress(server.addr));

  const rows: string[][] = [];
  const [{ message }] = await Promise.all([
    askDns(server.addr.port, `host.${ZONE}`, DNS_TYPES.A, {
      timeoutMs: PATIENCE_MS,
      attempts: 1,
      onRejected: (from, bytes, doubt) =>
        rows.push([formatAddress(from), addressIn(decodeDns(bytes)), doubt]),
    }),
    answerLast(server, [stranger, ...(namesake ? [namesake] : [])]),
  ]);
  show.table(["a response from", "says", "rejected because of"], rows);
  show.fact("the response that was accepted", addressIn(message));
  show.say(
    "An attacker who has seen the query knows the id and the question, but " +
      "sends from another socket. An attacker who spoofs the server's address " +
      "and port has to guess the rest: the lesson sent those two responses from " +
      "the server's own socket.",
  );
  if (whyNone !== undefined) show.say(whyNone);
}

/** Waits for a query, and lets attackers respond before the server does. */
async function answerLast(
  server: DatagramSocket,
  strangers: DatagramSocket[],
): Promise<void> {
  const { bytes, from } = await server.receive({ timeoutMs: PATIENCE_MS });
  const answer = answerQuery(bytes, 512)!;
  const message = decodeDns(answer);
  const [right] = message.answers;
  const wrong: DnsMessage = {
    ...message,
    answers: [{ ...right, data: { kind: "A", address: FALSE_ADDRESS } }],
  };
  const [question] = message.questions;
  const other = { ...question, name: `other.${ZONE}` };
  for (const stranger of strangers) await stranger.send(encodeDns(wrong), from);
  await server.send(encodeDns({ ...wrong, id: wrong.id ^ 1 }), from);
  await server.send(encodeDns({ ...wrong, questions: [other] }), from);
  await server.send(answer, from);
}

/** Binds a socket to the same port at another address, if that's possible. */
function bindNamesake(port: number) {
  const hostname = "127.0.0.2";
  try {
    return { namesake: bindUdp(port, { hostname }) };
  } catch (error) {
    const whyNone = error instanceof Deno.errors.NotCapable
      ? `One attacker is missing, at ${hostname} with the server's port: lessons ` +
        "may only use 127.0.0.1 and ::1. The README says how to see it."
      : `One attacker is missing, at ${hostname} with the server's port: this ` +
        `machine can't use that address (${error}).`;
    return { whyNone };
  }
}

/** Returns the address in a response. */
function addressIn({ answers: [{ data }] }: DnsMessage): string {
  return data.kind === "A" ? data.address : data.kind;
}

function line({ name, ttl, data }: DnsRecord): string {
  const value = data.kind === "CNAME"
    ? data.name
    : data.kind === "A" || data.kind === "AAAA"
    ? data.address
    : "";
  return `${name}: ${data.kind} ${value}, for ${ttl} s`;
}

/** Runs the DNS server for dig, until Ctrl-C. */
export async function serve(
  show: Narrator,
  context: ServeContext,
): Promise<void> {
  const { port, signal } = context;
  // With --mine, your decoder reads each answer before the client does.
  const decode = answerFor<DecodeMessage | undefined>(
    context,
    "decodeMessage",
    undefined,
  );
  let queries = 0;
  const server = startDns(port, {
    signal,
    onQuery(transport, answer) {
      queries++;
      show.note(`${transport} ${describe(answer)}`);
      if (decode !== undefined && answer !== null) {
        show.note(`your decodeMessage: ${readWith(decode, answer)}`);
      }
    },
  });
  const at = { transport: "udp", hostname: "127.0.0.1", port: server.port };
  show.say(
    `The DNS server for ${ZONE} is listening at ` +
      `${formatAddress(at as Deno.NetAddr)}, over UDP and TCP. Ask it from ` +
      "another terminal. Press Ctrl-C here to stop it.",
  );
  const dig = `dig @127.0.0.1 -p ${server.port}`;
  show.command("address", `${dig} host.${ZONE} A`);
  show.command("alias", `${dig} alias.${ZONE} AAAA`);
  show.command("too long", `${dig} +noedns long.${ZONE} TXT`);
  show.note("waiting for queries");
  await server.done;
  show.note(`ended: ${queries} ${queries === 1 ? "query" : "queries"}`);
}

/**
 * Decodes an answer with a learner's decoder, and returns a line for the log.
 */
function readWith(decode: DecodeMessage, answer: Uint8Array): string {
  try {
    const id = answer[0] << 8 | answer[1];
    const { rcode, answers } = decode(answer, id);
    const values = answers.map(({ type, value }) => `${type} ${value}`);
    return printable(
      new TextEncoder().encode(`code ${rcode}, ${values.join(", ") || "none"}`),
    );
  } catch (error) {
    return `threw ${error}`;
  }
}

/** Describes a question and its answer in one line, for the log. */
function describe(answer: Uint8Array | null): string {
  if (answer === null) return "not a query, so not answered";
  const { questions: [question], rcode, isTruncated } =
    decodeDnsLeniently(answer)
      .value;
  // The decoder escapes characters in names that could control the terminal.
  const asked = question === undefined
    ? "(no question)"
    : `${cut(question.name || ".")} ${typeName(question.type)}`;
  return `${asked}: ${RCODE_NAMES[rcode] ?? `code ${rcode}`}, ` +
    `${counted(answer.length, "byte")}${isTruncated ? ", truncated" : ""}`;
}

function typeName(type: number): string {
  const known = Object.entries(DNS_TYPES).find(([, number]) => number === type);
  return known?.[0] ?? `type ${type}`;
}

function cut(name: string): string {
  return name.length > 60 ? `${name.slice(0, 60)}…` : name;
}

/** The names of response codes (RFC 1035, section 4.1.1). */
const RCODE_NAMES = [
  ...["NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED"],
];

if (import.meta.main) {
  await runLesson({ lessons, url: import.meta.url, lesson, serve });
}

/**
 * Lesson 21: DNS is one question and one answer, each in a datagram.
 *
 * A query byte for byte, an answer that points into itself, names that have
 * other names or do not exist, an answer that does not fit and is asked for
 * again over TCP, and one that came from somebody else.
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

/** The size of the header in front of each message. */
const HEADER_BYTES = 12;
/** How long to wait for what nothing keeps from coming, in milliseconds. */
const PATIENCE_MS = 10_000;
/** The address that those give who are not the server. */
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
    `${HEADER_BYTES} are the header, ${end - HEADER_BYTES} the name, and ` +
      `${
        query.length - end
      } the type and the class. The text of the name has ` +
      `${name.length} letters and dots. Each dot has become the length of the ` +
      "label behind it; the length of the first label and the 0 at the end " +
      "are new.",
  );
}

/** Sends a query in one datagram, and waits for the one that answers it. */
async function exchange(port: number, query: Uint8Array): Promise<Uint8Array> {
  using socket = bindUdp();
  await socket.send(query, { ...socket.addr, port });
  const { bytes } = await socket.receive({ timeoutMs: PATIENCE_MS });
  return bytes;
}

async function pointers(show: Narrator, port: number): Promise<void> {
  show.step("A pointer in place of a name");
  await show.predict(
    "The answer repeats the question, and says whose address it is. How many " +
      "bytes does the name take the second time?",
  );
  const query = encodeQuery(0x1234, `host.${ZONE}`, "A");
  const answer = await exchange(port, query);
  show.bytes("the answer, behind the question:", answer.subarray(query.length));
  show.fact("bytes more than the query", answer.length - query.length);
  const again = decodeName(answer, query.length);
  show.fact("bytes of the name in them", again.end - query.length);
  show.fact("the name that they give", again.name);
  show.say(
    "c0 says that a pointer stands there and no label, and 0c that the name is " +
      "at byte 12, where the question has it.",
  );
  const loop = Uint8Array.of(0xc0, 0x00);
  try {
    decodeName(loop);
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    show.fact("c0 00 at offset 0", error.message);
  }
  show.say(
    "This pointer leads to itself, and following it never comes to an end. So " +
      "each one must lead further back.",
  );
}

async function chains(show: Narrator, port: number): Promise<void> {
  show.step("Names that have other names, and names that do not exist");
  await show.predict(
    `alias.${ZONE} is another name of www.${ZONE}, and that of host.${ZONE}. ` +
      "How many records answer a question for its address?",
  );
  for (const name of ["alias", "nobody"]) {
    const { message } = await askDns(port, `${name}.${ZONE}`, DNS_TYPES.A);
    show.fact(`${name}, code`, message.rcode);
    show.fact(`${name}, answers`, message.answers.length);
    for (const record of message.answers) show.say(line(record));
    show.say(
      message.rcode === 0
        ? "Code 0: the name is there. The server followed both aliases by " +
          "itself, so one question brought the address."
        : "Code 3: there is no such name. That is an answer too, and better " +
          "than silence, after which the client would ask again.",
    );
  }
}

/** Myth: DNS is UDP. */
async function tooLong(show: Narrator, port: number): Promise<void> {
  show.step("An answer that does not fit");
  await show.predict(
    `The texts of long.${ZONE} do not fit in the 512 bytes that an answer ` +
      "over UDP may have. What does the server do?",
  );
  const query = encodeQuery(1, `long.${ZONE}`, "TXT");
  const cut = await exchange(port, query);
  show.fact("bytes over UDP", cut.length);
  show.fact("answers in them", decodeDns(cut).answers.length);
  show.fact("the bit TC", decodeDns(cut).isTruncated ? "set" : "not set");
  const asked = await askDns(port, `long.${ZONE}`, DNS_TYPES.TXT);
  show.fact("came over", asked.transport);
  show.fact("bytes in the end", asked.size);
  show.fact("answers in the end", asked.message.answers.length);
  show.say(
    "Over UDP came the header and the question, and TC, which says that the " +
      "answer was truncated. So the client sent the same query to the same port " +
      "over TCP, where there's room.",
  );
}

/** Answers of others, which come before that of the server. */
async function whoseAnswer(show: Narrator): Promise<void> {
  show.step("Whose answer is this?");
  await show.predict(
    "Before the server answers, others send answers of their own to the " +
      "client's port. What can the client compare?",
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
  show.table(["an answer came from", "it says", "turned away for"], rows);
  show.fact("the answer that was taken", addressIn(message));
  show.say(
    "Strangers who knew the id and the question sent from sockets of their " +
      "own. The two answers from the server's own socket look like those of " +
      "somebody who forges the sender, and has to guess the rest.",
  );
  if (whyNone !== undefined) show.say(whyNone);
}

/** Waits for a query, and lets others answer it before the server does. */
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

/** A socket at the same port of another address, where that can be had. */
function bindNamesake(port: number) {
  const hostname = "127.0.0.2";
  try {
    return { namesake: bindUdp(port, { hostname }) };
  } catch (error) {
    const whyNone = error instanceof Deno.errors.NotCapable
      ? `Nobody sent from the server's port at ${hostname}: lessons may use ` +
        "127.0.0.1 and ::1 only. The README tells how to see it."
      : `Nobody sent from the server's port at ${hostname}: this machine ` +
        `does not do it (${error}).`;
    return { whyNone };
  }
}

/** The address in an answer. */
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

/** Keeps the server up, for dig. */
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
    `A DNS server for ${ZONE} is up at ${formatAddress(at as Deno.NetAddr)}, ` +
      "over UDP and TCP. Ask it from another terminal, and end it here with " +
      "Ctrl-C:",
  );
  const dig = `dig @127.0.0.1 -p ${server.port}`;
  show.command("address", `${dig} host.${ZONE} A`);
  show.command("alias", `${dig} alias.${ZONE} AAAA`);
  show.command("too long", `${dig} +noedns long.${ZONE} TXT`);
  show.note("waiting for queries");
  await server.done;
  show.note(`ended: ${queries} ${queries === 1 ? "query" : "queries"}`);
}

/** What a learner's decoder makes of an answer: one line of the log. */
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

/** What was asked, and how it was answered: one line of the log. */
function describe(answer: Uint8Array | null): string {
  if (answer === null) return "not a query, so not answered";
  const { questions: [question], rcode, isTruncated } =
    decodeDnsLeniently(answer)
      .value;
  // In a name, what could control a terminal is written in digits.
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

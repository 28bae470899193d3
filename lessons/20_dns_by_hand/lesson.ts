/**
 * Lesson 20: DNS is one question and one answer, each in a datagram.
 *
 * A query byte for byte, an answer that points into itself, names that have
 * other names or do not exist, an answer that does not fit and is asked for
 * again over TCP, and one that came from somebody else.
 */
import { formatAddress } from "../../lib/net/mod.ts";
import { counted, type Narrator } from "../../lib/show/mod.ts";
import {
  decodeName,
  DNS_TYPES,
  type DnsRecord,
  encodeDns,
  WireError,
} from "../../lib/wire/mod.ts";
import { runLesson, type ServeContext } from "../../lib/workbook/run_lesson.ts";
import { answers, askDns } from "./client.ts";
import { answerQuery, startDns, ZONE } from "./server.ts";
import { encodeQuery } from "./solution.ts";

/** Runs the demonstration. */
export async function lesson(show: Narrator): Promise<void> {
  const stop = new AbortController();
  const server = startDns(0, { signal: stop.signal });
  try {
    bytesOfQuery(show);
    pointers(show);
    await chains(show, server.port);
    await tooLong(show, server.port);
    whoseAnswer(show);
  } finally {
    stop.abort();
    await server.done;
  }
}

function bytesOfQuery(show: Narrator): void {
  show.step("A question in one datagram");
  show.predict(
    `How many bytes does it take to ask for the address of host.${ZONE}?`,
  );
  const query = encodeQuery(0x1234, `host.${ZONE}`, "A");
  show.bytes("the query:", query);
  show.fact("bytes", query.length);
}

function pointers(show: Narrator): void {
  show.step("A pointer in place of a name");
  show.predict(
    "The answer repeats the question, and says whose address it is. How many " +
      "bytes does the name take the second time?",
  );
  const query = encodeQuery(0x1234, `host.${ZONE}`, "A");
  const answer = answerQuery(query, 512)!;
  show.bytes("the answer, behind the question:", answer.subarray(query.length));
  show.fact("bytes more than the query", answer.length - query.length);
  const loop = Uint8Array.of(0xc0, 0x00);
  try {
    decodeName(loop);
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    show.fact("c0 00 at offset 0", error.message);
  }
}

async function chains(show: Narrator, port: number): Promise<void> {
  show.step("Names that have other names, and names that do not exist");
  show.predict(
    `alias.${ZONE} is another name of www.${ZONE}, and that of host.${ZONE}. ` +
      "How many records answer a question for its address?",
  );
  for (const name of ["alias", "nobody"]) {
    const { message } = await askDns(port, `${name}.${ZONE}`, DNS_TYPES.A);
    show.fact(`${name}, code`, message.rcode);
    show.fact(`${name}, answers`, message.answers.length);
    for (const record of message.answers) show.say(line(record));
  }
}

/** Myth: DNS is UDP. */
async function tooLong(show: Narrator, port: number): Promise<void> {
  show.step("An answer that does not fit");
  show.predict(
    `The texts of long.${ZONE} do not fit in the 512 bytes that an answer ` +
      "over UDP may have. What does the server do?",
  );
  const query = encodeQuery(1, `long.${ZONE}`, "TXT");
  show.fact("bytes over UDP", answerQuery(query, 512)!.length);
  const asked = await askDns(port, `long.${ZONE}`, DNS_TYPES.TXT);
  show.fact("came over", asked.transport);
  show.fact("bytes in the end", asked.size);
  show.fact("answers in the end", asked.message.answers.length);
}

function whoseAnswer(show: Narrator): void {
  show.step("Whose answer is this?");
  show.predict(
    "Somebody else sends an answer to the client's port, with a guess for the " +
      "id. What can the client compare?",
  );
  const query = encodeQuery(0x1234, `host.${ZONE}`, "A");
  const good = answerQuery(query, 512)!;
  const otherId = good.slice();
  otherId[0] ^= 1;
  const other = encodeDns({
    id: 0x1234,
    isResponse: true,
    questions: [{ name: `evil.${ZONE}`, type: 1, class: 1 }],
  });
  show.fact("the answer", taken(answers(query, good)));
  show.fact("another id", taken(answers(query, otherId)));
  show.fact("another question", taken(answers(query, other)));
}

function taken(isTaken: boolean): string {
  return isTaken ? "taken" : "turned away";
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
  { port, signal }: ServeContext,
): Promise<void> {
  let queries = 0;
  const server = startDns(port, {
    signal,
    onQuery(transport, answer) {
      queries++;
      const size = answer && `an answer of ${counted(answer.length, "byte")}`;
      show.note(`a query over ${transport}: ${size ?? "no answer"}`);
    },
  });
  const at = { transport: "udp", hostname: "127.0.0.1", port: server.port };
  show.say(
    `A DNS server for ${ZONE} is up at ${formatAddress(at as Deno.NetAddr)}, ` +
      "over UDP and TCP. Ask it from another terminal, and end it here with " +
      "Ctrl-C:",
  );
  const dig = `dig @127.0.0.1 -p ${server.port}`;
  show.fact("address", `${dig} host.${ZONE} A`);
  show.fact("alias", `${dig} alias.${ZONE} AAAA`);
  show.fact("too long", `${dig} +noedns long.${ZONE} TXT`);
  show.note("waiting for queries");
  await server.done;
  show.note(`ended: ${queries} ${queries === 1 ? "query" : "queries"}`);
}

if (import.meta.main) await runLesson(import.meta.url, { lesson, serve });

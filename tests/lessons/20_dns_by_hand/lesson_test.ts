import { assert, assertEquals, assertMatch } from "@std/assert";
import { stripAnsiCode } from "@std/fmt/colors";
import { join } from "node:path";
import { exercises } from "../../../lessons/20_dns_by_hand/exercises.ts";
import { askDns, type Doubt } from "../../../lessons/20_dns_by_hand/client.ts";
import { lesson, serve } from "../../../lessons/20_dns_by_hand/lesson.ts";
import {
  answerQuery,
  startDns,
} from "../../../lessons/20_dns_by_hand/server.ts";
import type { DecodedMessage } from "../../../lessons/20_dns_by_hand/types.ts";
import {
  bindUdp,
  connectTcp,
  type DatagramSocket,
  readExact,
  readToEnd,
  writeAll,
} from "../../../lib/net/mod.ts";
import {
  decodeDns,
  DNS_TYPES,
  type DnsMessage,
  type DnsRecord,
  encodeDns,
  WireError,
} from "../../../lib/wire/mod.ts";
import { findLesson } from "../../../lib/workbook/checker/catalog.ts";
import { reportLines } from "../../../lib/workbook/checker/report.ts";
import { testAccepted, testExercises } from "../gates.ts";
import { record, Recording } from "../record.ts";
import { joined } from "../../workbook/text.ts";
import { WorkbookCopy } from "../../workbook/workbook_copy.ts";
import { decodeMessageMistakes, encodeQueryMistakes } from "./wrong_answers.ts";

testExercises("dns_by_hand", exercises, {
  "20.1": encodeQueryMistakes,
  "20.2": decodeMessageMistakes,
});

type EncodeQuery = (
  id: number,
  name: string,
  type: "A" | "AAAA" | "TXT",
) => Uint8Array;
type DecodeMessage = (bytes: Uint8Array, id: number) => DecodedMessage;

testAccepted<EncodeQuery>(exercises[0], {
  "with the codec of lib/wire": (id, name, type) =>
    encodeDns({
      id,
      wantsRecursion: true,
      questions: [{ name, type: DNS_TYPES[type], class: 1 }],
    }),
  "as one list of numbers": (id, name, type) => {
    const labels = name.split(".");
    if (labels.at(-1) === "") labels.pop();
    const bytes = [id >> 8, id & 255, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
    for (const label of labels) {
      if (label.length < 1 || label.length >= 64) throw new RangeError(label);
      bytes.push(label.length);
      for (const char of label) bytes.push(char.charCodeAt(0));
    }
    bytes.push(0, 0, type === "A" ? 1 : type === "TXT" ? 16 : 28, 0, 1);
    if (bytes.length - 16 > 255) throw new RangeError("long");
    return new Uint8Array(bytes);
  },
  "by hexadecimal digits": (id, name, type) => {
    const hex = (n: number, digits: number) =>
      n.toString(16).padStart(digits, "0");
    const labels = name.replace(/\.$/, "").split(".").map((label) => {
      if (!/^.{1,63}$/.test(label)) throw new RangeError(label);
      return hex(label.length, 2) + new TextEncoder().encode(label).toHex();
    }).join("") + "00";
    if (labels.length > 510) throw new RangeError(name);
    const number = { A: "0001", TXT: "0010", AAAA: "001c" }[type];
    return Uint8Array.fromHex(
      `${hex(id, 4)}01000001000000000000${labels}${number}0001`,
    );
  },
});

/** Names by a function that gives the next index, with a count of jumps. */
function viewDecoder(maxJumps: number): DecodeMessage {
  return (bytes, id) => {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const readName = (at: number): [string, number] => {
      let text = "";
      let next = 0;
      for (let jumps = 0;;) {
        const size = view.getUint8(at);
        if (size === 0) return [text.slice(0, -1), next || at + 1];
        if (size >> 6 === 3) {
          next ||= at + 2;
          at = view.getUint16(at) & 0x3fff;
          if (++jumps > maxJumps) throw new TypeError("loop");
        } else if (size >> 6 === 0) {
          for (let i = 1; i <= size; i++) {
            text += String.fromCharCode(view.getUint8(at + i));
          }
          text += ".";
          at += 1 + size;
        } else throw new TypeError("label");
      }
    };
    try {
      const flags = view.getUint16(2);
      if (view.getUint16(0) !== id || flags < 0x8000) throw new TypeError("id");
      let at = 12;
      for (let i = view.getUint16(4); i > 0; i--) at = readName(at)[1] + 4;
      const answers: DecodedMessage["answers"] = [];
      for (let i = view.getUint16(6); i > 0; i--) {
        const [name, from] = readName(at);
        const [type, ttl] = [view.getUint16(from), view.getUint32(from + 4)];
        const size = view.getUint16(from + 8);
        const start = from + 10;
        at = start + size;
        if (at > bytes.length) throw new TypeError("end");
        if (type === 1 && size !== 4) throw new TypeError("size");
        if (type === 1) {
          const value = [...bytes.slice(start, at)].join(".");
          answers.push({ name, type: "A", ttl, value });
        } else if (type === 5) {
          answers.push({ name, type: "CNAME", ttl, value: readName(start)[0] });
        } else answers.push({ name, type: "other", ttl, value: "" });
      }
      return { isTruncated: !!(flags & 512), rcode: flags % 16, answers };
    } catch (error) {
      throw new TypeError("no answer", { cause: error });
    }
  };
}

/** A cursor that keeps a view, and a set of the places it has been led to. */
class Cursor {
  readonly #view: DataView;
  at = 0;
  constructor(readonly bytes: Uint8Array) {
    const { buffer, byteOffset, byteLength } = bytes;
    this.#view = new DataView(buffer, byteOffset, byteLength);
  }
  take(size: 1 | 2 | 4): number {
    if (this.at + size > this.bytes.length) throw new TypeError("end");
    this.at += size;
    const at = this.at - size;
    if (size === 1) return this.#view.getUint8(at);
    return size === 2 ? this.#view.getUint16(at) : this.#view.getUint32(at);
  }
  text(size: number): string {
    this.at += size;
    if (this.at > this.bytes.length) throw new TypeError("end");
    const label = this.bytes.subarray(this.at - size, this.at);
    return new TextDecoder().decode(label);
  }
  name(): string {
    const labels: string[] = [];
    const led = new Set<number>();
    let back: number | undefined;
    for (let size = this.take(1); size !== 0; size = this.take(1)) {
      if (size < 64) labels.push(this.text(size));
      else if (size < 192) throw new TypeError("label");
      else {
        const target = (size - 192) * 256 + this.take(1);
        if (led.has(target)) throw new TypeError("ring");
        led.add(target);
        back ??= this.at;
        this.at = target;
      }
    }
    this.at = back ?? this.at;
    return labels.join(".");
  }
}

const cursorDecoder: DecodeMessage = (bytes, id) => {
  const cursor = new Cursor(bytes);
  if (cursor.take(2) !== id) throw new TypeError("id");
  const flags = cursor.take(2);
  if (flags < 0x8000) throw new TypeError("QR");
  const [questions, count] = [cursor.take(2), cursor.take(2), cursor.take(4)];
  for (let i = 0; i < questions; i++) cursor.name(), cursor.take(4);
  const answers: DecodedMessage["answers"] = [];
  for (let i = 0; i < count; i++) {
    const [name, type] = [cursor.name(), cursor.take(2), cursor.take(2)];
    const [ttl, size] = [cursor.take(4), cursor.take(2)];
    const end = cursor.at + size;
    if (type === 1 && size !== 4) throw new TypeError("A");
    if (type === 5) {
      answers.push({ name, type: "CNAME", ttl, value: cursor.name() });
      cursor.at = end;
      continue;
    }
    cursor.text(size);
    const data = [...bytes.subarray(end - size, end)];
    const value = type === 1 ? data.join(".") : "";
    answers.push({ name, type: type === 1 ? "A" : "other", ttl, value });
  }
  return { isTruncated: (flags & 512) > 0, rcode: flags & 15, answers };
};

testAccepted<DecodeMessage>(exercises[1], {
  "with a cursor, and a set of where pointers have led": cursorDecoder,
  "with a DataView, and a count of jumps": viewDecoder(20),
  "with more jumps": viewDecoder(100),
  "with the codec of lib/wire": (bytes, id) => {
    try {
      const message = decodeDns(bytes);
      if (message.id !== id || !message.isResponse) throw new TypeError("id");
      return {
        rcode: message.rcode,
        isTruncated: message.isTruncated,
        answers: message.answers.map(({ name, ttl, data }) => ({
          value: data.kind === "A"
            ? data.address
            : data.kind === "CNAME"
            ? data.name
            : "",
          ttl,
          name,
          type: data.kind === "A" || data.kind === "CNAME"
            ? data.kind
            : "other",
        })),
      };
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      throw new TypeError(error.message);
    }
  },
});

Deno.test("lesson 20 asks, follows names, and asks again over TCP", async () => {
  const recording = await record(lesson);
  assertEquals(recording.fact("bytes"), "35");
  assertEquals(recording.fact("bytes more than the query"), "16");
  assertMatch(recording.fact("c0 00 at offset 0"), /a pointer at byte 0/);
  assertEquals(recording.fact("alias, code"), "0");
  assertEquals(recording.fact("alias, answers"), "3");
  assertEquals(recording.fact("nobody, code"), "3");
  assert(Number(recording.fact("bytes over UDP")) <= 512);
  assertEquals(recording.fact("came over"), "tcp");
  assert(Number(recording.fact("bytes in the end")) > 512);
  assertEquals(recording.fact("answers in the end"), "10");
  assertEquals(recording.fact("bytes of the name in them"), "2");
  assertEquals(recording.fact("answers in them"), "0");
  assertEquals(recording.fact("the bit TC"), "set");
  assertEquals(recording.fact("the answer that was taken"), "192.0.2.10");
  const server = recording.fact("the server");
  const [{ rows }] = recording.all("table");
  const namesake = server.replace("127.0.0.1", "127.0.0.2");
  const doubts = rows.map(([from, says, doubt]) => {
    assertEquals(says, "192.0.2.66");
    return `${
      from === server ? "server" : from === namesake ? 2 : 1
    }: ${doubt}`;
  });
  const isLeftOut = recording.all("say").some(({ text }) =>
    text.startsWith("Nobody sent from the server's port at 127.0.0.2")
  );
  assertEquals(doubts, [
    "1: its port",
    ...(isLeftOut ? [] : ["2: its address"]),
    "server: its id",
    "server: its question",
  ]);
});

Deno.test("lesson 20 says after each step what it meant", async () => {
  const recording = await record(lesson);
  const kinds = recording.events.map(({ kind }) => kind);
  const ends = kinds.flatMap((kind, i) => kind === "step" ? [i] : []).slice(1);
  assertEquals(ends.length, 4);
  for (const end of [...ends, kinds.length]) {
    assertEquals(kinds[end - 1], "say");
  }
});

/** Two UDP sockets with one port, at 127.0.0.1 and at 127.0.0.2. */
function bindNamesakes(): [DatagramSocket, DatagramSocket] {
  for (let attempt = 1;; attempt++) {
    const server = bindUdp();
    try {
      return [server, bindUdp(server.addr.port, { hostname: "127.0.0.2" })];
    } catch (error) {
      server.close();
      // Somebody else may have the port there.
      const isTaken = error instanceof Deno.errors.AddrInUse;
      if (!isTaken || attempt === 10) throw error;
    }
  }
}

// Elsewhere 127.0.0.2 may have to be set up first: macOS has 127.0.0.1 only.
const noNamesake = Deno.build.os !== "linux";

Deno.test({
  name: "askDns() takes no answer from the server's port at another address" +
    (noNamesake ? " (ignored: only Linux has 127.0.0.2 for certain)" : ""),
  ignore: noNamesake,
  async fn() {
    const [server, namesake] = bindNamesakes();
    using sockets = new DisposableStack();
    sockets.use(server);
    sockets.use(namesake);
    const turnedAway: string[] = [];
    const [asked] = await Promise.all([
      askDns(server.addr.port, "host.example.test", DNS_TYPES.A, {
        waitMs: 20_000,
        attempts: 1,
        onTurnedAway: ({ hostname }, _bytes, doubt) =>
          turnedAway.push(`${hostname}: ${doubt}`),
      }),
      (async () => {
        const { bytes, from } = await server.receive({ timeoutMs: 20_000 });
        const { id, questions } = decodeDns(bytes);
        const wrong = encodeDns({ id, questions, isResponse: true, rcode: 3 });
        await namesake.send(wrong, from);
        await server.send(answerQuery(bytes, 512)!, from);
      })(),
    ]);
    assertEquals(turnedAway, ["127.0.0.2: its address"]);
    assertEquals(asked.message.rcode, 0);
    assertEquals(asked.message.answers[0].data, {
      kind: "A",
      address: "192.0.2.10",
    });
  },
});

Deno.test("askDns() turns away what is no answer to its query, and says why", async () => {
  using server = bindUdp();
  using stranger = bindUdp();
  const doubts: Doubt[] = [];
  await Promise.all([
    askDns(server.addr.port, "host.example.test", DNS_TYPES.A, {
      waitMs: 20_000,
      attempts: 1,
      onTurnedAway: (_from, _bytes, doubt) => doubts.push(doubt),
    }),
    (async () => {
      const { bytes, from } = await server.receive({ timeoutMs: 20_000 });
      const { id, questions: [question] } = decodeDns(bytes);
      const good = { id, isResponse: true, questions: [question] };
      await stranger.send(encodeDns(good), from);
      for (
        const wrong of [
          bytes,
          bytes.subarray(0, 20),
          encodeDns({ ...good, id: id ^ 0x100 }),
          encodeDns({ ...good, questions: [] }),
          encodeDns({ ...good, questions: [{ ...question, type: 28 }] }),
          encodeDns({ ...good, questions: [{ ...question, class: 3 }] }),
          encodeDns({ ...good, questions: [{ ...question, name: "a" }] }),
        ]
      ) await server.send(wrong, from);
      await server.send(encodeDns(good), from);
    })(),
  ]);
  assertEquals(doubts, [
    "its port",
    "its form",
    "its form",
    "its id",
    ...Array.from({ length: 4 }, (): Doubt => "its question"),
  ]);
});

/** What the server answers to a question, decoded. */
function answerTo(name: string, type: number): DnsMessage {
  const questions = [{ name, type, class: 1 }];
  const answer = answerQuery(encodeDns({ id: 7, questions }), 65535);
  const message = decodeDns(answer!);
  assertEquals(message.questions, questions);
  return message;
}

/** The kinds of some records. */
function kinds(records: DnsRecord[]): string[] {
  return records.map(({ data }) => data.kind);
}

const [IXFR, AXFR, ANY, MX] = [251, 252, 255, 15];

Deno.test("answerQuery() gives all records of a name for ANY, and follows no alias", () => {
  const host = answerTo("host.example.test", ANY);
  assertEquals(host.rcode, 0);
  assertEquals(kinds(host.answers), ["A", "AAAA"]);
  assertEquals(host.authorities, []);
  const www = answerTo("www.example.test", ANY);
  assertEquals(kinds(www.answers), ["CNAME"]);
  assertEquals(www.authorities, []);
  assertEquals(kinds(answerTo("example.test", ANY).answers), ["SOA"]);
  assertEquals(answerTo("nobody.example.test", ANY).rcode, 3);
});

Deno.test("answerQuery() adds the SOA where a name has no data, also behind an alias", () => {
  const www = answerTo("www.example.test", MX);
  assertEquals(www.rcode, 0);
  assertEquals(kinds(www.answers), ["CNAME"]);
  assertEquals(kinds(www.authorities), ["SOA"]);
  const alias = answerTo("alias.example.test", MX);
  assertEquals(kinds(alias.answers), ["CNAME", "CNAME"]);
  assertEquals(kinds(alias.authorities), ["SOA"]);
  const host = answerTo("host.example.test", MX);
  assertEquals(kinds([...host.answers, ...host.authorities]), ["SOA"]);
  assertEquals(host.rcode, 0);
  const nobody = answerTo("nobody.example.test", MX);
  assertEquals(kinds([...nobody.answers, ...nobody.authorities]), ["SOA"]);
  assertEquals(nobody.rcode, 3);
  // With data, also behind an alias, nothing is denied.
  assertEquals(answerTo("alias.example.test", 1).authorities, []);
  assertEquals(answerTo("www.example.test", 5).authorities, []);
});

Deno.test("answerQuery() refuses to hand out the zone, and what is not in it", () => {
  for (const type of [AXFR, IXFR]) {
    const { rcode, answers, isAuthoritative } = answerTo("example.test", type);
    assertEquals({ rcode, answers, isAuthoritative }, {
      rcode: 5,
      answers: [],
      isAuthoritative: false,
    });
  }
  // The first label has a dot in it: the second one is "test".
  const others = ["a\\.example.test", "\\.example.test", "xexample.test"];
  for (const name of [...others, "test", "", "example.test.org"]) {
    assertEquals(answerTo(name, 1).rcode, 5, name);
  }
  const ours = ["EXAMPLE.test", "a\\\\.example.test", "a\\.b.example.test"];
  for (const name of ours) assert(answerTo(name, 1).rcode !== 5, name);
});

Deno.test("answerQuery() says what is wrong with a query that has a whole header", () => {
  const question = { name: "host.example.test", type: 1, class: 1 };
  const good = encodeDns({
    id: 0xbeef,
    wantsRecursion: true,
    questions: [question],
  });
  const pointer = good.slice();
  pointer.set([0xc0, 12], 12);
  const malformed = {
    "cut behind the header": good.subarray(0, 12),
    "cut in the name": good.subarray(0, 20),
    "cut in the type": good.subarray(0, -3),
    "cut in the class": good.subarray(0, -1),
    "a byte more": Uint8Array.of(...good, 0),
    "a pointer to itself": pointer,
    "no question": encodeDns({ id: 0xbeef, wantsRecursion: true }),
    "two questions": encodeDns({
      id: 0xbeef,
      wantsRecursion: true,
      questions: [question, question],
    }),
  };
  for (const [what, bytes] of Object.entries(malformed)) {
    const answer = answerQuery(bytes, 512);
    // The id, QR and RD, the code 1, and four counts of 0.
    assertEquals(answer?.toHex(), "beef81010000000000000000", what);
  }
});

Deno.test("answerQuery() knows queries alone: another kind is not implemented", () => {
  for (let opcode = 1; opcode < 16; opcode++) {
    const questions = [{ name: "example.test", type: 6, class: 1 }];
    const bytes = encodeDns({ id: 9, opcode, questions });
    // What follows the header is not read, so it does not matter.
    for (const query of [bytes, bytes.subarray(0, 14)]) {
      const message = decodeDns(answerQuery(query, 512)!);
      const { id, isResponse, rcode } = message;
      assertEquals({ id, isResponse, rcode, opcode: message.opcode }, {
        id: 9,
        isResponse: true,
        rcode: 4,
        opcode,
      });
    }
  }
});

Deno.test("answerQuery() is silent to what has no whole header, and to answers", () => {
  const query = encodeDns({
    id: 1,
    questions: [{ name: "example.test", type: 1, class: 1 }],
  });
  for (let size = 0; size < 12; size++) {
    assertEquals(answerQuery(query.subarray(0, size), 512), null);
  }
  for (let flags = 0x80; flags < 0x100; flags++) {
    const answer = query.slice();
    answer[2] = flags;
    assertEquals(answerQuery(answer, 512), null);
    assertEquals(answerQuery(answer.subarray(0, 13), 512), null);
  }
  // So an answer to a malformed query gets none itself.
  const malformed = answerQuery(query.subarray(0, 13), 512)!;
  assertEquals(answerQuery(malformed, 512), null);
});

/** Asks over TCP, without having asked over UDP. */
async function askOverTcp(port: number, query: Uint8Array) {
  using conn = await connectTcp(port);
  await writeAll(conn, Uint8Array.of(0, query.length, ...query));
  const [high, low] = await readExact(conn, 2);
  return decodeDns(await readExact(conn, high << 8 | low));
}

Deno.test("lesson 20's server answers over TCP while a thousand others say nothing", async () => {
  const stop = new AbortController();
  // None of the idle ones is dropped as long as the test may last.
  const server = startDns(0, { signal: stop.signal, queryMs: 600_000 });
  const idle: Deno.Conn[] = [];
  try {
    for (let i = 0; i < 1000; i++) {
      const conn = await connectTcp(server.port);
      idle.push(conn);
      // Every other one has begun a query.
      if (i % 2 === 0) await conn.write(Uint8Array.of(0, 35, 0x12));
    }
    const query = encodeDns({
      id: 5,
      questions: [{ name: "host.example.test", type: DNS_TYPES.A, class: 1 }],
    });
    const { answers } = await askOverTcp(server.port, query);
    assertEquals(kinds(answers), ["A"]);
    const long = await askDns(server.port, "long.example.test", DNS_TYPES.TXT, {
      waitMs: 60_000,
    });
    assertEquals(long.transport, "tcp");
    assertEquals(long.message.answers.length, 10);
  } finally {
    for (const conn of idle) conn.close();
    stop.abort();
    await server.done;
  }
});

Deno.test("lesson 20's server goes on with a TCP client after a malformed query", async () => {
  const stop = new AbortController();
  const server = startDns(0, { signal: stop.signal, queryMs: 60_000 });
  try {
    using conn = await connectTcp(server.port);
    const query = encodeDns({
      id: 5,
      questions: [{ name: "host.example.test", type: DNS_TYPES.A, class: 1 }],
    });
    await writeAll(conn, Uint8Array.of(0, 13, ...query.subarray(0, 13)));
    await writeAll(conn, Uint8Array.of(0, query.length, ...query));
    const rcodes: number[] = [];
    for (let i = 0; i < 2; i++) {
      const [high, low] = await readExact(conn, 2);
      rcodes.push(decodeDns(await readExact(conn, high << 8 | low)).rcode);
    }
    assertEquals(rcodes, [1, 0]);
  } finally {
    stop.abort();
    await server.done;
  }
});

Deno.test("lesson 20's server drops a slow TCP client, and goes on after rubbish", async () => {
  const stop = new AbortController();
  const server = startDns(0, { signal: stop.signal, queryMs: 50 });
  using slow = await connectTcp(server.port);
  await slow.write(new Uint8Array([0]));
  assertEquals(await readToEnd(slow), new Uint8Array(0));
  const socket = Deno.listenDatagram({
    transport: "udp",
    hostname: "127.0.0.1",
    port: 0,
  });
  const to = {
    transport: "udp",
    hostname: "127.0.0.1",
    port: server.port,
  } as const;
  for (const size of [0, 1, 11, 12, 100]) {
    await socket.send(new Uint8Array(size).fill(0xff), to);
  }
  socket.close();
  const { message } = await askDns(server.port, "HOST.example.test", 28);
  assertEquals(message.answers[0].data, {
    kind: "AAAA",
    address: "2001:db8::10",
  });
  const other = await askDns(server.port, "example.org", 1);
  assertEquals(other.message.rcode, 5);
  stop.abort();
  await server.done;
});

Deno.test("20.2: an answer that follows a pointer for ever is told why, by the process that ends it", async () => {
  await using copy = await WorkbookCopy.make({ whole: true });
  const folder = join(copy.root, "lessons", "20_dns_by_hand");
  const source = await Deno.readTextFile(join(folder, "solution.ts"));
  const endless = source.replace("from = limit = target;", "from = target;");
  assert(endless !== source);
  await Deno.writeTextFile(join(folder, "exercise.ts"), endless);
  const { checkLesson } = await copy.import("lib/workbook/checker.ts");
  const { lessons } = await copy.import("lessons/mod.ts");
  const [result] = await checkLesson(findLesson(lessons, "20"), {
    ids: ["20.2"],
  });
  assertEquals(result.verdict.state, "failed");
  const report = reportLines(result, { width: 80 }).join("\n");
  const text = joined(stripAnsiCode(report));
  assertMatch(text, /✗ a ring that stands before the name/);
  assertMatch(text, /never gave control back.*lead to a smaller offset/);
  assertMatch(text, /Read: "A pointer in place of a name"/);
});

Deno.test("lesson 20 serves, and tells how many queries there were", async () => {
  const stop = new AbortController();
  const recording = new Recording();
  const serving = serve(recording.show, {
    port: 0,
    folder: "",
    signal: stop.signal,
  });
  const [, port] = recording.fact("address").match(/-p (\d+)/)!;
  await askDns(Number(port), "long.example.test", DNS_TYPES.TXT);
  stop.abort();
  await serving;
  const notes = recording.all("note").map(({ text }) => text);
  assertEquals(notes.at(-1), "ended: 2 queries");
  assertEquals(notes.at(-2), "a query over tcp: an answer of 1165 bytes");
});

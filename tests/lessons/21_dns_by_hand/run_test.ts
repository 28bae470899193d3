import { assert, assertEquals, assertMatch } from "@std/assert";
import { stripAnsiCode } from "@std/fmt/colors";
import { join } from "node:path";
import { askDns, type Doubt } from "../../../lessons/21_dns_by_hand/client.ts";
import { lesson, serve } from "../../../lessons/21_dns_by_hand/lesson.ts";
import {
  answerQuery,
  listenBoth,
  startDns,
} from "../../../lessons/21_dns_by_hand/server.ts";
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
} from "../../../lib/wire/mod.ts";
import { findLesson } from "../../../lib/workbook/checker/catalog.ts";
import { reportLines } from "../../../lib/workbook/checker/report.ts";
import { Recording, recordOnce } from "../record.ts";
import { joined } from "../../workbook/text.ts";
import { WorkbookCopy } from "../../workbook/workbook_copy.ts";
import { testWithFiles } from "../../lib/net_fixture.ts";

const recordLesson = recordOnce(lesson);

Deno.test("lesson 21 asks, follows names, and asks again over TCP", async () => {
  const recording = await recordLesson();
  assertEquals(recording.fact("bytes"), "35");
  assertEquals(recording.fact("bytes after the question"), "16");
  assertMatch(recording.fact("c0 00 at offset 0"), /a pointer at byte 0/);
  assertEquals(recording.fact("response code for alias"), "0");
  assertEquals(recording.fact("answers for alias"), "3");
  assertEquals(recording.fact("response code for nobody"), "3");
  assert(Number(recording.fact("bytes over UDP")) <= 512);
  assertEquals(recording.fact("asked again over"), "tcp");
  assert(Number(recording.fact("bytes this time")) > 512);
  assertEquals(recording.fact("records this time"), "10");
  assertEquals(recording.fact("bytes of the name"), "2");
  assertEquals(recording.fact("records in them"), "0");
  assertEquals(recording.fact("the bit TC"), "set");
  assertEquals(recording.fact("the response that was accepted"), "192.0.2.10");
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
    text.startsWith(
      "One attacker is missing, at 127.0.0.2 with the server's port",
    )
  );
  assertEquals(doubts, [
    "1: its port",
    ...(isLeftOut ? [] : ["2: its address"]),
    "server: its id",
    "server: its question",
  ]);
});

Deno.test("lesson 21 ends each step with an explanation", async () => {
  const recording = await recordLesson();
  const kinds = recording.events.map(({ kind }) => kind);
  const ends = kinds.flatMap((kind, i) => kind === "step" ? [i] : []).slice(1);
  assertEquals(ends.length, 4);
  for (const end of [...ends, kinds.length]) {
    assertEquals(kinds[end - 1], "say");
  }
});

/** Binds two UDP sockets to one port, at 127.0.0.1 and at 127.0.0.2. */
function bindNamesakes(): [DatagramSocket, DatagramSocket] {
  for (let attempt = 1;; attempt++) {
    const server = bindUdp();
    try {
      return [server, bindUdp(server.addr.port, { hostname: "127.0.0.2" })];
    } catch (error) {
      server.close();
      // Another program may use that port at 127.0.0.2.
      const isTaken = error instanceof Deno.errors.AddrInUse;
      if (!isTaken || attempt === 10) throw error;
    }
  }
}

// Other systems may need to set up 127.0.0.2 first: macOS has only 127.0.0.1.
const noNamesake = Deno.build.os !== "linux";

Deno.test({
  name:
    "askDns() rejects a response from the server's port at another address" +
    (noNamesake ? " (ignored: only Linux has 127.0.0.2 for certain)" : ""),
  ignore: noNamesake,
  async fn() {
    const sockets = bindNamesakes();
    using server = sockets[0];
    using namesake = sockets[1];
    const rejected: string[] = [];
    const [asked] = await Promise.all([
      askDns(server.addr.port, "host.example.test", DNS_TYPES.A, {
        timeoutMs: 20_000,
        attempts: 1,
        onRejected: ({ hostname }, _bytes, doubt) =>
          rejected.push(`${hostname}: ${doubt}`),
      }),
      (async () => {
        const { bytes, from } = await server.receive({ timeoutMs: 20_000 });
        const { id, questions } = decodeDns(bytes);
        const wrong = encodeDns({ id, questions, isResponse: true, rcode: 3 });
        await namesake.send(wrong, from);
        await server.send(answerQuery(bytes, 512)!, from);
      })(),
    ]);
    assertEquals(rejected, ["127.0.0.2: its address"]);
    assertEquals(asked.message.rcode, 0);
    assertEquals(asked.message.answers[0].data, {
      kind: "A",
      address: "192.0.2.10",
    });
  },
});

Deno.test("askDns() rejects what isn't a response to its query, and says why", async () => {
  using server = bindUdp();
  using stranger = bindUdp();
  const doubts: Doubt[] = [];
  await Promise.all([
    askDns(server.addr.port, "host.example.test", DNS_TYPES.A, {
      timeoutMs: 20_000,
      attempts: 1,
      onRejected: (_from, _bytes, doubt) => doubts.push(doubt),
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

/** Encodes a query for a name. */
function queryFor(name: string, type: number): Uint8Array {
  return encodeDns({ id: 7, questions: [{ name, type, class: 1 }] });
}

/** Returns the server's answer to a question, decoded. */
function answerTo(name: string, type: number): DnsMessage {
  const message = decodeDns(answerQuery(queryFor(name, type), 65535)!);
  assertEquals(message.questions, [{ name, type, class: 1 }]);
  return message;
}

/** Returns the kind of each record. */
function kinds(records: DnsRecord[]): string[] {
  return records.map(({ data }) => data.kind);
}

const [IXFR, AXFR, ANY, MX] = [251, 252, 255, 15];

for (
  const [what, name, type, answers, authorities, rcode] of [
    ["returns all records of a name for ANY", "host", ANY, "A AAAA", "", 0],
    ["follows no alias for ANY", "www", ANY, "CNAME", "", 0],
    ["adds the SOA after an alias without data", "www", MX, "CNAME", "SOA", 0],
    ["adds the SOA after two", "alias", MX, "CNAME CNAME", "SOA", 0],
    ["adds the SOA for a name without data", "host", MX, "", "SOA", 0],
    ["adds the SOA for an unknown name", "nobody", ANY, "", "SOA", 3],
    ["adds no SOA after aliases with data", "alias", 1, "CNAME CNAME A", "", 0],
    ["adds no SOA for an alias itself", "www", 5, "CNAME", "", 0],
  ] as const
) {
  Deno.test(`answerQuery() ${what}`, () => {
    const message = answerTo(`${name}.example.test`, type);
    assertEquals(kinds(message.answers).join(" "), answers);
    assertEquals(kinds(message.authorities).join(" "), authorities);
    assertEquals(message.rcode, rcode);
  });
}

Deno.test("answerQuery() refuses to transfer its zone, or to answer for another zone", () => {
  for (const type of [AXFR, IXFR]) {
    const { rcode, answers, isAuthoritative } = answerTo("example.test", type);
    assertEquals({ rcode, answers, isAuthoritative }, {
      rcode: 5,
      answers: [],
      isAuthoritative: false,
    });
  }
  // The first label contains a dot, so the second label is "test".
  const others = ["a\\.example.test", "\\.example.test", "xexample.test"];
  for (const name of [...others, "test", "", "example.test.org"]) {
    assertEquals(answerTo(name, 1).rcode, 5, name);
  }
  const ours = ["EXAMPLE.test", "a\\\\.example.test", "a\\.b.example.test"];
  for (const name of ours) assert(answerTo(name, 1).rcode !== 5, name);
});

Deno.test("answerQuery() answers FORMERR to a malformed query with a complete header", () => {
  const question = { name: "host.example.test", type: 1, class: 1 };
  const good = encodeDns({
    id: 0xbeef,
    wantsRecursion: true,
    questions: [question],
  });
  const pointer = good.slice();
  pointer.set([0xc0, 12], 12);
  const malformed = {
    "cut after the header": good.subarray(0, 12),
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

Deno.test("answerQuery() answers NOTIMP to other opcodes", () => {
  for (let opcode = 1; opcode < 16; opcode++) {
    const questions = [{ name: "example.test", type: 6, class: 1 }];
    const bytes = encodeDns({ id: 9, opcode, questions });
    // The server doesn't read the bytes after the header.
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

Deno.test("answerQuery() ignores incomplete headers, and responses", () => {
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
  // So the server doesn't respond to its own response, either.
  const malformed = answerQuery(query.subarray(0, 13), 512)!;
  assertEquals(answerQuery(malformed, 512), null);
});

/** Starts the lesson's server, and stops it when it's disposed of. */
function startServer(queryMs: number) {
  const stop = new AbortController();
  const server = startDns(0, { signal: stop.signal, queryMs });
  return {
    port: server.port,
    async [Symbol.asyncDispose]() {
      stop.abort();
      await server.done;
    },
  };
}

const HOST_QUERY = queryFor("host.example.test", DNS_TYPES.A);

/** Sends queries over TCP, and decodes an answer for each. */
async function askOverTcp(
  conn: Deno.Conn,
  ...queries: Uint8Array[]
): Promise<DnsMessage[]> {
  for (const query of queries) {
    await writeAll(conn, Uint8Array.of(0, query.length, ...query));
  }
  const messages: DnsMessage[] = [];
  while (messages.length < queries.length) {
    const [high, low] = await readExact(conn, 2);
    messages.push(decodeDns(await readExact(conn, high << 8 | low)));
  }
  return messages;
}

testWithFiles(
  2500,
  "startDns() answers over TCP while a thousand other clients are silent",
  async () => {
    // No idle client is dropped, however long the test takes.
    await using server = startServer(600_000);
    const idle: Deno.Conn[] = [];
    try {
      for (let i = 0; i < 1000; i++) {
        const conn = await connectTcp(server.port);
        idle.push(conn);
        // Half of the clients have sent the start of a query.
        if (i % 2 === 0) await conn.write(Uint8Array.of(0, 35, 0x12));
      }
      using conn = await connectTcp(server.port);
      const [{ answers }] = await askOverTcp(conn, HOST_QUERY);
      assertEquals(kinds(answers), ["A"]);
      const long = await askDns(
        server.port,
        "long.example.test",
        DNS_TYPES.TXT,
        {
          timeoutMs: 60_000,
        },
      );
      assertEquals(long.transport, "tcp");
      assertEquals(long.message.answers.length, 10);
    } finally {
      for (const conn of idle) conn.close();
    }
  },
);

Deno.test("startDns() keeps serving a TCP client after a malformed query", async () => {
  await using server = startServer(60_000);
  using conn = await connectTcp(server.port);
  const malformed = HOST_QUERY.subarray(0, 13);
  const messages = await askOverTcp(conn, malformed, HOST_QUERY);
  assertEquals(messages.map(({ rcode }) => rcode), [1, 0]);
});

Deno.test("startDns() drops a slow TCP client, and ignores what isn't DNS", async () => {
  await using server = startServer(50);
  using slow = await connectTcp(server.port);
  await slow.write(new Uint8Array([0]));
  assertEquals(await readToEnd(slow), new Uint8Array(0));
  using socket = bindUdp();
  const to = { ...socket.addr, port: server.port };
  for (const size of [0, 1, 11, 12, 100]) {
    await socket.send(new Uint8Array(size).fill(0xff), to);
  }
  const { message } = await askDns(server.port, "HOST.example.test", 28);
  assertEquals(message.answers[0].data, {
    kind: "AAAA",
    address: "2001:db8::10",
  });
  const other = await askDns(server.port, "example.org", 1);
  assertEquals(other.message.rcode, 5);
});

Deno.test("21.2: an answer that follows a pointer forever is stopped, and the report says why", async () => {
  await using copy = await WorkbookCopy.make({ whole: true });
  const folder = join(copy.root, "lessons", "21_dns_by_hand");
  const source = await Deno.readTextFile(join(folder, "solution.ts"));
  const endless = source.replace("from = limit = target;", "from = target;");
  assert(endless !== source);
  await Deno.writeTextFile(join(folder, "exercise.ts"), endless);
  const { checkLesson } = await copy.import("lib/workbook/checker/checker.ts");
  const { lessons } = await copy.import("lessons/mod.ts");
  const [result] = await checkLesson(findLesson(lessons, "21"), {
    ids: ["21.2"],
  });
  assertEquals(result.verdict.state, "failed");
  const report = reportLines(result, { width: 80 }).join("\n");
  const text = joined(stripAnsiCode(report));
  assertMatch(text, /✗ a ring of pointers before the name/);
  assertMatch(text, /never returned control.*lead to a smaller offset/);
  assertMatch(text, /Read: "A pointer instead of a name"/);
});

Deno.test("lesson 21 serves until it's told to stop, and says what clients asked", async () => {
  const stop = new AbortController();
  const recording = new Recording();
  const serving = serve(recording.show, {
    port: 0,
    folder: "",
    signal: stop.signal,
  });
  const port = Number(recording.fact("address").match(/-p (\d+)/)![1]);
  await askDns(port, "long.example.test", DNS_TYPES.TXT);
  await askDns(port, "nobody.example.test", 65);
  await askDns(port, "\\027[31m.example.org", DNS_TYPES.A);
  using socket = bindUdp();
  for (const query of [HOST_QUERY.subarray(0, 13), HOST_QUERY.subarray(0, 5)]) {
    await socket.send(query, { ...socket.addr, port });
  }
  await socket.receive();
  await askDns(port, "", DNS_TYPES.SOA);
  stop.abort();
  await serving;
  assertEquals(recording.all("note").map(({ text }) => text), [
    "waiting for queries",
    "udp long.example.test TXT: NOERROR, 35 bytes, truncated",
    "tcp long.example.test TXT: NOERROR, 1165 bytes",
    "udp nobody.example.test type 65: NXDOMAIN, 82 bytes",
    "udp \\027[31m.example.org A: REFUSED, 35 bytes",
    "udp (no question): FORMERR, 12 bytes",
    "udp not a query, so not answered",
    "udp . SOA: REFUSED, 17 bytes",
    "ended: 7 queries",
  ]);
});

/** Encodes a query with EDNS, from a client that accepts `size` bytes. */
function ednsQuery(size: number, ttl = 0, records = 1): Uint8Array {
  const bytes = new Uint8Array(0);
  const options: DnsRecord = {
    ...{ name: "", type: 41, class: size, ttl },
    data: { kind: "other", bytes },
  };
  return encodeDns({
    id: 7,
    questions: [{ name: "long.example.test", type: DNS_TYPES.TXT, class: 1 }],
    additionals: Array(records).fill(options),
  });
}

for (
  const [size, isTruncated] of [
    [1232, false],
    [4096, false],
    // The answer has 1165 bytes, plus 11 for EDNS.
    [1176, false],
    [1175, true],
    [512, true],
    [0, true],
  ] as const
) {
  Deno.test(`answerQuery() ${isTruncated ? "truncates" : "doesn't truncate"} 1176 bytes for a client that accepts ${size}`, () => {
    const bytes = answerQuery(ednsQuery(size), 512)!;
    const message = decodeDns(bytes);
    assertEquals(message.isTruncated, isTruncated);
    assertEquals(message.answers.length, isTruncated ? 0 : 10);
    const [options] = message.additionals;
    assertEquals([options.type, options.class, options.ttl], [41, 1232, 0]);
  });
}

Deno.test("answerQuery() answers BADVERS to a later version of EDNS, and FORMERR to two EDNS records", () => {
  const later = decodeDns(answerQuery(ednsQuery(1232, 1 << 16), 512)!);
  assertEquals([later.rcode, later.answers.length], [0, 0]);
  assertEquals(later.additionals[0].ttl, 1 << 24);
  const two = decodeDns(answerQuery(ednsQuery(1232, 0, 2), 512)!);
  assertEquals(two.rcode, 1);
});

for (const size of [35, 36, 40, 100, 512]) {
  Deno.test(`askDns() asks over TCP if a truncated answer ends after ${size} bytes`, async () => {
    const both = listenBoth(0);
    using listener = both.listener;
    const { port } = listener.addr;
    const answering = (async () => {
      const [query, from] = await both.socket.receive();
      const truncated = answerQuery(query, 65535)!.slice(0, size);
      truncated[2] |= 0x02;
      await both.socket.send(truncated, from);
      both.socket.close();
      using conn = await listener.accept();
      const [high, low] = await readExact(conn, 2);
      const again = await readExact(conn, high << 8 | low);
      assertEquals(again, query);
      const whole = answerQuery(again, 65535)!;
      const length = Uint8Array.of(whole.length >> 8, whole.length & 0xff);
      await writeAll(conn, Uint8Array.of(...length, ...whole));
    })();
    const asked = await askDns(port, "long.example.test", DNS_TYPES.TXT);
    assertEquals(asked.transport, "tcp");
    assertEquals(asked.message.answers.length, 10);
    await answering;
  });
}

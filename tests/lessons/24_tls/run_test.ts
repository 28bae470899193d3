import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { CA, SERVER_NAME } from "../../../lessons/24_tls/certificates.ts";
import { lesson, serve } from "../../../lessons/24_tls/lesson.ts";
import { Relay } from "../../../lessons/24_tls/relay.ts";
import { EchoServer } from "../../../lessons/24_tls/servers.ts";
import { connectTcp, readToEnd, writeAll } from "../../../lib/net/mod.ts";
import { recordOnce, recordServer } from "../record.ts";

const recordLesson = recordOnce(lesson);

const FACTS: Record<string, Record<string, RegExp>> = {
  "shows the same echo, readable over TCP and not over TLS": {
    "came back, over TCP": /^"password: swordfish"$/,
    "came back, over TLS": /^"password: swordfish"$/,
    '"swordfish" on the wire, TCP': /^yes$/,
    '"swordfish" on the wire, TLS': /^no$/,
  },
  "decodes what the client says in the clear": {
    "record": /^Handshake, version 0x0301$/,
    "version field": /^TLS 1.2, because/,
    "versions": /^TLS 1.3, TLS 1.2$/,
    "server name (SNI)": /^echo\.localhost$/,
    "protocols (ALPN)": /^h2, http\/1\.1$/,
    "extensions": /server_name/,
    "cipher suites": /TLS_AES_128_GCM_SHA256/,
    "the name, on the wire": /^readable$/,
  },
  "finds one class for everything that fails": {
    "class of all these errors": /^InvalidData$/,
  },
  "tells a cut answer from a whole one over TLS only": {
    "over TCP": /^"pay 100", then null: the end$/,
    "over TLS": /^"pay 100", then UnexpectedEof: .*close_notify$/,
  },
  "shows an injected line in the client's buffer": {
    "in one read": /^"220 ready\\r\\n250 injected\\r\\n"$/,
    "still in the client's buffer": /^"250 injected"$/,
  },
};
for (const [what, facts] of Object.entries(FACTS)) {
  Deno.test(`lesson 24 ${what}`, async () => {
    const recording = await recordLesson();
    for (const [name, value] of Object.entries(facts)) {
      assertMatch(recording.fact(name), value);
    }
  });
}

Deno.test("lesson 24 shows records over TLS, and what they're called", async () => {
  const [tcp, tls, , startTls] = (await recordLesson()).all("table");
  assertEquals(tcp.rows.map(([from, what, bytes]) => [from, what, bytes]), [
    ["client", "data", "19"],
    ["server", "data", "19"],
  ]);
  const names = tls.rows.map(([from, what]) => `${from} ${what}`);
  assertEquals(names.slice(0, 2), [
    "client Client Hello",
    "server Server Hello",
  ]);
  // The client's question, and its close_notify, are both encrypted.
  const sizes = tls.rows.filter(([from, what]) =>
    from === "client" && what === "Application Data"
  ).map(([, , bytes]) => bytes);
  assertEquals(sizes.slice(-2), ["41", "24"]);
  const cleartext = startTls.rows.slice(0, 3).map(([, , , start]) => start);
  assertEquals(cleartext.slice(0, 2), [
    '"STARTTLS\\r\\n"',
    '"220 ready\\r\\n"',
  ]);
  assertMatch(cleartext[2], /^01 00 00/);
});

Deno.test("lesson 24 shows each failure with its alert", async () => {
  const failures = (await recordLesson()).all("table")[2];
  assertEquals(
    failures.rows.map(([name, , alert, other]) => [name, alert, other]),
    [
      ["unknown CA", "encrypted", "UnknownCA"],
      ["wrong name", "encrypted", "BadCertificate"],
      ["expired", "encrypted", "CertificateExpired"],
      ["protocol", "encrypted", "NoApplicationProtocol"],
      ["version", "protocol_version", "the alert"],
      ["no TLS", "decode_error", "the alert"],
    ],
  );
});

Deno.test("lesson 24 measures what TLS costs", async () => {
  const recording = await recordLesson();
  const [trips, visits] = recording.all("table").slice(-2);
  const [tcp, tls] = trips.rows.map(([, count]) => Number(count));
  assertEquals(tcp, 2);
  assert(tls > tcp, `${tls} round trips`);
  const [first, second] = visits.rows.map((row) => row.map(parseFloat));
  assert(second[1] > first[1], "the second Client Hello has a ticket");
  assert(second[2] < first[2] / 2, "the second reply has no certificate");
  const bars = recording.all("bars");
  assertEquals(bars.length, 2);
  for (const { bars: [plain, secure] } of bars) {
    assert(plain.value > 0 && secure.value > 0);
  }
});

/** Connects to a port with TLS, as the lesson's clients do. */
async function connectTls(
  port: number,
  options: Deno.StartTlsOptions = {},
): Promise<Deno.TlsConn> {
  const tcp = await connectTcp(port);
  return await Deno.startTls(tcp, {
    hostname: SERVER_NAME,
    caCerts: [CA],
    ...options,
  });
}

Deno.test("lesson 24 serves an echo over TLS, and says what clients offered", async () => {
  const recording = await recordServer(serve, async (recording) => {
    const command = recording.fact("openssl");
    const port = Number(command.match(/\d+$/)![0]);
    using tls = await connectTls(port, { alpnProtocols: ["http/1.1"] });
    await writeAll(tls, new TextEncoder().encode("hello"));
    await tls.closeWrite();
    assertEquals(new TextDecoder().decode(await readToEnd(tls)), "hello");
    using plain = await connectTcp(port);
    await writeAll(plain, new TextEncoder().encode("GET / HTTP/1.1\r\n\r\n"));
    await readToEnd(plain);
  });
  const notes = recording.all("note").map(({ text }) => text);
  assertEquals(notes[0], "waiting for clients");
  assertEquals(
    notes[1],
    "ClientHello for echo.localhost; TLS 1.3, TLS 1.2; http/1.1",
  );
  assertMatch(notes[2], /^not a ClientHello: /);
  assertEquals(notes.at(-1), "ended");
});

Deno.test("Relay keeps what crosses it, and passes on each end by itself", async () => {
  await using echo = EchoServer.overTcp();
  await using relay = new Relay(echo.port);
  {
    using conn = await connectTcp(relay.port);
    await writeAll(conn, Uint8Array.of(1, 2, 3));
    await conn.closeWrite();
    assertEquals(await readToEnd(conn), Uint8Array.of(1, 2, 3));
  }
  await relay.ended();
  for (const from of ["client", "server"] as const) {
    const bytes = relay.log.filter((piece) => piece.from === from)
      .flatMap((piece) => [...piece.bytes]);
    assertEquals(bytes, [1, 2, 3]);
    assertEquals(
      relay.log.findLast((piece) => piece.from === from)!.bytes,
      new Uint8Array(),
    );
  }
});

Deno.test("Relay ends a stream where it's told to", async () => {
  await using echo = EchoServer.overTls();
  await using relay = new Relay(echo.port, {
    // An encrypted alert has 24 bytes.
    meddle: (record, from) =>
      from === "server" && record.length === 24 ? null : record,
  });
  using tls = await connectTls(relay.port);
  await writeAll(tls, new Uint8Array(100));
  await tls.closeWrite();
  await assertRejects(() => readToEnd(tls), Deno.errors.UnexpectedEof);
});

/** TLS: records, alerts, and the ClientHello, in whatever state they come. */
import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import {
  clientHelloIn,
  clientHelloRows,
  tlsWords,
} from "../../lib/show/tls_words.ts";
import {
  decodeClientHello,
  decodeClientHelloLeniently,
  decodeTlsAlert,
  encodeTlsRecord,
  isGrease,
  recognizeTls,
  tlsCipherSuiteName,
  tlsExtensionName,
  tlsMessageNames,
  TlsRecordParser,
  tlsVersionName,
  WireError,
} from "../../lib/wire/mod.ts";
import { forAll, mutate } from "./wire_fixture.ts";
import { fuzzTurns } from "../sample.ts";

/** A record of version 0x0303. */
function record(contentType: number, fragment: number[]): number[] {
  const { length } = fragment;
  return [contentType, 3, 3, length >> 8, length & 0xff, ...fragment];
}

/** A handshake message with zeros in it. */
function handshake(type: number, size: number): number[] {
  return [type, 0, size >> 8, size & 0xff, ...Array(size).fill(0)];
}

function names(...records: number[][]): string[] {
  return tlsMessageNames(recognizeTls(new Uint8Array(records.flat())));
}

Deno.test("recognizeTls() splits records, and keeps one that's cut off", () => {
  const bytes = new Uint8Array([
    ...record(22, [1, 2, 3]),
    ...record(23, Array(600).fill(7)),
  ]);
  const records = recognizeTls(bytes.subarray(0, 100));
  assertEquals(
    records.map(({ contentType, version, length, fragment }) => [
      contentType,
      version,
      length,
      fragment.length,
    ]),
    [[22, 0x0303, 3, 3], [23, 0x0303, 600, 100 - 8 - 5]],
  );
});

Deno.test("tlsMessageNames() names the messages of a handshake", () => {
  assertEquals(names(record(22, handshake(1, 200))), ["Client Hello"]);
  assertEquals(
    names(
      record(22, [...handshake(2, 70), ...handshake(11, 900)]),
      record(22, handshake(14, 0)),
    ),
    ["Server Hello", "Certificate", "Server Hello Done"],
  );
  assertEquals(
    names(record(20, [1]), record(22, [0x9a, 1, 2, 3, 4, 5])),
    ["Change Cipher Spec", "Encrypted Handshake Message"],
  );
  assertEquals(names(record(23, [1, 2])), ["Application Data"]);
  assertEquals(names(record(21, [2, 40])), ["Alert"]);
});

Deno.test("tlsMessageNames() treats an impossible handshake message as encrypted", () => {
  assertEquals(names(record(22, [1, 0xff, 0xff, 0xff, 0])), [
    "Encrypted Handshake Message",
  ]);
  assertEquals(names(record(22, [99, 0, 0, 1, 0])), [
    "Encrypted Handshake Message",
  ]);
});

Deno.test("recognizeTls() rejects text, empty data, and other versions", () => {
  const texts = ["", "GET / HTTP/1.1\r\n\r\n", "\x16", "\x16\x03\x03\x00"];
  for (const text of texts) {
    assertEquals(recognizeTls(new TextEncoder().encode(text)), []);
  }
  // SSL 2, a length over the limit, and an unknown content type.
  for (
    const head of [[22, 2, 0, 0, 9], [22, 3, 3, 0x50, 0], [25, 3, 3, 0, 9]]
  ) {
    assertEquals(recognizeTls(new Uint8Array([...head, 1, 2, 3])), []);
  }
});

Deno.test("recognizeTls() finishes on any bytes, and stays within them", () => {
  forAll(5000, (random) => {
    const bytes = random.bytes(random.below(200));
    if (bytes.length > 4 && random.bool()) bytes.set([22, 3, 3, 0, 9]);
    const records = recognizeTls(bytes);
    for (const { fragment, length } of records) {
      assert(fragment.length <= length && fragment.buffer === bytes.buffer);
    }
    assert(tlsMessageNames(records).every((name) => name.length > 0));
  });
});

/** Bytes with their length in front, in so many bytes. */
function counted(size: number, bytes: number[]): number[] {
  const length = Array.from(
    { length: size },
    (_, i) => bytes.length >> 8 * (size - 1 - i) & 0xff,
  );
  return [...length, ...bytes];
}

const ascii = (text: string) => [...new TextEncoder().encode(text)];

/** A ClientHello with a GREASE version, and its extensions in any order. */
function hello(): Uint8Array {
  const extension = (type: number, data: number[]) => [
    ...[type >> 8, type & 0xff],
    ...counted(2, data),
  ];
  const extensions = [
    ...extension(0x1a1a, []),
    ...extension(51, [1, 2, 3]),
    ...extension(16, counted(2, [...counted(1, ascii("h2"))])),
    ...extension(43, counted(1, [0x6a, 0x6a, 3, 4, 3, 3])),
    ...extension(0, counted(2, [0, ...counted(2, ascii("example.org"))])),
  ];
  const body = [
    ...[3, 3, ...Array(32).fill(9)],
    ...counted(1, [1, 2, 3]),
    ...counted(2, [0x13, 1, 0x13, 2]),
    ...counted(1, [0]),
    ...counted(2, extensions),
  ];
  return new Uint8Array([1, ...counted(3, body)]);
}

Deno.test("decodeClientHello() decodes everything that a client offers", () => {
  const value = decodeClientHello(hello());
  assertEquals(value.legacyVersion, 0x0303);
  assertEquals(value.random, new Uint8Array(32).fill(9));
  assertEquals(value.sessionId, new Uint8Array([1, 2, 3]));
  assertEquals(value.cipherSuites, [0x1301, 0x1302]);
  assertEquals(value.serverName, "example.org");
  assertEquals(value.protocols, ["h2"]);
  assertEquals(value.versions, [0x0304, 0x0303]);
  assertEquals(value.extensions.map(({ type }) => type), [
    ...[0x1a1a, 51, 16, 43, 0],
  ]);
});

Deno.test("decodeClientHello() rejects a message that's cut anywhere, or has more", () => {
  const whole = hello();
  for (let size = 0; size < whole.length; size++) {
    assertThrows(() => decodeClientHello(whole.subarray(0, size)), WireError);
  }
  const more = new Uint8Array([...whole, 0]);
  assertThrows(() => decodeClientHello(more), WireError, "found more");
});

Deno.test("decodeClientHelloLeniently() keeps everything before the truncation", () => {
  const whole = hello();
  const { value, problem } = decodeClientHelloLeniently(whole.subarray(0, -3));
  assert(problem instanceof WireError);
  assertEquals(value.versions, [0x0304, 0x0303]);
  assertEquals(value.serverName, null);
  assertEquals(decodeClientHelloLeniently(whole).problem, null);
});

Deno.test("decodeTlsAlert() names alerts, and leaves out encrypted ones", () => {
  const alertOf = (...fragment: number[]) =>
    decodeTlsAlert(recognizeTls(new Uint8Array(record(21, fragment)))[0]);
  assertEquals(alertOf(2, 48), { level: "fatal", description: "unknown_ca" });
  assertEquals(alertOf(1, 0), {
    level: "warning",
    description: "close_notify",
  });
  assertEquals(alertOf(2, 200), { level: "fatal", description: "200" });
  assertEquals(alertOf(7, 48), null);
  assertEquals(alertOf(...Array(26).fill(1)), null);
});

Deno.test("the names of numbers include GREASE, and numbers without a name", () => {
  assertEquals(
    [0x0304, 0x0301, 0xfafa, 0x7f1c].map(tlsVersionName),
    ["TLS 1.3", "TLS 1.0", "GREASE", "0x7f1c"],
  );
  assertEquals(tlsCipherSuiteName(0x1301), "TLS_AES_128_GCM_SHA256");
  assertEquals(tlsExtensionName(0), "server_name");
  assertEquals([0x0a0a, 0x0a1a, 0xaaaa, 0x0b0b].map(isGrease), [
    ...[true, false, true, false],
  ]);
});

Deno.test("TlsRecordParser splits a stream into records, however the reads split it", () => {
  forAll(200, (random) => {
    const sent = Array.from({ length: 1 + random.below(5) }, () => ({
      contentType: 20 + random.below(5),
      version: 0x0300 + random.below(5),
      fragment: random.bytes(random.below(300)),
    }));
    const stream = new Uint8Array(
      sent.flatMap((one) => [...encodeTlsRecord(one)]),
    );
    const parser = new TlsRecordParser();
    const got = [];
    for (let at = 0; at < stream.length;) {
      const size = 1 + random.below(40);
      const piece = stream.slice(at, at + size);
      parser.push(piece);
      piece.fill(0); // The parser has made a copy.
      at += size;
      for (let one; (one = parser.next()) !== null;) got.push(one);
    }
    parser.end();
    assertEquals(
      got,
      sent.map((one) => ({ ...one, length: one.fragment.length })),
    );
  });
});

Deno.test("TlsRecordParser rejects anything that isn't a record, in every call", () => {
  const cases: [bytes: number[], message: string][] = [
    [[19], "a content type from 20 to 24, found 19"],
    [ascii("GET / HTTP/1.1"), "a content type from 20 to 24, found 71"],
    [[22, 2], "version 3.x, found 2.x"],
    [[22, 3, 3, 0x41, 1], "at most 16640 bytes, found 16641"],
  ];
  for (const [bytes, message] of cases) {
    const parser = new TlsRecordParser();
    parser.push(new Uint8Array(bytes));
    for (let i = 0; i < 2; i++) {
      assertThrows(() => parser.next(), WireError, message);
    }
  }
  const old = new TlsRecordParser({ maxFragmentBytes: 2 ** 14 + 2048 });
  old.push(new Uint8Array([22, 3, 3, 0x41, 1]));
  assertEquals(old.next(), null);
  assertThrows(() => old.end(), WireError, "found the end");
});

Deno.test("mutated ClientHellos decode to a ClientHello or throw WireError", () => {
  const original = hello();
  let good = 0;
  const turns = fuzzTurns(100_000);
  forAll(100_000, (random) => {
    const bytes = mutate(random, original);
    for (const decode of [decodeClientHello, leniently]) {
      try {
        const value = decode(bytes);
        good++;
        assert(value.cipherSuites.length * 2 <= bytes.length);
        assert((value.serverName?.length ?? 0) < bytes.length);
        for (const { data } of value.extensions) {
          assert(data.buffer === bytes.buffer && data.length < bytes.length);
        }
      } catch (error) {
        if (!(error instanceof WireError)) throw error;
        assert(error.offset >= 0 && error.offset <= bytes.length);
      }
    }
    // Whatever is inside, it can be shown.
    const data = encodeTlsRecord({
      contentType: 22,
      version: 0x0301,
      fragment: bytes,
    });
    assertMatch(tlsWords(data)!, /^TLS \P{Cc}+$/u);
    for (const row of rowsOf(data)) assertMatch(row.join(), /^\P{Cc}+$/u);
  });
  // Mutations that all end at the first byte would test nothing.
  assert(good > turns / 10, `${good}`);
});

Deno.test("mutated streams of records are parsed or throw WireError", () => {
  let count = 0;
  const turns = fuzzTurns(100_000);
  const original = new Uint8Array([
    ...record(22, [...hello()]),
    ...record(20, [1]),
    ...record(23, Array(40).fill(7)),
    ...record(21, [2, 40]),
  ]);
  forAll(100_000, (random) => {
    const bytes = mutate(random, original);
    const parser = new TlsRecordParser();
    let size = 0;
    try {
      for (let at = 0; at < bytes.length;) {
        const end = at + 1 + random.below(200);
        parser.push(bytes.subarray(at, end));
        at = end;
        for (let one; (one = parser.next()) !== null;) {
          size += 5 + one.length;
          count++;
          assertEquals(one.fragment.length, one.length);
        }
      }
      parser.end();
      assertEquals(size, bytes.length);
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      assert(error.offset >= 0 && error.offset <= bytes.length);
    }
    assert(size <= bytes.length);
  });
  assert(count > turns, `${count}`);
});

function leniently(bytes: Uint8Array) {
  return decodeClientHelloLeniently(bytes).value;
}

function rowsOf(data: Uint8Array): [string, string][] {
  const found = clientHelloIn(data);
  return found === null ? [] : clientHelloRows(found);
}

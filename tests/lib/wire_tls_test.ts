/** TLS records, recognized by their headers. */
import { assert, assertEquals } from "@std/assert";
import { recognizeTls, tlsMessageNames } from "../../lib/wire/mod.ts";
import { forAll } from "./wire_fixture.ts";

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

Deno.test("recognizeTls() takes records apart, and keeps one that is cut off", () => {
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

Deno.test("tlsMessageNames() takes what can't be a handshake message for encrypted", () => {
  assertEquals(names(record(22, [1, 0xff, 0xff, 0xff, 0])), [
    "Encrypted Handshake Message",
  ]);
  assertEquals(names(record(22, [99, 0, 0, 1, 0])), [
    "Encrypted Handshake Message",
  ]);
});

Deno.test("recognizeTls() takes text, empty data and other versions for no TLS", () => {
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

Deno.test("recognizeTls() ends on any bytes, within them", () => {
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

import { assert, assertEquals, assertThrows } from "@std/assert";
import { isDeepStrictEqual } from "node:util";
import {
  decodeDns,
  decodeDnsLeniently,
  decodeName,
  DNS_TYPES,
  type DnsMessage,
  encodeDns,
  encodeName,
  recognizeDns,
  WireError,
} from "../../lib/wire/mod.ts";
import { Random } from "./wire_fixture.ts";
import { fuzzTurns } from "../sample.ts";

const IN = 1;
const MESSAGE: DnsMessage = {
  id: 0xbeef,
  isResponse: true,
  opcode: 0,
  isAuthoritative: true,
  isTruncated: false,
  wantsRecursion: true,
  hasRecursion: false,
  rcode: 0,
  questions: [{ name: "www.example.org", type: DNS_TYPES.A, class: IN }],
  answers: [
    {
      name: "www.example.org",
      type: DNS_TYPES.CNAME,
      class: IN,
      ttl: 60,
      data: { kind: "CNAME", name: "host.example.org" },
    },
    {
      name: "host.example.org",
      type: DNS_TYPES.A,
      class: IN,
      ttl: 0,
      data: { kind: "A", address: "192.0.2.1" },
    },
    {
      name: "host.example.org",
      type: DNS_TYPES.AAAA,
      class: IN,
      ttl: 4294967295,
      data: { kind: "AAAA", address: "2001:db8::1" },
    },
    {
      name: "host.example.org",
      type: DNS_TYPES.TXT,
      class: IN,
      ttl: 1,
      data: {
        kind: "TXT",
        texts: [
          new TextEncoder().encode("zwölf"),
          new Uint8Array(0),
          new Uint8Array(255).fill(0xff),
        ],
      },
    },
  ],
  authorities: [{
    name: "example.org",
    type: DNS_TYPES.SOA,
    class: IN,
    ttl: 3600,
    data: {
      kind: "SOA",
      primary: "ns.example.org",
      mailbox: "admin.example.org",
      serial: 2026,
      refresh: 1,
      retry: 2,
      expire: 3,
      minimum: 4294967295,
    },
  }],
  additionals: [{
    name: "",
    type: 41,
    class: 1232,
    ttl: 0,
    data: { kind: "other", bytes: new Uint8Array([1, 2, 3]) },
  }],
};

Deno.test("decodeDns() decodes messages from encodeDns()", () => {
  const bytes = encodeDns(MESSAGE);
  assertEquals(decodeDns(bytes), MESSAGE);
  assertEquals(encodeDns(decodeDns(bytes)), bytes);
});

Deno.test("encodeDns() compresses repeated names", () => {
  const bytes = encodeDns({
    questions: [MESSAGE.questions[0]],
    answers: [MESSAGE.answers[0]],
  });
  // 12 of header, 17 + 4 of question, 2 + 10 of record, "host" and a pointer.
  assertEquals(bytes.length, 12 + 21 + 12 + 7);
  assertEquals(bytes.subarray(33, 35).toHex(), "c00c");
});

Deno.test("encodeName() and decodeName() accept names in every form", () => {
  const names = ["", "a", "a.b", "x".repeat(63), "a\\.b.c", "\\000\\255\\\\.d"];
  const longest = `${`${"x".repeat(63)}.`.repeat(3)}${"y".repeat(61)}`;
  for (const name of [...names, longest]) {
    const bytes = encodeName(name);
    assertEquals(decodeName(bytes), { name, end: bytes.length });
  }
  assertEquals(encodeName("a.b."), encodeName("a.b"));
  assertEquals(encodeName("."), new Uint8Array(1));
  assertEquals(encodeName(longest).length, 255);
  for (
    const name of ["a..b", ".a", "..", "x".repeat(64), longest + "y", "zwölf"]
  ) {
    assertThrows(() => encodeName(name), RangeError);
  }
});

Deno.test("decodeName() rejects pointers to themselves, forward, in a loop, and into a header", () => {
  const cases = [
    [0xc0, 0],
    [0xc0, 2, 0],
    [1, 0x61, 0xc0, 0],
    [0xc0],
    [0x40, 0],
    [0x80, 0],
    [3, 0x61],
    [],
    [1, 0x61],
  ];
  for (const bytes of cases) {
    assertThrows(() => decodeName(Uint8Array.from(bytes)), WireError);
  }
  // Offset 0 holds a name, but also the first byte of a header.
  const back = Uint8Array.of(0, 0xc0, 0);
  assertEquals(decodeName(back, 1), { name: "", end: 3 });
  assertThrows(() => decodeName(back, 1, 1), WireError, "at least 1");
  const ring = Uint8Array.of(1, 0x61, 0xc0, 4, 1, 0x62, 0xc0, 0);
  assertThrows(() => decodeName(ring, 0), WireError);
  assertThrows(() => decodeName(ring, 4), WireError);
  // Each label points at the one before it, until the name is too long.
  const stairs: number[] = [0];
  for (let i = 0, at = 0; i < 200; i++) {
    const next = stairs.length;
    stairs.push(1, 0x61, 0xc0 | at >> 8, at & 0xff);
    at = next;
  }
  const bytes = Uint8Array.from(stairs);
  assertEquals(decodeName(bytes, 1 + 4 * 126).name.length, 253);
  assertThrows(() => decodeName(bytes, 1 + 4 * 127), WireError, "255");
});

Deno.test("decodeDns() rejects every message that is truncated or too long", () => {
  const bytes = encodeDns(MESSAGE);
  for (let size = 0; size < bytes.length; size++) {
    assertThrows(() => decodeDns(bytes.subarray(0, size)), WireError);
  }
  assertThrows(() => decodeDns(Uint8Array.of(...bytes, 0)), WireError);
  const claims = new Uint8Array(12).fill(0xff);
  assertThrows(() => decodeDns(claims), WireError);
});

Deno.test("encodeDns() rejects values that don't fit", () => {
  const [, a, , txt] = MESSAGE.answers;
  const bad: Partial<DnsMessage>[] = [
    { id: 65536 },
    { rcode: 16 },
    { answers: [{ ...a, ttl: -1 }] },
    {
      answers: [{
        ...txt,
        data: { kind: "TXT", texts: [new Uint8Array(256)] },
      }],
    },
    { answers: Array.from({ length: 300 }, () => txt) },
  ];
  for (const message of bad) {
    assertThrows(() => encodeDns(message), RangeError);
  }
  const data = { kind: "A", address: "::1" } as const;
  assertThrows(() => encodeDns({ answers: [{ ...a, data }] }), TypeError);
});

Deno.test("mutated messages are decoded or throw WireError", () => {
  const random = new Random();
  const original = encodeDns(MESSAGE);
  const seen = { whole: 0, failed: 0 };
  for (let turn = 0; turn < fuzzTurns(50_000); turn++) {
    let bytes = original.slice();
    for (let i = random.below(4); i >= 0; i--) {
      const at = random.below(original.length);
      const kind = random.below(6);
      if (kind === 0) bytes[at] ^= 1 << random.below(8);
      if (kind === 1) bytes[at] = 0xc0 | random.below(4);
      if (kind === 2) bytes[at] = random.pick([0, 1, 0x3f, 0x40, 0xff]);
      if (kind === 3) bytes.copyWithin(at, random.below(original.length));
      if (kind === 4) bytes.fill(random.below(256), at, at + random.below(8));
      if (kind === 5 && random.below(4) === 0) bytes = bytes.slice(0, at);
    }
    const where = `WIRE_SEED=${random.seed}, turn ${turn}: ${bytes.toHex()}`;
    try {
      const message = decodeDns(bytes);
      // What was decoded can be said again, and means the same.
      const again = decodeDns(encodeDns(message));
      // Only assertEquals() says how they differ; it takes three times as long.
      if (!isDeepStrictEqual(again, message)) {
        assertEquals(again, message, where);
      }
      seen.whole++;
    } catch (error) {
      assert(error instanceof WireError, `${where}: ${error}`);
      assert(error.offset >= 0 && error.offset <= bytes.length, where);
      seen.failed++;
    }
  }
  for (const count of Object.values(seen)) {
    assert(count > fuzzTurns(2000), `${count}`);
  }
});

Deno.test("decodeDns() finishes even with the worst message of 65535 bytes", () => {
  // Every record's name is a pointer to the longest chain that there may be.
  const bytes = new Uint8Array(65535);
  const view = new DataView(bytes.buffer);
  view.setUint16(6, 5000);
  const name = encodeName("a.".repeat(127).slice(0, -1));
  bytes.set([0, 0, 99, 0, 1, 0, 0, 0, 0, name.length >> 8, name.length], 12);
  bytes.set(name, 23);
  let at = 23 + name.length;
  for (let i = 1; i < 5000; i++, at += 12) {
    bytes.set([0xc0, 23, 0, 99, 0, 1, 0, 0, 0, 0, 0, 0], at);
  }
  const { answers } = decodeDns(bytes.subarray(0, at));
  assertEquals(answers.length, 5000);
});

Deno.test("decodeDnsLeniently() returns the available part of a truncated message", () => {
  const bytes = encodeDns(MESSAGE);
  const whole = decodeDnsLeniently(bytes);
  assertEquals(whole, { value: MESSAGE, problem: null });
  // The header and the question are 33 bytes.
  const { value, problem } = decodeDnsLeniently(bytes.subarray(0, 40));
  assertEquals(value, {
    ...MESSAGE,
    answers: [],
    authorities: [],
    additionals: [],
  });
  assert(problem instanceof WireError);
  assertThrows(() => decodeDnsLeniently(bytes.subarray(0, 11)), WireError);
});

const OTHER_PORTS = { source: 50000, destination: 7053 };
const DNS_PORT = { source: 53, destination: 50000 };

Deno.test("recognizeDns() recognizes messages on any port, over UDP and TCP", () => {
  const message = encodeDns(MESSAGE);
  const framed = new Uint8Array([0, message.length, ...message]);
  new DataView(framed.buffer).setUint16(0, message.length);
  for (const ports of [OTHER_PORTS, DNS_PORT]) {
    assertEquals(recognizeDns(message, { ports, isStream: false }), MESSAGE);
    assertEquals(recognizeDns(framed, { ports, isStream: true }), MESSAGE);
    // Each kind of transport has its own form.
    assertEquals(recognizeDns(message, { ports, isStream: true }), null);
  }
});

Deno.test("recognizeDns() accepts a truncated message only on DNS ports", () => {
  const cut = encodeDns(MESSAGE).subarray(0, 40);
  const found = (ports: typeof DNS_PORT) =>
    recognizeDns(cut, { ports, isStream: false });
  assertEquals(found(DNS_PORT)?.questions, MESSAGE.questions);
  assertEquals(found({ source: 5353, destination: 5353 })?.id, MESSAGE.id);
  assertEquals(found(OTHER_PORTS), null);
});

Deno.test("recognizeDns() rejects random bytes on other ports, and NetBIOS names", () => {
  const random = new Random();
  for (let turn = 0; turn < fuzzTurns(20_000); turn++) {
    const bytes = random.bytes(random.below(60));
    for (const isStream of [false, true]) {
      assertEquals(recognizeDns(bytes, { ports: OTHER_PORTS, isStream }), null);
    }
  }
  const ports = { source: 137, destination: 137 };
  const message = encodeDns(MESSAGE);
  assertEquals(recognizeDns(message, { ports, isStream: false }), null);
});

import {
  assert,
  assertEquals,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import {
  applyMask,
  CLOSE_CODE_NAMES,
  decodeClosePayload,
  encodeClosePayload,
  encodeWebSocketFrame,
  maySendCloseCode,
  WEBSOCKET_OPCODES as OPCODES,
  WebSocketError,
  type WebSocketMessage,
  WebSocketParser,
  type WebSocketParserOptions,
} from "../../lib/wire/mod.ts";
import { concat } from "../../lib/wire/bytes.ts";
import { CloseError } from "../../lessons/23_websocket_by_hand/close_error.ts";
import { FrameReader } from "../../lessons/23_websocket_by_hand/solution.ts";
import { FakeConn } from "../../lib/workbook/kit/fake_conn.ts";
import { Random } from "./wire_fixture.ts";
import { fuzzTurns } from "../sample.ts";

const MASK = Uint8Array.of(0x37, 0xfa, 0x21, 0x3d);
const utf8 = (text: string) => new TextEncoder().encode(text);
const hex = (text: string) => Uint8Array.fromHex(text.replaceAll(" ", ""));

/** A frame of a client. */
function sent(
  opcode: number,
  payload: Uint8Array | string = "",
  fin = true,
): Uint8Array {
  const frame = encodeWebSocketFrame(opcode, payload, { mask: MASK });
  if (!fin) frame[0] &= 0x7f;
  return frame;
}

/** All messages in some pieces, and the error that ended them. */
function collect(
  pieces: Uint8Array[],
  options: WebSocketParserOptions = {},
): { messages: WebSocketMessage[]; error: WebSocketError | null } {
  const parser = new WebSocketParser(options);
  const messages: WebSocketMessage[] = [];
  try {
    for (const piece of pieces) {
      parser.push(piece);
      for (let one = parser.next(); one !== null; one = parser.next()) {
        messages.push(one);
      }
    }
    return { messages, error: null };
  } catch (error) {
    if (!(error instanceof WebSocketError)) throw error;
    assertStrictEquals(assertThrows(() => parser.next()), error);
    return { messages, error };
  }
}

function cut(data: Uint8Array, size: number): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < data.length; at += size) {
    pieces.push(data.subarray(at, at + size));
  }
  return pieces;
}

const SIZES = [0, 1, 125, 126, 127, 65535, 65536, 70_000];

Deno.test("encodeWebSocketFrame() and WebSocketParser agree on every length", () => {
  for (const size of SIZES) {
    const data = Uint8Array.from({ length: size }, (_, i) => i);
    for (const from of ["client", "server"] as const) {
      const mask = from === "client" ? MASK : undefined;
      const frame = encodeWebSocketFrame(OPCODES.binary, data, { mask });
      const long = size < 126 ? 0 : size < 65536 ? 2 : 8;
      assertEquals(frame.length, 2 + long + (mask ? 4 : 0) + size);
      const { messages } = collect([frame], { from, maxBytes: size });
      assertEquals(messages, [{ kind: "binary", data }]);
    }
  }
});

const STREAM = concat([
  sent(OPCODES.text, "zwölf"),
  sent(OPCODES.text, utf8("€🐢").subarray(0, 5), false),
  sent(OPCODES.ping, "between"),
  sent(OPCODES.continuation, "", false),
  sent(OPCODES.continuation, utf8("€🐢").subarray(5)),
  sent(OPCODES.binary, new Uint8Array(200)),
  sent(OPCODES.pong),
  sent(OPCODES.close, encodeClosePayload(1001, "bye")),
  utf8("whatever follows"),
]);
const MESSAGES: WebSocketMessage[] = [
  { kind: "text", text: "zwölf" },
  { kind: "ping", data: utf8("between") },
  { kind: "text", text: "€🐢" },
  { kind: "binary", data: new Uint8Array(200) },
  { kind: "pong", data: new Uint8Array() },
  { kind: "close", code: 1001, reason: "bye" },
];

Deno.test("WebSocketParser returns the same messages however the stream is split, and nothing after a close", () => {
  for (let size = 1; size <= STREAM.length; size++) {
    const { messages, error } = collect(cut(STREAM, size));
    assertEquals(error, null);
    assertEquals(messages, MESSAGES);
  }
});

Deno.test("WebSocketParser returns data that the next push doesn't change", () => {
  for (const from of ["client", "server"] as const) {
    const parser = new WebSocketParser({ from });
    const mask = from === "client" ? MASK : undefined;
    const chunk = encodeWebSocketFrame(OPCODES.ping, "first", { mask });
    parser.push(chunk);
    const first = parser.next();
    chunk.fill(0);
    parser.push(encodeWebSocketFrame(OPCODES.ping, "other", { mask }));
    parser.next();
    assertEquals(first, { kind: "ping", data: utf8("first") });
  }
});

/** Every rule of RFC 6455 about what a client may not send. */
const ERRORS: [
  section: string,
  rule: string,
  bytes: Uint8Array,
  code: number,
  offset: number,
  options?: WebSocketParserOptions,
][] = [
  ["5.1", "a client masks", hex("81 05 48656c6c6f"), 1002, 0],
  ["5.1", "a client masks an empty frame", hex("89 00"), 1002, 0],
  [
    "5.1",
    "a server doesn't mask",
    sent(OPCODES.text, "hi"),
    1002,
    0,
    { from: "server" },
  ],
  ...[0x40, 0x20, 0x10].map((bit): typeof ERRORS[number] => [
    "5.2",
    `RSV bit ${bit.toString(16)} is 0`,
    Uint8Array.of(0x81 | bit),
    1002,
    0,
  ]),
  ...[3, 4, 5, 6, 7, 0xb, 0xc, 0xd, 0xe, 0xf].map((
    opcode,
  ): typeof ERRORS[number] => [
    "5.2",
    `opcode ${opcode} is reserved`,
    Uint8Array.of(0x80 | opcode),
    1002,
    0,
  ]),
  ["5.2", "0 bytes have a length of 7 bits", hex("82 fe 0000"), 1002, 2],
  ["5.2", "125 bytes have a length of 7 bits", hex("82 fe 007d"), 1002, 2],
  [
    "5.2",
    "65535 bytes have a length of 16 bits",
    hex("82 ff 000000000000ffff"),
    1002,
    2,
  ],
  [
    "5.2",
    "the first bit of a length of 64 is 0",
    hex("82 ff 8000000000000000"),
    1002,
    2,
  ],
  ["5.4", "no continuation without a message", sent(0, "a"), 1002, 0],
  [
    "5.4",
    "no continuation after the last fragment",
    concat([sent(1, "a", false), sent(0, "b"), sent(0, "c")]),
    1002,
    14,
  ],
  [
    "5.4",
    "no new message inside another one",
    concat([sent(1, "a", false), sent(2, "b")]),
    1002,
    7,
  ],
  ...[8, 9, 10].flatMap((opcode): typeof ERRORS => [
    [
      "5.5",
      `no fragments of control frame ${opcode}`,
      Uint8Array.of(opcode),
      1002,
      0,
    ],
    [
      "5.5",
      `at most 125 bytes in control frame ${opcode}`,
      Uint8Array.of(0x80 | opcode, 0xfe),
      1002,
      1,
    ],
  ]),
  ["5.5.1", "no half a close code", sent(8, hex("03")), 1002, 6],
  ...[0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65535].map((
    code,
  ): typeof ERRORS[number] => [
    "7.4",
    `close code ${code} isn't sent`,
    sent(8, Uint8Array.of(code >> 8, code & 255)),
    1002,
    6,
  ]),
  ["5.5.1", "a reason is UTF-8", sent(8, hex("03e8 ff")), 1007, 8],
  ["5.6", "a text is UTF-8", sent(1, hex("61 ff")), 1007, 8],
  ["5.6", "a text ends with a whole character", sent(1, hex("c3")), 1007, 7],
  [
    "5.6",
    "a text in fragments is UTF-8",
    concat([sent(1, hex("c3"), false), sent(0, hex("28"))]),
    1007,
    14,
  ],
  [
    "8.1",
    "a text fails before its last fragment",
    sent(1, hex("ff"), false),
    1007,
    7,
  ],
  [
    "10.4",
    "a message isn't too large",
    hex("82 8b 00000000"),
    1009,
    0,
    { maxBytes: 10 },
  ],
  [
    "10.4",
    "the fragments of a message aren't too large together",
    concat([sent(2, "012345", false), hex("80 85 00000000")]),
    1009,
    12,
    { maxBytes: 10 },
  ],
  [
    "10.4",
    "2^62 bytes are too many",
    hex("82 ff 40000000000000000000 0000"),
    1009,
    0,
  ],
];

for (const [section, rule, bytes, code, offset, options] of ERRORS) {
  Deno.test(`WebSocketParser rejects with ${code}: ${rule} (section ${section})`, () => {
    const before = options?.from === "server"
      ? encodeWebSocketFrame(OPCODES.text, "ok")
      : sent(OPCODES.text, "ok");
    for (const size of [1, 3, 1000]) {
      const { messages, error } = collect(
        cut(concat([before, bytes]), size),
        options,
      );
      assertEquals(messages[0], { kind: "text", text: "ok" });
      assertEquals(error?.code, code);
      // UTF-8 is judged piece by piece, so a whole piece may be consumed.
      if (code === 1007) continue;
      assertEquals(error?.offset, before.length + offset);
    }
  });
}

Deno.test("WebSocketParser says where the stream may end", () => {
  const frame = sent(OPCODES.text, "hello");
  for (let size = 0; size <= frame.length; size++) {
    const parser = new WebSocketParser();
    parser.push(frame.subarray(0, size));
    const message = parser.next();
    const mayEnd = size === 0 || size === frame.length;
    assertEquals(message !== null, size === frame.length);
    assertEquals(parser.isBetween, mayEnd);
    if (mayEnd) parser.end();
    else {assertEquals(
        assertThrows(() => parser.end(), WebSocketError).code,
        1006,
      );}
  }
  const parser = new WebSocketParser();
  parser.push(sent(OPCODES.text, "hel", false));
  assertEquals(parser.next(), null);
  assertEquals(parser.isBetween, false);
  assertThrows(() => parser.end(), WebSocketError, "found the end");
});

Deno.test("WebSocketParser keeps no more than the received bytes, and nothing for empty fragments", () => {
  const parser = new WebSocketParser({ maxBytes: 2 ** 40 });
  parser.push(hex("02 ff 0000001000000000 00000000")); // Claims 64 GiB.
  assertEquals(parser.next(), null);
  const other = new WebSocketParser();
  other.push(sent(OPCODES.binary, "", false));
  const empty = concat(Array(1000).fill(sent(0, "", false)));
  for (let i = 0; i < 100; i++) {
    other.push(empty);
    assertEquals(other.next(), null);
  }
  other.push(sent(0, "end"));
  assertEquals(other.next(), { kind: "binary", data: utf8("end") });
});

Deno.test("encodeWebSocketFrame() rejects an invalid frame, and doesn't change its arguments", () => {
  for (
    const [opcode, payload, options] of [
      [16, "", {}],
      [1.5, "", {}],
      [-1, "", {}],
      [8, new Uint8Array(126), {}],
      [9, "ö".repeat(63), {}],
      [9, "", { fin: false }],
      [1, "", { mask: new Uint8Array(3) }],
    ] as const
  ) {
    assertThrows(
      () => encodeWebSocketFrame(opcode, payload, options),
      RangeError,
    );
  }
  const payload = utf8("hello");
  const mask = MASK.slice();
  encodeWebSocketFrame(OPCODES.text, payload, { mask });
  assertEquals(payload, utf8("hello"));
  assertEquals(mask, MASK);
});

Deno.test("applyMask() is its own inverse, however the payload is split", () => {
  const data = Uint8Array.from({ length: 50 }, (_, i) => 7 * i);
  const masked = applyMask(data, MASK);
  for (let at = 0; at <= data.length; at++) {
    const parts = [masked.subarray(0, at), masked.subarray(at)];
    assertEquals(
      concat([applyMask(parts[0], MASK), applyMask(parts[1], MASK, at)]),
      data,
    );
  }
});

Deno.test("close codes that may be sent, and their reasons, decode to the same values", () => {
  for (let code = 0; code < 65536; code++) {
    const may = maySendCloseCode(code);
    const isPrivate = code >= 3000 && code <= 4999;
    const isNamed = code in CLOSE_CODE_NAMES &&
      ![1005, 1006, 1015].includes(code);
    assertEquals(may, isPrivate || isNamed);
    if (!may) {
      assertThrows(() => encodeClosePayload(code), RangeError);
      continue;
    }
    const reason = code % 7 === 0 ? "zwölf" : "";
    const payload = encodeClosePayload(code, reason);
    assertEquals(decodeClosePayload(payload), { code, reason });
  }
  assertEquals(encodeClosePayload(1000, "r".repeat(123)).length, 125);
  assertThrows(() => encodeClosePayload(1000, "r".repeat(124)), RangeError);
});

/** A valid stream of a client. */
function randomStream(random: Random): Uint8Array {
  const frames: Uint8Array[] = [];
  for (let i = 1 + random.below(4); i > 0; i--) {
    const mask = random.bytes(4);
    const isText = random.bool();
    const size = random.pick([0, 1, 5, 125, 126, 200]);
    const data = isText
      ? utf8("aö€🐢".repeat(20)).slice(0, size)
      : random.bytes(size);
    const parts = cut(
      data,
      Math.max(1, Math.ceil(size / (1 + random.below(3)))),
    );
    if (parts.length === 0) parts.push(data);
    parts.forEach((part, at) => {
      if (random.below(4) === 0) {
        const opcode = random.pick([OPCODES.ping, OPCODES.pong]);
        frames.push(encodeWebSocketFrame(opcode, random.bytes(4), { mask }));
      }
      const opcode = at > 0 ? 0 : isText ? OPCODES.text : OPCODES.binary;
      const fin = at === parts.length - 1;
      frames.push(encodeWebSocketFrame(opcode, part, { mask, fin }));
    });
  }
  if (random.bool()) {
    const payload = encodeClosePayload(random.pick([1000, 1001, 4000]), "bye");
    frames.push(encodeWebSocketFrame(OPCODES.close, payload, { mask: MASK }));
  }
  return concat(frames);
}

/** Flips bits, writes extremes, moves, and cuts off. */
function mutate(random: Random, original: Uint8Array): Uint8Array {
  const bytes = original.slice();
  for (let i = random.below(4); i >= 0; i--) {
    const at = random.below(bytes.length);
    const kind = random.below(5);
    if (kind === 0) bytes[at] ^= 1 << random.below(8);
    else if (kind === 1) {
      bytes[at] = random.pick([0, 0x7d, 0x7e, 0x7f, 0x80, 0xff]);
    } else if (kind === 2) bytes.copyWithin(at, random.below(bytes.length));
    else if (kind === 3) {
      bytes[random.below(Math.min(16, bytes.length))] = random.below(256);
    } else return bytes.subarray(0, Math.max(1, at));
  }
  return bytes;
}

Deno.test("100,000 mutated streams are parsed or throw WebSocketError, the same however they're split", () => {
  const random = new Random();
  const seen = { error: 0, message: 0 };
  for (let turn = 0; turn < fuzzTurns(100_000); turn++) {
    const bytes = mutate(random, randomStream(random));
    const options = { maxBytes: 300 };
    try {
      const whole = collect([bytes], options);
      const pieces = collect(cut(bytes, 1 + random.below(9)), options);
      // An invalid text may be noticed before its frame is complete.
      assertEquals(pieces.messages, whole.messages);
      assertEquals(pieces.error?.code, whole.error?.code);
      if (whole.error !== null) {
        seen.error++;
        const { code, offset } = whole.error;
        assert([1002, 1007, 1009].includes(code), `${code}`);
        assert(offset >= 0 && offset <= bytes.length, whole.error.message);
      }
      seen.message += whole.messages.length;
      for (const message of whole.messages) {
        if (message.kind === "binary") assert(message.data.length <= 300);
        if (message.kind === "text") assert(message.text.isWellFormed());
      }
    } catch (cause) {
      throw new Error(
        `WIRE_SEED=${random.seed} fails at turn ${turn}: ${bytes.toHex()}`,
        { cause },
      );
    }
  }
  for (const count of Object.values(seen)) assert(count > fuzzTurns(20_000));
});

Deno.test("lesson 23's FrameReader agrees with WebSocketParser on mutated streams", async () => {
  const random = new Random();
  for (let turn = 0; turn < fuzzTurns(10_000); turn++) {
    const bytes = mutate(random, randomStream(random));
    const { messages, error } = collect([bytes], { maxBytes: 300 });
    const conn = new FakeConn({
      incoming: bytes,
      readSize: 1 + random.below(40),
    });
    const reader = new FrameReader(conn, { maxBytes: 300 });
    const read: WebSocketMessage[] = [];
    let code: number | undefined;
    try {
      for (
        let one = await reader.readMessage();
        one !== null;
        one = await reader.readMessage()
      ) {
        read.push(one);
        if (one.kind === "close") break;
      }
    } catch (thrown) {
      if (thrown instanceof CloseError) code = thrown.code;
      else assert(thrown instanceof Deno.errors.UnexpectedEof, `${thrown}`);
    }
    const seed = `WIRE_SEED=${random.seed}, turn ${turn}: ${bytes.toHex()}`;
    // The parser notices at once that a text isn't UTF-8, the reader at its end:
    // until then, there may be pings, the end, or another mistake.
    if (error?.code === 1007) continue;
    assertEquals(read, messages, seed);
    // The parser waits for the mask before it compares the size with its limit.
    if (error === null && code === 1009) continue;
    assertEquals(code, error?.code, seed);
  }
});

import {
  assert,
  assertEquals,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import {
  CommandParser,
  decodeReply,
  encodeCommand,
  encodeReply,
  RespError,
  type RespLimits,
  type RespReply,
} from "../../lib/wire/mod.ts";
import { concat } from "../../lib/wire/bytes.ts";
import { bytesOf as bytes, textOf } from "../../lib/wire/http/text.ts";
import { Random } from "./wire_fixture.ts";
import { fuzzTurns } from "../sample.ts";

/** All commands in some pieces, as text, and the error that ended them. */
function collect(
  pieces: Uint8Array[],
  limits: RespLimits = {},
): { commands: string[][]; error: RespError | null } {
  const parser = new CommandParser(limits);
  const commands: string[][] = [];
  try {
    for (const piece of pieces) {
      parser.push(piece);
      for (
        let command = parser.next();
        command !== null;
        command = parser.next()
      ) commands.push(command.map(latin1));
    }
    parser.end();
    return { commands, error: null };
  } catch (error) {
    if (!(error instanceof RespError)) throw error;
    assertStrictEquals(assertThrows(() => parser.next()), error);
    return { commands, error };
  }
}

function cut(data: Uint8Array, size: number): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < data.length; at += size) {
    pieces.push(data.subarray(at, at + size));
  }
  return pieces;
}

function latin1(data: Uint8Array): string {
  return textOf(data, 0, data.length);
}

const ALL_BYTES = Uint8Array.from({ length: 256 }, (_, i) => i);

const COMMANDS = [
  ["PING"],
  ["ECHO", latin1(ALL_BYTES)],
  ["SET", "a key", "a\r\nvalue", "PX", "100"],
  ["GET", ""],
  ["DEL", "*1\r\n", "$4\r\n"],
];

Deno.test("CommandParser returns the same commands however the stream is split", () => {
  const stream = bytes(
    COMMANDS.map((command) => latin1(encodeCommand(command.map(bytes))))
      .join("PING  two\twords\r\n\n\r\n"),
  );
  const expected = COMMANDS.flatMap((command, i) =>
    i === 0 ? [command] : [["PING", "two", "words"], command]
  );
  for (let size = 1; size <= stream.length; size++) {
    const { commands, error } = collect(cut(stream, size));
    assertEquals(error, null);
    assertEquals(commands, expected);
  }
});

Deno.test("CommandParser returns strings that the next push doesn't change", () => {
  const parser = new CommandParser();
  const chunk = encodeCommand(["ECHO", "first"]);
  parser.push(chunk);
  const [, first] = parser.next()!;
  chunk.fill(0);
  parser.push(encodeCommand(["ECHO", "other"]));
  parser.next();
  assertEquals(latin1(first), "first");
});

Deno.test("CommandParser rejects invalid RESP, and names the byte", () => {
  const cases: [string, number][] = [
    ["*\r\n", 1],
    ["*x\r\n", 1],
    ["*-1\r\n", 1],
    ["*0\r\n", 1],
    ["*+1\r\n", 1],
    ["*1\n", 1],
    ["*01\r\n", 1],
    ["* 1\r\n", 1],
    ["*1e1\r\n", 1],
    ["*1\r\r\n", 1],
    ["*1\r\n\r\n", 4],
    ["*1\r\n:1\r\n", 4],
    ["*1\r\n$-1\r\n", 5],
    ["*1\r\n$0x4\r\n", 5],
    ["*1\r\n$4\nPING\r\n", 5],
    ["*1\r\n$3\r\nPING\r\n", 11],
    ["*1\r\n$5\r\nPING\r\n\r", 13],
    ["PING\r\n*1\r\n$-1\r\n", 11],
  ];
  for (const [text, offset] of cases) {
    for (const size of [1, 3, 1000]) {
      const { error } = collect(cut(bytes(text), size));
      assertEquals(error?.offset, offset, JSON.stringify(text));
    }
  }
});

Deno.test("CommandParser rejects a length over the limit before any of its bytes arrive", () => {
  const limits = {
    maxItems: 3,
    maxBulkBytes: 10,
    maxCommandBytes: 15,
    maxLineBytes: 20,
  };
  const good = [
    "*3\r\n$4\r\nECHO\r\n$10\r\n0123456789\r\n$1\r\nx\r\n",
    "12345678901234567890\r\n",
    "1 2 3\n",
  ];
  for (const text of good) {
    assertEquals(collect([bytes(text)], limits).error, null);
  }
  const bad: [string, string][] = [
    ["*4\r\n", "from 1 to 3, found 4"],
    ["*999999999999999\r\n", "from 1 to 3"],
    ["*999999999999999999\r\n", "a number"],
    ["*1\r\n$11\r\n", "from 0 to 10, found 11"],
    ["*1\r\n$4294967295\r\n", "from 0 to 10"],
    ["*2\r\n$10\r\n0123456789\r\n$6\r\n", "maxCommandBytes"],
    ["123456789012345678901", "maxLineBytes"],
    ["*" + "1".repeat(21), "maxLineBytes"],
    ["1 2 3 4\n", "maxItems"],
  ];
  for (const [text, says] of bad) {
    for (const size of [1, 1000]) {
      const { error } = collect(cut(bytes(text), size), limits);
      assert(error?.message.includes(says), `${text}: ${error?.message}`);
    }
  }
  assertThrows(() => new CommandParser({ maxItems: -1 }), RangeError);
  assertThrows(() => new CommandParser({ maxItems: NaN }), RangeError);
});

Deno.test("CommandParser doesn't allocate memory for a claimed length", () => {
  const parsers = Array.from({ length: 10_000 }, () => {
    const parser = new CommandParser();
    parser.push(bytes("*1024\r\n$1048576\r\n"));
    assertEquals(parser.next(), null);
    return parser;
  });
  // Ten gigabytes were claimed; to have made that room would have failed.
  assertEquals(parsers.every(({ isBetween }) => !isBetween), true);
});

Deno.test("CommandParser parses a megabyte in small pieces in less than quadratic time", () => {
  const value = new Uint8Array(1024 * 1024).fill(0x0a);
  const { commands, error } = collect(
    cut(encodeCommand(["SET", "k", value]), 7),
  );
  assertEquals(error, null);
  assertEquals(commands[0][2].length, value.length);
});

Deno.test("CommandParser.end() throws only in the middle of a command", () => {
  const stream = encodeCommand(["ECHO", "hi"]);
  for (let size = 1; size < stream.length; size++) {
    const { error } = collect([stream.subarray(0, size)]);
    assertEquals(error?.offset, size);
  }
  assertEquals(collect([stream]).error, null);
  assertEquals(collect([bytes("PING")]).error?.offset, 4);
});

Deno.test("mutated streams are parsed or throw RespError, the same however they're split", () => {
  const random = new Random();
  const originals = [
    ...COMMANDS.map((command) => encodeCommand(command.map(bytes))),
    bytes("PING\r\n"),
    bytes("SET a b\n"),
    bytes("*1\r\n$-1\r\n"),
    bytes("*1000\r\n$100\r\n"),
  ];
  const limits = { maxLineBytes: 300, maxItems: 6, maxBulkBytes: 300 };
  const seen = { whole: 0, failed: 0 };
  for (let turn = 0; turn < fuzzTurns(50_000); turn++) {
    const stream = concat([
      mutate(random, random.pick(originals)),
      random.pick(originals),
    ]);
    const where = `WIRE_SEED=${random.seed}, turn ${turn}: ${stream.toHex()}`;
    const { commands, error } = collect([stream], limits);
    const again = collect(cut(stream, 1 + random.below(20)), limits);
    assertEquals(again.commands, commands, where);
    assertEquals(again.error?.message, error?.message, where);
    assert((error?.offset ?? 0) <= stream.length, where);
    for (const command of commands) {
      assert(command.length >= 1 && command.length <= 6, where);
      for (const part of command) assert(part.length <= 300, where);
    }
    if (error === null) seen.whole++;
    else seen.failed++;
  }
  // Mutations that all did the same would test nothing.
  for (const count of Object.values(seen)) {
    assert(count > fuzzTurns(2000), `${count}`);
  }
});

const REPLIES: RespReply[] = [
  { kind: "simple", text: "OK" },
  { kind: "error", text: "ERR no such command" },
  { kind: "integer", value: -9223372036854775808n },
  { kind: "integer", value: 0n },
  { kind: "bulk", value: null },
  { kind: "bulk", value: new Uint8Array(0) },
  { kind: "bulk", value: ALL_BYTES },
  { kind: "array", items: null },
  { kind: "array", items: [] },
  {
    kind: "array",
    items: [
      { kind: "bulk", value: bytes("a\r\nb") },
      { kind: "array", items: [{ kind: "integer", value: 7n }] },
    ],
  },
];

Deno.test("decodeReply() decodes replies from encodeReply(), and returns null for incomplete ones", () => {
  for (const reply of REPLIES) {
    const encoded = encodeReply(reply);
    const shifted = Uint8Array.of(0x21, ...encoded, 0x2b);
    const end = 1 + encoded.length;
    assertEquals(decodeReply(shifted, 1), { reply, end });
    for (let size = 1; size < end; size++) {
      assertEquals(decodeReply(shifted.subarray(0, size), 1), null);
    }
  }
});

Deno.test("encodeReply() rejects a text that would be two replies", () => {
  for (const text of ["a\r\n+OK", "a\nb", "a\r"]) {
    assertThrows(() => encodeReply({ kind: "error", text }), TypeError);
    assertThrows(() => encodeReply({ kind: "simple", text }), TypeError);
  }
  const value = 2n ** 63n;
  assertThrows(() => encodeReply({ kind: "integer", value }), RangeError);
});

Deno.test("decodeReply() rejects invalid RESP, and replies that are too deep or too large", () => {
  const bad = [
    ...["\r\n", "OK\r\n", "+a\rb\r\n", "+OK\n", ":\r\n", ":1.5\r\n", ":01\r\n"],
    ...[":9223372036854775808\r\n", "$-2\r\n", "$1048577\r\n", "$+1\r\n"],
    ...["$2\r\nabc\r\n", "*1025\r\n", "*-2\r\n", "*2\r\n*1000\r\n*1000\r\n"],
    ...["*1\r\n".repeat(9)],
  ];
  for (const text of bad) {
    assertThrows(() => {
      decodeReply(bytes(text));
      throw new Error(`taken: ${JSON.stringify(text)}`);
    }, RespError);
  }
  // However many there are in one another, the stack is not at risk.
  assertThrows(() => decodeReply(bytes("*1\r\n".repeat(100_000))), RespError);
});

Deno.test("mutated replies are decoded, incomplete, or throw RespError", () => {
  const random = new Random();
  const originals = REPLIES.map(encodeReply);
  const seen = { whole: 0, null: 0, failed: 0 };
  for (let turn = 0; turn < fuzzTurns(50_000); turn++) {
    const data = mutate(random, random.pick(originals));
    try {
      const decoded = decodeReply(data);
      if (decoded === null) seen.null++;
      else {
        seen.whole++;
        assert(decoded.end <= data.length);
      }
    } catch (error) {
      const where = `WIRE_SEED=${random.seed}, turn ${turn}: ${data.toHex()}`;
      assert(error instanceof RespError, `${where}: ${error}`);
      assert(error.offset <= data.length, where);
      seen.failed++;
    }
  }
  for (const count of Object.values(seen)) {
    assert(count > fuzzTurns(2000), `${count}`);
  }
});

/** Bytes that mean something. */
const MEANT = [...bytes("*$-+:0123459\r\n ")];

/** Changes, moves, repeats and cuts off some bytes. */
function mutate(random: Random, original: Uint8Array): Uint8Array {
  const data = original.slice();
  for (let i = random.below(4); i >= 0; i--) {
    const at = random.below(data.length);
    switch (random.below(5)) {
      case 0:
        data[at] ^= 1 << random.below(8);
        break;
      case 1:
        data[at] = random.pick(MEANT);
        break;
      case 2:
        data.copyWithin(at, random.below(data.length));
        break;
      case 3:
        data.fill(random.below(256), at, at + random.below(8));
        break;
      default:
        return data.subarray(0, at);
    }
  }
  return data;
}

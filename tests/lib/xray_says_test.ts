import { assertEquals } from "@std/assert";
import {
  ACK,
  encodeSegment,
  FIN,
  SYN,
} from "../../lib/net/reliable/segment.ts";
import {
  concat,
  encodeClosePayload,
  encodeCommand,
  encodeDns,
  encodeReply,
  encodeWebSocketFrame,
} from "../../lib/wire/mod.ts";
import { dataWords } from "../../lib/xray/data_words.ts";
import { DataWords } from "../../lib/xray/says.ts";

const CLIENT = "127.0.0.1:50000";
const SERVER = "127.0.0.1:7000";
const encoder = new TextEncoder();

/** Data from the client (`>`) or the server (`<`), and the first bytes of it. */
interface Sent {
  way: ">" | "<";
  data: Uint8Array | string;
  keep?: number;
}

function say(isStream: boolean, sent: Sent[]): (string | undefined)[] {
  const words = new DataWords();
  return sent.map(({ way, data, keep }) => {
    const bytes = typeof data === "string" ? encoder.encode(data) : data;
    const [source, destination] = way === ">"
      ? [CLIENT, SERVER]
      : [SERVER, CLIENT];
    return words.of(bytes.subarray(0, keep), {
      source,
      destination,
      isStream,
      bytes: bytes.length,
    });
  });
}

const ACCEPTED = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n" +
  "Upgrade: websocket\r\n\r\n";

function frame(opcode: number, payload: Uint8Array | string): Uint8Array {
  const mask = Uint8Array.of(1, 2, 3, 4);
  return encodeWebSocketFrame(opcode, payload, { mask });
}

const question = { name: "example.org", type: 1, class: 1 };
const query = encodeDns({ id: 0x1a2b, questions: [question] });
const inStream = new Uint8Array([0, query.length, ...query]);

for (
  const [name, isStream, sent, expected] of [
    [
      "HTTP, whose head may be cut",
      true,
      [
        { way: ">", data: "GET /a?b HTTP/1.1\r\nHost: localhost\r\n\r\n" },
        { way: "<", data: "HTTP/1.1 404 Not Found\r\nContent-Le", keep: 30 },
        { way: "<", data: "GET /a?b HTTP/9.1\r\n" },
      ],
      ["HTTP GET /a?b", "HTTP 404 Not Found", undefined],
    ],
    [
      "a WebSocket, whose frames only the response before them tells from other data",
      true,
      [
        { way: ">", data: frame(1, "hello") },
        { way: ">", data: "GET /chat HTTP/1.1\r\nUpgrade: websocket\r\n\r\n" },
        { way: "<", data: ACCEPTED },
        { way: ">", data: frame(1, "hello") },
        { way: "<", data: encodeWebSocketFrame(2, new Uint8Array([1, 255])) },
        {
          way: ">",
          data: concat([frame(1, "a"), frame(9, ""), frame(0, "b")]),
        },
        { way: "<", data: encodeWebSocketFrame(1, "Hel", { fin: false }) },
        { way: "<", data: encodeWebSocketFrame(0, "lo") },
        { way: ">", data: frame(8, encodeClosePayload(4000, "done")) },
        { way: "<", data: encodeWebSocketFrame(8, "") },
        { way: ">", data: frame(1, "a\x1b[2J\n".repeat(40)), keep: 30 },
        { way: ">", data: "the rest of a long frame" },
        { way: "<", data: frame(1, "masked by a server") },
        { way: ">", data: frame(1, "hello").subarray(0, 1) },
      ],
      [
        undefined,
        "HTTP GET /chat",
        "HTTP 101 Switching Protocols",
        'WebSocket text "hello"',
        "WebSocket binary of 2 bytes",
        'WebSocket text "a", ping, and 1 more',
        'WebSocket text fragment "Hel"',
        'WebSocket last fragment "lo"',
        'WebSocket close 4000 "done"',
        "WebSocket close",
        'WebSocket text "a\\x1b[2J\\na\\x1b[2J\\na"…',
        undefined,
        undefined,
        undefined,
      ],
    ],
    [
      "DNS in datagrams",
      false,
      [{ way: ">", data: query }],
      ["DNS query 0x1a2b A example.org"],
    ],
    [
      "DNS in a stream, with its length in front",
      true,
      [{ way: ">", data: inStream }],
      ["DNS query 0x1a2b A example.org"],
    ],
    [
      "RESP, whose replies only its commands tell from other lines",
      true,
      [
        { way: "<", data: "+OK\r\n" },
        { way: ">", data: encodeCommand(["SET", "key", "a b"]) },
        { way: "<", data: "+OK\r\n" },
        { way: ">", data: encodeCommand(["GET", "x".repeat(99)]), keep: 30 },
        { way: "<", data: encodeReply({ kind: "bulk", value: null }) },
        { way: "<", data: ":3\r\n-ERR no\r\n" },
      ],
      [
        undefined,
        'RESP SET key "a b"',
        "RESP OK",
        "RESP GET …",
        "RESP nil",
        "RESP 3, and more",
      ],
    ],
    [
      "TLS",
      true,
      [{ way: ">", data: new Uint8Array([22, 3, 1, 0, 4, 1, 0, 0, 0]) }],
      ["TLS Client Hello"],
    ],
    [
      "the reliable stream, whose numbers count from the SYN",
      false,
      [
        { way: ">", data: segment(SYN, { seq: 4294967295, ack: 0 }) },
        { way: "<", data: segment(SYN | ACK, { seq: 500, ack: 0 }) },
        { way: ">", data: segment(ACK, { seq: 0, ack: 501, size: 300 }) },
        {
          way: ">",
          data: segment(ACK, { seq: 300, ack: 501, size: 300 }),
          keep: 40,
        },
        { way: "<", data: segment(FIN | ACK, { seq: 501, ack: 600 }) },
      ],
      [
        "reliable SYN seq 0 win 8192",
        "reliable SYN,ACK seq 0 ack 1 win 8192",
        "reliable ACK seq 1 ack 1 win 8192 300 bytes",
        "reliable ACK seq 301 ack 1 win 8192 300 bytes",
        "reliable FIN,ACK seq 1 ack 601 win 8192",
      ],
    ],
    [
      "a damaged segment of the reliable stream",
      false,
      [{ way: ">", data: damaged(segment(ACK, { seq: 7, ack: 9, size: 2 })) }],
      ["reliable ACK seq 7 ack 9 win 8192 2 bytes damaged"],
    ],
    [
      "nothing of other data",
      false,
      [
        { way: ">", data: "hello" },
        { way: ">", data: "What a long line of text this is!" },
        { way: ">", data: "" },
      ],
      [undefined, undefined, undefined],
    ],
  ] as [string, boolean, Sent[], (string | undefined)[]][]
) {
  Deno.test(`DataWords decodes ${name}`, () => {
    assertEquals(say(isStream, sent), expected);
  });
}

function segment(
  flags: number,
  { seq, ack, size = 0 }: { seq: number; ack: number; size?: number },
): Uint8Array {
  const data = new Uint8Array(size);
  return encodeSegment({ flags, seq, ack, window: 8192, data });
}

function damaged(bytes: Uint8Array): Uint8Array {
  bytes[17] ^= 1;
  return bytes;
}

for (
  const [name, bytes, total, columns, expected] of [
    ["text", encoder.encode("hi\n"), 3, 34, '"hi\\n"'],
    ["text that is cut", encoder.encode("hi"), 9, 34, '"hi"…'],
    ["a long text", encoder.encode("a".repeat(32)), 32, 10, '"aaaaaaa"…'],
    [
      "a text that ends in half a character",
      encoder.encode("日本").subarray(0, 5),
      6,
      34,
      '"日"…',
    ],
    [
      "half a character at the very end",
      encoder.encode("日本").subarray(0, 5),
      5,
      34,
      "e6 97 a5 e6 9c",
    ],
    ["a length before a text", "\0\0\0\x02hi", 6, 34, "00 00 00 02 68 69"],
    ["bytes that are no UTF-8", [0x68, 0x69, 0xff], 3, 34, "68 69 ff"],
    ["an escape sequence", "\x1b[2J", 4, 34, "1b 5b 32 4a"],
    ["many bytes", new Array(32).fill(0), 5000, 11, "00 00 00…"],
    ["nothing", [], 0, 34, ""],
  ] as [string, Uint8Array | number[] | string, number, number, string][]
) {
  Deno.test(`dataWords() shows ${name}`, () => {
    const data = typeof bytes === "string"
      ? encoder.encode(bytes)
      : Uint8Array.from(bytes);
    assertEquals(dataWords(data, { total, columns }), expected);
  });
}

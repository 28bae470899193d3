/** What a client sends that wants to act on the terminal of its reader. */
import { assertEquals } from "@std/assert";
import { upgradeRequest } from "../lessons/23_websocket_by_hand/open_pair.ts";
import {
  concat,
  encodeClosePayload,
  encodeCommand,
  encodeTlsRecord,
  encodeWebSocketFrame,
} from "../lib/wire/mod.ts";

const encode = (text: string) => new TextEncoder().encode(text);

/**
 * Clears the screen, sets the clipboard, overwrites the line, and turns text
 * around: with C0, DEL, C1, and bidi characters, and as a very long line.
 */
export const HOSTILE =
  "\x1b[2J\x1b]52;c;aGk=\x07\r\x08\x7f\x9b31m\u202e\u2066" +
  "x".repeat(2000);

const SHORT = HOSTILE.slice(0, 40);

/** What even a field of HTTP may contain. */
const C1 = "\x9b31m\u202e\u2066";

/**
 * Such messages in each protocol that a lesson's server or a decoder knows.
 *
 * @param port The server's port.
 * @returns The parts of each; the server answers between two of them.
 */
export function hostileMessages(port: number): Record<string, Uint8Array[]> {
  const messages = Object.entries(inOnePart(port))
    .map(([name, bytes]) => [name, [bytes]]);
  return { ...Object.fromEntries(messages), ...inTwoParts(port) };
}

function inTwoParts(port: number): Record<string, Uint8Array[]> {
  const request = upgradeRequest(port);
  const mask = new Uint8Array(4);
  const frame = (opcode: number, payload: Uint8Array) =>
    encodeWebSocketFrame(opcode, payload, { mask });
  return {
    "a text in a WebSocket": [request, frame(0x1, encode(HOSTILE))],
    "a close frame": [
      request,
      frame(0x8, encodeClosePayload(4000, SHORT.slice(0, 30))),
    ],
  };
}

function inOnePart(port: number): Record<string, Uint8Array> {
  return {
    "a line": encode(`${HOSTILE}\n`),
    "raw C1 bytes": Uint8Array.of(0x9b, 0x32, 0x4a, 0x1b, 0x5b, 0x32, 0x4a, 10),
    "a roll call": encode(`HELLO ${SHORT}\n`),
    "a roll call's message": encode(`SAY ${HOSTILE}\n`),
    "an HTTP request": encode(
      `GET /${HOSTILE.replaceAll("\r", "")} HTTP/1.1\r\nHost: x\r\n\r\n`,
    ),
    "a path of HTTP": encode(`GET /${C1} HTTP/1.1\r\nHost: ${C1}\r\n\r\n`),
    "an HTTP method": encode(`${SHORT} / HTTP/1.1\r\nHost: x\r\n\r\n`),
    "an HTTP response": encode(
      `HTTP/1.1 200 ${
        HOSTILE.replaceAll("\r", "")
      }\r\nServer: ${SHORT}\r\n\r\n`,
    ),
    "a command": encodeCommand(["SET", HOSTILE, HOSTILE]),
    "an unknown command": encodeCommand([HOSTILE, "k"]),
    "an error": encode(`-${HOSTILE.replaceAll("\r", "")}\r\n`),
    "an origin": upgradeRequest(port, `http://${C1}`),
    "a DNS query": query(),
    "a DNS query over TCP": concat([lengthOf(query()), query()]),
    "a ClientHello": clientHello(),
  };
}

/** A query for a name whose labels are hostile. */
function query(): Uint8Array {
  const label = encode(SHORT).subarray(0, 60);
  const name = [label.length, ...label, 8, ...encode("workbook"), 0];
  return Uint8Array.of(0, 7, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, ...name, 0, 1, 0, 1);
}

function lengthOf({ length }: Uint8Array): Uint8Array {
  return Uint8Array.of(length >> 8, length & 0xff);
}

/** A ClientHello for a hostile name, and for hostile protocols. */
function clientHello(): Uint8Array {
  const name = [...encode(SHORT)];
  const extensions = [
    ...[0, 0, ...counted(2, counted(2, [0, ...counted(2, name)]))],
    ...[0, 16, ...counted(2, counted(2, counted(1, name)))],
    ...[0, 43, ...counted(2, counted(1, [3, 4]))],
  ];
  const body = [
    ...[3, 3, ...Array(32).fill(9)],
    ...counted(1, [1, 2, 3]),
    ...counted(2, [0x13, 1]),
    ...counted(1, [0]),
    ...counted(2, extensions),
  ];
  const fragment = Uint8Array.of(1, ...counted(3, body));
  return encodeTlsRecord({ contentType: 22, version: 0x0301, fragment });
}

/** Bytes after their number. */
function counted(size: number, data: number[]): number[] {
  const length = Array.from(
    { length: size },
    (_, i) => data.length >> 8 * (size - 1 - i) & 0xff,
  );
  return [...length, ...data];
}

/**
 * Fails if a terminal would obey a part of a text.
 *
 * @param text What was printed, without colors.
 * @param what What it answers.
 */
export function assertHarmless(text: string, what: string): void {
  const found = text.match(/(?!\n)[\p{Cc}\p{Bidi_Control}]/u);
  const at = found?.index ?? 0;
  const around = JSON.stringify(text.slice(Math.max(0, at - 60), at + 20));
  assertEquals(found?.[0], undefined, `${what}: ${around}`);
}

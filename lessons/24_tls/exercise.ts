/**
 * Check your answers to lesson 24: `deno task check 24`, or `deno task watch`.
 *
 * Replace each `todo(…)` below with your code. Keep the numbered headings,
 * because `deno task reset 24.1` needs them. The types are in types.ts.
 */
import { todo } from "../../lib/workbook/kit/mod.ts";
import type {
  AskOptions,
  ClientHello,
  RecordSource,
  TlsRecord,
  Trust,
} from "./types.ts";

// ---- 24.1 RecordReader ------------------------------------------------------

/**
 *     export class RecordReader implements RecordSource {
 *       push(bytes: Uint8Array): void {
 *       }
 *
 *       next(): TlsRecord | null {
 *       }
 *
 *       end(): void {
 *       }
 *     }
 *
 * Cuts a stream into TLS records. `push` takes the next bytes of the stream,
 * which may end anywhere. `next` returns the next record, or `null` until all
 * of it has arrived. The caller calls it until it returns `null`.
 *
 * - A record is its type (1 byte), its version (2), the length of its fragment
 *   (2, big-endian), and the fragment.
 * - `next` throws `RangeError` if the length is over 2^14 + 256 (16640), and
 *   `TypeError` if the type isn't 20 to 23, or if the version's first byte isn't
 *   3. If several are wrong, throw either error.
 * - It throws when the header's five bytes have arrived, or earlier if it can
 *   tell. From then on, each call throws an error of the same class, whatever is
 *   pushed.
 * - `end` is called after the last `push`, when `next` has returned `null`. It
 *   throws `Deno.errors.UnexpectedEof` if the stream ended inside a record.
 * - The caller may change the array that it pushed, and the fragments that it
 *   got.
 */
export const RecordReader: new () => RecordSource = todo("24.1 RecordReader");

// ---- 24.2 clientHello -------------------------------------------------------

/**
 *     export function clientHello(record: TlsRecord): ClientHello {
 *     }
 *
 * Reads what a client says in the clear. The record's type is 22, and its
 * fragment is one message:
 *
 * - type (1 byte: 1), length of the body (3 bytes), body
 *
 * The body has these fields, in this order:
 *
 * - version (2 bytes), random bytes (32)
 * - session ID: its length (1 byte, at most 32), and the ID
 * - cipher suites: their length in bytes (2 bytes), and the suites
 * - compression methods: their length (1 byte), and the methods
 * - extensions: their length in bytes (2 bytes), and the extensions; a body that
 *   ends before that length has none
 *
 * Each extension is its type (2 bytes), the length of its data (2 bytes), and the
 * data. Their order varies. Skip the types you don't need:
 *
 * - Type 0 holds names: the length of the list (2 bytes), and for each name its
 *   kind (1 byte), its length (2 bytes), and the name. `serverName` is the first
 *   name of kind 0. Leave it out if there isn't one.
 * - Type 16 holds protocols: the length of the list (2 bytes), and for each
 *   protocol its length (1 byte) and its name. Return them all as `protocols`,
 *   in their order.
 * - Type 43 holds versions: the length of the list (1 byte), and two bytes for
 *   each version. Return them as `versions`, without GREASE (0x0a0a, 0x1a1a, …,
 *   0xfafa). Without this extension, return the version at the start of the body.
 *
 * Each of the three lists may be empty. Names are ASCII. Don't change the record.
 * Throw `RangeError` for
 *
 * - a different type of record or message
 * - a length that reaches past the end of what it's part of, even if there are
 *   more bytes after that
 * - bytes left over at the end of the fragment, the body, or the data of one of
 *   these three extensions
 * - a session ID over 32 bytes, an empty name (of any kind) or protocol, or half
 *   a version
 * - a second extension of the same type
 */
export const clientHello: (record: TlsRecord) => ClientHello = todo(
  "24.2 clientHello",
);

// ---- 24.3 askSecurely -------------------------------------------------------

/**
 *     export async function askSecurely(
 *       port: number,
 *       question: Uint8Array,
 *       { caCerts, hostname, timeoutMs }: AskOptions,
 *     ): Promise<Uint8Array> {
 *     }
 *
 * Sends a question to a TLS server on 127.0.0.1, and returns the whole answer.
 * The server answers after the end of the question, so close your write side as
 * in lesson 7, but inside TLS.
 *
 * - The server's certificate must be for `hostname`, and signed by one of
 *   `caCerts`. Otherwise, throw `Deno.errors.InvalidData`, as Deno does, and
 *   send nothing of the question.
 * - If the answer ends without a close_notify, throw
 *   `Deno.errors.UnexpectedEof`, however much of it has arrived.
 * - If everything together takes longer than `timeoutMs`, throw
 *   `Deno.errors.TimedOut`, or a `DOMException` named `TimeoutError`.
 * - Any other failure is thrown unchanged.
 * - However the call ends, it leaves no timer running and no connection open.
 */
export const askSecurely: (
  port: number,
  question: Uint8Array,
  options: AskOptions,
) => Promise<Uint8Array> = todo("24.3 askSecurely");

// ---- 24.4 upgrade -----------------------------------------------------------

/**
 *     export async function upgrade(
 *       conn: Deno.TcpConn,
 *       { caCerts, hostname }: Trust,
 *     ): Promise<Deno.TlsConn> {
 *     }
 *
 * Turns a connection in the clear into a TLS connection, and returns that. It
 * sends the line `STARTTLS\r\n`, and reads the server's reply: one line of at
 * most 512 bytes, the `\n` at its end included.
 *
 * - If the reply begins with `220 `, it does the handshake, and returns when
 *   that's complete. The certificate must be right, as in 24.3.
 * - If the reply is anything else, or longer, it throws
 *   `Deno.errors.InvalidData`, and sends nothing more.
 * - If bytes come after the reply and before the handshake, they're in the
 *   clear, and an attacker may have sent them: it throws
 *   `Deno.errors.InvalidData`.
 * - If the connection ends before the reply does, it throws
 *   `Deno.errors.UnexpectedEof`.
 * - Any other failure is thrown unchanged.
 * - Whenever it throws, it has closed `conn`.
 */
export const upgrade: (
  conn: Deno.TcpConn,
  options: Trust,
) => Promise<Deno.TlsConn> = todo("24.4 upgrade");

/**
 * Check your answers to lesson 23: `deno task check 23`, or `deno task watch`.
 *
 * Replace each `todo(…)` below with your code. Keep the numbered headings,
 * because `deno task reset 23.1` needs them. The types are in types.ts.
 */
import { todo } from "../../lib/workbook/kit/mod.ts";
import type {
  CloseReason,
  DataMessage,
  FrameOptions,
  Message,
  MessageReader,
  ReaderOptions,
  SocketOptions,
  UpgradeRequest,
  UpgradeResponse,
} from "./types.ts";

// ---- 23.1 acceptUpgrade -----------------------------------------------------

/**
 *     export async function acceptUpgrade(
 *       request: UpgradeRequest,
 *     ): Promise<UpgradeResponse> {
 *     }
 *
 * Answers a request that may ask for a WebSocket. `request.headers` are the
 * fields as they arrived. Names are case-insensitive, and repeated fields are
 * combined into one, separated by `", "`. The first rule that applies decides
 * the answer:
 *
 * - 405 with `Allow: GET` if the method isn't `GET`.
 * - 426 with `Upgrade: websocket`, `Connection: Upgrade`, and
 *   `Sec-WebSocket-Version: 13` if `Upgrade` doesn't list `websocket`,
 *   `Connection` doesn't list `upgrade`, or `Sec-WebSocket-Version` isn't `13`.
 *   Both lists are separated by commas, with optional spaces or tabs, and
 *   case-insensitive.
 * - 400 if `Sec-WebSocket-Key` isn't 16 bytes in base64: 22 letters, digits,
 *   `+`, or `/`, and then `==`. This response needs no headers.
 * - 101 with `Upgrade: websocket`, `Connection: Upgrade`, and
 *   `Sec-WebSocket-Accept`: the base64 of the SHA-1 of the key and
 *   `258EAFA5-E914-47DA-95CA-C5AB0DC85B11`.
 *
 * Accept no extension and no subprotocol, whatever the client offers: leave
 * `Sec-WebSocket-Extensions` and `Sec-WebSocket-Protocol` out.
 */
export const acceptUpgrade: (
  request: UpgradeRequest,
) => Promise<UpgradeResponse> = todo("23.1 acceptUpgrade");

// ---- 23.2 FrameReader -------------------------------------------------------

/**
 *     export class FrameReader {
 *       constructor(conn: Deno.Conn, options: ReaderOptions = {}) {
 *       }
 *
 *       async readMessage(): Promise<Message | null> {
 *       }
 *     }
 *
 * Reads what a client sends after the upgrade. Each call returns one of
 *
 * - `{ kind: "text", text }` or `{ kind: "binary", data }`: a whole message,
 *   whose fragments it has put together. A byte order mark is part of the text.
 * - `{ kind: "ping", data }` or `{ kind: "pong", data }`, as soon as it's
 *   complete, even between two fragments of a message.
 * - `{ kind: "close", code, reason }`. Without a code, `code` is 1005 and
 *   `reason` is `""`. `readMessage` isn't called again after that.
 * - `null` if the client closes its write side between two messages.
 *
 * `data` is a new array each time. The caller awaits each call before the next.
 * Leave `conn` open. Throw `Deno.errors.UnexpectedEof` if the stream ends
 * inside a frame or a message, and for anything the client may not send,
 * `new CloseError(code, message)` (from `./close_error.ts`), as soon as you can
 * tell:
 *
 * - 1002 for a frame that isn't masked, that has an RSV bit set, or whose opcode
 *   isn't 0, 1, 2, 8, 9, or 10
 * - 1002 for a length that isn't in its shortest form, or is 2^63 or more
 * - 1002 for a control frame that has more than 125 bytes, or FIN 0
 * - 1002 for a continuation without a message before it, or for a new message
 *   before the last one is finished
 * - 1002 for a Close frame of one byte, or whose code isn't 1000 to 1003, 1007 to
 *   1014, or 3000 to 4999
 * - 1007 for a text, or a reason in a Close frame, that isn't UTF-8 (at the
 *   latest when it's complete)
 * - 1009 for a message of more than `maxBytes` (default 1048576), all its
 *   fragments together, before you wait for the payload that exceeds the limit
 */
export const FrameReader: new (
  conn: Deno.Conn,
  options?: ReaderOptions,
) => { readMessage(): Promise<Message | null> } = todo("23.2 FrameReader");

// ---- 23.3 encodeFrame -------------------------------------------------------

/**
 *     export function encodeFrame(
 *       opcode: number,
 *       payload: Uint8Array | string,
 *       options: FrameOptions = {},
 *     ): Uint8Array {
 *     }
 *
 * Returns the bytes of one frame, with FIN 1. A text is sent as UTF-8.
 *
 * - The length is in its shortest form.
 * - With `options.mask`, which is four bytes, the frame is masked. Without it,
 *   the frame isn't.
 * - Leave `payload` and `mask` as they are.
 * - Throw `RangeError` if a control frame (opcode 8 and above) has more than 125
 *   bytes.
 */
export const encodeFrame: (
  opcode: number,
  payload: Uint8Array | string,
  options?: FrameOptions,
) => Uint8Array = todo("23.3 encodeFrame");

// ---- 23.4 ServerSocket ------------------------------------------------------

/**
 *     export class ServerSocket {
 *       constructor(
 *         conn: Deno.Conn,
 *         reader: MessageReader,
 *         options: SocketOptions = {},
 *       ) {
 *       }
 *
 *       send(message: string | Uint8Array): boolean {
 *       }
 *
 *       close(code = 1000, reason = ""): void {
 *       }
 *
 *       async run(
 *         onMessage: (message: DataMessage) => void | Promise<void>,
 *       ): Promise<CloseReason> {
 *       }
 *     }
 *
 * The server's end of a WebSocket. `run` is called once, and reads messages until
 * the end; `reader` reads them from `conn`. You may use `SendQueue`
 * (lesson 9) and `closeGracefully` (lesson 7) of `lib/net/mod.ts`, and your
 * `encodeFrame`.
 *
 * - `send` sends a frame, text for a string and binary for bytes, without
 *   waiting. Frames never mix. After a Close frame, it sends nothing and returns
 *   `false`; until then, `true`. You may limit how many bytes are unsent, as a
 *   `SendQueue` does: if a frame doesn't fit, `send` returns `false`, and no part
 *   of the frame is sent.
 * - `close` sends a Close frame. If the client's Close doesn't follow within
 *   `graceMs` (default 1000), close TCP. A second call does nothing. Throw
 *   `RangeError`, and send nothing, if `reason` has more than 123 bytes of UTF-8.
 * - `run` calls `onMessage` with each text and binary message, and awaits it
 *   before it reads on. It answers a ping with a pong with the same data, and
 *   ignores pongs. After your own Close frame, you may ignore messages, too. It
 *   settles when TCP is closed, and leaves no timer running.
 *
 * A WebSocket ends in one of five ways:
 *
 * - The client's Close arrives: answer with a Close frame with the same code (or
 *   with no payload, if it had no code), unless you've sent one. Then close TCP,
 *   and return the client's code and reason.
 * - The reader throws a `CloseError`: send a Close frame with its code, unless
 *   you've sent one. Then close TCP, and return that code and `""`.
 * - The reader returns `null`, or throws anything else: close TCP, and return 1006
 *   and `""`. Send nothing.
 * - `graceMs` has passed: close TCP, even if `onMessage` is still pending, and
 *   return 1006 and `""` (you may wait for `onMessage` first).
 * - `onMessage` throws or rejects: send a Close frame with 1011 (internal error),
 *   unless you've sent one. Then close TCP, and throw the same error.
 *
 * At most one Close frame is sent, and nothing after it, not even a pong. Only
 * the one that `close` sends has a reason.
 * Closing TCP is the server's job: close your write side first instead of
 * waiting for the client to do so, and leave no input unread, so that your last
 * frame isn't lost.
 */
export const ServerSocket: new (
  conn: Deno.Conn,
  reader: MessageReader,
  options?: SocketOptions,
) => {
  send(message: string | Uint8Array): boolean;
  close(code?: number, reason?: string): void;
  run(
    onMessage: (message: DataMessage) => void | Promise<void>,
  ): Promise<CloseReason>;
} = todo("23.4 ServerSocket");

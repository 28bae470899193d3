/** One good answer to each exercise of lesson 23. */
import { SendQueue } from "../../lib/net/mod.ts";
import { CloseError } from "./close_error.ts";
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

const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

export async function acceptUpgrade(
  request: UpgradeRequest,
): Promise<UpgradeResponse> {
  if (request.method !== "GET") {
    return { status: 405, headers: { Allow: "GET" } };
  }
  const upgrade = { Upgrade: "websocket", Connection: "Upgrade" };
  const version = valueOf(request, "sec-websocket-version");
  if (
    !listOf(request, "upgrade").includes("websocket") ||
    !listOf(request, "connection").includes("upgrade") ||
    version !== "13"
  ) {
    const headers = { ...upgrade, "Sec-WebSocket-Version": "13" };
    return { status: 426, headers };
  }
  const key = valueOf(request, "sec-websocket-key");
  // atob() would also accept spaces, or a key without its "==".
  if (!/^[A-Za-z0-9+/]{22}==$/.test(key)) return { status: 400, headers: {} };
  const bytes = new TextEncoder().encode(key + GUID);
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-1", bytes));
  return {
    status: 101,
    headers: { ...upgrade, "Sec-WebSocket-Accept": hash.toBase64() },
  };
}

/** Combines all values of a field into one. */
function valueOf({ headers }: UpgradeRequest, wanted: string): string {
  return headers.filter(([name]) => name.toLowerCase() === wanted)
    .map(([, value]) => value).join(", ");
}

/** Returns the words of a list such as `keep-alive, Upgrade`, in lowercase. */
function listOf(request: UpgradeRequest, name: string): string[] {
  return valueOf(request, name).toLowerCase().split(",")
    .map((word) => word.trim());
}

// ---- 23.2 FrameReader -------------------------------------------------------

const TEXT = 0x1;
const CLOSE = 0x8;
const PING = 0x9;
const PONG = 0xa;
const OPCODES = [0x0, TEXT, 0x2, CLOSE, PING, PONG];

export class FrameReader {
  readonly #conn: Deno.Conn;
  readonly #maxBytes: number;
  readonly #buffer = new Uint8Array(4096);
  /** Bytes that were read but don't belong to a frame yet. */
  #rest = new Uint8Array();
  /** The opcode of the message under way, its fragments, and their size. */
  #opcode: number | null = null;
  #fragments: Uint8Array[] = [];
  #size = 0;

  constructor(conn: Deno.Conn, options: ReaderOptions = {}) {
    this.#conn = conn;
    this.#maxBytes = options.maxBytes ?? 1024 * 1024;
  }

  async readMessage(): Promise<Message | null> {
    while (true) {
      // The client may end only here: no frame and no message is under way.
      const mayEnd = this.#rest.length === 0 && this.#opcode === null;
      if (mayEnd && !await this.#readMore()) return null;
      const { fin, opcode, size } = await this.#readHead();
      const mask = await this.#take(4);
      const payload = await this.#take(size);
      payload.forEach((byte, i) => payload[i] = byte ^ mask[i % 4]);
      if (opcode >= CLOSE) return controlMessage(opcode, payload);
      // A continuation keeps the opcode of the first fragment.
      this.#opcode ??= opcode;
      this.#size += size;
      // Don't keep empty fragments: there may be any number of them.
      if (size > 0) this.#fragments.push(payload);
      if (fin) return this.#takeMessage();
    }
  }

  /**
   * Reads the header up to the mask, and checks each rule as early as possible.
   */
  async #readHead(): Promise<{ fin: boolean; opcode: number; size: number }> {
    const [first] = await this.#take(1);
    const fin = (first & 0x80) !== 0;
    const opcode = first & 0x0f;
    const isControl = opcode >= CLOSE;
    if ((first & 0x70) !== 0) throw new CloseError(1002, "an RSV bit is set");
    if (!OPCODES.includes(opcode)) {
      throw new CloseError(1002, `no such opcode: ${opcode}`);
    }
    if (isControl && !fin) throw new CloseError(1002, "a control fragment");
    if (!isControl && (opcode === 0) === (this.#opcode === null)) {
      throw new CloseError(1002, "a fragment that doesn't fit");
    }
    const [second] = await this.#take(1);
    if ((second & 0x80) === 0) throw new CloseError(1002, "no mask");
    const short = second & 0x7f;
    if (isControl && short > 125) throw new CloseError(1002, "too long");
    const size = short < 126 ? short : await this.#readLength(short);
    if (!isControl && this.#size + size > this.#maxBytes) {
      throw new CloseError(1009, `more than ${this.#maxBytes} bytes`);
    }
    return { fin, opcode, size };
  }

  async #readLength(short: number): Promise<number> {
    const bytes = await this.#take(short === 126 ? 2 : 8);
    const view = new DataView(bytes.buffer);
    // A BigInt holds all 64 bits; Number() rounds it, far above any limit.
    const size = short === 126
      ? view.getUint16(0)
      : Number(view.getBigUint64(0));
    const least = short === 126 ? 126 : 65536;
    if (size < least || size >= 2 ** 63) {
      throw new CloseError(1002, `not the shortest form of ${size}`);
    }
    return size;
  }

  #takeMessage(): Message {
    const data = concat(this.#fragments);
    const isText = this.#opcode === TEXT;
    this.#opcode = null;
    this.#fragments = [];
    this.#size = 0;
    // Decode all fragments together: one may end inside a character.
    return isText
      ? { kind: "text", text: decode(data) }
      : { kind: "binary", data };
  }

  /** Takes `size` bytes, and leaves the bytes after them for the next call. */
  async #take(size: number): Promise<Uint8Array<ArrayBuffer>> {
    const taken = new Uint8Array(size);
    let filled = 0;
    while (true) {
      const part = this.#rest.subarray(0, size - filled);
      taken.set(part, filled);
      filled += part.length;
      this.#rest = this.#rest.subarray(part.length);
      if (filled === size) return taken;
      if (!await this.#readMore()) {
        throw new Deno.errors.UnexpectedEof("the stream ended in a frame");
      }
    }
  }

  /**
   * Reads once more, when no bytes are left; `false` at the end of the stream.
   */
  async #readMore(): Promise<boolean> {
    const count = await this.#conn.read(this.#buffer);
    if (count === null) return false;
    this.#rest = this.#buffer.slice(0, count);
    return true;
  }
}

function controlMessage(opcode: number, data: Uint8Array): Message {
  if (opcode === PING) return { kind: "ping", data };
  if (opcode === PONG) return { kind: "pong", data };
  if (data.length === 0) return { kind: "close", code: 1005, reason: "" };
  if (data.length === 1) throw new CloseError(1002, "half a close code");
  const code = data[0] << 8 | data[1];
  const isValid = code >= 1000 && code <= 1003 ||
    code >= 1007 && code <= 1014 || code >= 3000 && code <= 4999;
  if (!isValid) throw new CloseError(1002, `no such close code: ${code}`);
  return { kind: "close", code, reason: decode(data.subarray(2)) };
}

function decode(bytes: Uint8Array): string {
  try {
    const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
    return decoder.decode(bytes);
  } catch {
    throw new CloseError(1007, "not UTF-8");
  }
}

function concat(pieces: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const size = pieces.reduce((sum, { length }) => sum + length, 0);
  const all = new Uint8Array(size);
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

// ---- 23.3 encodeFrame -------------------------------------------------------

export function encodeFrame(
  opcode: number,
  payload: Uint8Array | string,
  options: FrameOptions = {},
): Uint8Array {
  const { mask } = options;
  const data = typeof payload === "string"
    ? new TextEncoder().encode(payload)
    : payload;
  const size = data.length;
  if (opcode >= 0x8 && size > 125) throw new RangeError(`${size} bytes`);
  const lengthBytes = size < 126 ? 0 : size < 65536 ? 2 : 8;
  const start = 2 + lengthBytes + (mask === undefined ? 0 : 4);
  const frame = new Uint8Array(start + size);
  const view = new DataView(frame.buffer);
  frame[0] = 0x80 | opcode;
  frame[1] = lengthBytes === 0 ? size : lengthBytes === 2 ? 126 : 127;
  if (lengthBytes === 2) view.setUint16(2, size);
  if (lengthBytes === 8) view.setBigUint64(2, BigInt(size));
  frame.set(data, start);
  if (mask === undefined) return frame;
  frame[1] |= 0x80;
  frame.set(mask, start - 4);
  for (let i = 0; i < size; i++) frame[start + i] ^= mask[i % 4];
  return frame;
}

// ---- 23.4 ServerSocket ------------------------------------------------------

export class ServerSocket {
  readonly #reader: MessageReader;
  readonly #graceMs: number;
  readonly #queue: SendQueue;
  #hasSentClose = false;
  #timer?: ReturnType<typeof setTimeout>;

  constructor(
    conn: Deno.Conn,
    reader: MessageReader,
    options: SocketOptions = {},
  ) {
    this.#reader = reader;
    this.#graceMs = options.graceMs ?? 1000;
    this.#queue = new SendQueue(conn);
  }

  send(message: string | Uint8Array): boolean {
    return this.#send(typeof message === "string" ? 0x1 : 0x2, message);
  }

  close(code = 1000, reason = ""): void {
    if (this.#hasSentClose) return;
    this.#sendClose(code, reason);
    // This ends the read in run().
    this.#timer = setTimeout(() => this.#queue.drop(), this.#graceMs);
  }

  async run(
    onMessage: (message: DataMessage) => void | Promise<void>,
  ): Promise<CloseReason> {
    try {
      return await this.#readToEnd(onMessage);
    } finally {
      clearTimeout(this.#timer);
      // This ends our side at once, and reads until the client ends its own.
      await this.#queue.close({ graceMs: this.#graceMs });
    }
  }

  async #readToEnd(
    onMessage: (message: DataMessage) => void | Promise<void>,
  ): Promise<CloseReason> {
    while (true) {
      let message: Message | null;
      try {
        message = await this.#reader.readMessage();
      } catch (error) {
        if (!(error instanceof CloseError)) return { code: 1006, reason: "" };
        this.#sendClose(error.code);
        return { code: error.code, reason: "" };
      }
      if (message === null) return { code: 1006, reason: "" };
      if (message.kind === "close") {
        const { code, reason } = message;
        this.#sendClose(code);
        return { code, reason };
      }
      if (message.kind === "ping") this.#send(0xa, message.data);
      else if (message.kind !== "pong") {
        try {
          await onMessage(message);
        } catch (error) {
          // "Internal error": the client did nothing wrong.
          this.#sendClose(1011);
          throw error;
        }
      }
    }
  }

  #sendClose(code: number, reason = ""): void {
    // 1005 means that there was no code, and is never sent itself.
    const head = code === 1005 ? [] : [code >> 8, code & 0xff];
    const bytes = new TextEncoder().encode(reason);
    this.#send(0x8, Uint8Array.of(...head, ...bytes));
    this.#hasSentClose = true;
  }

  #send(opcode: number, payload: Uint8Array | string): boolean {
    return !this.#hasSentClose &&
      this.#queue.send(encodeFrame(opcode, payload));
  }
}

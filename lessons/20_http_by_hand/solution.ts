/** One good answer to each exercise of lesson 20. */
import type { HttpRequest, RequestLimits, ResponseOptions } from "./types.ts";

// ---- 20.1 RequestReader -----------------------------------------------------

export class RequestReader {
  readonly #conn: Deno.Conn;
  readonly #maxHeadBytes: number;
  readonly #maxBodyBytes: number;
  readonly #buffer = new Uint8Array(4096);
  /** Bytes that were read but don't belong to a request yet. */
  #rest = new Uint8Array();

  constructor(conn: Deno.Conn, limits: RequestLimits = {}) {
    this.#conn = conn;
    this.#maxHeadBytes = limits.maxHeadBytes ?? 8192;
    this.#maxBodyBytes = limits.maxBodyBytes ?? 1024 * 1024;
  }

  async readRequest(): Promise<HttpRequest | null> {
    const head = await this.#readHead();
    if (head === null) return null;
    const [first, ...fields] = head.split("\r\n");
    // Any \r or \n that's left now isn't part of a line ending.
    if (/[\r\n]/.test(head.replaceAll("\r\n", ""))) {
      throw new TypeError("a line doesn't end with CR LF");
    }
    const parts = first.split(" ");
    if (parts.length !== 3 || parts.includes("")) {
      throw new TypeError(`not a request line: ${first}`);
    }
    const [method, target] = parts;
    const headers = headersOf(fields);
    return { method, target, headers, body: await this.#readBody(headers) };
  }

  /** Reads up to the blank line; `null` at the end of the stream. */
  async #readHead(): Promise<string | null> {
    while (true) {
      // One character for each byte, so positions in both are the same.
      const text = String.fromCharCode(
        ...this.#rest.subarray(0, this.#maxHeadBytes),
      );
      const end = text.indexOf("\r\n\r\n");
      if (end !== -1) {
        this.#rest = this.#rest.subarray(end + 4);
        return text.slice(0, end);
      }
      if (this.#rest.length >= this.#maxHeadBytes) {
        throw new RangeError(`a head of more than ${this.#maxHeadBytes} bytes`);
      }
      if (!await this.#readMore()) {
        if (this.#rest.length === 0) return null;
        throw new Deno.errors.UnexpectedEof("the stream ended in a head");
      }
    }
  }

  async #readBody(headers: Map<string, string>): Promise<Uint8Array> {
    const length = headers.get("content-length");
    const coding = headers.get("transfer-encoding");
    if (coding !== undefined) {
      // If both are there, another program on the way may use the other one.
      if (length !== undefined) throw new TypeError("two lengths");
      if (coding.toLowerCase() !== "chunked") throw new TypeError(coding);
      return await this.#readChunks();
    }
    if (length === undefined) return new Uint8Array();
    // Number() would also accept "", "+5", "0x5", and "5e0".
    if (!/^[0-9]+$/.test(length)) throw new TypeError(`a length of ${length}`);
    this.#requireRoom(Number(length));
    return await this.#take(Number(length));
  }

  async #readChunks(): Promise<Uint8Array> {
    // One buffer instead of an array for each chunk: with chunks of one byte,
    // arrays would take a hundred times as much memory as the limit allows.
    let body = new Uint8Array(1024);
    let total = 0;
    while (true) {
      const digits = await this.#readLine();
      if (!/^[0-9A-Fa-f]+$/.test(digits)) throw new TypeError("no size");
      const size = parseInt(digits, 16);
      this.#requireRoom(total + size);
      if (total + size > body.length) {
        body = concat([body, new Uint8Array(total + size)]);
      }
      body.set(await this.#take(size), total);
      total += size;
      if (await this.#readLine() !== "") throw new TypeError("no end of chunk");
      if (size === 0) return body.slice(0, total);
    }
  }

  #requireRoom(size: number): void {
    // Checked before allocating or waiting for that many bytes.
    if (size > this.#maxBodyBytes) throw new RangeError(`${size} bytes`);
  }

  /** Reads a line of a chunked body. Like a head, it may never end. */
  async #readLine(): Promise<string> {
    for (let size = 0; size < this.#maxHeadBytes; size++) {
      if (this.#rest.length <= size) await this.#mustReadMore();
      if (this.#rest[size] !== 0x0a) continue;
      const line = String.fromCharCode(...await this.#take(size + 1));
      if (line.endsWith("\r\n")) return line.slice(0, -2);
      throw new TypeError("a line doesn't end with CR LF");
    }
    throw new RangeError(`a line of more than ${this.#maxHeadBytes} bytes`);
  }

  /** Takes `size` bytes, and leaves the bytes after them for the next call. */
  async #take(size: number): Promise<Uint8Array> {
    const taken = new Uint8Array(size);
    let filled = 0;
    while (true) {
      const part = this.#rest.subarray(0, size - filled);
      taken.set(part, filled);
      filled += part.length;
      this.#rest = this.#rest.subarray(part.length);
      if (filled === size) return taken;
      await this.#mustReadMore();
    }
  }

  async #mustReadMore(): Promise<void> {
    if (await this.#readMore()) return;
    throw new Deno.errors.UnexpectedEof("the stream ended in a body");
  }

  /** Reads once and appends the bytes; `false` at the end of the stream. */
  async #readMore(): Promise<boolean> {
    const count = await this.#conn.read(this.#buffer);
    if (count === null) return false;
    this.#rest = concat([this.#rest, this.#buffer.subarray(0, count)]);
    return true;
  }
}

function headersOf(lines: string[]): Map<string, string> {
  const headers = new Map<string, string>();
  for (const line of lines) {
    // Only the first colon: the value may contain others.
    const colon = line.indexOf(":");
    const name = line.slice(0, Math.max(0, colon)).toLowerCase();
    if (name === "" || /[ \t]/.test(name)) {
      throw new TypeError(`not a field: ${line}`);
    }
    const value = line.slice(colon + 1).replace(/^[ \t]+|[ \t]+$/g, "");
    const before = headers.get(name);
    headers.set(name, before === undefined ? value : `${before}, ${value}`);
  }
  return headers;
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

// ---- 20.2 encodeResponse ----------------------------------------------------

export function encodeResponse(
  status: number,
  body: string,
  options: ResponseOptions = {},
): Uint8Array {
  const { headers = {}, head = false } = options;
  // Encode first: the length counts bytes.
  const payload = new TextEncoder().encode(body);
  let text = `HTTP/1.1 ${status} \r\nContent-Length: ${payload.length}\r\n`;
  for (const [name, value] of Object.entries(headers)) {
    if (!/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/.test(name)) {
      throw new TypeError(`not a name: ${JSON.stringify(name)}`);
    }
    // A value with a CR LF in it could add another field.
    // deno-lint-ignore no-control-regex
    if (/[\x00-\x08\x0a-\x1f\x7f]/.test(value)) {
      throw new TypeError(`not a value: ${JSON.stringify(value)}`);
    }
    if (/^(?:content-length|transfer-encoding)$/i.test(name)) {
      throw new TypeError(`${name} would be a second length`);
    }
    text += `${name}: ${value}\r\n`;
  }
  const headBytes = new TextEncoder().encode(`${text}\r\n`);
  if (head) return headBytes;
  const answer = new Uint8Array(headBytes.length + payload.length);
  answer.set(headBytes);
  answer.set(payload, headBytes.length);
  return answer;
}

/** One good answer to each exercise of lesson 22. */
import type { ByteReader, CommandStore, StoreOptions } from "./types.ts";

// ---- 22.1 readCommand -------------------------------------------------------

export async function readCommand(
  reader: ByteReader,
): Promise<Uint8Array[] | null> {
  // Bytes that were read but not used yet. They stay bytes: a value can contain
  // any, and its length counts them.
  let pending = new Uint8Array(0);

  /** Reads once and appends the bytes; `false` at the end of the stream. */
  async function more(): Promise<boolean> {
    const bytes = await reader.read();
    if (bytes === null) return false;
    const joined = new Uint8Array(pending.length + bytes.length);
    joined.set(pending);
    joined.set(bytes, pending.length);
    pending = joined;
    return true;
  }

  async function need(): Promise<void> {
    if (await more()) return;
    throw new Deno.errors.UnexpectedEof("the stream ended in a command");
  }

  /** Cuts `size` bytes off the front. */
  async function take(size: number): Promise<Uint8Array> {
    while (pending.length < size) await need();
    const bytes = pending.slice(0, size);
    pending = pending.subarray(size);
    return bytes;
  }

  /** Cuts a line off the front; it keeps its `\r`, but not its `\n`. */
  async function takeLine(): Promise<string> {
    let end = pending.indexOf(0x0a);
    while (end === -1 && !isTooLong(pending)) {
      await need();
      end = pending.indexOf(0x0a);
    }
    const line = end === -1 ? pending : pending.subarray(0, end);
    if (isTooLong(line)) {
      throw new RangeError("a line is longer than 65536 bytes");
    }
    pending = pending.subarray(end + 1);
    return latin1(line);
  }

  /** The last byte may be the `\r` of the end, which doesn't count. */
  function isTooLong(line: Uint8Array): boolean {
    return line.length - (line.at(-1) === 0x0d ? 1 : 0) > 65536;
  }

  /** Returns the number in a line such as `$4\r`. */
  function count(line: string, mark: string, min: number, max: number): number {
    if (line[0] !== mark) throw new TypeError(`no "${mark}": ${line}`);
    if (!/^(0|[1-9][0-9]*)\r$/.test(line.slice(1))) {
      throw new TypeError(`no number: ${line}`);
    }
    const value = Number(line.slice(1));
    if (!(value >= min && value <= max)) {
      throw new RangeError(`${value} is not in ${min} to ${max}`);
    }
    return value;
  }

  while (true) {
    if (pending.length === 0 && !(await more())) return null;
    const line = await takeLine();
    let parts: Uint8Array[] = [];
    if (line[0] === "*") {
      const due = count(line, "*", 1, 1024);
      while (parts.length < due) {
        const size = count(await takeLine(), "$", 0, 1048576);
        parts.push(await take(size));
        if (latin1(await take(2)) !== "\r\n") {
          throw new TypeError(`no "\\r\\n" after ${size} bytes`);
        }
      }
    } else {
      const words = line.replace(/\r$/, "").split(/[ \t]+/);
      parts = words.filter((word) => word !== "").map(bytesOf);
    }
    if (parts.length === 0) continue;
    // The leftover bytes belong to the next command.
    reader.unread(pending);
    return parts;
  }

  /** Makes one character of each byte. */
  function latin1(bytes: Uint8Array): string {
    return Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  }

  function bytesOf(text: string): Uint8Array {
    return Uint8Array.from(text, (char) => char.charCodeAt(0));
  }
}

// ---- 22.2 Store -------------------------------------------------------------

export class Store implements CommandStore {
  readonly #now: () => number;
  readonly #entries = new Map<string, { value: Uint8Array; endsAt: number }>();

  constructor(options: StoreOptions = {}) {
    this.#now = options.now ?? Date.now;
  }

  run(command: Uint8Array[]): Uint8Array {
    const [first, ...args] = command;
    // Not toUpperCase(): "ſet" would become "SET".
    const name = text(first).toLowerCase();
    const isWrong = () =>
      error(`wrong number of arguments for '${name}' command`);
    switch (name) {
      case "ping":
        if (args.length > 1) return isWrong();
        return args.length === 1 ? bulk(args[0]) : encode("+PONG\r\n");
      case "echo":
        return args.length === 1 ? bulk(args[0]) : isWrong();
      case "set":
        return args.length >= 2 ? this.#set(args) : isWrong();
      case "get":
        if (args.length !== 1) return isWrong();
        return bulk(this.#entry(args[0])?.value ?? null);
      case "del":
        return args.length >= 1 ? this.#delete(args) : isWrong();
      case "incr":
        return args.length === 1 ? this.#increment(args[0]) : isWrong();
      default:
        return error(`unknown command '${text(first)}'`);
    }
  }

  #set([key, value, ...options]: Uint8Array[]): Uint8Array {
    let endsAt = Infinity;
    if (options.length > 0) {
      const unit = text(options[0]).toLowerCase();
      if (options.length !== 2 || !["ex", "px"].includes(unit)) {
        return error("syntax error");
      }
      const time = text(options[1]);
      if (!/^[1-9][0-9]*$/.test(time)) {
        return error("invalid expire time in 'set' command");
      }
      endsAt = this.#now() + Number(time) * (unit === "ex" ? 1000 : 1);
    }
    // A copy: the caller may overwrite its array.
    this.#entries.set(nameOf(key), { value: value.slice(), endsAt });
    return encode("+OK\r\n");
  }

  #delete(keys: Uint8Array[]): Uint8Array {
    let count = 0;
    for (const key of keys) {
      if (this.#entry(key) === undefined) continue;
      this.#entries.delete(nameOf(key));
      count++;
    }
    return encode(`:${count}\r\n`);
  }

  #increment(key: Uint8Array): Uint8Array {
    const entry = this.#entry(key);
    const old = entry === undefined ? "0" : text(entry.value);
    const isInteger = /^(0|-?[1-9][0-9]{0,18})$/.test(old);
    // A JavaScript number is exact only up to 53 bits.
    const sum = isInteger ? BigInt(old) + 1n : 0n;
    if (!isInteger || BigInt.asIntN(64, sum - 1n) !== sum - 1n) {
      return error("value is not an integer or out of range");
    }
    if (BigInt.asIntN(64, sum) !== sum) {
      return error("increment or decrement would overflow");
    }
    const endsAt = entry?.endsAt ?? Infinity;
    this.#entries.set(nameOf(key), { value: encode(String(sum)), endsAt });
    return encode(`:${sum}\r\n`);
  }

  /** Returns the entry of a key, unless it has expired. */
  #entry(key: Uint8Array) {
    const name = nameOf(key);
    const entry = this.#entries.get(name);
    // No timer: a client can only see a value by asking for it.
    if (entry === undefined || this.#now() <= entry.endsAt) return entry;
    this.#entries.delete(name);
  }
}

/** Names a key in a Map, which would compare arrays of bytes by identity. */
function nameOf(key: Uint8Array): string {
  return key.toHex();
}

/** Encodes a string with its length in front; `null` is nil. */
function bulk(value: Uint8Array | null): Uint8Array {
  if (value === null) return encode("$-1\r\n");
  const head = `$${value.length}\r\n`;
  const reply = new Uint8Array(head.length + value.length + 2);
  new TextEncoder().encodeInto(head, reply);
  reply.set(value, head.length);
  reply.set(END, head.length + value.length);
  return reply;
}

/** Makes an error reply of one line, even if the client's words contain two. */
function error(message: string): Uint8Array {
  return encode(`-ERR ${message.slice(0, 100).replace(/[\r\n]/g, " ")}\r\n`);
}

// A byte order mark is a character like others: U+FEFF 5 isn't a number.
const UTF8 = new TextDecoder("utf-8", { ignoreBOM: true });

function text(bytes: Uint8Array): string {
  return UTF8.decode(bytes);
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

const END = encode("\r\n");

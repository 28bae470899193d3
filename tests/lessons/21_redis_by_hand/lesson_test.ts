import { assert, assertEquals, assertMatch } from "@std/assert";
import { exercises } from "../../../lessons/21_redis_by_hand/exercises.ts";
import { RedisClient } from "../../../lessons/21_redis_by_hand/client.ts";
import { lesson, serve } from "../../../lessons/21_redis_by_hand/lesson.ts";
import {
  type RedisServerOptions,
  serveRedis,
  TooSlow,
} from "../../../lessons/21_redis_by_hand/server.ts";
import {
  readCommand,
  Store,
} from "../../../lessons/21_redis_by_hand/solution.ts";
import type {
  ByteReader,
  CommandStore,
  StoreOptions,
} from "../../../lessons/21_redis_by_hand/types.ts";
import {
  closeGracefully,
  listenTcp,
  readToEnd,
  writeAll,
} from "../../../lib/net/mod.ts";
import { CommandParser, RespError } from "../../../lib/wire/mod.ts";
import { testAccepted, testExercises } from "../gates.ts";
import { failingFirst } from "../../lib/net_fixture.ts";
import { Recording, recordOnce } from "../record.ts";
import { readCommandMistakes, storeMistakes } from "./wrong_answers.ts";

testExercises("redis_by_hand", exercises, {
  "21.1": readCommandMistakes,
  "21.2": storeMistakes,
});

type ReadCommand = (reader: ByteReader) => Promise<Uint8Array[] | null>;
type StoreClass = new (options?: StoreOptions) => CommandStore;

testAccepted<ReadCommand>(exercises[0], {
  "byte by byte, with nothing but unread() between": async (reader) => {
    async function byte(): Promise<number | null> {
      const bytes = await reader.read();
      if (bytes === null) return null;
      if (bytes.length > 1) reader.unread(bytes.subarray(1));
      return bytes[0];
    }
    async function must(): Promise<number> {
      const one = await byte();
      if (one === null) throw new Deno.errors.UnexpectedEof();
      return one;
    }
    async function line(first: number): Promise<string> {
      const codes: number[] = [];
      for (let one = first; one !== 10; one = await must()) {
        codes.push(one);
        if (codes.length - Number(one === 13) > 65536) throw new RangeError();
      }
      return codes.map((code) => String.fromCharCode(code)).join("");
    }
    function number(text: string, from: number, to: number): number {
      if (!/^\d+\r$/.test(text)) throw new TypeError(text);
      const value = parseInt(text);
      if (value < from || value > to) throw new RangeError(text);
      return value;
    }
    while (true) {
      const first = await byte();
      if (first === null) return null;
      const text = await line(first);
      if (text[0] !== "*") {
        const words = text.split(/[ \r]+/).filter(Boolean);
        if (words.length === 0) continue;
        return words.map((word) =>
          Uint8Array.from(word, (char) => char.charCodeAt(0))
        );
      }
      const parts = [];
      for (let i = number(text.slice(1), 1, 1024); i > 0; i--) {
        const head = await line(await must());
        if (!head.startsWith("$")) throw new TypeError();
        const part = new Uint8Array(number(head.slice(1), 0, 2 ** 20));
        for (let at = 0; at < part.length;) {
          const bytes = await reader.read();
          if (bytes === null) throw new Deno.errors.UnexpectedEof();
          const used = bytes.subarray(0, part.length - at);
          part.set(used, at);
          at += used.length;
          if (used.length < bytes.length) {
            reader.unread(bytes.subarray(used.length));
          }
        }
        if (await must() !== 13 || await must() !== 10) throw new TypeError();
        parts.push(part);
      }
      return parts;
    }
  },
  "that begins anew with all bytes after each read": async (reader) => {
    let all = new Uint8Array(0);
    while (true) {
      const parsed = parse(all);
      if (parsed !== null && parsed.parts.length > 0) {
        reader.unread(all.subarray(parsed.end));
        return parsed.parts;
      }
      if (parsed !== null) {
        all = all.slice(parsed.end);
        continue;
      }
      const bytes = await reader.read();
      if (bytes === null) {
        if (all.length === 0) return null;
        throw new Deno.errors.UnexpectedEof("in the middle");
      }
      const joined = new Uint8Array(all.length + bytes.length);
      joined.set(all);
      joined.set(bytes, all.length);
      all = joined;
    }
    function parse(
      all: Uint8Array,
    ): { parts: Uint8Array[]; end: number } | null {
      let at = 0;
      function line(): string | null {
        const end = all.indexOf(10, at);
        const bytes = all.subarray(at, end === -1 ? all.length : end);
        const cr = bytes.at(-1) === 13 ? 1 : 0;
        if (bytes.length - cr > 65536) throw new RangeError("line");
        if (end === -1) return null;
        at = end + 1;
        return new TextDecoder().decode(bytes);
      }
      function count(text: string, min: number, max: number): number {
        if (/^.-\d+\r$/.test(text)) throw new RangeError(text);
        const value = /^.(\d+)\r$/.exec(text)?.[1];
        if (value === undefined) throw new TypeError(text);
        if (+value < min || +value > max) throw new RangeError(text);
        return +value;
      }
      const first = line();
      if (first === null) return null;
      if (first[0] !== "*") {
        const words = first.match(/\S+/g) ?? [];
        const parts = words.map((word) => new TextEncoder().encode(word));
        return { parts, end: at };
      }
      const parts: Uint8Array[] = [];
      const due = count(first, 1, 1024);
      while (parts.length < due) {
        const head = line();
        if (head === null) return null;
        if (head[0] !== "$") throw new TypeError(head);
        const size = count(head, 0, 1024 * 1024);
        if (all.length < at + size + 2) return null;
        if (all[at + size] !== 13 || all[at + size + 1] !== 10) {
          throw new TypeError("end");
        }
        parts.push(all.slice(at, at + size));
        at += size + 2;
      }
      return { parts, end: at };
    }
  },
  "with errors of classes of its own, each of the class that is due": async (
    reader,
  ) => {
    class TooMuch extends RangeError {
      override name = "TooMuch";
    }
    class NoResp extends TypeError {
      override name = "NoResp";
    }
    try {
      return await readCommand(reader);
    } catch (error) {
      if (error instanceof RangeError) throw new TooMuch(error.message);
      if (error instanceof TypeError) throw new NoResp(error.message);
      throw error;
    }
  },
  "with the parser of lib/wire, and errors of its own": async (reader) => {
    const parser = new CommandParser();
    try {
      while (true) {
        const bytes = await reader.read();
        if (bytes === null) {
          if (parser.isBetween) return null;
          throw new Deno.errors.UnexpectedEof("in a command");
        }
        // One byte at a time, so that nothing is left in the parser.
        for (let i = 0; i < bytes.length; i++) {
          parser.push(bytes.subarray(i, i + 1));
          const command = parser.next();
          if (command === null) continue;
          reader.unread(bytes.subarray(i + 1));
          return command;
        }
      }
    } catch (error) {
      if (!(error instanceof RespError)) throw error;
      const isRange = /from \d+ to \d+|at most/.test(error.expected);
      throw new (isRange ? RangeError : TypeError)(error.message);
    }
  },
});

const text = (bytes: Uint8Array) => new TextDecoder("utf-8").decode(bytes);
const encode = (text: string) => new TextEncoder().encode(text);

testAccepted<StoreClass>(exercises[1], {
  "by a table of commands, with two maps": class {
    #values = new Map<string, Uint8Array>();
    #ends = new Map<string, number>();
    #now: () => number;
    constructor({ now = () => Date.now() }: StoreOptions = {}) {
      this.#now = now;
    }
    run([name, ...args]: Uint8Array[]): Uint8Array {
      this.#sweep();
      const table: Record<string, [number, number, () => Uint8Array]> = {
        ping: [0, 1, () => args[0] ? this.#bulk(args[0]) : encode("+PONG\r\n")],
        echo: [1, 1, () => this.#bulk(args[0])],
        get: [1, 1, () => this.#bulk(this.#values.get(key(args[0])))],
        del: [1, Infinity, () => {
          const old = this.#values.size;
          for (const one of args) this.#drop(key(one));
          return encode(`:${old - this.#values.size}\r\n`);
        }],
        set: [2, 4, () => this.#set(args)],
        incr: [1, 1, () => this.#incr(key(args[0]))],
      };
      const known = text(name).toLowerCase();
      // A table has names of its own as well, such as constructor.
      if (!Object.hasOwn(table, known)) {
        return encode("-ERR unknown command\r\n");
      }
      const entry = table[known];
      const [min, max, run] = entry;
      if (args.length < min || args.length > max) {
        return encode("-ERR wrong number of arguments\r\n");
      }
      return run();
    }
    #set(args: Uint8Array[]): Uint8Array {
      const [unit, time] = args.slice(2).map((part) => text(part));
      const factor = { EX: 1000, PX: 1 }[unit?.toUpperCase()];
      if (
        args.length > 2 && (factor === undefined || !/^[1-9]\d*$/.test(time))
      ) {
        return encode("-ERR syntax\r\n");
      }
      this.#drop(key(args[0]));
      this.#values.set(key(args[0]), args[1]);
      if (factor !== undefined) {
        this.#ends.set(key(args[0]), this.#now() + factor * +time);
      }
      return encode("+OK\r\n");
    }
    #incr(name: string): Uint8Array {
      const old = text(this.#values.get(name) ?? encode("0"));
      if (!/^-?\d{1,19}$/.test(old)) return encode("-ERR no integer\r\n");
      const sum = BigInt(old) + 1n;
      if (sum <= -(2n ** 63n) || sum >= 2n ** 63n) {
        return encode("-ERR overflow\r\n");
      }
      this.#values.set(name, encode(`${sum}`));
      return encode(`:${sum}\r\n`);
    }
    #drop(name: string): void {
      this.#values.delete(name);
      this.#ends.delete(name);
    }
    #sweep(): void {
      for (const [name, end] of this.#ends) {
        if (end <= this.#now()) this.#drop(name);
      }
    }
    #bulk(value?: Uint8Array): Uint8Array {
      if (value === undefined) return encode("$-1\r\n");
      return Uint8Array.of(
        ...encode(`$${value.length}\r\n`),
        ...value,
        ...encode("\r\n"),
      );
    }
  },
  "on an array of entries, with errors thrown inside": class {
    #entries: { key: Uint8Array; value: string; end?: number }[] = [];
    readonly now: () => number;
    constructor(options?: StoreOptions) {
      this.now = options?.now ?? Date.now;
    }
    run(command: Uint8Array[]): Uint8Array {
      try {
        const reply = this.#do(command.map(key));
        return Uint8Array.from(reply, (char) => char.charCodeAt(0));
      } catch (error) {
        return encode(`-ERR ${(error as Error).message}\r\n`);
      }
    }
    #do([name, ...args]: string[]): string {
      const [first, second, ...rest] = args;
      const need = (...counts: number[]) => {
        if (!counts.includes(args.length)) throw new Error("arguments");
      };
      switch (name.toUpperCase()) {
        case "PING":
          need(0, 1);
          return first === undefined ? "+PONG\r\n" : bulk(first);
        case "ECHO":
          need(1);
          return bulk(first);
        case "GET":
          need(1);
          return bulk(this.#find(first)?.value);
        case "SET": {
          need(2, 4);
          const [unit, time] = rest;
          if (rest.length && !/^(EX|PX)$/i.test(unit)) throw new Error("unit");
          if (rest.length && !/^[1-9]\d*$/.test(time)) throw new Error("time");
          this.#remove(first);
          const ms = /^e/i.test(unit ?? "") ? 1000 * +time : +time;
          const end = rest.length ? this.now() + ms : undefined;
          this.#entries.push({ key: latin1Bytes(first), value: second, end });
          return "+OK\r\n";
        }
        case "DEL": {
          if (args.length === 0) throw new Error("arguments");
          return `:${args.filter((one) => this.#remove(one)).length}\r\n`;
        }
        case "INCR": {
          need(1);
          const entry = this.#find(first);
          const old = entry?.value ?? "0";
          if (!/^-?[0-9]+$/.test(old)) throw new Error("integer");
          // Only the lowest of all sums is that of a value too low.
          const sum = BigInt(old) + 1n;
          if (BigInt.asIntN(64, sum - 1n) !== sum - 1n || sum >> 63n === 1n) {
            throw new Error("range");
          }
          if (entry) entry.value = `${sum}`;
          else this.#entries.push({ key: latin1Bytes(first), value: `${sum}` });
          return `:${sum}\r\n`;
        }
      }
      throw new Error("unknown command");
    }
    #find(name: string) {
      return this.#entries.find((entry) =>
        key(entry.key) === name && !(entry.end! < this.now())
      );
    }
    #remove(name: string): boolean {
      const found = this.#find(name);
      this.#entries = this.#entries.filter((one) => key(one.key) !== name);
      return found !== undefined;
    }
  },
  "as a function that makes an object": function (options?: StoreOptions) {
    const store = new Store(options);
    return { run: (command: Uint8Array[]) => store.run(command) };
  } as unknown as StoreClass,
});

function key(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
}

function latin1Bytes(text: string): Uint8Array {
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}

function bulk(value?: string): string {
  return value === undefined ? "$-1\r\n" : `$${value.length}\r\n${value}\r\n`;
}

const recordLesson = recordOnce(lesson);

Deno.test("lesson 21 sets a value with an end of a line in it, and gets it back", async () => {
  const recording = await recordLesson();
  assertEquals(recording.fact("reply to SET"), '"+OK\\r\\n"');
  assertEquals(recording.fact("reply to GET"), '"$6\\r\\na b\\r\\nc\\r\\n"');
});

Deno.test("lesson 21 tells nil from empty", async () => {
  const recording = await recordLesson();
  assertEquals(recording.fact("GET empty"), '"$0\\r\\n\\r\\n"');
  assertEquals(recording.fact("GET missing"), '"$-1\\r\\n"');
  assertMatch(recording.fact("INCR empty"), /^"-ERR /);
});

Deno.test("lesson 21 needs fewer reads for pipelined commands", async () => {
  const recording = await recordLesson();
  assertEquals(recording.fact("reads, one by one"), "1000");
  assert(Number(recording.fact("reads, all at once")) < 100);
  assertEquals(recording.fact("the last reply"), '":2000\\r\\n"');
});

Deno.test("lesson 21 shows a value that is obeyed in a line, and kept in an array", async () => {
  const recording = await recordLesson();
  assertEquals(recording.fact("balance, after a line"), '"$-1\\r\\n"');
  assertEquals(
    recording.fact("balance, after an array"),
    '"$4\\r\\n1000\\r\\n"',
  );
});

Deno.test("lesson 21 ends values by a clock that it moves", async () => {
  const recording = await recordLesson();
  assertEquals(recording.fact("keys after 59:59"), "1000");
  assertEquals(recording.fact("keys after 60:01"), "0");
});

Deno.test("lesson 21 refuses a huge length, and drops a slow client", async () => {
  const recording = await recordLesson();
  assertMatch(recording.fact("to the first"), /^-ERR .*found 4294967295$/);
  assertEquals(recording.fact("bytes to the second"), "0");
  assertEquals(recording.fact("why"), "the client was too slow: command");
});

/** A server with a client; both are gone when it is left. */
async function withServer(options: RedisServerOptions = {}) {
  const stop = new AbortController();
  const listener = listenTcp(0, { signal: stop.signal });
  const errors: unknown[] = [];
  const serving = serveRedis(listener, new Store(), {
    onError: (error) => errors.push(error),
    ...options,
    signal: stop.signal,
  });
  const { port } = listener.addr;
  const client = await RedisClient.connect(port);
  return {
    port,
    client,
    errors,
    async [Symbol.asyncDispose]() {
      client[Symbol.dispose]();
      stop.abort();
      await serving;
    },
  };
}

Deno.test("lesson 21's server drops a client that sends one byte and then another for too long", async () => {
  await using server = await withServer({ commandMs: 60, idleMs: 60_000 });
  const { conn } = server.client;
  const ended = readToEnd(conn).then(() => true, () => true);
  let over = false;
  ended.then(() => over = true);
  // Each byte comes long before a limit for each read would pass.
  let sent = 0;
  const command = encode("*1\r\n$1000\r\n" + "x".repeat(1000));
  while (!over && sent < command.length) {
    try {
      await conn.write(command.subarray(sent, ++sent));
    } catch {
      break;
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  await ended;
  assert(sent < command.length, `all of it was taken`);
  assert(server.errors[0] instanceof TooSlow, String(server.errors[0]));
});

Deno.test("lesson 21's server drops a client that says nothing, or reads nothing", async () => {
  await using idle = await withServer({ idleMs: 30 });
  assertEquals(await readToEnd(idle.client.conn), new Uint8Array(0));
  assertMatch(String(idle.errors[0]), /too slow: idle/);

  await using deaf = await withServer({ writeMs: 100 });
  const value = "x".repeat(1024 * 1024);
  await deaf.client.ask(["SET", "k", value]);
  const gets = encode("GET k\r\n".repeat(200));
  await writeAll(deaf.client.conn, gets).catch(() => {});
  // It reads only when the server has given it up.
  while (deaf.errors.length === 0) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  assertMatch(String(deaf.errors[0]), /too slow: write/);
});

Deno.test("lesson 21's server tells a client that it dropped from one that it could not accept", async () => {
  const listener = failingFirst([
    new Error("Too many open files (os error 24)"),
  ]);
  const told: [error: string, hasConn: boolean][] = [];
  const serving = serveRedis(listener, new Store(), {
    idleMs: 1,
    onError: (error, conn) => told.push([`${error}`, conn !== undefined]),
  });
  {
    using client = await RedisClient.connect(listener.addr.port);
    assertEquals(await readToEnd(client.conn), new Uint8Array(0));
  }
  listener.close();
  await serving;
  assertEquals(told, [
    ["Error: Too many open files (os error 24)", false],
    ["TooSlow: the client was too slow: idle", true],
  ]);
});

Deno.test("lesson 21's server answers a client while a thousand others say nothing", async () => {
  await using server = await withServer();
  const idle: Deno.Conn[] = [];
  try {
    for (let i = 0; i < 1000; i++) {
      const { conn } = await RedisClient.connect(server.port);
      idle.push(conn);
      // Half of them are in the middle of a command.
      if (i % 2 === 0) await conn.write(encode("*2\r\n$4\r\nEC"));
    }
    const [reply] = await server.client.ask(["PING"]);
    assertEquals(text(reply), "+PONG\r\n");
    using late = await RedisClient.connect(server.port);
    assertEquals(text((await late.ask(["INCR", "n"]))[0]), ":1\r\n");
  } finally {
    for (const conn of idle) conn.close();
  }
});

Deno.test("lesson 21's server answers what came before a mistake, says what it was, and closes", async () => {
  await using server = await withServer();
  const { conn } = server.client;
  await writeAll(conn, encode("PING\r\n*1\r\n$-1\r\nPING\r\n"));
  const answer = text(await readToEnd(conn));
  assertMatch(answer, /^\+PONG\r\n-ERR Protocol error: [^\r\n]+\r\n$/);
});

Deno.test("lesson 21's server answers all that came before the end of the client's side", async () => {
  await using server = await withServer();
  const { conn } = server.client;
  await writeAll(conn, encode("SET a b\r\nGET a\r\nQUIT\r\nPING\r\n"));
  const answer = text(await readToEnd(conn));
  assertEquals(answer, "+OK\r\n$1\r\nb\r\n+OK\r\n");
  using other = await RedisClient.connect(server.port);
  await writeAll(other.conn, encode("GET a\r\n"));
  await other.conn.closeWrite();
  assertEquals(text(await readToEnd(other.conn)), "$1\r\nb\r\n");
  using broken = await RedisClient.connect(server.port);
  await writeAll(broken.conn, encode("GET a\r\n*1"));
  await closeGracefully(broken.conn);
});

Deno.test("lesson 21 serves, and tells how many commands there were", async () => {
  const stop = new AbortController();
  const recording = new Recording();
  const serving = serve(recording.show, {
    port: 0,
    folder: "",
    signal: stop.signal,
  });
  const [port] = recording.fact("by hand").match(/\d+$/)!;
  // A command that was broken in two would be two commands when it is copied.
  const facts = recording.all("fact");
  const column = 3 + Math.max(...facts.map(({ name }) => name.length)) + 2;
  for (const { value } of facts) assert(column + value.length <= 80, value);
  {
    using client = await RedisClient.connect(Number(port));
    const [save] = await client.ask(["CONFIG", "GET", "save"], ["PING"]);
    assertEquals(text(save), "*2\r\n$4\r\nsave\r\n$0\r\n\r\n");
  }
  stop.abort();
  await serving;
  assertMatch(recording.all("note").at(-1)!.text, /^ended: 2 commands$/);
});

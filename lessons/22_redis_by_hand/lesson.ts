/**
 * Lesson 22: a store for the real redis-cli.
 *
 * Shows a command as bytes, nil, how much time pipelining saves, what a value
 * that looks like a command can do, values that expire without timers, and how
 * the server handles an attacker and a slow client.
 */
import {
  formatAddress,
  listenTcp,
  readToEnd,
  writeAll,
} from "../../lib/net/mod.ts";
import { counted, type Narrator, printable } from "../../lib/show/mod.ts";
import { encodeCommand } from "../../lib/wire/mod.ts";
import {
  answerFor,
  describeServeError,
  runLesson,
  type ServeContext,
} from "../../lib/workbook/cli/run_lesson.ts";
import { RedisClient } from "./client.ts";
import { type RedisServerOptions, serveRedis, TooSlow } from "./server.ts";
import { readCommand as ourReadCommand, Store } from "./solution.ts";
import type { StoreClass } from "./types.ts";
import { lessons } from "../mod.ts";

/** How long the slow client of this lesson has for a command, in ms. */
const SHORT_MS = 100;

/** Runs the demonstration. */
export async function lesson(show: Narrator): Promise<void> {
  await countedStrings(show);
  await nilAndEmpty(show);
  await pipelined(show);
  await valueAsCommand(show);
  await timeWithoutTimers(show);
  await unbelievable(show);
}

/** Starts this lesson's server, and connects a client to it. */
async function talk(options: RedisServerOptions = {}) {
  const stop = new AbortController();
  const listener = listenTcp(0, { signal: stop.signal });
  const serving = serveRedis(listener, new Store(), {
    ...options,
    signal: stop.signal,
  });
  const client = await RedisClient.connect(listener.addr.port);
  return {
    client,
    async [Symbol.asyncDispose]() {
      client[Symbol.dispose]();
      stop.abort();
      await serving;
    },
  };
}

/** Shows a command and its reply, byte by byte. */
async function countedStrings(show: Narrator): Promise<void> {
  show.step("A command is an array of counted strings");
  await using server = await talk();
  await show.predict(
    'The value of SET note "a b\\r\\nc" contains a space and a line ending. ' +
      "How does the server know where the value ends?",
  );
  const command = encodeCommand(["SET", "note", "a b\r\nc"]);
  show.bytes("the command, as redis-cli sends it:", command);
  await writeAll(server.client.conn, command);
  show.fact("reply to SET", shown(await server.client.reply()));
  await writeAll(server.client.conn, encodeCommand(["GET", "note"]));
  show.fact("reply to GET", shown(await server.client.reply()));
  show.say(
    "*3 says that three strings follow, and $6 says that the last one has six " +
      "bytes. The server doesn't search for its end, so the value can contain " +
      "anything.",
  );
}

async function nilAndEmpty(show: Narrator): Promise<void> {
  show.step("Nil isn't empty");
  await using server = await talk();
  await show.predict(
    "One key was set to an empty value, and another was never set. What does " +
      "GET reply to each?",
  );
  const replies = await server.client.ask(...[
    ["SET", "empty", ""],
    ["GET", "empty"],
    ["GET", "missing"],
    ["INCR", "empty"],
  ]);
  show.fact("GET empty", shown(replies[1]));
  show.fact("GET missing", shown(replies[2]));
  show.fact("INCR empty", shown(replies[3]));
}

/** Sends the same commands one by one, and all at once. */
async function pipelined(show: Narrator): Promise<void> {
  const times = 1000;
  show.step("Pipelining: the next command before the reply");
  await show.predict(
    `A client sends INCR n ${times} times and waits for each reply. Then it ` +
      `sends ${times} more at once. How many reads does the server need for ` +
      "each thousand?",
  );
  let reads = 0;
  await using server = await talk({ onCommands: () => reads++ });

  let started = performance.now();
  for (let i = 0; i < times; i++) {
    await server.client.ask(["INCR", "n"]);
  }
  const oneByOneMs = performance.now() - started;
  show.fact("reads, one by one", reads);

  reads = 0;
  started = performance.now();
  const replies = await server.client.ask(
    ...Array.from({ length: times }, () => ["INCR", "n"]),
  );
  const atOnceMs = performance.now() - started;
  show.fact("reads, all at once", reads);
  show.fact("the last reply", shown(replies.at(-1)!));
  show.bars(`${times} commands`, {
    unit: "ms",
    bars: [
      { name: "one by one", value: oneByOneMs },
      { name: "all at once", value: atOnceMs },
    ],
  });
  show.say(
    "The server runs the same commands both times. You save round trips, and " +
      "that's on one machine: across a network, each round trip takes longer.",
  );
}

/** Sends a value with a line ending, in a line and in an array. */
async function valueAsCommand(show: Narrator): Promise<void> {
  show.step("A value that looks like a command");
  await show.predict(
    "A program sends the line `SET note ${value}`, and the value is " +
      '"hi\\r\\nDEL balance". How many commands is that?',
  );
  const value = "hi\r\nDEL balance";
  for (const form of ["a line", "an array"]) {
    await using server = await talk();
    await server.client.ask(["SET", "balance", "1000"]);
    const bytes = form === "a line"
      ? new TextEncoder().encode(`SET note ${value}\r\n`)
      : encodeCommand(["SET", "note", value]);
    await writeAll(server.client.conn, bytes);
    await server.client.reply();
    if (form === "a line") await server.client.reply();
    const [balance] = await server.client.ask(["GET", "balance"]);
    show.fact(`GET balance, after ${form}`, shown(balance));
  }
  show.say(
    "In a line, the line ending inside the value ended the command, and the " +
      "server ran the rest as another one. With a length before it, a value is " +
      "a value, whatever it contains.",
  );
}

async function timeWithoutTimers(show: Narrator): Promise<void> {
  const keys = 1000;
  show.step("Values that expire");
  await show.predict(
    `${keys} keys expire in an hour. How many timers does the store need?`,
  );
  let time = 0;
  const store = new Store({ now: () => time });
  const run = (...parts: string[]) =>
    shown(store.run(parts.map((part) => new TextEncoder().encode(part))));
  for (let i = 0; i < keys; i++) run("SET", `key ${i}`, "v", "EX", "3600");
  const names = Array.from({ length: keys }, (_, i) => `key ${i}`);
  const there = () =>
    names.filter((name) => run("GET", name) !== '"$-1\\r\\n"').length;
  time = 3_599_000;
  show.fact("keys after 59:59", there());
  time = 3_601_000;
  show.fact("keys after 60:01", there());
  show.say(
    "None: the store keeps the time at which each value expires, and compares " +
      "it with the clock on each access. The lesson set that clock forward, so " +
      "you didn't wait for an hour. Expired values that nobody asks for stay in " +
      "memory; the real Redis also checks some keys now and then.",
  );
}

/** Sends a length that the server must reject, and then half a command. */
async function unbelievable(show: Narrator): Promise<void> {
  show.step("An attacker and a slow client");
  await show.predict(
    "A client claims that its string has 4294967295 bytes. Another one sends " +
      `"*1" and nothing more, and has ${SHORT_MS} ms. What should the server do?`,
  );
  {
    await using server = await talk();
    await writeAll(
      server.client.conn,
      new TextEncoder().encode("*2\r\n$3\r\nGET\r\n$4294967295\r\n"),
    );
    const reply = new TextDecoder().decode(await readToEnd(server.client.conn));
    show.fact("reply to the first", reply.trim());
  }
  const dropped = Promise.withResolvers<unknown>();
  await using server = await talk({
    commandMs: SHORT_MS,
    onError: dropped.resolve,
  });
  await writeAll(server.client.conn, new TextEncoder().encode("*1"));
  const rest = await readToEnd(server.client.conn);
  const error = await dropped.promise;
  show.fact("bytes sent to the second", rest.length);
  show.fact(
    "the server's error",
    error instanceof TooSlow ? error.message : `something else: ${error}`,
  );
}

function shown(bytes: Uint8Array): string {
  return printable(bytes, { max: 100 });
}

/** Runs the store for redis-cli and redis-benchmark, until Ctrl-C. */
export async function serve(
  show: Narrator,
  context: ServeContext,
): Promise<void> {
  const { port, signal, answer } = context;
  const listener = listenTcp(port, { signal });
  const { hostname, port: own } = listener.addr;
  // Both programs connect to 127.0.0.1 by default. With the host, the commands
  // wouldn't fit on a line.
  const at = `-p ${own}`;
  show.say(
    `A small Redis is listening at ${formatAddress(listener.addr)}. It knows ` +
      "PING, ECHO, SET (with EX and PX), GET, DEL, and INCR. Use it from " +
      "another terminal. Press Ctrl-C here to stop it.",
  );
  show.command("by hand", `redis-cli ${at}`);
  show.command("bytes", `head -c 100 /dev/urandom | redis-cli ${at} -x SET k`);
  show.command(
    "many",
    `redis-benchmark ${at} -t ping,set,get -n 20000 -P 16 -q`,
  );
  show.command(
    "no client at all",
    `printf 'PING\\r\\nINCR n\\r\\n' | nc -N ${hostname} ${own}`,
  );
  show.say(
    "With -N, Debian's nc closes its write side after the last command. Stop " +
      "any other nc with Ctrl-C.",
  );

  const MyStore = answerFor<StoreClass>(context, "Store", Store);
  const readCommand = answer?.("readCommand", ourReadCommand);
  show.note("waiting for clients");

  let total = 0;
  await serveRedis(listener, new MyStore(), {
    signal,
    readCommand,
    onCommands(commands) {
      total += commands.length;
      for (const line of describeCommands(commands)) show.note(line);
    },
    onError: (error, conn) => show.note(describeServeError(error, conn)),
  });
  show.note(`ended: ${counted(total, "command")}`);
}

/** Returns one line of the log for each command, or for equal ones in a row. */
function describeCommands(commands: Uint8Array[][]): string[] {
  const counts: [text: string, count: number][] = [];
  for (const command of commands) {
    const text = describeCommand(command);
    const last = counts.at(-1);
    if (last?.[0] === text) last[1]++;
    else counts.push([text, 1]);
  }
  return counts.map(([text, count]) => count > 1 ? `${text} × ${count}` : text);
}

/**
 * Returns a command as text, without characters that could control the
 * terminal.
 */
function describeCommand(command: Uint8Array[]): string {
  const parts = command.slice(0, 5).map((part) => {
    const text = printable(part, { max: 24 });
    return /^"[\w:.-]+"$/.test(text) ? text.slice(1, -1) : text;
  });
  const left = command.length - parts.length;
  return parts.join(" ") + (left > 0 ? `, and ${left} more` : "");
}

if (import.meta.main) {
  await runLesson({ lessons, url: import.meta.url, lesson, serve });
}

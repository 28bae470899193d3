import { assert, assertEquals, assertMatch } from "@std/assert";
import { RedisClient } from "../../../lessons/22_redis_by_hand/client.ts";
import { lesson, serve } from "../../../lessons/22_redis_by_hand/lesson.ts";
import {
  type RedisServerOptions,
  serveRedis,
  TooSlow,
} from "../../../lessons/22_redis_by_hand/server.ts";
import {
  readCommand,
  Store,
} from "../../../lessons/22_redis_by_hand/solution.ts";
import {
  closeGracefully,
  listenTcp,
  readToEnd,
  writeAll,
} from "../../../lib/net/mod.ts";
import { failingFirst } from "../../lib/net_fixture.ts";
import { Recording, recordOnce } from "../record.ts";
import { testWithFiles } from "../../lib/net_fixture.ts";

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const encode = (text: string) => new TextEncoder().encode(text);

const recordLesson = recordOnce(lesson);

const FACTS: Record<string, Record<string, RegExp>> = {
  "sets a value with a line ending in it, and gets it back": {
    "reply to SET": /^"\+OK\\r\\n"$/,
    "reply to GET": /^"\$6\\r\\na b\\r\\nc\\r\\n"$/,
  },
  "distinguishes nil from an empty value": {
    "GET empty": /^"\$0\\r\\n\\r\\n"$/,
    "GET missing": /^"\$-1\\r\\n"$/,
    "INCR empty": /^"-ERR /,
  },
  "needs fewer reads for pipelined commands": {
    "reads, one by one": /^1000$/,
    "reads, all at once": /^\d\d?$/,
    "the last reply": /^":2000\\r\\n"$/,
  },
  "shows a value that's run in a line, and stored in an array": {
    "GET balance, after a line": /^"\$-1\\r\\n"$/,
    "GET balance, after an array": /^"\$4\\r\\n1000\\r\\n"$/,
  },
  "expires values by setting a clock forward": {
    "keys after 59:59": /^1000$/,
    "keys after 60:01": /^0$/,
  },
  "rejects a huge length, and drops a slow client": {
    "reply to the first": /^-ERR .*found 4294967295$/,
    "bytes sent to the second": /^0$/,
    "the server's error": /^the client was too slow: command$/,
  },
};
for (const [what, facts] of Object.entries(FACTS)) {
  Deno.test(`lesson 22 ${what}`, async () => {
    const recording = await recordLesson();
    for (const [name, value] of Object.entries(facts)) {
      assertMatch(recording.fact(name), value);
    }
  });
}

/** Starts a server that stops when it's disposed of. */
function startServer(
  { listener = listenTcp(), ...options }:
    & RedisServerOptions
    & { listener?: Deno.TcpListener } = {},
) {
  const first = Promise.withResolvers<unknown>();
  const { port } = listener.addr;
  const serving = serveRedis(listener, new Store(), {
    onError: first.resolve,
    ...options,
  });
  return {
    connect: () => RedisClient.connect(port),
    firstError: () => first.promise,
    async [Symbol.asyncDispose]() {
      listener[Symbol.dispose]();
      await serving;
    },
  };
}

/** Sends text, and returns everything the server sends until it closes. */
async function exchange(conn: Deno.Conn, sent: string): Promise<string> {
  await writeAll(conn, encode(sent));
  return text(await readToEnd(conn));
}

Deno.test("serveRedis() drops a client that takes too long for a command", async () => {
  await using server = startServer({ commandMs: 60 });
  using client = await server.connect();
  let over = false;
  const ended = readToEnd(client.conn).catch(() => {}).then(() => over = true);
  // Each byte takes less time than the limit.
  let sent = 0;
  const command = encode("*1\r\n$1000\r\n" + "x".repeat(1000));
  while (!over && sent < command.length) {
    await client.conn.write(command.subarray(sent, ++sent)).catch(() => {});
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  await ended;
  assert(sent < command.length, "the server accepted all of it");
  const error = await server.firstError();
  assert(error instanceof TooSlow, String(error));
});

Deno.test("serveRedis() drops a client that's silent", async () => {
  await using server = startServer({ idleMs: 30 });
  using client = await server.connect();
  assertEquals(await readToEnd(client.conn), new Uint8Array(0));
  assertMatch(String(await server.firstError()), /too slow: idle/);
});

Deno.test("serveRedis() drops a client that doesn't read", async () => {
  await using server = startServer({ writeMs: 100 });
  using client = await server.connect();
  await client.ask(["SET", "k", "x".repeat(1024 * 1024)]);
  const gets = encode("GET k\r\n".repeat(200));
  await writeAll(client.conn, gets).catch(() => {});
  assertMatch(String(await server.firstError()), /too slow: write/);
});

Deno.test("serveRedis() passes onError a connection only if the client was accepted", async () => {
  const told: [error: string, hasConn: boolean][] = [];
  {
    await using server = startServer({
      listener: failingFirst([new Error("Too many open files (os error 24)")]),
      idleMs: 1,
      onError: (error, conn) => told.push([`${error}`, conn !== undefined]),
    });
    using client = await server.connect();
    assertEquals(await readToEnd(client.conn), new Uint8Array(0));
  }
  assertEquals(told, [
    ["Error: Too many open files (os error 24)", false],
    ["TooSlow: the client was too slow: idle", true],
  ]);
});

testWithFiles(
  2500,
  "serveRedis() answers a client while a thousand others are silent",
  async () => {
    await using server = startServer();
    using client = await server.connect();
    const idle: Deno.Conn[] = [];
    try {
      for (let i = 0; i < 1000; i++) {
        const { conn } = await server.connect();
        idle.push(conn);
        // Half of them are in the middle of a command.
        if (i % 2 === 0) await conn.write(encode("*2\r\n$4\r\nEC"));
      }
      assertEquals(text((await client.ask(["PING"]))[0]), "+PONG\r\n");
      using late = await server.connect();
      assertEquals(text((await late.ask(["INCR", "n"]))[0]), ":1\r\n");
    } finally {
      for (const conn of idle) conn.close();
    }
  },
);

Deno.test("serveRedis() answers the commands before a protocol error, reports it, and closes", async () => {
  await using server = startServer();
  using client = await server.connect();
  assertMatch(
    await exchange(client.conn, "PING\r\n*1\r\n$-1\r\nPING\r\n"),
    /^\+PONG\r\n-ERR Protocol error: [^\r\n]+\r\n$/,
  );
});

Deno.test("serveRedis() answers all commands before QUIT, or before the end", async () => {
  await using server = startServer();
  using quitting = await server.connect();
  assertEquals(
    await exchange(quitting.conn, "SET a b\r\nGET a\r\nQUIT\r\nPING\r\n"),
    "+OK\r\n$1\r\nb\r\n+OK\r\n",
  );
  using ending = await server.connect();
  await writeAll(ending.conn, encode("GET a\r\n"));
  await ending.conn.closeWrite();
  assertEquals(text(await readToEnd(ending.conn)), "$1\r\nb\r\n");
  using broken = await server.connect();
  await writeAll(broken.conn, encode("GET a\r\n*1"));
  await closeGracefully(broken.conn);
});

const PAIRS = "server socket-workbook version 2.6.12";
const REST = "id :1 mode standalone role master";
const HOUSEKEEPING: [what: string, sent: string, replies: string][] = [
  ["HELLO", "HELLO\r\n", `*12 ${PAIRS} proto :2 ${REST}`],
  ["HELLO 2", "HELLO 2 SETNAME me\r\n", `*12 ${PAIRS} proto :2 ${REST}`],
  [
    "HELLO 3, and nil in RESP 3",
    "HELLO 3\r\nGET k\r\nSET k v\r\nGET k\r\nCONFIG GET save\r\n",
    `%6 ${PAIRS} proto :3 ${REST} _ +OK v %1 save $0 `,
  ],
  ["HELLO 4", "HELLO 4\r\n", "-NOPROTO unsupported protocol version"],
  [
    "HELLO with a password",
    "HELLO 3 AUTH a b\r\n",
    "-ERR this server has no passwords",
  ],
  [
    "CLIENT and INFO",
    "client SETINFO LIB-NAME x\r\nCLIENT LIST\r\nINFO\r\n",
    "+OK -ERR unknown command 'CLIENT' # Server redis_version:2.6.12 " +
    "redis_mode:standalone # Persistence loading:0 ",
  ],
  ["CONFIG", "CONFIG GET appendonly\r\n", "*2 appendonly no"],
];
for (const [what, sent, replies] of HOUSEKEEPING) {
  Deno.test(`serveRedis() answers a client that connects with ${what}`, async () => {
    await using server = startServer();
    using client = await server.connect();
    const text = await exchange(client.conn, `${sent}QUIT\r\n`);
    // Remove the line endings, and all lengths but $0.
    const words = text.replace(/\$[1-9]\d*\r\n/g, "").replaceAll("\r\n", " ");
    assertEquals(words, `${replies} +OK `);
  });
}

Deno.test("serveRedis() answers a client while others pipeline without end", async () => {
  let others = 0;
  await using server = startServer({ onCommands: () => others++ });
  const busy = [];
  using clients = new DisposableStack();
  for (let i = 0; i < 5; i++) {
    const client = clients.use(await server.connect());
    busy.push(client.ask(...Array(10_000).fill(["INCR", "n"])));
  }
  using client = await server.connect();
  const [reply] = await client.ask(["INCR", "n"]);
  const count = Number(text(reply).slice(1));
  assert(count < 25_000, `${count} commands of others came first`);
  await Promise.all(busy);
});

Deno.test("serveRedis() reads commands with an answer to 22.1", async () => {
  await using server = startServer({ readCommand });
  using client = await server.connect();
  const replies = await client.ask(["SET", "k", "a\r\nb"], ["GET", "k"]);
  assertEquals(replies.map(text), ["+OK\r\n", "$4\r\na\r\nb\r\n"]);
  assertMatch(
    await exchange(client.conn, "PING\r\n*1\r\n$-1\r\n"),
    /^\+PONG\r\n-ERR Protocol error: [^\r\n]+\r\n$/,
  );
});

Deno.test("lesson 22 serves until it's told to stop, and says what clients did", async () => {
  const stop = new AbortController();
  const recording = new Recording();
  const asked: string[] = [];
  const serving = serve(recording.show, {
    port: 0,
    folder: "",
    signal: stop.signal,
    answer(name, ours) {
      asked.push(name);
      return ours;
    },
  });
  const [port] = recording.fact("by hand").match(/\d+$/)!;
  // A shell command on two lines can't be copied in one piece.
  const facts = recording.all("fact");
  const column = 3 + Math.max(...facts.map(({ name }) => name.length)) + 2;
  for (const { value } of facts) assert(column + value.length <= 80, value);
  {
    using client = await RedisClient.connect(Number(port));
    await client.ask(["SET", "note", "\x1b[2J a\r\nb", "EX", "10"]);
    await client.ask(...Array(3).fill(["GET", "a-b:c"]), ["PING"]);
    await client.ask(["DEL", "a", "b", "c", "d", "e", "f"]);
  }
  stop.abort();
  await serving;
  assertEquals(asked, ["Store", "readCommand"]);
  assertEquals(recording.all("note").map(({ text }) => text), [
    "waiting for clients",
    'SET note "\\x1b[2J a\\r\\nb" EX 10',
    "GET a-b:c × 3",
    "PING",
    "DEL a b c d, and 2 more",
    "ended: 6 commands",
  ]);
});

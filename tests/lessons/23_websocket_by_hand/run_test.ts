import { assert, assertEquals, assertMatch } from "@std/assert";
import {
  type ChatServerOptions,
  serveChat,
} from "../../../lessons/23_websocket_by_hand/chat_server.ts";
import { lesson, serve } from "../../../lessons/23_websocket_by_hand/lesson.ts";
import {
  eventOf,
  upgradeRequest,
} from "../../../lessons/23_websocket_by_hand/open_pair.ts";
import { mayConnect } from "../../../lessons/23_websocket_by_hand/origin.ts";
import {
  acceptUpgrade,
  FrameReader,
  ServerSocket,
} from "../../../lessons/23_websocket_by_hand/solution.ts";
import {
  connectTcp,
  listenTcp,
  readLines,
  readToEnd,
  writeAll,
  writeLine,
} from "../../../lib/net/mod.ts";
import { concat, encodeWebSocketFrame } from "../../../lib/wire/mod.ts";
import { recordOnce, recordServer } from "../record.ts";

const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const encode = (text: string) => new TextEncoder().encode(text);

const recordLesson = recordOnce(lesson);

const FACTS: Record<string, Record<string, RegExp>> = {
  "turns an HTTP request into a channel": {
    "the client asks": /^GET \/chat HTTP\/1\.1$/,
    "  sec-websocket-version": /^13$/,
    "  sec-websocket-key": /^[\w+/]{22}==$/,
    "the server answers": /^HTTP\/1\.1 101 Switching Protocols$/,
    "  accept": /^[\w+/]{27}=$/,
    "the client gets": /^"hello"$/,
  },
  "reads three messages at once, and one in many reads": {
    "three messages": /^1 read: one, two, three$/,
    "one message": /^\d+ reads: 200000 bytes$/,
  },
  "shows that masks hide what a page chose": {
    "without a mask": /^"GET \/ads\.js HTTP\/1\.1/,
    "the first": /^(?!"GET )/,
    "the second": /^(?!"GET )/,
  },
  "compares polling with a WebSocket": { "the messages alone": /^690 bytes$/ },
  "shows that bufferedAmount grows for a peer that doesn't read": {
    "send() returned": /^8 times$/,
    "bufferedAmount at first": /^8\.0 MiB$/,
    "bufferedAmount later": /^\d\.\d MiB$/,
    "in the sockets' buffers": /^\d\.\d MiB$/,
    // The standard says 1006; Deno 2.9 says 0.
    "after the server closes": /^code (0|1006), wasClean false$/,
  },
  "closes with a code": {
    "the client's close event": /^code 4000, wasClean true$/,
  },
  "accepts its own page, and no other page": {
    "http://evil.example": /^HTTP\/1\.1 403 Forbidden$/,
    "the server's own page": /^HTTP\/1\.1 101 Switching Protocols$/,
  },
};
for (const [what, facts] of Object.entries(FACTS)) {
  Deno.test(`lesson 23 ${what}`, async () => {
    const recording = await recordLesson();
    for (const [name, value] of Object.entries(facts)) {
      assertMatch(recording.fact(name), value);
    }
  });
}

Deno.test("lesson 23's masked texts differ, though their text is the same", async () => {
  const recording = await recordLesson();
  assert(recording.fact("the first") !== recording.fact("the second"));
});

Deno.test("lesson 23 shows the first frame bit by bit", async () => {
  const recording = await recordLesson();
  const [frame] = recording.all("table");
  const values = new Map(
    frame.rows.map(([, , field, value]) => [field, value]),
  );
  assertEquals(values.get("opcode"), "1: text");
  assertEquals(values.get("MASK"), "masked");
  assertEquals(values.get("length"), "5");
  assertEquals(values.get("unmasked"), "68 65 6c 6c 6f");
});

Deno.test("lesson 23 answers a ping between two fragments", async () => {
  const recording = await recordLesson();
  const labels = recording.all("arrow").map(({ label }) => label).slice(0, 4);
  assertEquals(labels, [
    '"Hel", FIN 0',
    'ping "you?"',
    'pong "you?"',
    '"lo", FIN 1',
  ]);
  const calls = recording.all("call").map(({ call }) => call);
  assertEquals(calls.slice(0, 2), ["got the ping", 'text "Hello"']);
});

Deno.test("lesson 23 needs far fewer bytes and round trips over a WebSocket", async () => {
  const recording = await recordLesson();
  const [polling, webSocket] = recording.all("bars")[0].bars;
  assert(polling.value > 5 * webSocket.value);
  const table = recording.all("table").find(({ columns }) =>
    columns.includes("round trips")
  )!;
  assertEquals(table.rows.map((row) => row[3]), ["100", "1"]);
});

Deno.test("a browser's page may connect only from the server's own origin", () => {
  const cases: [origin: string | null, may: boolean][] = [
    [null, true],
    ["http://127.0.0.1:7000", true],
    ["http://localhost:7000", true],
    ["http://127.0.0.1:7001", false],
    ["https://127.0.0.1:7000", false],
    ["http://127.0.0.1:7000.evil.example", false],
    ["http://evil.example:7000", false],
    ["http://evil.example", false],
    ["null", false],
    ["", false],
  ];
  for (const [origin, may] of cases) {
    assertEquals(mayConnect(origin, 7000), may, `${origin}`);
  }
});

/** Starts a chat room, and collects its notes about the members. */
async function withRoom(
  talk: (
    room: { port: number; linePort: number; notes: string[] },
  ) => Promise<void>,
  options: Partial<ChatServerOptions> = {},
): Promise<string[]> {
  const stop = new AbortController();
  const listener = listenTcp();
  const lineListener = listenTcp();
  const notes: string[] = [];
  const { port } = listener.addr;
  const serving = serveChat(listener, {
    lineListener,
    signal: stop.signal,
    onNote: (text) => notes.push(text),
    onError: (error) => notes.push(`error: ${error}`),
    ...options,
  });
  try {
    await talk({ port, linePort: lineListener.addr.port, notes });
  } finally {
    stop.abort();
    await serving;
  }
  return notes;
}

/** A client over WebSocket, and the lines that it has received. */
class Member {
  readonly socket: WebSocket;
  readonly #lines: string[] = [];
  #more = Promise.withResolvers<void>();

  constructor(port: number) {
    this.socket = new WebSocket(`ws://127.0.0.1:${port}/chat`);
    this.socket.onmessage = ({ data }) => {
      this.#lines.push(data);
      this.#more.resolve();
      this.#more = Promise.withResolvers();
    };
  }

  async next(): Promise<string> {
    while (this.#lines.length === 0) await this.#more.promise;
    return this.#lines.shift()!;
  }

  async close(code = 1000, reason = ""): Promise<CloseEvent> {
    const closed = eventOf(this.socket, "close");
    this.socket.close(code, reason);
    return await closed;
  }
}

Deno.test("serveChat() lets members over WebSocket and over TCP talk with each other", async () => {
  const notes = await withRoom(async ({ port, linePort }) => {
    const ann = new Member(port);
    assertEquals(await ann.next(), "* guest1 is here, 1 in the room");
    using bob = await connectTcp(linePort);
    const bobReads = readLines(bob);
    const heard = async () => (await bobReads.next()).value;
    assertEquals(await heard(), "* guest2 is here, 2 in the room");
    assertEquals(await ann.next(), "* guest2 is here, 2 in the room");
    ann.socket.send("zwölf 🐢");
    assertEquals(await heard(), "guest1: zwölf 🐢");
    await writeLine(bob, "hello");
    assertEquals(await ann.next(), "guest2: hello");
    // A member can't control another's terminal, or speak in another's name.
    ann.socket.send("\x1b[2J\nguest3: hi\u202e");
    assertEquals(await heard(), "guest1: \\x1b[2J\\x0aguest3: hi\\u202e");
    const { code, wasClean } = await ann.close(4000, "bye\x9b2J\u202e");
    assertEquals([code, wasClean], [4000, true]);
    assertEquals(
      await heard(),
      '* guest1 left with 4000 "bye\\x9b2J\\u202e"',
    );
  });
  assertEquals(notes, [
    "guest1 is here over WebSocket",
    "guest2 is here over TCP",
    'guest1 left with 4000 "bye\\x9b2J\\u202e"; 1 in the room',
  ]);
});

Deno.test("serveChat() sends a member away that sends bytes, or too much", async () => {
  await withRoom(async ({ port }) => {
    const bytes = new Member(port);
    await bytes.next();
    const closed = eventOf(bytes.socket, "close");
    bytes.socket.send(new Uint8Array(3));
    assertEquals((await closed).code, 1003);
    const large = new Member(port);
    await large.next();
    const dropped = eventOf(large.socket, "close");
    large.socket.send("x".repeat(64 * 1024 + 1));
    assertEquals((await dropped).code, 1009);
  });
});

Deno.test("serveChat() drops a member that doesn't read, and goes on for the others", async () => {
  await withRoom(async ({ port, linePort }) => {
    using slow = await connectTcp(linePort);
    // Once it has read this, it's in the room. It doesn't read again.
    await slow.read(new Uint8Array(100));
    const ann = new Member(port);
    await ann.next();
    const bob = new Member(port);
    await bob.next();
    const line = "x".repeat(60_000);
    while (true) {
      ann.socket.send(line);
      const heard = await bob.next();
      if (/guest1 was dropped/.test(heard)) break;
    }
    await ann.close();
    await bob.close();
  });
});

Deno.test("serveChat() answers a member while another one pings without end", async () => {
  await withRoom(async ({ port }) => {
    using busy = await connectTcp(port);
    await writeAll(busy, upgradeRequest(port));
    const mask = new Uint8Array(4);
    const pings = encodeWebSocketFrame(9, "", { mask });
    const many = concat(Array(20_000).fill(pings));
    const flooding = writeAll(busy, many);
    let read = 0;
    const reading = (async () => {
      const buffer = new Uint8Array(64 * 1024);
      for (
        let count = await busy.read(buffer);
        count !== null;
        count = await busy.read(buffer)
      ) read += count;
    })().catch(() => {});
    const ann = new Member(port);
    assertMatch(await ann.next(), /is here/);
    const pongs = read / 2;
    assert(pongs < 20_000, `${pongs} pongs came first`);
    await flooding;
    await ann.close();
    busy.close();
    await reading;
  });
});

Deno.test("serveChat() says goodbye to browsers with 1001 when it stops", async () => {
  let closed: Promise<CloseEvent>;
  await withRoom(async ({ port, linePort }) => {
    const ann = new Member(port);
    await ann.next();
    closed = eventOf(ann.socket, "close");
    using _idle = await connectTcp(port);
    using _bob = await connectTcp(linePort);
    await ann.next();
  });
  const { code, reason } = await closed!;
  assertEquals([code, reason], [1001, "the room closes"]);
});

const REQUESTS: [what: string, request: string, answer: RegExp][] = [
  [
    "its page",
    "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    /^HTTP\/1\.1 200 OK\r\n[^]*Content-Security-Policy: default-src 'none'[^]*<script src="\/chat\.js">/,
  ],
  [
    "its script",
    "GET /chat.js HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    /^HTTP\/1\.1 200 OK\r\n[^]*new WebSocket/,
  ],
  [
    "404",
    "GET /nowhere HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    /^HTTP\/1\.1 404 /,
  ],
  [
    "405 for another method",
    "DELETE / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    /^HTTP\/1\.1 405 [^]*Allow: GET\r\n/,
  ],
  [
    "405 for a HEAD, and the end of the connection",
    "HEAD / HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n",
    /^HTTP\/1\.1 405 [^]*Connection: close\r\n\r\n405\n$/,
  ],
  [
    "426 for a plain request",
    "GET /chat HTTP/1.1\r\nHost: x\r\n\r\n",
    /^HTTP\/1\.1 426 [^]*Sec-WebSocket-Version: 13\r\n/,
  ],
  [
    "400 for what isn't HTTP",
    "hello\r\n\r\n",
    /^HTTP\/1\.1 400 /,
  ],
  [
    "413 for a body",
    "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi",
    /^HTTP\/1\.1 413 /,
  ],
  [
    "400 for frames before its answer",
    `${decode(upgradeRequest(7000))}\x01\x02`,
    /^HTTP\/1\.1 400 /,
  ],
  [
    "403 for another page",
    decode(upgradeRequest(7000, "http://evil.example")),
    /^HTTP\/1\.1 403 /,
  ],
];
for (const [what, request, answer] of REQUESTS) {
  Deno.test(`serveChat() answers with ${what}`, async () => {
    await withRoom(async ({ port }) => {
      using conn = await connectTcp(port);
      await writeAll(conn, encode(request));
      await conn.closeWrite();
      assertMatch(decode(await readToEnd(conn)), answer);
    });
  });
}

Deno.test("serveChat() keeps a connection for several requests, and then a WebSocket", async () => {
  await withRoom(async ({ port }) => {
    using conn = await connectTcp(port);
    const head = "HTTP/1.1\r\nHost: x\r\n\r\n";
    await writeAll(conn, encode(`GET /nowhere ${head}GET /chat.js ${head}`));
    const readTo = async (end: string) => {
      const buffer = new Uint8Array(4096);
      let text = "";
      while (!text.includes(end)) {
        const count = await conn.read(buffer);
        if (count === null) throw new Error(`the end came after ${text}`);
        text += decode(buffer.subarray(0, count));
      }
      return text;
    };
    assertMatch(await readTo("socket.send"), /^HTTP\/1\.1 404 [^]* 200 OK/);
    await writeAll(conn, upgradeRequest(port, "http://evil.example"));
    assertMatch(await readTo("403\n"), /^HTTP\/1\.1 403 /);
    await writeAll(conn, upgradeRequest(port));
    const text = await readTo("guest1 is here");
    assertMatch(text, /HTTP\/1\.1 101 /);
  });
});

Deno.test("serveChat() runs on answers to the exercises", async () => {
  await withRoom(async ({ port }) => {
    const ann = new Member(port);
    await ann.next();
    const bob = new Member(port);
    await bob.next();
    await ann.next();
    bob.socket.send("hi");
    assertEquals(await ann.next(), "guest2: hi");
    assertEquals((await bob.close()).code, 1000);
    assertEquals((await ann.close()).code, 1000);
  }, { acceptUpgrade, FrameReader, ServerSocket });
});

Deno.test("lesson 23 serves until it's told to stop, and prints short commands", async () => {
  const recording = await recordServer(serve, async (recording) => {
    // A command on two lines can't be copied in one piece.
    const facts = recording.all("fact");
    const column = 3 + Math.max(...facts.map(({ name }) => name.length)) + 2;
    for (const { value } of facts) assert(column + value.length <= 80, value);
    const [port] = recording.fact("browser").match(/\d+(?=\/$)/)!;
    const member = new Member(Number(port));
    await member.next();
    member.socket.send("hello");
    await member.close();
    const answer = await fetch(`http://127.0.0.1:${port}/chat`, {
      headers: { origin: "http://evil.example" },
    });
    assertEquals(answer.status, 403);
    await answer.body?.cancel();
  });
  assertEquals(recording.all("note").map(({ text }) => text), [
    "waiting for members",
    "guest1 is here over WebSocket",
    "guest1 left with 1000; 0 in the room",
    'a page from "http://evil.example" got 403',
    "closed: 1 line said",
  ]);
});

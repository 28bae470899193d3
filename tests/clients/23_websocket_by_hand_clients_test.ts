import { assertEquals, assertMatch } from "@std/assert";
import {
  upgradeRequest,
} from "../../lessons/23_websocket_by_hand/open_pair.ts";
import {
  connectTcp,
  readExact,
  readSome,
  writeAll,
} from "../../lib/net/mod.ts";
import {
  concat,
  encodeClosePayload,
  encodeWebSocketFrame,
  WEBSOCKET_OPCODES as OPCODES,
  type WebSocketMessage,
  WebSocketParser,
} from "../../lib/wire/mod.ts";
import {
  isInstalled,
  runScript,
  Talk,
  testWith,
  testWithNpm,
} from "./programs.ts";

const WS = "ws@8.18.0";
const PLAYWRIGHT = "playwright-core@1.65.1";
/** Where the browser is, if there's one. */
const CHROMIUM = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
].find(isInstalled);

/** Needed before Node 22, and harmless since. */
const NODE_FLAG = "--experimental-websocket";
const NODE = canRun("node", NODE_FLAG, "-e", "WebSocket")
  ? "node"
  : "a Node with WebSocket";

/** Whether a program runs to a good end. */
function canRun(program: string, ...args: string[]): boolean {
  try {
    return new Deno.Command(program, {
      args,
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).outputSync().success;
  } catch {
    return false;
  }
}

/** The lesson's server, and where it is. */
async function startRoom(
  ...options: string[]
): Promise<{ room: Talk; port: number; nc: string[] }> {
  const room = Talk.lesson(23, "--port", "0", ...options);
  const [, port] = await room.expect(
    /browser +http:\/\/127\.0\.0\.1:(\d+)\/\n/,
  );
  const [, ...nc] = await room.expect(/netcat +nc (\S+) (\S+)\n/);
  await room.expect(/waiting for members/);
  return { room, port: Number(port), nc };
}

/**
 * A client of a few lines, for any WebSocket that is like a browser's: it waits
 * for a line of another member, answers it, and closes with a code.
 */
function clientCode(port: number, setUp: string): string {
  return `${setUp}
    const socket = new WebSocket("ws://127.0.0.1:${port}/chat");
    socket.onmessage = ({ data }) => {
      console.log(data);
      if (!/^guest\\d+: /.test(data)) return;
      socket.send("zwölf 🐢");
      socket.close(4000, "done");
    };
    socket.onclose = ({ code, wasClean }) => console.log(code, wasClean);`;
}

/** Lets nc talk with a client until that one has closed. */
async function talkWith(client: Talk, nc: string[]): Promise<void> {
  await client.expect(/^\* guest1 is here, 1 in the room\n/);
  await using bob = new Talk("nc", nc);
  await client.expect(/\* guest2 is here, 2 in the room\n/);
  await bob.type("hello from nc\n");
  await client.expect(/guest2: hello from nc\n/);
  await bob.expect(/guest1: zwölf 🐢\n\* guest1 left with 4000 "?done"?\n/);
  await client.expect(/4000 true\n/);
}

testWith(
  "nc",
  "lesson 23 --serve is one room for Deno's WebSocket and nc",
  async () => {
    const { room, port, nc } = await startRoom();
    await using _ = room;
    const code = clientCode(port, "");
    await using client = new Talk(Deno.execPath(), [
      "eval",
      "--no-config",
      code,
    ]);
    await talkWith(client, nc);
    room.kill("SIGINT");
    const { code: status, output } = await room.end();
    assertEquals(status, 0);
    assertMatch(output, /closed: 2 lines said/);
  },
);

testWith(
  NODE,
  "lesson 23 --serve is one room for Node's WebSocket and nc",
  async () => {
    const { room, port, nc } = await startRoom();
    await using _ = room;
    const args = [NODE_FLAG, "-e", clientCode(port, "")];
    await using client = new Talk("node", args);
    await talkWith(client, nc);
  },
);

testWithNpm(
  WS,
  "lesson 23 --serve is one room for npm's ws and nc",
  async () => {
    const { room, port, nc } = await startRoom();
    await using _ = room;
    const code = clientCode(port, `import { WebSocket } from "npm:${WS}";`);
    await using client = new Talk(Deno.execPath(), [
      "eval",
      "--no-config",
      code,
    ]);
    await talkWith(client, nc);
  },
);

testWith(
  "nc",
  "lesson 23 --serve --mine says which answers it uses",
  async () => {
    const { room } = await startRoom("--mine");
    await using _ = room;
    for (const name of ["acceptUpgrade", "FrameReader", "ServerSocket"]) {
      await room.expect(
        new RegExp(`${name}: (not started, so ours is used|yours)`),
      );
    }
  },
);

testWithNpm(
  WS,
  "npm's ws pings lesson 23, sends fragments, and offers compression",
  async () => {
    const { room, port } = await startRoom();
    await using _ = room;
    const output = await runScript(`
    import { WebSocket } from "npm:${WS}";
    const url = "ws://127.0.0.1:${port}/chat";
    const other = new WebSocket(url);
    await new Promise((resolve) => other.once("message", resolve));
    const socket = new WebSocket(url, { perMessageDeflate: true });
    other.on("message", (data) => {
      const text = String(data);
      if (text.includes("guest2: ")) {
        console.log("heard", text.length, text.slice(0, 12));
        socket.close(4001);
      }
    });
    socket.on("open", () => {
      console.log("extensions", JSON.stringify(socket.extensions));
      socket.ping("you?");
    });
    socket.on("pong", (data) => {
      console.log("pong", String(data));
      socket.send("a".repeat(200), { fin: false });
      socket.ping();
      socket.send("ö".repeat(30_000), { fin: false });
      socket.send("", { fin: true });
      socket.removeAllListeners("pong");
    });
    socket.on("close", (code) => {
      console.log("closed", code);
      other.terminate();
    });
  `);
    assertEquals(output.split("\n"), [
      'extensions ""',
      "pong you?",
      "heard 30208 guest2: aaaa",
      "closed 4001",
      "",
    ]);
  },
);

const WRONG: [what: string, frame: string, code: number][] = [
  ["a frame that isn't masked", "[0x81, 0]", 1002],
  ["an RSV bit", "[0xc1, 0x80, 0, 0, 0, 0]", 1002],
  ["a text that isn't UTF-8", "[0x81, 0x81, 0, 0, 0, 0, 0xff]", 1007],
  [
    "too large a message",
    "[0x81, 0xff, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]",
    1009,
  ],
];
for (const [what, frame, code] of WRONG) {
  testWithNpm(
    WS,
    `lesson 23 closes with ${code} when npm's ws sends ${what}`,
    async () => {
      const { room, port } = await startRoom();
      await using _ = room;
      const output = await runScript(`
      import { WebSocket } from "npm:${WS}";
      const socket = new WebSocket("ws://127.0.0.1:${port}/chat");
      // Behind its back: the library sends no such frame.
      socket.on("open", () => socket._socket.write(new Uint8Array(${frame})));
      socket.on("close", (code) => console.log(code));
    `);
      assertEquals(output, `${code}\n`);
    },
  );
}

/** Reads what a server says. */
class Client {
  readonly #conn: Deno.Conn;
  readonly #parser = new WebSocketParser({ from: "server" });

  constructor(conn: Deno.Conn) {
    this.#conn = conn;
  }

  async upgrade(port: number): Promise<void> {
    await writeAll(this.#conn, upgradeRequest(port));
    let head = "";
    while (!head.endsWith("\r\n\r\n")) {
      head += String.fromCharCode(...await readExact(this.#conn, 1));
    }
    assertMatch(head, /^HTTP\/1\.1 101 [^]*s3pPLMBiTxaQ9kYGzzhZRbK\+xOo=/);
  }

  /** Sends frames, masked. */
  async send(
    ...frames: [opcode: number, payload: Uint8Array | string, fin?: boolean][]
  ): Promise<void> {
    const mask = crypto.getRandomValues(new Uint8Array(4));
    await writeAll(
      this.#conn,
      concat(
        frames.map(([opcode, payload, fin]) =>
          encodeWebSocketFrame(opcode, payload, { mask, fin })
        ),
      ),
    );
  }

  async next(): Promise<WebSocketMessage | null> {
    const buffer = new Uint8Array(64 * 1024);
    while (true) {
      const message = this.#parser.next();
      if (message !== null) return message;
      const count = await readSome(this.#conn, buffer);
      if (count === null) return null;
      this.#parser.push(buffer.subarray(0, count));
    }
  }
}

testWithNpm(
  WS,
  "lib/wire's frames are understood by a server of npm's ws",
  async () => {
    await using server = new Talk(Deno.execPath(), [
      "eval",
      "--no-config",
      `import { WebSocketServer } from "npm:${WS}";
    const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
    server.on("listening", () => console.log("port", server.address().port));
    server.on("connection", (socket) => {
      socket.on("message", (data, isBinary) => socket.send(data, { binary: isBinary }));
      socket.on("close", (code, reason) => console.log("closed", code, String(reason)));
    });`,
    ]);
    const [, port] = await server.expect(/port (\d+)\n/);
    using conn = await connectTcp(Number(port));
    const client = new Client(conn);
    await client.upgrade(Number(port));
    for (const size of [0, 1, 125, 126, 65535, 65536, 200_000]) {
      const data = crypto.getRandomValues(
        new Uint8Array(Math.min(size, 65536)),
      );
      const sent = concat([data, new Uint8Array(size - data.length)]);
      await client.send([OPCODES.binary, sent]);
      assertEquals(await client.next(), { kind: "binary", data: sent });
    }
    const euro = new TextEncoder().encode("€");
    await client.send(
      [OPCODES.text, euro.subarray(0, 1), false],
      [OPCODES.ping, "you?"],
      [OPCODES.continuation, "", false],
      [OPCODES.continuation, euro.subarray(1)],
    );
    const data = new TextEncoder().encode("you?");
    assertEquals(await client.next(), { kind: "pong", data });
    assertEquals(await client.next(), { kind: "text", text: "€" });
    await client.send([OPCODES.close, encodeClosePayload(4000, "zwölf")]);
    assertEquals((await client.next())?.kind, "close");
    assertEquals(await client.next(), null);
    await conn.closeWrite();
    await server.expect(/closed 4000 zwölf\n/);
  },
);

const TWO_TABS =
  "lesson 23 --serve is one room for two tabs of Chromium and nc";
if (CHROMIUM === undefined) {
  Deno.test.ignore(`${TWO_TABS} (ignored: Chromium isn't installed)`, () => {});
} else {
  testWithNpm(PLAYWRIGHT, TWO_TABS, async () => {
    const { room, port, nc } = await startRoom();
    await using _ = room;
    await using tabs = new Talk(Deno.execPath(), [
      "eval",
      "--no-config",
      `import { chromium } from "npm:${PLAYWRIGHT}";
    const browser = await chromium.launch({
      executablePath: ${JSON.stringify(CHROMIUM)},
      args: ["--no-sandbox"],
    });
    const context = await browser.newContext();
    const open = async (url) => {
      const page = await context.newPage();
      page.on("pageerror", (error) => console.log("error", String(error)));
      await page.goto(url);
      return page;
    };
    const says = (page, text) =>
      page.locator("#lines", { hasText: text }).waitFor();
    const url = "http://127.0.0.1:${port}/";
    const [ann, bob] = [await open(url), await open(url)];
    await says(ann, "guest2 is here");
    console.log("two tabs");
    await says(ann, "guest3: hello from nc");
    await ann.fill("#line", "<b>hi</b> 🐢");
    await ann.press("#line", "Enter");
    await says(bob, "guest1: <b>hi</b> 🐢");
    console.log("bob reads it");
    // Another port is another origin. Chromium itself stops pages from the
    // internet before they reach this machine.
    const elsewhere = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      () => new Response("<p>evil</p>", { headers: { "content-type": "text/html" } }),
    );
    const evil = await open("http://127.0.0.1:" + elsewhere.addr.port);
    console.log("evil:", await evil.evaluate((url) => new Promise((resolve) => {
      const socket = new WebSocket(url);
      socket.onopen = () => resolve("open");
      socket.onclose = ({ code }) => resolve(code);
    }), "ws://127.0.0.1:${port}/chat"));
    await elsewhere.shutdown();
    await ann.close();
    await says(bob, "guest1 left with 1001");
    console.log("ann left");
    await bob.locator("#state", { hasText: "closed: 1001 the room closes" }).waitFor();
    console.log("bob was told");
    await browser.close();`,
    ], { limitMs: 60_000 });
    await tabs.expect(/two tabs\n/);
    await using member = new Talk("nc", nc);
    await member.expect(/guest3 is here/);
    await member.type("hello from nc\n");
    await tabs.expect(/bob reads it\n/);
    await member.expect(/guest1: <b>hi<\/b> 🐢\n/);
    await tabs.expect(/evil: 1006\n/);
    await room.expect(/a page from "http:\/\/127\.0\.0\.1:\d+" got 403/);
    await tabs.expect(/ann left\n/);
    room.kill("SIGINT");
    await tabs.expect(/bob was told\n/);
    assertEquals((await tabs.end()).errors, "");
    assertEquals((await room.end()).code, 0);
  });
}

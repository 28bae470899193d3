/** What hostile clients do to lesson 23's chat room: nothing, to the others. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import {
  type ChatServerOptions,
  serveChat,
} from "../../../lessons/23_websocket_by_hand/chat_server.ts";
import {
  eventOf,
  upgradeRequest,
} from "../../../lessons/23_websocket_by_hand/open_pair.ts";
import {
  connectTcp,
  listenTcp,
  readLines,
  readToEnd,
  writeAll,
  writeLine,
} from "../../../lib/net/mod.ts";
import { concat, encodeWebSocketFrame } from "../../../lib/wire/mod.ts";
import { testWithFiles } from "../../lib/net_fixture.ts";
import { peakDuring } from "../../peak_memory.ts";

const TEXT = 0x1;
const CONTINUATION = 0x0;
const mask = Uint8Array.of(1, 2, 3, 4);
const encode = (text: string) => new TextEncoder().encode(text);

/** A room that clients attack. */
interface Room {
  port: number;
  linePort: number;
  /** Connects a client that writes its frames by hand, and is in the room. */
  upgrade(): Promise<Deno.TcpConn>;
}

async function withRoom(
  attack: (room: Room) => Promise<void>,
  options: Partial<ChatServerOptions> = {},
): Promise<void> {
  const stop = new AbortController();
  const [listener, lineListener] = [listenTcp(), listenTcp()];
  const { signal } = stop;
  const serving = serveChat(listener, { lineListener, signal, ...options });
  const { port } = listener.addr;
  try {
    await attack({
      port,
      linePort: lineListener.addr.port,
      async upgrade() {
        const conn = await connectTcp(port);
        await writeAll(conn, upgradeRequest(port));
        // The answer, and that it's here.
        const buffer = new Uint8Array(4096);
        for (let text = ""; !text.includes("is here");) {
          const count = await conn.read(buffer) ?? 0;
          text += new TextDecoder().decode(buffer.subarray(0, count));
        }
        return conn;
      },
    });
  } finally {
    stop.abort();
    await serving;
  }
}

/** Two members that use lines, and what the second one hears of the first. */
async function assertServes({ linePort }: Room): Promise<void> {
  using ann = await connectTcp(linePort);
  using bob = await connectTcp(linePort);
  const heard = readLines(bob);
  await heard.next();
  await writeLine(ann, "hello");
  for await (const line of heard) {
    if (/^guest\d+: hello$/.test(line)) return;
  }
  throw new Error("The room has closed");
}

Deno.test("serveChat() serves the others while one sends fragments without end", async () => {
  await withRoom(async (room) => {
    using busy = await room.upgrade();
    await writeAll(
      busy,
      encodeWebSocketFrame(TEXT, "x", { mask, fin: false }),
    );
    const empty = encodeWebSocketFrame(CONTINUATION, "", { mask, fin: false });
    const many = concat(Array(10_000).fill(empty));
    let isOver = false;
    let sent = 0;
    const flooding = (async () => {
      while (!isOver) sent += await busy.write(many);
    })().catch(() => {});
    while (sent < 1e6) await new Promise((resolve) => setTimeout(resolve));
    const peak = await peakDuring(() => assertServes(room));
    isOver = true;
    busy.close();
    await flooding;
    assert(peak < 30e6, `${peak} bytes for empty fragments`);
  });
});

Deno.test("serveChat() takes a message in fragments of one byte, in little memory", async () => {
  await withRoom(async (room) => {
    using bob = await connectTcp(room.linePort);
    const heard = readLines(bob);
    await heard.next();
    using ann = await room.upgrade();
    await heard.next();
    const size = 60 * 1024;
    const fragment = (i: number) =>
      encodeWebSocketFrame(i === 0 ? TEXT : CONTINUATION, "x", {
        mask,
        fin: i === size - 1,
      });
    const frames = concat(Array.from({ length: size }, (_, i) => fragment(i)));
    const peak = await peakDuring(async () => {
      await writeAll(ann, frames);
      assertEquals(
        (await heard.next()).value?.length,
        size + "guest2: ".length,
      );
    });
    assert(peak < 30e6, `${peak} bytes for a text of ${size}`);
  });
});

Deno.test("serveChat() reserves nothing for a length that a header claims", async () => {
  await withRoom(async (room) => {
    const head = Uint8Array.of(0x82, 0xff, ...Array(8).fill(0x7f), ...mask);
    const peak = await peakDuring(async () => {
      for (let i = 0; i < 20; i++) {
        using conn = await room.upgrade();
        await writeAll(conn, head);
        // It's sent away with 1009.
        await readToEnd(conn).catch(() => {});
      }
    });
    assert(peak < 30e6, `${peak} bytes for 20 headers`);
    await assertServes(room);
  });
});

Deno.test("serveChat() drops a client that never finishes its request", async () => {
  await withRoom(async (room) => {
    const clients = await Promise.all(
      Array.from({ length: 50 }, () => connectTcp(room.port)),
    );
    // A byte now and then gets them no more time.
    const dripping = clients.map(async (conn) => {
      using _conn = conn;
      try {
        for (const byte of upgradeRequest(room.port)) {
          await conn.write(Uint8Array.of(byte));
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
        return "in the room";
      } catch {
        return "dropped";
      }
    });
    await assertServes(room);
    assertEquals([...new Set(await Promise.all(dripping))], ["dropped"]);
  }, { requestMs: 300 });
});

Deno.test("serveChat() serves the others while one asks for its page without end", async () => {
  await withRoom(async (room) => {
    using busy = await connectTcp(room.port);
    const request = encode("GET /none HTTP/1.1\r\nHost: x\r\n\r\n");
    const many = concat(Array(2000).fill(request));
    let isOver = false;
    const flooding = (async () => {
      while (!isOver) await busy.write(many);
    })().catch(() => {});
    let answers = 0;
    const reading = (async () => {
      const buffer = new Uint8Array(64 * 1024);
      while (await busy.read(buffer) !== null) answers++;
    })().catch(() => {});
    while (answers < 3) await new Promise((resolve) => setTimeout(resolve));
    await assertServes(room);
    isOver = true;
    busy.close();
    await Promise.all([flooding, reading]);
  });
});

testWithFiles(
  1500,
  "serveChat() serves the others while 500 members are silent, and under a flood drops those that don't read",
  async () => {
    await withRoom(async (room) => {
      const silent = await Promise.all(
        Array.from(
          { length: 500 },
          (_, i) => i % 2 ? room.upgrade() : connectTcp(room.linePort),
        ),
      );
      await assertServes(room);
      using ann = await connectTcp(room.linePort);
      const line = encode(`${"x".repeat(32_000)}\n`);
      const peak = await peakDuring(async () => {
        for (let i = 0; i < 40; i++) await writeAll(ann, line);
        await assertServes(room);
      });
      for (const conn of silent) conn.close();
      assert(peak < 700e6, `${peak} bytes for 500 silent members`);
    });
  },
);

Deno.test("serveChat() answers a WebSocket of the runtime while others break theirs", async () => {
  await withRoom(async (room) => {
    const broken: Uint8Array[] = [
      Uint8Array.of(0xf1, 0x80, ...mask), // Reserved bits.
      Uint8Array.of(0x83, 0x80, ...mask), // No such opcode.
      Uint8Array.of(0x81, 0x05, 1, 2, 3, 4, 5), // No mask.
      Uint8Array.of(0x80, 0x80, ...mask), // Nothing to continue.
      Uint8Array.of(0x89, 0xfe, 0, 126, ...mask), // A long ping.
      Uint8Array.of(0x88, 0x81, ...mask, 1), // Half a close code.
      encodeWebSocketFrame(TEXT, Uint8Array.of(0xff), { mask }),
      encodeWebSocketFrame(TEXT, "x".repeat(70_000), { mask }),
    ];
    for (const bytes of broken) {
      using conn = await room.upgrade();
      await writeAll(conn, bytes);
      const answer = await readToEnd(conn);
      assertEquals(answer[0], 0x88, `${bytes.subarray(0, 4)}`);
    }
    const client = new WebSocket(`ws://127.0.0.1:${room.port}/chat`);
    const { data } = await eventOf(client, "message");
    assertMatch(data, /is here, 1 in the room/);
    const closed = eventOf(client, "close");
    client.close();
    await closed;
  });
});

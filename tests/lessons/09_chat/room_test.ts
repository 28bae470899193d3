import { testWithFiles } from "../../lib/net_fixture.ts";
import { assert, assertEquals, assertMatch } from "@std/assert";
import { Room } from "../../../lessons/09_chat/room.ts";
import { RoomServer } from "../../../lessons/09_chat/room_server.ts";
import {
  readLines,
  readToEnd,
  writeAll,
  writeLine,
} from "../../../lib/net/mod.ts";
import { connectBoth } from "../../../lib/workbook/kit/mod.ts";

/** Tests a room, and requires that it's empty once all clients have left. */
function testRoom(
  name: string,
  room: Room,
  test: (server: RoomServer<Room>) => Promise<void>,
  files = 0,
): void {
  testWithFiles(files, name, async () => {
    {
      await using server = new RoomServer(room);
      await test(server);
    }
    assertEquals(room.size, 0);
  });
}

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** Reads what arrives until the connection is closed at either end. */
async function drain(conn: Deno.Conn): Promise<void> {
  await readToEnd(conn).catch(() => {});
}

/** Requires that a line from one member reaches another. */
async function assertTalks(from: Deno.Conn, to: Deno.Conn): Promise<void> {
  await writeLine(from, "still here");
  for await (const line of readLines(to)) {
    if (line.endsWith(": still here")) return;
  }
  throw new Error("the room closed the connection");
}

/** Reads lines, and requires that each sender's are numbered from 0. */
class LineCounter {
  readonly #next = new Map<string, number>();
  readonly #reading: Promise<void>;
  #due = 0;
  #count = 0;
  #arrived = Promise.withResolvers<void>();

  constructor(conn: Deno.Conn) {
    this.#reading = this.#read(conn);
    this.#reading.catch(() => {});
  }

  /** Waits until `count` lines have arrived in all. */
  async lines(count: number): Promise<void> {
    this.#due = count;
    if (this.#count >= count) return;
    await Promise.race([this.#arrived.promise, this.#reading]);
    assertEquals(this.#count, count, "lines before the room closed");
  }

  async #read(conn: Deno.Conn): Promise<void> {
    for await (const line of readLines(conn)) {
      const [, sender, number] = line.match(/^(\w+): (\d+) /)!;
      assertEquals(Number(number), this.#next.get(sender) ?? 0, sender);
      this.#next.set(sender, Number(number) + 1);
      if (++this.#count === this.#due) {
        this.#arrived.resolve();
        this.#arrived = Promise.withResolvers();
      }
    }
  }
}

const maxUnsentBytes = 64 * 1024;
testRoom(
  "Room serves 500 members, one of which never reads: the others get every line in order, and memory stays bounded",
  new Room({ maxUnsentBytes }),
  async (server) => {
    const { room } = server;
    using silent = await connectBoth();
    // The kernel's buffers would take all the lines of this test, so fill them
    // first: this write takes as much as fits.
    await silent.server.write(new Uint8Array(64 * 1024 * 1024));
    const left = room.join(silent.server, "silent");
    const senders: Deno.Conn[] = [];
    const counters: LineCounter[] = [];
    while (room.size < 500) {
      const conn = await server.join(`m${room.size}`);
      if (senders.length < 5) senders.push(conn);
      else counters.push(new LineCounter(conn));
    }
    senders.forEach(drain);
    const padding = ".".repeat(500);
    const linesAtOnce = 10;
    for (let round = 0; round < 8; round++) {
      const first = round * linesAtOnce;
      const lines = Array.from(
        { length: linesAtOnce },
        (_, i) => `${first + i} ${padding}\n`,
      );
      const bytes = bytesOf(lines.join(""));
      await Promise.all(senders.map((sender) => writeAll(sender, bytes)));
      const sent = (first + linesAtOnce) * senders.length;
      await Promise.all(counters.map((counter) => counter.lines(sent)));
    }
    assertEquals(room.size, 499);
    assertMatch(await left, /^was dropped with \d+ bytes unsent$/);
    assert(room.mostUnsent > maxUnsentBytes / 2, `${room.mostUnsent}`);
    assert(room.mostUnsent <= maxUnsentBytes, `${room.mostUnsent}`);
  },
  1100,
);

testRoom(
  "Room holds at most 1 MiB for a member by default",
  new Room(),
  async (server) => {
    const { room } = server;
    await server.join("silent");
    const talker = await server.join("talker");
    const line = bytesOf(`${".".repeat(59_999)}\n`);
    while (room.size === 2) await writeAll(talker, line);
    assertMatch(await server.left("silent"), /^was dropped/);
    assert(room.mostUnsent <= 1024 * 1024, `${room.mostUnsent}`);
    assert(room.mostUnsent > 900_000, `${room.mostUnsent}`);
  },
);

for (
  const { what, sent, problem } of [
    {
      what: "is too long",
      sent: bytesOf(".".repeat(101)),
      problem: "longer than 100 bytes",
    },
    {
      what: "isn't UTF-8",
      sent: new Uint8Array([0x68, 0x69, 0xff, 0x0a]),
      problem: "not UTF-8",
    },
  ]
) {
  testRoom(
    `Room drops a member whose line ${what}, tells it why, and goes on`,
    new Room({ maxLineBytes: 100 }),
    async (server) => {
      const odd = await server.join("odd");
      const [ann, bob] = [await server.join("ann"), await server.join("bob")];
      await writeAll(odd, sent);
      const goodbye = new TextDecoder().decode(await readToEnd(odd));
      assertMatch(goodbye, /^\* Cannot read line 1: it is .*\. Goodbye\.\n$/);
      assert(goodbye.includes(problem), goodbye);
      odd.close();
      const how = await server.left("odd");
      assertMatch(how, new RegExp(`^was sent away: .*${problem}$`));
      await assertTalks(ann, bob);
    },
  );
}

testRoom(
  "Room goes on when a member resets while lines are being sent to it",
  new Room(),
  async (server) => {
    const torn = await server.joinResettable("torn");
    const [ann, bob] = [await server.join("ann"), await server.join("bob")];
    drain(bob);
    const line = bytesOf(`${"x".repeat(5000)}\n`);
    const flooding = (async () => {
      for (let i = 0; i < 20; i++) await writeAll(ann, line);
    })();
    torn.reset();
    assertMatch(
      await server.left("torn"),
      /^is gone: (Error: )?(ConnectionReset|BrokenPipe)/,
    );
    await flooding;
    await assertTalks(ann, await server.join("cid"));
  },
);

testRoom(
  "Room escapes control characters, and leaves everything else unchanged",
  new Room(),
  async (server) => {
    const [ann, bob] = [await server.join("ann"), await server.join("bob")];
    const bobReads = readLines(bob);
    const lines: [sent: string, heard: string][] = [
      ["a\x1b[2J\x07b", "a\\x1b[2J\\x07b"],
      ["\x1b]52;c;aGk=\x07", "\\x1b]52;c;aGk=\\x07"],
      ["me\rbob: I lied", "me\\x0dbob: I lied"],
      ["\u009b2J\x7f\u202e", "\\x9b2J\\x7f\\u202e"],
      ["tab\t, zwölf, 世界, 👩‍🔬", "tab\t, zwölf, 世界, 👩‍🔬"],
    ];
    for (const [sent, heard] of lines) {
      await writeAll(ann, bytesOf(`${sent}\n`));
      assertEquals((await bobReads.next()).value, `ann: ${heard}`);
    }
  },
);

/** Ways to leave. Each makes a member named "odd" join and leave. */
const waysToLeave: Record<string, (server: RoomServer<Room>) => unknown> = {
  "closes its write side": async (server) =>
    await (await server.join("odd")).closeWrite(),
  "resets its connection": async (server) =>
    (await server.joinResettable("odd")).reset(),
  "sends a line that's too long": async (server) => {
    const odd = await server.join("odd");
    await writeAll(odd, bytesOf(".".repeat(101)));
    await readToEnd(odd);
    odd.close();
  },
};
for (const [what, leave] of Object.entries(waysToLeave)) {
  testRoom(
    `Room announces once that a member has left that ${what}`,
    new Room({ maxLineBytes: 100, announces: true }),
    async (server) => {
      const [ann, bob] = [await server.join("ann"), await server.join("bob")];
      await leave(server);
      const how = await server.left("odd");
      await writeLine(ann, "that's all");
      const lines: string[] = [];
      for await (const line of readLines(bob)) {
        if (line === "ann: that's all") break;
        if (line.includes("odd")) lines.push(line);
      }
      assertEquals(lines, [
        "* odd is here, 3 in the room",
        `* odd ${how}`,
      ]);
    },
  );
}

import { assert, assertEquals, assertLess, assertMatch } from "@std/assert";
import { once } from "node:events";
import { connect as connectNode } from "node:net";
import { exercises } from "../../../lessons/09_chat/exercises.ts";
import { lesson, serve } from "../../../lessons/09_chat/lesson.ts";
import { MAX_UNSENT_BYTES, Room } from "../../../lessons/09_chat/room.ts";
import type { ChatRoomClass } from "../../../lessons/09_chat/types.ts";
import {
  connectTcp,
  listenTcp,
  readLines,
  readToEnd,
  SendQueue,
  writeAll,
  writeLine,
} from "../../../lib/net/mod.ts";
import { testAccepted, testExercises } from "../gates.ts";
import { Recording, recordOnce } from "../record.ts";
import { chatRoomMistakes } from "./wrong_answers.ts";

testExercises("chat", exercises, { "9.1": chatRoomMistakes });

testAccepted<ChatRoomClass>(exercises[0], {
  "with the helpers of lib/net": class {
    #members = new Map<Deno.Conn, SendQueue>();
    get size() {
      return this.#members.size;
    }
    async join(conn: Deno.Conn) {
      const queue = new SendQueue(conn);
      this.#members.set(conn, queue);
      queue.ended.then(() => this.#leave(conn));
      try {
        for await (const line of readLines(conn)) {
          const bytes = new TextEncoder().encode(`${line}\n`);
          for (const [other, { send }] of this.#members) {
            if (other === conn) continue;
            if (!send.call(this.#members.get(other), bytes)) this.#leave(other);
          }
        }
      } catch {
        // Gone.
      }
      this.#leave(conn);
    }
    #leave(conn: Deno.Conn) {
      this.#members.get(conn)?.drop();
      this.#members.delete(conn);
    }
  },
  "with a chain of promises for each member": class {
    #members: { conn: Deno.Conn; last: Promise<unknown>; unsent: number }[] =
      [];
    get size() {
      return this.#members.length;
    }
    async join(conn: Deno.Conn) {
      const member = { conn, last: Promise.resolve(), unsent: 0 };
      this.#members.push(member);
      let text = "";
      const decoder = new TextDecoder();
      const buffer = new Uint8Array(5000);
      try {
        while (true) {
          const count = await conn.read(buffer);
          if (count === null) break;
          text += decoder.decode(buffer.subarray(0, count), { stream: true });
          const lines = text.split("\n");
          if (lines.some((line) => size(line) > 65_536)) break;
          text = lines.pop()!;
          for (const line of lines) this.#say(`${line}\n`, member);
        }
      } catch {
        // Gone.
      }
      this.#leave(conn);
    }
    #say(line: string, from: unknown) {
      const bytes = new TextEncoder().encode(line);
      for (const member of [...this.#members]) {
        if (member === from) continue;
        member.unsent += bytes.length;
        if (member.unsent > 1_048_576) {
          this.#leave(member.conn);
          continue;
        }
        member.last = member.last
          .then(() => writeAll(member.conn, bytes))
          .then(() => member.unsent -= bytes.length)
          .catch(() => this.#leave(member.conn));
      }
    }
    #leave(conn: Deno.Conn) {
      const at = this.#members.findIndex((member) => member.conn === conn);
      if (at === -1) return;
      this.#members.splice(at, 1);
      conn.close();
    }
  },
  "with the streams of the connection": class {
    #writers = new Map<
      Deno.Conn,
      { writer: WritableStreamDefaultWriter<Uint8Array>; unsent: number }
    >();
    get size() {
      return this.#writers.size;
    }
    async join(conn: Deno.Conn) {
      const writer = conn.writable.getWriter();
      writer.closed.catch(() => {});
      this.#writers.set(conn, { writer, unsent: 0 });
      let kept: number[] = [];
      try {
        for await (const chunk of conn.readable) {
          for (const byte of chunk) {
            kept.push(byte);
            if (kept.length > 65_537) throw new RangeError("too long");
            if (byte !== 0x0a) continue;
            this.#say(new Uint8Array(kept), conn);
            kept = [];
          }
        }
      } catch {
        // Gone.
      }
      this.#leave(conn);
    }
    #say(line: Uint8Array, from: Deno.Conn) {
      for (const [conn, member] of this.#writers) {
        if (conn === from) continue;
        member.unsent += line.length;
        if (member.unsent > 1_048_576) {
          this.#leave(conn);
        } else {
          member.writer.write(line).then(
            () => member.unsent -= line.length,
            () => this.#leave(conn),
          );
        }
      }
    }
    #leave(conn: Deno.Conn) {
      this.#writers.delete(conn);
      conn[Symbol.dispose]();
    }
  },
});

function size(text: string): number {
  return new TextEncoder().encode(text).length;
}

const recordLesson = recordOnce(lesson);

/** All values of the facts with one name. */
function facts(recording: Recording, name: string): string[] {
  return recording.all("fact").filter((fact) => fact.name === name)
    .map(({ value }) => value);
}

/** The number of lines in "120 lines, 3.8 MiB". */
function linesIn(fact: string): number {
  return Number(fact.match(/^(\d+) lines/)![1]);
}

Deno.test("lesson 9 shows a line going to all others, and not back", async () => {
  const recording = await recordLesson();
  assertEquals(facts(recording, "bob reads"), [
    '"ann: hello"',
    '"ann: still there?"',
  ]);
  assertEquals(facts(recording, "cid reads"), [
    '"ann: hello"',
    '"bob: hello, ann"',
  ]);
  assertEquals(recording.fact("ann's first line"), '"bob: hello, ann"');
});

Deno.test("lesson 9 shows that a reset takes one member, and nobody else", async () => {
  const recording = await recordLesson();
  assertEquals(recording.fact("members"), "4");
  assertMatch(recording.fact("eve"), /^is gone: ConnectionReset/);
  assertEquals(recording.fact("members now"), "3");
});

Deno.test("lesson 9 shows that the simple room stops, and the other goes on", async () => {
  const recording = await recordLesson();
  const [naive, bounded] = facts(recording, "bob got").map(linesIn);
  assertLess(naive, bounded);
  assertEquals(recording.fact("then"), "nothing for 500 ms");
  assertEquals(recording.fact("dot begins to read"), "bob gets the next line");
});

Deno.test("lesson 9 shows the slow member dropped, within the limit", async () => {
  const recording = await recordLesson();
  assertMatch(recording.fact("dot"), /^was dropped with \d+ bytes unsent$/);
  const [, most] = recording.fact("most ever queued").match(/^(\d+) bytes/)!;
  assert(Number(most) > 0 && Number(most) <= MAX_UNSENT_BYTES, most);
});

/** A room behind a listener, and what it takes to fill it. */
class Venue implements AsyncDisposable {
  readonly room: Room;
  readonly #listener = listenTcp();
  readonly #conns: Deno.Conn[] = [];
  readonly #joins: Promise<string>[] = [];

  constructor(room: Room) {
    this.room = room;
  }

  /**
   * Connects and joins.
   *
   * @param prepare Does something with the room's end first.
   */
  async enter(
    name: string,
    prepare: (conn: Deno.Conn) => Promise<unknown> = async () => {},
  ): Promise<{ conn: Deno.TcpConn; left: Promise<string> }> {
    const [conn, inside] = await Promise.all([
      connectTcp(this.#listener.addr.port),
      this.#listener.accept(),
    ]);
    this.#conns.push(conn);
    await prepare(inside);
    return { conn, left: this.#join(inside, name) };
  }

  /** The same with a socket that can be reset. */
  async enterResettable(
    name: string,
  ): Promise<{ reset: () => void; left: Promise<string> }> {
    const socket = connectNode(this.#listener.addr.port, "127.0.0.1");
    const [inside] = await Promise.all([
      this.#listener.accept(),
      once(socket, "connect"),
    ]);
    const left = this.#join(inside, name);
    return { reset: () => socket.resetAndDestroy(), left };
  }

  #join(conn: Deno.Conn, name: string): Promise<string> {
    const left = this.room.join(conn, name);
    this.#joins.push(left);
    return left;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    for (const conn of this.#conns) conn[Symbol.dispose]();
    await Promise.all(this.#joins);
    assertEquals(this.room.size, 0);
  }
}

/** Reads lines, and counts them by sender; fails on one out of order. */
class Listener {
  readonly #next = new Map<string, number>();
  readonly #reading: Promise<void>;
  #due = 0;
  #count = 0;
  #arrived = Promise.withResolvers<void>();

  constructor(conn: Deno.Conn) {
    this.#reading = this.#read(conn);
    this.#reading.catch(() => {});
  }

  /** Waits until so many lines have come in all. */
  async lines(count: number): Promise<void> {
    this.#due = count;
    if (this.#count >= count) return;
    await Promise.race([
      this.#arrived.promise,
      this.#reading.then(() => {
        throw new Error(
          `the room ended after ${this.#count} of ${count} lines`,
        );
      }),
    ]);
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

Deno.test("Room holds 500 members, one of which never reads: the others get every line in order, and memory stays bounded", async () => {
  const maxUnsentBytes = 64 * 1024;
  const room = new Room({ maxUnsentBytes });
  const reading: Promise<void>[] = [];
  {
    await using venue = new Venue(room);
    const fill = new Uint8Array(64 * 1024 * 1024);
    // What one never reads fills the system's buffers long before it fills the
    // room's. So they are full when it joins: this write takes what fits.
    const silent = await venue.enter("silent", (conn) => conn.write(fill));
    const listeners: Listener[] = [];
    const senders: Deno.Conn[] = [];
    while (room.size < 500) {
      const { conn } = await venue.enter(`m${room.size}`);
      if (senders.length < 5) senders.push(conn);
      else listeners.push(new Listener(conn));
    }
    for (const sender of senders) {
      reading.push(discard(sender));
    }
    const padding = ".".repeat(500);
    const linesAtOnce = 10;
    let said = 0;
    for (let round = 0; round < 8; round++) {
      await Promise.all(senders.map((sender) => {
        const lines = Array.from(
          { length: linesAtOnce },
          (_, i) => `${round * linesAtOnce + i} ${padding}\n`,
        );
        return writeAll(sender, new TextEncoder().encode(lines.join("")));
      }));
      said += senders.length * linesAtOnce;
      await Promise.all(listeners.map((listener) => listener.lines(said)));
    }
    assertEquals(room.size, 499);
    assertMatch(await silent.left, /^was dropped with \d+ bytes unsent$/);
    assert(room.mostUnsent > maxUnsentBytes / 2, `${room.mostUnsent}`);
    assert(room.mostUnsent <= maxUnsentBytes, `${room.mostUnsent}`);
  }
  await Promise.all(reading);
});

/** Reads what comes until the connection is closed. */
async function discard(conn: Deno.Conn): Promise<void> {
  const buffer = new Uint8Array(64 * 1024);
  try {
    while (await conn.read(buffer) !== null);
  } catch (error) {
    if (!(error instanceof Deno.errors.Interrupted)) throw error;
  }
}

Deno.test("Room never holds more than 1 MiB for one member, unless told otherwise", async () => {
  const room = new Room();
  await using venue = new Venue(room);
  const silent = await venue.enter("silent");
  const { conn } = await venue.enter("talker");
  const line = new Uint8Array(60_000).fill(0x2e);
  line[line.length - 1] = 0x0a;
  while (room.size === 2) await writeAll(conn, line);
  assertMatch(await silent.left, /^was dropped/);
  assert(room.mostUnsent <= 1024 * 1024, `${room.mostUnsent}`);
  assert(room.mostUnsent > 900_000, `${room.mostUnsent}`);
});

Deno.test("Room sends a member away whose line is too long, says why, and goes on", async () => {
  await using venue = new Venue(new Room({ maxLineBytes: 100 }));
  const long = await venue.enter("long");
  const [ann, bob] = [await venue.enter("ann"), await venue.enter("bob")];
  await writeAll(long.conn, new Uint8Array(101).fill(0x2e));
  assertEquals(
    new TextDecoder().decode(await readToEnd(long.conn)),
    "* Cannot read line 1: it is longer than 100 bytes. Goodbye.\n",
  );
  long.conn.close();
  assertMatch(await long.left, /^was sent away: .* longer than 100 bytes$/);
  await assertTalks(ann.conn, bob.conn);
});

Deno.test("Room sends a member away whose line is not UTF-8, says why, and goes on", async () => {
  await using venue = new Venue(new Room());
  const odd = await venue.enter("odd");
  const [ann, bob] = [await venue.enter("ann"), await venue.enter("bob")];
  await writeAll(odd.conn, new Uint8Array([0x68, 0x69, 0xff, 0x0a]));
  assertEquals(
    new TextDecoder().decode(await readToEnd(odd.conn)),
    "* Cannot read line 1: it is not UTF-8. Goodbye.\n",
  );
  odd.conn.close();
  assertMatch(await odd.left, /^was sent away: .* not UTF-8$/);
  await assertTalks(ann.conn, bob.conn);
});

Deno.test("Room lets a member go that is reset, also in the middle of a flood to it, and goes on", async () => {
  await using venue = new Venue(new Room());
  const torn = await venue.enterResettable("torn");
  const [ann, bob] = [await venue.enter("ann"), await venue.enter("bob")];
  const reading = discard(bob.conn);
  const flooding = (async () => {
    for (let i = 0; i < 20; i++) {
      await writeAll(
        ann.conn,
        new TextEncoder().encode(`${"x".repeat(5000)}\n`),
      );
    }
  })();
  torn.reset();
  assertMatch(
    await torn.left,
    /^is gone: (Error: )?(ConnectionReset|BrokenPipe)/,
  );
  await flooding;
  const cid = await venue.enter("cid");
  await assertTalks(ann.conn, cid.conn, true);
  bob.conn.close();
  await reading;
});

/** One says a line, and the other one reads it. */
async function assertTalks(
  from: Deno.Conn,
  to: Deno.Conn,
  skipsOthers = false,
): Promise<void> {
  await writeLine(from, "still here");
  for await (const line of readLines(to)) {
    if (skipsOthers && line.includes("xxx")) continue;
    assertMatch(line, /: still here$/);
    return;
  }
  throw new Error("the room has ended");
}

Deno.test("lesson 9 serves a room, tells its members who comes and goes, and sums up", async () => {
  const stop = new AbortController();
  const recording = new Recording();
  const serving = serve(recording.show, {
    port: 0,
    folder: "",
    signal: stop.signal,
  });
  const port = Number(recording.fact("netcat").match(/\d+$/)![0]);
  {
    using ann = await connectTcp(port);
    const annReads = readLines(ann);
    assertEquals(
      (await annReads.next()).value,
      "* guest1 is here, 1 in the room",
    );
    {
      using bob = await connectTcp(port);
      const bobReads = readLines(bob);
      assertEquals(
        (await bobReads.next()).value,
        "* guest2 is here, 2 in the room",
      );
      assertEquals(
        (await annReads.next()).value,
        "* guest2 is here, 2 in the room",
      );
      await writeLine(ann, "hello");
      assertEquals((await bobReads.next()).value, "guest1: hello");
      await bob.closeWrite();
      assertEquals((await annReads.next()).value, "* guest2 left");
    }
    stop.abort();
    await serving;
  }
  const notes = recording.all("note").map(({ text }) => text);
  assertMatch(
    notes.at(-1)!,
    /^closed: 2 guests, 1 line said, at most \d+ bytes? queued for one of them$/,
  );
});

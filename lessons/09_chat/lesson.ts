/**
 * Lesson 9: many talk to many.
 *
 * A chat room sends each line to all others. The simplest one stops for all
 * when one member does not read; the one with a limited queue for each member
 * drops that one, and goes on.
 */
import {
  formatAddress,
  listenTcp,
  readLines,
  serve as serveClients,
  TimedReader,
  writeAll,
  writeLine,
} from "../../lib/net/mod.ts";
import { counted, type Narrator } from "../../lib/show/mod.ts";
import {
  runLesson,
  type ServeContext,
} from "../../lib/workbook/cli/run_lesson.ts";
import { NaiveRoom } from "./naive_room.ts";
import { MAX_UNSENT_BYTES, Room } from "./room.ts";
import { RoomServer } from "./room_server.ts";
import { lessons } from "../mod.ts";

/** One line of the flood, and how many of them there are at most. */
const LINE_BYTES = 32 * 1024;
const MAX_LINES = 1024;

/** How long nothing must come for the room to count as stopped, in ms. */
const STOPPED_MS = 500;

/** Runs the demonstration. */
export async function lesson(show: Narrator): Promise<void> {
  await talk(show);
  await naive(show);
  await bounded(show);
}

/** A line to all others, and one that leaves without a word. */
async function talk(show: Narrator): Promise<void> {
  show.step("Three members, and a line to all others");
  await show.predict(
    "ann says hello, then bob does. Who reads what? And who reads her own line?",
  );
  await using server = new RoomServer(new Room());
  const { room } = server;
  const [ann, bob] = [await server.join("ann"), await server.join("bob")];
  const cid = await server.join("cid");
  show.sockets({ ann, bob, cid });
  const [annReads, bobReads, cidReads] = [ann, bob, cid].map((conn) =>
    readLines(conn)
  );
  await writeLine(ann, "hello");
  show.fact("ann writes", '"hello"');
  show.fact("bob reads", await nextLine(bobReads));
  show.fact("cid reads", await nextLine(cidReads));
  await writeLine(bob, "hello, ann");
  show.fact("bob writes", '"hello, ann"');
  show.fact("cid reads", await nextLine(cidReads));
  show.fact("ann's first line", await nextLine(annReads));
  show.say(
    "Her own line has not come back to her: bob's is the first she reads.",
  );

  show.step("One is torn away");
  await show.predict("eve comes in, and her connection is reset. Who notices?");
  const eve = await server.joinResettable("eve");
  show.fact("members", room.size);
  eve.reset();
  show.fact("eve", await server.left("eve"));
  show.fact("members now", room.size);
  await writeLine(ann, "still there?");
  show.fact("bob reads", await nextLine(bobReads));
  show.say(
    "That failure is eve's alone. It must not be thrown to whoever talks next.",
  );
}

/** Every line waits for the slowest. */
async function naive(show: Narrator): Promise<void> {
  show.step("One does not read, and the room waits");
  await show.predict(
    `dot joins and never reads. ann says lines of ${inKiB(LINE_BYTES)}, one ` +
      "after the other, and bob reads each. How many does he get?",
  );
  await using server = new RoomServer(new NaiveRoom());
  const dot = await server.join("dot");
  const bob = await server.join("bob");
  const ann = await server.join("ann");
  show.sockets({ ann, bob, dot });
  const flood = new Flood(ann, bob);
  while (flood.lines < MAX_LINES && await flood.next(STOPPED_MS));
  const isStopped = flood.lines < MAX_LINES;
  show.fact("bob got", `${flood.lines} lines, ${inMiB(flood.bytes)}`);
  show.fact("then", isStopped ? `nothing for ${STOPPED_MS} ms` : "no stop");
  if (isStopped) {
    const draining = drain(dot);
    show.fact(
      "dot begins to read",
      await flood.next(60_000) ? "bob gets the next line" : "no change",
    );
    dot.close();
    await draining;
  }
  show.say(
    "The lines for dot filled the buffers of the two sockets between her and " +
      "the room. Then the room's write to her waited, and with it all that came " +
      "after. One who reads slowly makes a slow room, for everybody; whether " +
      "she means to or not.",
  );
}

/** Nobody waits, and a queue has a limit. */
async function bounded(show: Narrator): Promise<void> {
  show.step("The same with a queue for each, and a limit");
  const total = MAX_LINES * LINE_BYTES;
  await show.predict(
    `Now the room writes to each member by itself. ann says ${inMiB(total)} ` +
      "in all, and dot still does not read. How much memory does it cost?",
  );
  await using server = new RoomServer(new Room());
  const { room } = server;
  const dot = await server.join("dot");
  const bob = await server.join("bob");
  const ann = await server.join("ann");
  show.sockets({ ann, bob, dot });
  const flood = new Flood(ann, bob);
  let droppedAfter = 0;
  while (flood.lines < MAX_LINES) {
    // A minute is for a machine that does much besides: no line is lost.
    if (!await flood.next(60_000)) break;
    if (droppedAfter === 0 && room.size < 3) droppedAfter = flood.lines;
  }
  show.fact("bob got", `${flood.lines} lines, ${inMiB(flood.bytes)}`);
  show.fact("the slowest line took", `${flood.slowestMs.toFixed(1)} ms`);
  if (droppedAfter > 0) {
    show.fact("dot", await server.left("dot"));
    show.fact("dot was dropped after", `${droppedAfter} lines`);
  }
  show.fact(
    "most ever queued",
    `${room.mostUnsent} bytes, of ${MAX_UNSENT_BYTES} allowed`,
  );
  show.say(
    "A queue alone would only move the trouble: it would grow as long as ann " +
      "talks. The limit says how far the room goes for one member, and what it " +
      "does then. This one drops her: nobody misses lines without knowing it.",
  );
  dot.close();
}

/** One says long lines, and another one reads each before the next is said. */
class Flood {
  readonly #line = new Uint8Array(LINE_BYTES).fill(0x2e);
  readonly #from: Deno.Conn;
  readonly #to: TimedReader;
  #missing = 0;
  /** How many lines came. */
  lines = 0;
  /** How many bytes came. */
  bytes = 0;
  /** The longest that a line took, in milliseconds. */
  slowestMs = 0;

  constructor(from: Deno.Conn, to: Deno.Conn) {
    this.#from = from;
    this.#to = new TimedReader(to);
    this.#line[LINE_BYTES - 1] = 0x0a;
  }

  /** Says a line, unless one is still under way, and waits for it. */
  async next(patienceMs: number): Promise<boolean> {
    const start = performance.now();
    const nameBytes = "ann: ".length;
    if (this.#missing === 0) {
      this.#missing = nameBytes + LINE_BYTES;
      await writeAll(this.#from, this.#line);
    }
    while (this.#missing > 0) {
      const data = await readOrStop(this.#to, patienceMs);
      if (data === null) return false;
      this.#missing -= data.length;
      this.bytes += data.length;
    }
    this.lines++;
    this.slowestMs = Math.max(this.slowestMs, performance.now() - start);
    return true;
  }
}

/** Reads, or returns null at the end, and if nothing comes in time. */
async function readOrStop(
  reader: TimedReader,
  timeoutMs: number,
): Promise<Uint8Array | null> {
  try {
    return await reader.read(timeoutMs);
  } catch (error) {
    if (error instanceof Deno.errors.TimedOut) return null;
    throw error;
  }
}

/** Reads, and throws away, until the connection is closed. */
async function drain(conn: Deno.Conn): Promise<void> {
  const buffer = new Uint8Array(64 * 1024);
  try {
    while (await conn.read(buffer) !== null);
  } catch (error) {
    if (!(error instanceof Deno.errors.Interrupted)) throw error;
  }
}

async function nextLine(lines: AsyncGenerator<string>): Promise<string> {
  const { value } = await lines.next();
  return JSON.stringify(value);
}

function inKiB(bytes: number): string {
  return `${bytes / 1024} KiB`;
}

function inMiB(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}

/** Keeps a chat room open, and tells of everybody who comes and goes. */
export async function serve(
  show: Narrator,
  { port, signal }: ServeContext,
): Promise<void> {
  const listener = listenTcp(port, { signal });
  const { hostname, port: own } = listener.addr;
  show.say(`A chat room is open at ${formatAddress(listener.addr)}.`);
  show.say(
    "Join it from two other terminals, say something, and close it here with " +
      "Ctrl-C:",
  );
  show.command("netcat", `nc ${hostname} ${own}`);
  show.command("socat", `socat - TCP:${hostname}:${own}`);
  show.note("waiting for members");

  const room = new Room({ announces: true });
  let guests = 0;
  await serveClients(listener, async (conn) => {
    const name = `guest${++guests}`;
    show.note(`${name} at ${formatAddress(conn.remoteAddr)} is here`);
    const how = await room.join(conn, name);
    if (!signal.aborted) show.note(`${name} ${how}; ${room.size} in the room`);
  }, { signal });
  show.note(
    `closed: ${counted(guests, "guest")}, ` +
      `${counted(room.lines, "line")} said, at most ` +
      `${counted(room.mostUnsent, "byte")} queued for one of them`,
  );
}

if (import.meta.main) {
  await runLesson({ lessons, url: import.meta.url, lesson, serve });
}

/**
 * Lesson 9: a chat room.
 *
 * A chat room sends each line to everyone else. The simplest room stops for
 * everyone when one member doesn't read. A room with a limited queue per member
 * drops that member and goes on.
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
  answerFor,
  describeServeError,
  runLesson,
  type ServeContext,
} from "../../lib/workbook/cli/run_lesson.ts";
import { NaiveRoom } from "./naive_room.ts";
import { MAX_UNSENT_BYTES, Room } from "./room.ts";
import { RoomServer } from "./room_server.ts";
import type { ChatRoomClass } from "./types.ts";
import { lessons } from "../mod.ts";

/** The size of each line that ann sends, and the most lines she sends. */
const LINE_BYTES = 32 * 1024;
const MAX_LINES = 1024;

/** How long the room must be silent to count as stopped, in milliseconds. */
const STOPPED_MS = 500;

/** Runs the demonstration. */
export async function lesson(show: Narrator): Promise<void> {
  await talk(show);
  await naive(show);
  await bounded(show);
}

/** Shows a line going to everyone else, and a member that's reset. */
async function talk(show: Narrator): Promise<void> {
  show.step("Each line goes to everyone else");
  await show.predict(
    "ann, bob, and cid are in a chat room. ann sends a line, and then bob does. " +
      "Which line is the first that ann reads?",
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
  show.fact("ann sends", '"hello"');
  show.fact("bob reads", await nextLine(bobReads));
  show.fact("cid reads", await nextLine(cidReads));
  await writeLine(bob, "hello, ann");
  show.fact("bob sends", '"hello, ann"');
  show.fact("cid reads", await nextLine(cidReads));
  show.fact("ann's first line", await nextLine(annReads));
  show.say(
    "The room didn't send ann's own line back to her, so bob's line is the " +
      "first that she reads.",
  );

  show.step("A member's connection is reset");
  await show.predict(
    "eve joins, and then her connection is reset. Which of the server's calls " +
      "can fail because of that?",
  );
  const eve = await server.joinResettable("eve");
  show.fact("members", room.size);
  eve.reset();
  show.fact("eve", await server.left("eve"));
  show.fact("members now", room.size);
  await writeLine(ann, "still there?");
  show.fact("bob reads", await nextLine(bobReads));
  show.say(
    "Here, the server's read from eve threw the error. If ann had been sending " +
      "a line at that moment, the write to eve could have thrown it instead, in " +
      "the loop that serves ann. Either way, the room must drop eve, and nobody " +
      "else.",
  );
}

/** Shows a room in which each line waits for the slowest member. */
async function naive(show: Narrator): Promise<void> {
  show.step("One member doesn't read, and the room waits");
  await show.predict(
    `dot joins and never reads. ann sends lines of ${inKiB(LINE_BYTES)}, one ` +
      "after the other, and bob reads each of them. How many does bob get?",
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
    "The lines for dot filled the buffers of the two sockets between the room " +
      "and dot. Then the room's write to dot had to wait, and so did everything " +
      "after it. One slow reader makes the room slow for everyone.",
  );
}

/** Shows a room with a limited queue for each member, which waits for nobody. */
async function bounded(show: Narrator): Promise<void> {
  show.step("The same with a queue per member, and a limit");
  const total = MAX_LINES * LINE_BYTES;
  await show.predict(
    `Now each member has a queue of at most ${
      inMiB(MAX_UNSENT_BYTES)
    }, and a ` +
      `member whose queue is full is dropped. ann sends ${inMiB(total)} in ` +
      `lines of ${inKiB(LINE_BYTES)}, and dot still doesn't read. After how ` +
      "many lines is dot dropped?",
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
    // No line is lost. The minute is for a machine that's very busy.
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
    "Without a limit, dot's queue would grow for as long as ann sends. With it, " +
      "a slow member costs the room a fixed amount of memory, and then it's " +
      "dropped, so no member misses lines without knowing it. The limit doesn't " +
      "count the lines that went into the kernel's buffers.",
  );
  dot.close();
}

/** One member sends long lines, and another reads each before the next one. */
class Flood {
  readonly #line = new Uint8Array(LINE_BYTES).fill(0x2e);
  readonly #from: Deno.Conn;
  readonly #to: TimedReader;
  #missing = 0;
  /** How many lines have arrived. */
  lines = 0;
  /** How many bytes have arrived. */
  bytes = 0;
  /** How long the slowest line took, in milliseconds. */
  slowestMs = 0;

  constructor(from: Deno.Conn, to: Deno.Conn) {
    this.#from = from;
    this.#to = new TimedReader(to);
    this.#line[LINE_BYTES - 1] = 0x0a;
  }

  /** Sends a line, unless one is still in transit, and waits for it to arrive. */
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

/** Reads. Returns null at the end, or if nothing arrives in time. */
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

/** Reads and discards everything until the connection is closed. */
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

/** Runs a chat room that reports who joins and who leaves. */
export async function serve(
  show: Narrator,
  context: ServeContext,
): Promise<void> {
  const { port, signal } = context;
  const listener = listenTcp(port, { signal });
  const { hostname, port: own } = listener.addr;
  show.say(`A chat room is open at ${formatAddress(listener.addr)}.`);
  show.say(
    "Join it from two other terminals and chat. Press Ctrl-C here to close it.",
  );
  show.command("netcat", `nc ${hostname} ${own}`);
  show.command("socat", `socat - TCP:${hostname}:${own}`);

  const room = new Room({ announces: true });
  // An answer to 9.1 takes no names, and counts nothing but its members.
  const ChatRoom = answerFor<ChatRoomClass | undefined>(
    context,
    "ChatRoom",
    undefined,
  );
  const mine = ChatRoom && new ChatRoom();
  show.note("waiting for members");
  let guests = 0;
  await serveClients(listener, async (conn) => {
    const name = `guest${++guests}`;
    show.note(`${name} at ${formatAddress(conn.remoteAddr)} has joined`);
    const how = await (mine?.join(conn).then(() => "left") ??
      room.join(conn, name));
    const { size } = mine ?? room;
    if (!signal.aborted) show.note(`${name} ${how}; ${size} in the room`);
  }, {
    signal,
    onError: (error, conn) => show.note(describeServeError(error, conn)),
  });
  show.note(
    `closed: ${counted(guests, "guest")}` +
      (mine
        ? ""
        : `, ${counted(room.lines, "line")} sent, at most ${
          counted(room.mostUnsent, "byte")
        } queued for a member`),
  );
}

if (import.meta.main) {
  await runLesson({ lessons, url: import.meta.url, lesson, serve });
}

/** The exercise of lesson 9, and how an answer to it is checked. */
import { writeAll } from "../../lib/net/mod.ts";
import {
  Collector,
  connectPair,
  type Exercise,
  exercise,
  FakeConn,
  type ShortConn,
  type ShortConnOptions,
  type Trial,
} from "../../lib/workbook/kit/mod.ts";
import * as solution from "./solution.ts";
import type { ChatRoomClass, Chatting } from "./types.ts";

const TO_OTHERS = "A line to all others";
const WHOLE_LINES = "Whole lines, one at a time";
const LEAVING = "One who leaves, leaves alone";
const SLOW = "One slow reader, and everybody waits";
const LIMIT = "A queue for each, and a limit";

/** 32 KiB: three bytes each, so that counting characters gives too few. */
const LINE = `${"世".repeat(10_922)}.\n`;
const LINE_BYTES = encode(LINE).length;
const MAX_UNSENT_BYTES = 1024 * 1024;

const chatRoom = exercise<ChatRoomClass>({
  id: "9.1",
  title: "A room for many",
  solution: solution.ChatRoom,
  hints: [
    "Ann's line goes to bob and to dot, and dot does not read. Which of your " +
    "`await`s stands between ann and bob then?",
    "Give each member a queue of its own, and a loop of its own that writes " +
    "what is in it. To say a line is to push it to every other queue: that " +
    "takes no time. Count the bytes that are unsent, and when there are too " +
    "many, take the member out and close its connection: its read then ends " +
    "too.",
    "Nearly the code:\n" +
    "    #send(member: Member, line: Uint8Array): void {\n" +
    "      member.unsentBytes += line.length;\n" +
    "      if (member.unsentBytes > MAX) return this.#drop(member);\n" +
    "      member.queue.push(line);\n" +
    "      if (!member.isWriting) this.#writeQueue(member);\n" +
    "    }\n" +
    "where #writeQueue() writes line after line until none is left, takes what " +
    "was written off unsentBytes, and drops the member if a write fails. " +
    "join() reads lines, sends each to all others, and drops its member at the " +
    "end, whatever that end was.",
  ],
  read: TO_OTHERS,
  async check(ChatRoom, trial) {
    await checkTalk(new Table(ChatRoom, trial));
    await checkTwoRooms(new Table(ChatRoom, trial), new Table(ChatRoom, trial));
    for (const narrow of [{ readSize: 1 }, { readSize: 5 }, { writeSize: 3 }]) {
      await checkNarrow(new Table(ChatRoom, trial), narrow);
    }
    await checkLeaving(new Table(ChatRoom, trial));
    await checkFailures(new Table(ChatRoom, trial));
    await checkSlow(new Table(ChatRoom, trial));
    await checkTwoAtOnce(new Table(ChatRoom, trial));
    await checkLongLine(new Table(ChatRoom, trial));
    await checkFinishedLongLines(new Table(ChatRoom, trial));
  },
});

/** Lines go to all others, and stay whole. */
async function checkTalk(table: Table): Promise<void> {
  const { trial } = table;
  trial.step("ann, bob and cid join the room");
  const [ann, bob, cid] = [
    await table.seat("ann"),
    await table.seat("bob"),
    await table.seat("cid"),
  ];
  await table.expectSize(3);

  trial.step('ann sends "hello\\n", and the others get it');
  await ann.says("hello\n");
  await bob.gets("hello\n");
  await cid.gets("hello\n");

  trial.step("bob sends two lines in one write, and the others get both");
  await bob.says("hello, ann\nhello, cid\n");
  await ann.gets("hello, ann\nhello, cid\n", {
    likely: "One read may bring several lines: pass on each of them.",
    read: WHOLE_LINES,
  });
  await cid.gets("hello\nhello, ann\nhello, cid\n");

  trial.step('ann sends "wait", bob sends "yes?\\n", ann sends " a bit\\n"');
  await ann.says("wait");
  await bob.says("yes?\n");
  await cid.gets("hello\nhello, ann\nhello, cid\nyes?\n");
  await ann.says(" a bit\n");
  await cid.gets("hello\nhello, ann\nhello, cid\nyes?\nwait a bit\n");
  await ann.gets("hello, ann\nhello, cid\nyes?\n");
  await bob.gets("hello\nwait a bit\n");

  trial.step('cid sends "\\n  two  spaces  \\n": an empty line, and one more');
  await cid.says("\n  two  spaces  \n");
  await bob.gets("hello\nwait a bit\n\n  two  spaces  \n");
  await table.close();
}

/** What is said in one room is not heard in another. */
async function checkTwoRooms(one: Table, other: Table): Promise<void> {
  one.trial.step("ann and bob are in one room, cid and dot in another");
  const [ann, bob] = [await one.seat("ann"), await one.seat("bob")];
  const [cid, dot] = [await other.seat("cid"), await other.seat("dot")];
  const likely = "Each ChatRoom has members of its own. What stands outside " +
    "the class, or is static, is there once for all of them.";
  await one.expectSize(2, likely);
  await other.expectSize(2, likely);
  await ann.says("in here\n");
  await bob.gets("in here\n");
  await cid.says("in there\n");
  await dot.gets("in there\n");
  await one.close();
  await other.close();
}

/** The same lines, however the bytes come and go. */
async function checkNarrow(
  table: Table,
  narrow: ShortConnOptions,
): Promise<void> {
  const { trial } = table;
  trial.step(
    narrow.readSize !== undefined
      ? `each read gives at most ${narrow.readSize} bytes`
      : `each write takes at most ${narrow.writeSize} bytes`,
  );
  const ann = await table.seat("ann", narrow);
  const bob = await table.seat("bob", narrow);
  const text = "grüß dich, 世界\n\n" + "x".repeat(300) + "\nand so on\n";
  await ann.says(text);
  await bob.gets(
    text,
    narrow.writeSize === undefined ? undefined : {
      likely: "write() says how many bytes it took, and the rest is not sent " +
        "unless you write it: loop until the whole line is taken.",
      read: WHOLE_LINES,
    },
  );
  await table.close();
}

/** One ends its side in mid-line, and the others go on. */
async function checkLeaving(table: Table): Promise<void> {
  const { trial } = table;
  trial.step('cid sends "I must" and ends its side; its join() resolves');
  const ann = await table.seat("ann");
  const bob = await table.seat("bob");
  const cid = await table.seat("cid");
  await cid.says("I must");
  await cid.peer.closeWrite();
  await cid.leaves("A read gave null: the member has left.");
  await table.expectSize(2);

  trial.step("the room goes on: ann sends a line, and bob gets it");
  await ann.says("bye, cid\n");
  const half = "I must\nbye, cid\n";
  const received = decode(await bob.atLeast("bye, cid\n".length));
  const rest = received.startsWith("I must\n")
    ? decode(await bob.atLeast(half.length))
    : received;
  if (rest !== half) {
    trial.equalBytes(encode(rest), encode("bye, cid\n"), {
      likely: rest.startsWith("I mustbye")
        ? "The half line that cid left behind stuck to the next one. Drop it, " +
          "or end it with a \\n."
        : "Whoever has left must not be written to, nor keep the room from " +
          "going on with the others.",
      read: LEAVING,
    });
  }
  await table.close();
}

/** Reads and writes that fail. */
async function checkFailures(table: Table): Promise<void> {
  const { trial } = table;
  trial.step("cid's connection is reset; its join() resolves all the same");
  const ann = await table.seat("ann");
  const bob = await table.seat("bob");
  const cid = table.seatFake("cid", { then: "reset" });
  await cid.leaves("A read of it threw ConnectionReset: the member has left.");
  await table.expectSize(2);

  trial.step("dot joins, whose connection breaks at the first write");
  const dot = table.seatFake("dot", { then: "silence", breakAt: 0 });
  await table.expectSize(3);
  await ann.says("hello\n");
  await bob.gets("hello\n");
  await dot.leaves(
    "A write to it failed with BrokenPipe: the member has left. Its read may " +
      "wait for ever, so close the connection: that ends the read.",
  );
  await table.expectSize(2);
  trial.step("the room goes on: ann and bob send a line each");
  await ann.says("again\n");
  await bob.gets("hello\nagain\n");
  await bob.says("yes\n");
  await ann.gets("yes\n");
  await table.close();
}

/** One never reads. */
async function checkSlow(table: Table): Promise<void> {
  const { trial } = table;
  const before = 28;
  trial.step(
    `dot never reads; ann sends ${before} lines of 32 KiB ("世世世…\\n"), and ` +
      "bob gets each",
  );
  const dot = table.seatFake("dot", { then: "silence", room: 0 });
  const ann = await table.seat("ann");
  const bob = await table.seat("bob");
  await table.expectSize(3);
  let lines = 0;
  async function sayLine(): Promise<void> {
    await ann.says(LINE);
    await bob.atLeast(++lines * LINE_BYTES);
  }
  while (lines < before) await sayLine();
  assertStays(dot, {
    problem: `dot was dropped with ${lines * LINE_BYTES} bytes unsent or less.`,
    expected: `dot in the room until more than ${MAX_UNSENT_BYTES} are unsent`,
    likely: "A member may be slow for a while. Count what is unsent to it in " +
      "bytes, and drop it when that is more than 1 MiB.",
    read: LIMIT,
  }, trial);

  trial.step("ann goes on; dot is dropped when more than 1 MiB is unsent");
  while (!dot.conn.closed && lines * LINE_BYTES < 2 * MAX_UNSENT_BYTES) {
    await sayLine();
  }
  assertStays(bob, {
    problem: `bob was dropped, who reads every line at once.`,
    likely: "Count what is unsent, not all that was ever sent: take off what " +
      "a write has taken.",
    read: LIMIT,
  }, trial);
  if (!dot.conn.closed) {
    trial.fail({
      problem: `${lines * LINE_BYTES} bytes are unsent to dot, and it is ` +
        "still connected.",
      expected: `its connection closed once more than ${MAX_UNSENT_BYTES} are`,
      likely: "A queue without a limit fills the memory as long as anybody " +
        "talks, and one that only leaves out lines lets dot miss some without " +
        "knowing. Take the member out, and close its connection. If you have " +
        "a limit, count bytes: each of these characters is three.",
      read: LIMIT,
    });
  }
  await dot.leaves(
    "The room has closed its connection, so its read and its write have failed " +
      "with Interrupted: the member has left.",
  );
  await table.expectSize(2);

  trial.step("the room goes on: bob sends a line, and ann gets it");
  await bob.says("that was much\n");
  await ann.gets("that was much\n");
  await table.close();
}

/** Two say much at once to one whose connection takes little at a time. */
async function checkTwoAtOnce(table: Table): Promise<void> {
  const { trial } = table;
  trial.step(
    "ann and bob send 30 long lines each, at once; cid gets all whole",
  );
  const ann = await table.seat("ann");
  const bob = await table.seat("bob");
  const cid = await table.seat("cid", { writeSize: 700 });
  const line = (letter: string, i: number) =>
    `${letter}${String(i).padStart(2, "0")} ${letter.repeat(2000)}\n`;
  const lines = (letter: string) =>
    Array.from({ length: 30 }, (_, i) => line(letter, i));
  const [annsLines, bobsLines] = [lines("a"), lines("b")];
  await Promise.all([
    ann.says(annsLines.join("")),
    bob.says(bobsLines.join("")),
  ]);
  const due = annsLines.join("").length + bobsLines.join("").length;
  const received = decode(await cid.atLeast(due)).split(/(?<=\n)/);
  for (
    const [name, letter, said] of [["ann", "a", annsLines], [
      "bob",
      "b",
      bobsLines,
    ]] as const
  ) {
    const got = received.filter((one) => one.startsWith(letter));
    const at = said.findIndex((one, i) => one !== got[i]);
    if (at === -1 && got.length === said.length) continue;
    trial.fail({
      problem: `${name}'s line ${Math.max(at, 0)} did not come whole, in its ` +
        "place.",
      expected: cut(said[Math.max(at, 0)]),
      received: cut(got[Math.max(at, 0)] ?? "nothing"),
      ...MIXED,
    });
  }
  await table.close();
}

/** A line that is long, and one that is too long. */
async function checkLongLine(table: Table): Promise<void> {
  const { trial } = table;
  trial.step("ann sends a line of 60000 bytes, and bob gets it");
  const ann = await table.seat("ann");
  const bob = await table.seat("bob");
  const cid = await table.seat("cid");
  const long = `${"l".repeat(60_000)}\n`;
  await ann.says(long);
  await bob.gets(long, {
    likely: "A line of 60000 bytes is long, but not too long: up to 64 KiB, " +
      "which is 65536 bytes, it goes to all others.",
    read: LIMIT,
  });

  trial.step("cid sends 200000 bytes with no \\n, and is dropped");
  cid.floods("l".repeat(200_000));
  await cid.leaves(
    "A line without an end would fill the memory: when more than 64 KiB have " +
      "come without a \\n, drop the member and close its connection.",
    LIMIT,
  );
  await ann.says("where is cid?\n");
  await bob.gets(`${long}where is cid?\n`);
  await table.expectSize(2);
  await table.close();
}

/** The limit is on each line, and in bytes. */
async function checkFinishedLongLines(table: Table): Promise<void> {
  const { trial } = table;
  await table.seat("ann");
  trial.step("dot sends a line of 66000 bytes with its \\n, and is dropped");
  const dot = await table.seat("dot");
  dot.floods(`${"l".repeat(66_000)}\n`);
  await dot.leaves(
    "The line was longer than 64 KiB, though its \\n came with the last read. " +
      "The limit is on each line, finished or not.",
    LIMIT,
  );
  trial.step('eve sends a line of 30000 times "世", and is dropped');
  const eve = await table.seat("eve");
  eve.floods(`${"世".repeat(30_000)}\n`);
  await eve.leaves(
    "These are 30000 characters of three bytes each, so more than 64 KiB. " +
      "Measure the line in bytes, before it is decoded.",
    LIMIT,
  );
  await table.expectSize(1);
  await table.close();
}

/** A room, and its members. */
class Table {
  readonly trial: Trial;
  readonly #room: Chatting;
  readonly #seats: Seat[] = [];

  constructor(ChatRoom: ChatRoomClass, trial: Trial) {
    this.trial = trial;
    this.#room = new ChatRoom();
  }

  /** Joins a member with a real connection. */
  async seat(name: string, narrow?: ShortConnOptions): Promise<TalkingSeat> {
    const { peer, conn } = await connectPair(this.trial, narrow);
    const seat = new TalkingSeat(name, conn, this.#join(name, conn), {
      peer,
      trial: this.trial,
    });
    this.#seats.push(seat);
    return seat;
  }

  /** Joins a member whose connection does as it is told. */
  seatFake(
    name: string,
    options: ConstructorParameters<typeof FakeConn>[0],
  ): Seat<FakeConn> {
    const onMove = () => this.trial.progress();
    const conn = this.trial.use(new FakeConn({ ...options, onMove }));
    const seat = new Seat(name, conn, this.#join(name, conn), this.trial);
    this.#seats.push(seat);
    return seat;
  }

  /** Waits until the room has so many members. */
  async expectSize(
    size: number,
    likely =
      "A member counts as soon as join() is called, and no longer when " +
      "it has left, however it left.",
  ): Promise<void> {
    // Its owner may need a turn or two, but no more.
    for (let turn = 0; turn < 20 && this.#room.size !== size; turn++) {
      await nextTurn();
    }
    this.trial.equal(this.#room.size, size, {
      problem: "room.size is not the number of members.",
      likely,
      read: LEAVING,
    });
  }

  /** All leave, and all joins are over. */
  async close(): Promise<void> {
    for (const { conn } of this.#seats) {
      if (conn instanceof FakeConn && !conn.closed) conn.peerEnds();
    }
    for (const seat of this.#seats) {
      if (seat instanceof TalkingSeat) seat.peer[Symbol.dispose]();
    }
    for (const seat of this.#seats) {
      await seat.leaves("Its connection has ended: the member has left.");
    }
  }

  #join(name: string, conn: Deno.Conn): Promise<void> {
    return this.trial.start("join", () => this.#room.join(conn), (error) => ({
      problem: `join() of ${name} threw ${
        error instanceof Error ? `${error.name}: ${error.message}` : error
      }.`,
      likely:
        "A member may leave in any way, also by a reset, and a write to " +
        "one may fail while another talks. None of that is a failure of the " +
        "room: catch it where it happens, and drop that member only.",
      read: LEAVING,
    }));
  }
}

/** A connection that tells whether it was closed. */
type SeatConn = Deno.Conn & { readonly closed: boolean };

/** A member of a room. */
class Seat<C extends SeatConn = SeatConn> {
  readonly #joining: Promise<void>;
  protected readonly trial: Trial;
  readonly name: string;
  readonly conn: C;
  hasLeft = false;

  constructor(name: string, conn: C, joining: Promise<void>, trial: Trial) {
    this.name = name;
    this.conn = conn;
    this.trial = trial;
    this.#joining = joining.then(() => void (this.hasLeft = true));
    this.#joining.catch(() => {});
  }

  /** Waits until it has left. */
  async leaves(likely: string, read = LEAVING): Promise<void> {
    await this.trial.waitFor(this.#joining, {
      waitingFor: `join() of ${this.name} to resolve`,
      likely,
      read,
    });
    if (!this.conn.closed) {
      this.trial.fail({
        problem: `join() of ${this.name} has resolved, and its connection is ` +
          "still open.",
        likely: "The room closes the connection of a member that has left, " +
          "however it left: nobody else will.",
        read: LEAVING,
      });
    }
  }
}

/** A member with somebody at the other end. */
class TalkingSeat extends Seat<ShortConn> {
  readonly peer: Deno.TcpConn;
  readonly #heard: Collector;

  constructor(
    name: string,
    conn: ShortConn,
    joining: Promise<void>,
    { peer, trial }: { peer: Deno.TcpConn; trial: Trial },
  ) {
    super(name, conn, joining, trial);
    this.peer = peer;
    this.#heard = new Collector(peer, trial);
  }

  /** Sends a text. */
  async says(text: string): Promise<void> {
    await this.trial.waitFor(writeAll(this.peer, encode(text)), {
      waitingFor: `the room to read what ${this.name} sends`,
      likely: "The room does not read on, because it waits in a write to " +
        "somebody else. Reading from one must not wait for another.",
      read: SLOW,
    });
  }

  /** Sends a text, in the middle of which the room may close. */
  floods(text: string): void {
    writeAll(this.peer, encode(text)).catch(() => {});
  }

  /** Compares all that has come so far; `ifShort` is for when some has not. */
  async gets(text: string, ifShort?: Why): Promise<void> {
    const due = encode(text);
    const received = await this.atLeast(
      due.length,
      () => lineLost(decode(this.#heard.bytes), text) ?? ifShort,
    );
    if (decode(received) === text) return;
    const said = JSON.stringify(cut(text));
    this.trial.equalBytes(received, due, {
      problem: `${this.name} did not get ${said}, and nothing else.`,
      ...adviceOn(received, due),
    });
  }

  /** Waits for so many bytes; `explain` may know why they do not come. */
  async atLeast(
    size: number,
    explain: () => Why | undefined = () => undefined,
  ): Promise<Uint8Array> {
    const why = () => explain() ?? SOMEBODY_WAITS;
    const received = await this.trial.waitFor(this.#heard.atLeast(size), {
      waitingFor: () =>
        `${this.name} to get ${size} bytes ` +
        `(${this.#heard.length} have come)`,
      likely: () => why().likely,
      read: () => why().read,
    });
    if (received.length < size) {
      this.trial.fail({
        problem:
          `${this.name}'s connection ended after ${received.length} of ` +
          `${size} bytes.`,
        likely:
          "The room closed it, though this member has not left. If it has " +
          "sent much, or got much: what counts is what is unsent now, not all " +
          "that was ever sent.",
        read: LIMIT,
      });
    }
    return received;
  }
}

/** Fails if a member is not in the room any more. */
function assertStays(
  seat: Seat,
  failure: Parameters<Trial["fail"]>[0],
  trial: Trial,
): void {
  if (seat.hasLeft || seat.conn.closed) trial.fail(failure);
}

/** What a difference usually means. */
function adviceOn(
  received: Uint8Array,
  due: Uint8Array,
): { likely: string; read: string } {
  if (`${received.toSorted()}` === `${due.toSorted()}`) return MIXED;
  if (decode(received).includes("\ufffd") || received.length < due.length) {
    return {
      likely:
        "Lines are UTF-8, and a read may end in the middle of a character " +
        "or of a line. Keep what has no \\n yet, and pass on whole lines: all " +
        "of those that one read brought.",
      read: WHOLE_LINES,
    };
  }
  return {
    likely:
      "Each line goes to all others, once, as it is: whole, with its \\n, " +
      "nothing in front of it, and not to the one who sent it.",
    read: TO_OTHERS,
  };
}

/** What it means when all bytes come, in another order. */
const MIXED = {
  likely:
    "Two writes were under way on one connection at once. Each may take " +
    "a part only, and then the parts of two lines mix. Let one loop for each " +
    "member do its writing: the next line when this one is done.",
  read: WHOLE_LINES,
};

/** What usually keeps a line from coming, and where to read. */
interface Why {
  likely: string;
  read: string;
}

const SOMEBODY_WAITS: Why = {
  likely:
    "A line goes to all others, as soon as its \\n has come. If one of them " +
    "does not read, a write to that one waits, and an `await` on it holds up " +
    "all that comes after; Promise.all too waits for the slowest.",
  read: SLOW,
};

/** What it means when all has come but some of the spaces or line ends. */
function lineLost(received: string, due: string): Why | undefined {
  const likely = whatIsLost(received, due);
  return likely === undefined ? undefined : { likely, read: TO_OTHERS };
}

function whatIsLost(received: string, due: string): string | undefined {
  if (received === due.replaceAll("\n", "")) {
    return "The text has come, and no line end. A line is passed on with its " +
      "\\n: whoever cuts lines out at the \\n must put one behind each again.";
  }
  if (received === due.replace(/\n(?=\n)/g, "")) {
    return "All has come but the empty line. A line without a text is a line " +
      "too: its \\n goes on like any other.";
  }
  const trimmed = [
    ["trim", /^[ \t]+|[ \t]+$/gm, "at the ends"],
    ["trimEnd", /[ \t]+$/gm, "at the end"],
    ["trimStart", /^[ \t]+/gm, "at the beginning"],
  ] as const;
  for (const [name, spaces, where] of trimmed) {
    if (received !== due.replace(spaces, "")) continue;
    return `All has come but the spaces ${where} of a line. The line goes on ` +
      `as it is, so do not ${name}() it.`;
  }
  if (withoutSpace(received) === withoutSpace(due)) {
    return "All has come but some of the spaces or line ends. Each line goes " +
      "on as it is: also an empty one, also the spaces at its ends.";
  }
  return undefined;
}

function withoutSpace(text: string): string {
  return text.replace(/\s/g, "");
}

/** The beginning of a text. */
function cut(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

/** The exercises of the lesson, in order. */
export const exercises: Exercise<unknown>[] = [chatRoom];

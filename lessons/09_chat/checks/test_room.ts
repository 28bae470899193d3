/** Tests a chat room through its members. */
import {
  FakeConn,
  type FakeConnOptions,
  PROBES,
  settle,
  type TimerWatch,
  toBytes,
  type Trial,
} from "../../../lib/workbook/kit/mod.ts";
import type { ChatRoomClass, Chatting } from "../types.ts";
import { READ } from "./headings.ts";
import {
  type Advice,
  differenceAdvice,
  HELD_UP,
  missingAdvice,
} from "./line_advice.ts";

/** The diagnosis if a member gets too little, or something else. */
interface Hearing {
  ifShort?: Advice;
  ifWrong?: Advice;
}

/** A room under test, and everyone who has joined it. */
export class TestRoom {
  readonly trial: Trial;
  readonly room: Chatting;
  readonly #timers: TimerWatch;
  readonly #members: Member[] = [];

  constructor(ChatRoom: ChatRoomClass, trial: Trial, timers: TimerWatch) {
    this.trial = trial;
    this.room = new ChatRoom();
    this.#timers = timers;
  }

  /** Adds a member, over a connection that does what the options say. */
  join(name: string, options: FakeConnOptions = {}): Member {
    const onMove = () => this.trial.progress();
    const conn = new FakeConn({ then: "silence", ...options, onMove });
    const member = new Member(this, name, this.trial.use(conn));
    this.#members.push(member);
    return member;
  }

  /**
   * Lets a member send a text, and requires that everyone else gets it.
   *
   * @param from The member that sends.
   * @param text The text it sends.
   * @param options `line`: what the others must get, if it isn't `text`; and the
   * diagnosis if they get too little, or something else.
   */
  async passesOn(
    from: Member,
    text: Uint8Array | string,
    { line = text as string, ...advice }: { line?: string } & Hearing = {},
  ): Promise<void> {
    from.conn.peerSends(text);
    for (const member of this.#members) {
      if (member === from || member.hasLeft) continue;
      await member.hears(line, advice);
    }
  }

  /** Requires that the room has `size` members. */
  async expectSize(
    size: number,
    likely = "You counted a member too few, or one that has left. A member " +
      "counts from the call of join() until it leaves, however it leaves.",
  ): Promise<void> {
    // A member may need a few turns of the event loop to leave.
    for (let i = 0; i < 7 && this.room.size !== size; i++) await settle();
    this.trial.equal(this.room.size, size, {
      problem: "room.size isn't the number of members.",
      likely,
      read: READ.leaving,
    });
  }

  /** Ends all connections, and requires that every member leaves. */
  async close(): Promise<void> {
    const present = this.#members.filter(({ hasLeft }) => !hasLeft);
    for (const { conn } of present) conn.peerEnds();
    for (const member of present) {
      await member.leaves(
        "The member has closed its write side, so it has left.",
      );
    }
    await this.expectSize(0);
    if (this.#timers.runningCount === 0) return;
    this.trial.fail({ ...PROBES.timer("join()"), read: READ.leaving });
  }
}

/** A member of the room. The check is at the other end of its connection. */
export class Member {
  readonly #trial: Trial;
  readonly #name: string;
  readonly #joining: Promise<void>;
  /** Everything that it should have gotten so far. */
  #due = "";
  /** The room's end of the connection. */
  readonly conn: FakeConn;
  /** Whether its join() has resolved. */
  hasLeft = false;

  /** Joins the room. */
  constructor({ room, trial }: TestRoom, name: string, conn: FakeConn) {
    this.#trial = trial;
    this.#name = name;
    this.conn = conn;
    this.#joining = trial.start("join", () => room.join(conn), (error) => ({
      problem: `join() of ${name} threw ${trial.describe(error)}.`,
      likely: error instanceof Deno.errors.BadResource
        ? "You called close() twice, and the second call throws. conn.readable, " +
          "for example, closes the connection when its stream ends. " +
          "conn[Symbol.dispose]() closes it only if it's still open."
        : "A member may leave in any way, even by a reset, and a write to it " +
          "may fail while another member sends. That's no reason to throw: " +
          "catch the error where it happens, and drop only that member.",
      read: READ.leaving,
    })).then(() => void (this.hasLeft = true));
    this.#joining.catch(() => {});
  }

  /** Requires that it leaves, and that the room has closed its connection. */
  async leaves(likely: string, read = READ.leaving): Promise<void> {
    await this.#trial.waitFor(this.#joining, {
      waitingFor: `join() of ${this.#name} to resolve`,
      likely,
      read,
    });
    if (this.conn.closed) return;
    this.#trial.fail({
      problem: `join() of ${this.#name} has resolved, but its connection is ` +
        "still open.",
      likely:
        "When a member leaves, however it leaves, close its connection. " +
        "Nothing else will.",
      read: READ.leaving,
    });
  }

  /** Requires that it gets a text after everything that it has gotten before. */
  async hears(
    text: string,
    { ifShort, ifWrong }: Hearing = {},
  ): Promise<void> {
    this.#due += text;
    const due = toBytes(this.#due);
    await this.receives(due.length, () => {
      const heard = new TextDecoder("utf-8", { ignoreBOM: true })
        .decode(this.conn.written);
      return missingAdvice(heard, this.#due) ?? ifShort;
    });
    await settle();
    this.#trial.equalBytes(this.conn.written, due, {
      problem: `${this.#name} didn't get exactly ${
        JSON.stringify(this.#due.slice(0, 60))
      }${this.#due.length > 60 ? "…" : ""}.`,
      ...ifWrong ?? differenceAdvice(this.conn.written, due),
    });
  }

  /** Waits for `size` bytes in all; `explain` may know why they don't arrive. */
  async receives(
    size: number,
    explain: () => Advice | undefined = () => undefined,
  ): Promise<void> {
    const { conn } = this;
    const advice = () => explain() ?? HELD_UP;
    const isDone = () => conn.closed || conn.bytesWritten >= size;
    await this.#trial.waitFor(conn.until(isDone), {
      waitingFor: () =>
        `${this.#name} to get ${size} bytes (${conn.bytesWritten} have arrived)`,
      likely: () => advice().likely,
      read: () => advice().read,
    });
    if (!conn.closed) return;
    this.#trial.fail({
      problem: `${this.#name} was dropped, but it reads every line at once.`,
      likely:
        "This member neither left nor was slow. Count what's unsent now, not " +
        "everything you ever sent: subtract what each write has taken.",
      read: READ.limit,
    });
  }
}

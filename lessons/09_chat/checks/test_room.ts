/** A chat room under test, and its members. */
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

/** What it means if a member gets too little, or something else. */
interface Hearing {
  ifShort?: Advice;
  ifWrong?: Advice;
}

/** A room, and everyone who has joined it. */
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

  /** Lets a member join, over a connection that does what the options say. */
  join(name: string, options: FakeConnOptions = {}): Member {
    const onMove = () => this.trial.progress();
    const conn = new FakeConn({ then: "silence", ...options, onMove });
    const member = new Member(this, name, this.trial.use(conn));
    this.#members.push(member);
    return member;
  }

  /**
   * Lets a member talk, and expects that all others hear it.
   *
   * @param from The member.
   * @param text What it sends.
   * @param options `line`: what the others must get, if not `text`; and what it
   * means if they get too little, or something else.
   */
  async passesOn(
    from: Member,
    text: string,
    { line = text, ...advice }: { line?: string } & Hearing = {},
  ): Promise<void> {
    from.conn.peerSends(text);
    for (const member of this.#members) {
      if (member === from || member.hasLeft) continue;
      await member.hears(line, advice);
    }
  }

  /** Expects that the room has so many members. */
  async expectSize(
    size: number,
    likely = "A member counts from the moment join() is called until it has " +
      "left, however it left.",
  ): Promise<void> {
    // A member may need a few turns of the event loop to leave.
    for (let i = 0; i < 7 && this.room.size !== size; i++) await settle();
    this.trial.equal(this.room.size, size, {
      problem: "room.size isn't the number of members.",
      likely,
      read: READ.leaving,
    });
  }

  /** Ends all connections, and expects that every member leaves. */
  async close(): Promise<void> {
    const present = this.#members.filter(({ hasLeft }) => !hasLeft);
    for (const { conn } of present) conn.peerEnds();
    for (const member of present) {
      await member.leaves("Its side has ended, so the member has left.");
    }
    await this.expectSize(0);
    if (this.#timers.runningCount === 0) return;
    this.trial.fail({ ...PROBES.timer("join()"), read: READ.leaving });
  }
}

/** A member, as the room sees it; the check plays the other end. */
export class Member {
  readonly #trial: Trial;
  readonly #name: string;
  readonly #joining: Promise<void>;
  /** All that it should have heard so far. */
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
        ? "The connection was closed already, and close() throws the second " +
          "time: conn.readable closes it when its stream ends. " +
          "conn[Symbol.dispose]() closes it unless it's closed."
        : "A member may leave in any way, even by a reset, and a write to it " +
          "may fail while another member talks. Neither is a failure of the " +
          "room: catch it where it happens, and drop only that member.",
      read: READ.leaving,
    })).then(() => void (this.hasLeft = true));
    this.#joining.catch(() => {});
  }

  /** Expects that it leaves, and that the room has closed its connection. */
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
      likely: "When a member leaves, however it leaves, the room closes its " +
        "connection: nothing else will.",
      read: READ.leaving,
    });
  }

  /** Expects a text, after all that it has heard before. */
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

  /** Waits for so many bytes in all; `explain` may know why they don't come. */
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
        "It neither left nor was slow. What counts is what is unsent now, " +
        "not all that was ever sent: subtract what each write has taken.",
      read: READ.limit,
    });
  }
}

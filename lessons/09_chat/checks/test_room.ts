/** A chat room under test, and its members. */
import { writeAll } from "../../../lib/net/mod.ts";
import {
  Collector,
  connectPair,
  FakeConn,
  type FakeConnOptions,
  type Pair,
  settle,
  type ShortConn,
  type ShortConnOptions,
  type Trial,
  type TrialFailure,
} from "../../../lib/workbook/kit/mod.ts";
import type { ChatRoomClass, Chatting } from "../types.ts";
import { READ } from "./headings.ts";
import {
  type Advice,
  differenceAdvice,
  HELD_UP,
  missingAdvice,
} from "./line_advice.ts";

/** A room, and everyone who has joined it. */
export class TestRoom {
  readonly trial: Trial;
  readonly room: Chatting;
  readonly #members: Member[] = [];

  constructor(ChatRoom: ChatRoomClass, trial: Trial) {
    this.trial = trial;
    this.room = new ChatRoom();
  }

  /** Joins members over real sockets. */
  async join(names: string[], options?: ShortConnOptions): Promise<Talker[]> {
    const joined: Talker[] = [];
    for (const name of names) {
      const pair = await connectPair(this.trial, options);
      joined.push(new Talker(this, name, pair));
    }
    this.#members.push(...joined);
    return joined;
  }

  /** Joins a member over a connection that does what the check says. */
  joinFake(name: string, options: FakeConnOptions): Member<FakeConn> {
    const onMove = () => this.trial.progress();
    const conn = this.trial.use(new FakeConn({ ...options, onMove }));
    const member = new Member(this, name, conn);
    this.#members.push(member);
    return member;
  }

  /**
   * Lets a member talk, and expects that all others hear it.
   *
   * @param from The member.
   * @param text What it sends.
   * @param options `line`: what the others must get, if not `text`; `ifShort`:
   * what it means if they get too little.
   */
  async passesOn(
    from: Talker,
    text: string,
    { line = text, ifShort }: { line?: string; ifShort?: Advice } = {},
  ): Promise<void> {
    await from.says(text);
    for (const member of this.#members) {
      if (member === from || member.hasLeft) continue;
      if (member instanceof Talker) await member.hears(line, ifShort);
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
    for (const member of this.#members) member.hangsUp();
    for (const member of this.#members) {
      await member.leaves("Its connection has ended, so the member has left.");
    }
  }
}

/** A connection that knows whether it was closed. */
type MemberConn = Deno.Conn & { readonly closed: boolean };

/** A member, as the room sees it. */
export class Member<C extends MemberConn = MemberConn> {
  readonly #joining: Promise<void>;
  protected readonly trial: Trial;
  readonly name: string;
  /** The room's end of the connection. */
  readonly conn: C;
  /** Whether its join() has resolved. */
  hasLeft = false;

  /** Joins the room. */
  constructor({ room, trial }: TestRoom, name: string, conn: C) {
    this.trial = trial;
    this.name = name;
    this.conn = conn;
    this.#joining = trial.start("join", () => room.join(conn), (error) => ({
      problem: `join() of ${name} threw ${trial.describe(error)}.`,
      likely:
        "A member may leave in any way, even by a reset, and a write to " +
        "it may fail while another member talks. Neither is a failure of the " +
        "room: catch it where it happens, and drop only that member.",
      read: READ.leaving,
    })).then(() => void (this.hasLeft = true));
    this.#joining.catch(() => {});
  }

  /** Ends the connection from the other end. */
  hangsUp(): void {
    if (this.conn instanceof FakeConn && !this.conn.closed) {
      this.conn.peerEnds();
    }
  }

  /** Expects that it is still in the room. */
  stays(failure: TrialFailure): void {
    if (this.hasLeft || this.conn.closed) this.trial.fail(failure);
  }

  /** Expects that it leaves, and that the room has closed its connection. */
  async leaves(likely: string, read = READ.leaving): Promise<void> {
    await this.trial.waitFor(this.#joining, {
      waitingFor: `join() of ${this.name} to resolve`,
      likely,
      read,
    });
    if (this.conn.closed) return;
    this.trial.fail({
      problem: `join() of ${this.name} has resolved, but its connection is ` +
        "still open.",
      likely: "When a member leaves, however it leaves, the room closes its " +
        "connection: nothing else will.",
      read: READ.leaving,
    });
  }
}

/** A member on a real socket, and its own end of the connection. */
export class Talker extends Member<ShortConn> {
  readonly peer: Deno.TcpConn;
  readonly #received: Collector;
  /** All that it should have heard so far. */
  #due = "";

  /** Joins the room. */
  constructor(room: TestRoom, name: string, { conn, peer }: Pair) {
    super(room, name, conn);
    this.peer = peer;
    this.#received = new Collector(peer, this.trial);
  }

  override hangsUp(): void {
    this.peer[Symbol.dispose]();
  }

  /** Sends a text, and waits until it's written. */
  async says(text: string): Promise<void> {
    await this.trial.waitFor(writeAll(this.peer, encode(text)), {
      waitingFor: `the room to read what ${this.name} sends`,
      likely: "The room has stopped reading, because it's waiting in a write " +
        "to another member. Reading from one must not wait for another.",
      read: READ.slow,
    });
  }

  /** Sends a text, and expects that the room closes the connection. */
  async isDroppedFor(text: string, likely: string): Promise<void> {
    writeAll(this.peer, encode(text)).catch(() => {});
    await this.leaves(likely, READ.limit);
  }

  /** Expects a text, after all that it has heard before. */
  async hears(text: string, ifShort?: Advice): Promise<void> {
    this.#due += text;
    const due = encode(this.#due);
    const received = await this.atLeast(
      due.length,
      () => missingAdvice(decode(this.#received.bytes), this.#due) ?? ifShort,
    );
    if (decode(received) === this.#due) return;
    const shown = JSON.stringify(cut(this.#due));
    this.trial.equalBytes(received, due, {
      problem: `${this.name} didn't get exactly ${shown}.`,
      ...differenceAdvice(received, due),
    });
  }

  /** Expects so many bytes; `explain` may know why they don't come. */
  async atLeast(
    size: number,
    explain: () => Advice | undefined = () => undefined,
  ): Promise<Uint8Array> {
    const advice = () => explain() ?? HELD_UP;
    const received = await this.trial.waitFor(this.#received.atLeast(size), {
      waitingFor: () =>
        `${this.name} to get ${size} bytes (${this.#received.length} have arrived)`,
      likely: () => advice().likely,
      read: () => advice().read,
    });
    if (received.length < size) {
      this.trial.fail({
        problem:
          `${this.name}'s connection ended after ${received.length} of ${size} bytes.`,
        likely: "The room closed it, but this member hasn't left. If it has " +
          "sent or received a lot: what counts is what is unsent now, not all " +
          "that was ever sent.",
        read: READ.limit,
      });
    }
    return received;
  }
}

/** The beginning of a text. */
export function cut(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

export function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

export function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

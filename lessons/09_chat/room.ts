import { readLines, SendQueue } from "../../lib/net/mod.ts";
import { counted } from "../../lib/show/counted.ts";
import { escapeControls } from "../../lib/show/escape_controls.ts";

/** The most that may be unsent to one member, in bytes, unless told otherwise. */
export const MAX_UNSENT_BYTES: number = 1024 * 1024;

/** Options for {@linkcode Room}. */
export interface RoomOptions {
  /**
   * The most that may be unsent to one member, in bytes. Who reads more slowly
   * than that is dropped.
   *
   * @default 1048576
   */
  maxUnsentBytes?: number;
  /**
   * The longest line, in bytes without its end, as it's received.
   *
   * @default 65536
   */
  maxLineBytes?: number;
  /**
   * Whether the room tells its members who comes and goes.
   *
   * @default false
   */
  announces?: boolean;
}

/** One member, and what is to be sent to it. */
interface Member {
  name: string;
  queue: SendQueue;
  /** Why it was dropped, once it was. */
  dropped?: string;
}

/**
 * A chat room: lines of text in, the same lines out to all others, with their
 * control characters escaped.
 *
 * Nobody waits for anybody. Each member has a queue with a limit, so that a
 * line is handed to all of them at once, and who does not read in time is
 * dropped. That bounds the memory: each member costs one line under way, and
 * what its queue may hold.
 */
export class Room {
  readonly #members = new Set<Member>();
  readonly #options: Required<RoomOptions>;
  #lines = 0;
  #mostUnsent = 0;

  /** @param options The limits. */
  constructor(options: RoomOptions = {}) {
    this.#options = {
      maxUnsentBytes: MAX_UNSENT_BYTES,
      maxLineBytes: 65_536,
      announces: false,
      ...options,
    };
  }

  /** How many are in the room. */
  get size(): number {
    return this.#members.size;
  }

  /** How many lines were said. */
  get lines(): number {
    return this.#lines;
  }

  /** The most that was ever unsent to one member, in bytes. */
  get mostUnsent(): number {
    return this.#mostUnsent;
  }

  /**
   * Lets somebody in, until it leaves or is dropped. Then it closes the
   * connection. It never rejects: how a member leaves is its own affair.
   *
   * @param conn The member's connection.
   * @param name Stands in front of its lines.
   * @returns How it left, in words: `left`.
   */
  async join(conn: Deno.Conn, name: string): Promise<string> {
    const { maxUnsentBytes, maxLineBytes: maxBytes } = this.#options;
    const queue = new SendQueue(conn, { maxBytes: maxUnsentBytes });
    const member: Member = { name, queue };
    // A write that fails tells of a member that is gone.
    queue.ended.then((error) => {
      if (error !== undefined) this.#drop(member, `is gone: ${error}`);
    });
    this.#members.add(member);
    this.#announce(`${name} is here, ${this.size} in the room`);
    let how = "left";
    try {
      for await (const line of readLines(conn, { maxBytes })) {
        this.#lines++;
        // A terminal would obey the control characters in it.
        this.#send(`${name}: ${escapeControls(line)}\n`, member);
      }
    } catch (error) {
      how = member.dropped ?? await this.#sendAway(member, error);
    }
    this.#members.delete(member);
    queue.drop();
    this.#announce(`${name} ${how}`);
    return how;
  }

  /** Hands a text to every member but one, and waits for none of them. */
  #send(text: string, except?: Member): void {
    const bytes = new TextEncoder().encode(text);
    for (const member of this.#members) {
      if (member === except) continue;
      if (!member.queue.send(bytes)) {
        const { unsentBytes } = member.queue;
        this.#drop(
          member,
          `was dropped with ${counted(unsentBytes, "byte")} unsent`,
        );
      }
      this.#mostUnsent = Math.max(
        this.#mostUnsent,
        member.queue.unsentBytes,
      );
    }
  }

  #announce(text: string): void {
    if (this.#options.announces) this.#send(`* ${text}\n`);
  }

  /** Takes a member out; its read, in `join`, ends with that. */
  #drop(member: Member, how: string): void {
    member.dropped ??= how;
    this.#members.delete(member);
    member.queue.drop();
  }

  /** Tells a member what was wrong with its line, if it was the line. */
  async #sendAway(member: Member, error: unknown): Promise<string> {
    this.#members.delete(member);
    const isLine = error instanceof RangeError || error instanceof TypeError;
    if (!isLine) return `is gone: ${error}`;
    const { message } = error;
    member.queue.send(new TextEncoder().encode(`* ${message}. Goodbye.\n`));
    await member.queue.close();
    return `was sent away: ${message}`;
  }
}

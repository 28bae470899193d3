import { readLineBatches, SendQueue } from "../../lib/net/mod.ts";
import { counted } from "../../lib/show/counted.ts";
import { escapeControls } from "../../lib/show/escape_controls.ts";

/** The default limit on the bytes that are unsent to a member. */
export const MAX_UNSENT_BYTES: number = 1024 * 1024;

/** Options for {@linkcode Room}. */
export interface RoomOptions {
  /**
   * The most bytes that may be unsent to a member. The room drops a member that
   * has more.
   *
   * @default 1048576
   */
  maxUnsentBytes?: number;
  /**
   * The longest line that a member may send, in bytes without its line end.
   *
   * @default 65536
   */
  maxLineBytes?: number;
  /**
   * Whether the room announces to its members who joins and who leaves.
   *
   * @default false
   */
  announces?: boolean;
}

/** A member, and what the room still has to send to it. */
interface Member {
  name: string;
  queue: SendQueue;
  /** The reason why the room dropped it, if it did. */
  dropped?: string;
}

/**
 * A chat room, which passes each member's lines on to everyone else, with their
 * control characters escaped.
 *
 * No member waits for another. Each has a queue with a limit: the room puts a
 * line into all queues at once, and drops a member whose queue is full. So a
 * member never costs more memory than a full queue and one incoming line.
 */
export class Room {
  readonly #members = new Set<Member>();
  readonly #options: Required<RoomOptions>;
  #lines = 0;
  #mostUnsent = 0;

  /** @param options The limits, and whether to announce members. */
  constructor(options: RoomOptions = {}) {
    this.#options = {
      maxUnsentBytes: MAX_UNSENT_BYTES,
      maxLineBytes: 65_536,
      announces: false,
      ...options,
    };
  }

  /** The number of members. */
  get size(): number {
    return this.#members.size;
  }

  /** The number of lines that members have sent. */
  get lines(): number {
    return this.#lines;
  }

  /** The most bytes that were ever unsent to a member. */
  get mostUnsent(): number {
    return this.#mostUnsent;
  }

  /**
   * Serves a member until it leaves or is dropped, and then closes its
   * connection. It never rejects, however the member leaves.
   *
   * @param conn The member's connection.
   * @param name The name to put in front of the member's lines.
   * @returns How the member left, in words, such as `left`.
   */
  async join(conn: Deno.Conn, name: string): Promise<string> {
    const { maxUnsentBytes, maxLineBytes: maxBytes } = this.#options;
    const queue = new SendQueue(conn, { maxBytes: maxUnsentBytes });
    const member: Member = { name, queue };
    // If a write fails, the member is gone.
    queue.ended.then((error) => {
      if (error !== undefined) this.#drop(member, `is gone: ${error}`);
    });
    this.#members.add(member);
    this.#announce(`${name} is here, ${this.size} in the room`);
    let how = "left";
    try {
      // Lines that arrive together are sent together: each member's queue gets
      // one message then, however many lines are in it.
      for await (const lines of readLineBatches(conn, { maxBytes })) {
        this.#lines += lines.length;
        // Terminals obey control characters.
        const said = lines.map((line) => `${name}: ${escapeControls(line)}\n`);
        this.#send(said.join(""), member);
      }
    } catch (error) {
      how = member.dropped ?? await this.#sendAway(member, error);
    }
    this.#members.delete(member);
    queue.drop();
    this.#announce(`${name} ${how}`);
    return how;
  }

  /** Queues a text for every member but one, without waiting. */
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

  /** Removes a member and closes its connection, which ends its `join`. */
  #drop(member: Member, how: string): void {
    member.dropped ??= how;
    this.#members.delete(member);
    member.queue.drop();
  }

  /** Tells a member what's wrong with its line, if the line was the problem. */
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

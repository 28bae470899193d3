/** A chat room, whatever its members' connections are. */
import { escapeControls } from "../../lib/show/escape_controls.ts";

/** One member, as the room sees it. */
export interface Member {
  /** The member's name, which comes before its lines. */
  name: string;
  /**
   * Sends a line without waiting.
   *
   * @returns Whether there was room for it.
   */
  send(line: string): boolean;
  /** Closes its connection at once. */
  drop(): void;
}

/** The members of a room. Passes on each line to all the others. */
export class Hub {
  readonly #members = new Set<Member>();
  /** How many lines the members have sent. */
  lines = 0;

  /** How many members there are. */
  get size(): number {
    return this.#members.size;
  }

  /** Lets a member in. */
  join(member: Member): void {
    this.#members.add(member);
    this.#send(`* ${member.name} is here, ${this.size} in the room`);
  }

  /**
   * Removes a member, unless it was dropped, which removed it already. The
   * member may have chosen some of the words in `how`.
   */
  leave(member: Member, how: string): void {
    if (!this.#members.delete(member)) return;
    this.#send(`* ${member.name} ${escapeControls(how)}`);
  }

  /**
   * Passes a text on to all others as one line, with the name in front. Escapes
   * control characters, because a terminal would obey them, and line endings,
   * because the text after one would look like another member's line.
   */
  say(from: Member, text: string): void {
    this.lines++;
    this.#send(`${from.name}: ${escapeControls(text)}`, from);
  }

  #send(line: string, except?: Member): void {
    for (const member of [...this.#members]) {
      if (member === except || !this.#members.has(member)) continue;
      if (member.send(line)) continue;
      this.leave(member, "was dropped: it reads too slowly");
      member.drop();
    }
  }
}

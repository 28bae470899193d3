/** A chat room whose members may be connected in any way. */
import { escapeControls } from "../../lib/show/escape_controls.ts";

/** One member, as the room sees it. */
export interface Member {
  /** What stands in front of its lines. */
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

/** The members, and what they say. */
export class Hub {
  readonly #members = new Set<Member>();
  /** How many lines were said. */
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

  /** Takes a member out; one that was dropped is out already. */
  leave(member: Member, how: string): void {
    if (!this.#members.delete(member)) return;
    this.#send(`* ${member.name} ${how}`);
  }

  /**
   * Passes a text on to all others as one line, with the name in front. Control
   * characters in it are escaped, which a terminal would obey; so are line ends,
   * or what follows one would look like another member's line.
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

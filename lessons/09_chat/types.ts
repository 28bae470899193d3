/** A chat room. */
export interface Chatting {
  /** The number of members. */
  readonly size: number;
  /** Adds a member, and resolves when that member has left. */
  join(conn: Deno.Conn): Promise<void>;
}

/** The class that exercise 9.1 asks for. */
export type ChatRoomClass = new () => Chatting;

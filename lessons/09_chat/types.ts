/** What 9.1 makes. */
export interface Chatting {
  /** The number of members. */
  readonly size: number;
  /** Lets a member in, and resolves when it has left. */
  join(conn: Deno.Conn): Promise<void>;
}

/** The type of 9.1: a class. */
export type ChatRoomClass = new () => Chatting;

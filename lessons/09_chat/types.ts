/** A chat room. */
export interface Chatting {
  /** The number of members. */
  readonly size: number;
  /** Lets a member in, and resolves when it has left. */
  join(conn: Deno.Conn): Promise<void>;
}

/** What 9.1 asks for. */
export type ChatRoomClass = new () => Chatting;

/** The types of the answers to lesson 7. */

/** 7.1 */
export type AskAndHear = (
  conn: Deno.Conn,
  question: Uint8Array,
) => Promise<Uint8Array>;

/** 7.2 */
export type CloseGracefully = (
  conn: Deno.Conn,
  options?: { graceMs?: number },
) => Promise<void>;

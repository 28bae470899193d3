/** The types of the answers to lesson 3. */

/** 3.1 */
export type Echo = (conn: Deno.Conn) => Promise<void>;

/** 3.2 */
export type Exchange = (
  conn: Deno.Conn,
  data: Uint8Array,
) => Promise<Uint8Array>;

/** The types of the functions you write in lesson 6. */

/** What a server does with one client. */
export type Handler = (conn: Deno.Conn) => Promise<void>;

/** 6.1 */
export type Serve = (
  listener: Deno.Listener,
  handler: Handler,
) => Promise<void>;

/** 6.2 */
export type ServeAtMost = (
  listener: Deno.Listener,
  handler: Handler,
  limit: number,
) => Promise<void>;

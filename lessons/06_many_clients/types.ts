/** The types of the answers to lesson 6. */

/** Talks to one client, until it's done with that client. */
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

/** The types of the answers to lesson 4. */

/** 4.1 */
export type ReadExact = (conn: Deno.Conn, size: number) => Promise<Uint8Array>;

/** 4.2 */
export type WriteAll = (conn: Deno.Conn, data: Uint8Array) => Promise<void>;

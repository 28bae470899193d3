/** The types of the answers to lesson 5. */

/** 5.1 and 5.3 */
export type ReadMessages = (
  conn: Deno.Conn,
  options?: { maxBytes?: number },
) => AsyncGenerator<string>;

/** 5.2 */
export type EncodeFrame = (text: string) => Uint8Array;

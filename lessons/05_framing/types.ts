/** What the exercises of lesson 5 ask for. */

/** Reads messages from a connection; `maxBytes` is the limit for each. */
export type ReadMessages = (
  conn: Deno.Conn,
  options?: { maxBytes?: number },
) => AsyncGenerator<string>;

/** Makes a frame of a text. */
export type EncodeFrame = (text: string) => Uint8Array;

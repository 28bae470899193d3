/** The types of the functions you write in lesson 5. */

/** Reads messages from a connection, each of up to `maxBytes` bytes. */
export type ReadMessages = (
  conn: Deno.Conn,
  options?: { maxBytes?: number },
) => AsyncGenerator<string>;

/** Encodes a text as a frame. */
export type EncodeFrame = (text: string) => Uint8Array;

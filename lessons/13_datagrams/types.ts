/** Exercise 13.1: asks a question, and returns the server's answer. */
export type Ask = (
  socket: Deno.DatagramConn,
  question: Uint8Array,
  server: Deno.NetAddr,
) => Promise<Uint8Array>;

/** Exercise 13.2: sends a message whole, or not at all. */
export type SendMessage = (
  socket: Deno.DatagramConn,
  message: Uint8Array,
  to: Deno.NetAddr,
) => Promise<void>;

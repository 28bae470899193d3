/** The type of 13.1. */
export type Ask = (
  socket: Deno.DatagramConn,
  question: Uint8Array,
  server: Deno.NetAddr,
) => Promise<Uint8Array>;

/** The type of 13.2. */
export type SendMessage = (
  socket: Deno.DatagramConn,
  message: Uint8Array,
  to: Deno.NetAddr,
) => Promise<void>;

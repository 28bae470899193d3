/** One good answer to each exercise of lesson 13. */

// ---- 13.1 ask ---------------------------------------------------------------

export async function ask(
  socket: Deno.DatagramConn,
  question: Uint8Array,
  server: Deno.NetAddr,
): Promise<Uint8Array> {
  await socket.send(question, server);
  while (true) {
    // Without a buffer, receive() allocates one that fits the longest answer.
    const [message, from] = await socket.receive();
    if (from.transport !== "udp") continue;
    // Any program that knows our port can send to it. Two programs on one
    // machine have the same host; on two machines, they may have the same port.
    if (from.hostname === server.hostname && from.port === server.port) {
      return message;
    }
  }
}

// ---- 13.2 sendMessage -------------------------------------------------------

/** The length field's 65,535, minus 20 for the IPv4 header and 8 for UDP's. */
const MAX_BYTES = 65_535 - 20 - 8;

export async function sendMessage(
  socket: Deno.DatagramConn,
  message: Uint8Array,
  to: Deno.NetAddr,
): Promise<void> {
  if (message.length > MAX_BYTES) {
    throw new RangeError(
      `Cannot send ${message.length} bytes: the limit is ${MAX_BYTES}`,
    );
  }
  // One send() is one datagram, so even an empty message needs no loop.
  await socket.send(message, to);
}

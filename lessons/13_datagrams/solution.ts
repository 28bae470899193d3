/** One good answer to each exercise of lesson 13. */

// ---- 13.1 ask ---------------------------------------------------------------

export async function ask(
  socket: Deno.DatagramConn,
  question: Uint8Array,
  server: Deno.NetAddr,
): Promise<Uint8Array> {
  await socket.send(question, server);
  while (true) {
    // Without a buffer of ours there is room for the longest answer, and the
    // answer is ours to keep.
    const [message, from] = await socket.receive();
    if (from.transport !== "udp") continue;
    // Anybody who knows our port can write to it. Two programs of one machine
    // have the same host, and two machines may use the same port.
    if (from.hostname === server.hostname && from.port === server.port) {
      return message;
    }
  }
}

// ---- 13.2 sendMessage -------------------------------------------------------

/** 65,535, less 20 for the header of IPv4 and 8 for that of UDP. */
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
  // One send is one message, so there is no loop, also not for an empty one.
  await socket.send(message, to);
}

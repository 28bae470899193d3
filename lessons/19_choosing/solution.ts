/** One good answer to each exercise of lesson 19. */
import type { Choice, Need } from "./types.ts";

// ---- 19.1 askLocal ----------------------------------------------------------

export async function askLocal(
  server: string,
  question: Uint8Array,
  options: { timeoutMs: number },
): Promise<Uint8Array> {
  // Without a path, the server can't answer.
  const path = `${server}.me`;
  const socket = Deno.listenDatagram({ transport: "unixpacket", path });

  async function talk(): Promise<Uint8Array> {
    await socket.send(question, { transport: "unixpacket", path: server });
    while (true) {
      const [data, from] = await socket.receive();
      // Any program that may write to the file can send to it.
      if ((from as Deno.UnixAddr).path === server) return data;
    }
  }

  const { timeoutMs } = options;
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    const message = `no answer from ${server} within ${timeoutMs} ms`;
    late.reject(new Deno.errors.TimedOut(message));
  }, timeoutMs);
  try {
    // The timeout covers send(), too: it waits if the queue is full.
    return await Promise.race([talk(), late.promise]);
  } finally {
    clearTimeout(timer);
    // close() leaves the file.
    socket.close();
    Deno.removeSync(path);
  }
}

// ---- 19.2 choose ------------------------------------------------------------

export function choose(need: Need): Choice {
  // Only UDP never makes its sender wait, even on one machine.
  if (need.latencyBeatsLoss && !need.everyByteMatters) return "udp";
  if (need.sameMachine) {
    // Both Unix kinds lose nothing; only datagrams preserve messages.
    return need.messagesStayWhole || need.manyReceivers ? "unixpacket" : "unix";
  }
  // One UDP socket can send to many; a TCP connection has one peer.
  if (need.manyReceivers && !need.everyByteMatters) return "udp";
  // TCP doesn't preserve messages, but framing (lesson 5) does.
  return "tcp";
}

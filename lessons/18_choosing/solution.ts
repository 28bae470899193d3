/** One good answer to each exercise of lesson 18. */
import type { Choice, Need } from "./types.ts";

// ---- 18.1 askLocal ----------------------------------------------------------

export async function askLocal(
  server: string,
  question: Uint8Array,
  options: { timeoutMs: number },
): Promise<Uint8Array> {
  // The return address. Without a path of one's own there is no answer.
  const path = `${server}.me`;
  const socket = Deno.listenDatagram({ transport: "unixpacket", path });

  async function talk(): Promise<Uint8Array> {
    await socket.send(question, { transport: "unixpacket", path: server });
    while (true) {
      const [data, from] = await socket.receive();
      // Whoever may write to the file may send to it, so the sender counts.
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
    // All of it is under the deadline: with a full queue even send() waits.
    return await Promise.race([talk(), late.promise]);
  } finally {
    clearTimeout(timer);
    // Deno closes the socket and leaves the file.
    socket.close();
    Deno.removeSync(path);
  }
}

// ---- 18.2 choose ------------------------------------------------------------

export function choose(need: Need): Choice {
  // Only UDP never makes its sender wait, also on one machine.
  if (need.latencyBeatsLoss && !need.everyByteMatters) return "udp";
  if (need.sameMachine) {
    // Both Unix kinds lose nothing. Datagrams have edges, and many peers.
    return need.messagesStayWhole || need.manyReceivers ? "unixpacket" : "unix";
  }
  // One message for many is what UDP can and TCP cannot.
  if (need.manyReceivers && !need.everyByteMatters) return "udp";
  // TCP has no edges, but frames (lesson 5) make whole messages of it.
  return "tcp";
}

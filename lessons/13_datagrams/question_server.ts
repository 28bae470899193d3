import { type DatagramSocket, formatAddress } from "../../lib/net/mod.ts";
import { counted } from "../../lib/show/counted.ts";
import type { SendMessage } from "./types.ts";
import { printable } from "../../lib/show/text.ts";

/** A server's counts so far. */
export interface Served {
  /** Messages received. */
  messages: number;
  /** Addresses the messages came from. */
  senders: number;
  /** Bytes sent back. */
  bytes: number;
}

/**
 * Answers every message, until the socket is closed.
 *
 * There are no connections to open or close: each message brings the address to
 * send the answer to. The server counts the messages from each address, and
 * never learns which clients have left.
 *
 * @param socket The socket that receives the messages.
 * @param options `note`: called with a line about each message. `sendMessage`:
 * sends an answer.
 * @returns The server's counts.
 */
export async function answerQuestions(
  socket: DatagramSocket,
  { note, sendMessage }: {
    note: (text: string) => void;
    sendMessage: SendMessage;
  },
): Promise<Served> {
  const counts = new Map<string, number>();
  const served: Served = { messages: 0, senders: 0, bytes: 0 };
  for await (const { bytes, from } of socket) {
    const sender = formatAddress(from);
    const count = (counts.get(sender) ?? 0) + 1;
    counts.set(sender, count);
    served.messages++;
    served.senders = counts.size;
    const size = counted(bytes.length, "byte");
    note(`${sender}: ${size} ${printable(bytes, { max: 40 })}`);
    const answer = answerTo(bytes, { sender, count });
    try {
      // sendMessage() only needs the socket's send().
      await sendMessage(socket as unknown as Deno.DatagramConn, answer, from);
      served.bytes += answer.length;
    } catch (error) {
      // A client that can't be answered doesn't end the server for the others.
      note(`${sender}: ${(error as Error).message}`);
    }
  }
  return served;
}

function answerTo(
  bytes: Uint8Array,
  { sender, count }: { sender: string; count: number },
): Uint8Array {
  const answers: Record<string, () => string> = {
    "time?": () => new Date().toISOString(),
    "who?": () => sender,
    "count?": () => `${count} from you`,
  };
  const question = new TextDecoder().decode(bytes).trim();
  const answer = Object.hasOwn(answers, question) && answers[question];
  return answer ? new TextEncoder().encode(`${answer()}\n`) : bytes;
}

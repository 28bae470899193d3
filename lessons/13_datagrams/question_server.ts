import { type DatagramSocket, formatAddress } from "../../lib/net/mod.ts";
import { counted } from "../../lib/show/counted.ts";
import { printable } from "../../lib/show/text.ts";

/** What a server has done. */
export interface Served {
  /** How many messages came. */
  messages: number;
  /** From how many addresses they came. */
  senders: number;
  /** How many bytes went back. */
  bytes: number;
}

/**
 * Answers each message that comes, until the socket is closed.
 *
 * There is no connection that could begin or end: all that it needs for an
 * answer stands on the message. It counts the messages of each address, and
 * never learns which of them will not write again.
 *
 * @param socket Where the messages come.
 * @param note Is told of each.
 * @returns What it did.
 */
export async function answerQuestions(
  socket: DatagramSocket,
  note: (text: string) => void,
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
      await socket.send(answer, from);
      served.bytes += answer.length;
    } catch (error) {
      // One who cannot be answered does not end the server for the others.
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

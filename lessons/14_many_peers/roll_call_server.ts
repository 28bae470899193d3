import { type DatagramSocket, formatAddress } from "../../lib/net/mod.ts";
import { printable } from "../../lib/show/text.ts";
import type { RollCallInstance } from "./types.ts";

/** A server's counts so far. */
export interface RollCallServed {
  /** Names that have joined. */
  joined: number;
  /** Messages received. */
  received: number;
  /** Messages sent. */
  sent: number;
}

/**
 * Runs a roll call on a socket until it's closed.
 *
 * @param socket The socket, which serves all peers.
 * @param roll Handles the messages.
 * @param note Called with a line about each message, and about each peer that
 * joins or leaves.
 * @returns The server's counts.
 */
export async function serveRollCall(
  socket: DatagramSocket,
  roll: RollCallInstance,
  note: (text: string) => void,
): Promise<RollCallServed> {
  const served: RollCallServed = { joined: 0, received: 0, sent: 0 };
  let present: string[] = [];
  function noteChanges(): void {
    const now = roll.present();
    const joined = now.filter((name) => !present.includes(name));
    const gone = present.filter((name) => !now.includes(name));
    served.joined += joined.length;
    present = now;
    const rest = `present: ${now.join(", ") || "nobody"}`;
    if (joined.length > 0) note(`${joined.join(", ")} joined; ${rest}`);
    if (gone.length > 0) note(`${gone.join(", ")} left; ${rest}`);
  }
  for await (const { bytes, from } of socket) {
    // Peers that were silent for too long were gone before this arrived.
    noteChanges();
    const outgoing = roll.handle(bytes, from);
    served.received++;
    const sender = formatAddress(from);
    note(
      `${sender}: ${printable(bytes, { max: 40 })}, sending ${outgoing.length}`,
    );
    for (const { to, message } of outgoing) {
      try {
        await socket.send(message, to);
        served.sent++;
      } catch (error) {
        // A peer that can't be reached doesn't end the server for the others.
        note(`${formatAddress(to)}: ${(error as Error).message}`);
      }
    }
    noteChanges();
  }
  return served;
}

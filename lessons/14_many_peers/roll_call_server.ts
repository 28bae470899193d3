import { type DatagramSocket, formatAddress } from "../../lib/net/mod.ts";
import { printable } from "../../lib/show/text.ts";
import type { CallingRoll } from "./types.ts";

/** What a server has done. */
export interface RollCallServed {
  /** How often a name came to be present. */
  joined: number;
  /** How many messages came. */
  received: number;
  /** How many messages went out. */
  sent: number;
}

/**
 * Calls the roll on a socket until it is closed.
 *
 * @param socket The one socket, for all peers.
 * @param roll Says what goes out for what comes.
 * @param note Is told of what comes, and of who comes and goes.
 * @returns What it did.
 */
export async function serveRollCall(
  socket: DatagramSocket,
  roll: CallingRoll,
  note: (text: string) => void,
): Promise<RollCallServed> {
  const served: RollCallServed = { joined: 0, received: 0, sent: 0 };
  let present: string[] = [];
  function noteChanges(): void {
    const now = roll.present();
    const come = now.filter((name) => !present.includes(name));
    const gone = present.filter((name) => !now.includes(name));
    served.joined += come.length;
    present = now;
    const rest = `present: ${now.join(", ") || "nobody"}`;
    if (come.length > 0) note(`${come.join(", ")} came; ${rest}`);
    if (gone.length > 0) note(`${gone.join(", ")} left; ${rest}`);
  }
  for await (const { bytes, from } of socket) {
    // Who has been silent for too long was gone before this came.
    noteChanges();
    const letters = roll.handle(bytes, from);
    served.received++;
    const sender = formatAddress(from);
    note(`${sender}: ${printable(bytes, { max: 40 })}, ${letters.length} out`);
    for (const { to, message } of letters) {
      try {
        await socket.send(message, to);
        served.sent++;
      } catch (error) {
        // One who cannot be reached does not end the roll for the others.
        note(`${formatAddress(to)}: ${(error as Error).message}`);
      }
    }
    noteChanges();
  }
  return served;
}

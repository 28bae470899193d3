import { connectBoth, type Trial } from "../../../lib/workbook/kit/mod.ts";

/**
 * Finds a port that refuses connections for as long as the check lasts.
 *
 * It belongs to a connection whose listener is closed, so the kernel gives it
 * to no other socket. The port of a client would be taken, too, but a kernel
 * picks the next client's port near it, and may pick the very port that client
 * connects to. Then the client is connected to itself.
 *
 * @param trial Closes the connection when the check ends.
 * @returns The port.
 */
export async function refusingPort(trial: Trial): Promise<number> {
  const { client, server } = await connectBoth();
  trial.use(client);
  trial.use(server);
  return server.localAddr.port;
}

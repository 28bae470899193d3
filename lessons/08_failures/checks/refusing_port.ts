import { connectBoth, type Trial } from "../../../lib/workbook/kit/mod.ts";

/**
 * Finds a port that refuses connections for as long as the check lasts.
 *
 * The port belongs to a connection whose listener is closed, so the kernel
 * doesn't give it to another socket. A client's port would be taken, too, but the
 * kernel picks the next client's port near it. It may pick the very port that
 * this client connects to, and then the client is connected to itself.
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

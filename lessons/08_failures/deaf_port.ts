import { connectBoth, type Trial } from "../../lib/workbook/kit/mod.ts";

/**
 * Finds a port that refuses connections for as long as a check lasts.
 *
 * It is that of a connection whose listener is closed: so the system gives it to
 * nobody else. A client's own port would be taken as well, but a system looks
 * for the next client's port where it took that one. Now and then it takes the
 * very port that the client connects to, and that one then talks to itself.
 *
 * @param trial Closes the connection when the check ends.
 * @returns The port.
 */
export async function deafPort(trial: Trial): Promise<number> {
  const { client, server } = await connectBoth();
  trial.use(client);
  trial.use(server);
  return server.localAddr.port;
}

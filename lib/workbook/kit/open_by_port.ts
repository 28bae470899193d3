import { listenTcp } from "../../net/mod.ts";
import type { Trial } from "./trial.ts";

/** What the answers under way get when they connect to these ports. */
const connections = new Map<number, Deno.Conn>();

/**
 * Lets an answer that connects by itself run over the connections of a driver.
 *
 * The answer gets a port, and `Deno.connect` to that port gives it the driver's
 * connection. So `checkStream` can play a slow, a broken, or an endless server.
 * Something really listens at the port and says nothing, so that an answer which
 * connects in another way, such as `fetch()`, waits there.
 *
 * @param trial The run of the check.
 * @param call Calls the answer once.
 * @returns What a driver takes for `open`.
 */
export function openByPort<V>(
  trial: Trial,
  call: (port: number) => Promise<V>,
): (conn: Deno.Conn) => () => Promise<V> {
  return (conn) => {
    const { port } = trial.use(listenTcp()).addr;
    // A call may still be waiting when the check ends.
    trial.use({ close: () => forget(port) });
    return async () => {
      connections.set(port, conn);
      Deno.connect = stub as typeof Deno.connect;
      try {
        return await call(port);
      } finally {
        forget(port);
      }
    };
  };
}

const { connect } = Deno;

function forget(port: number): void {
  connections.delete(port);
  if (connections.size === 0) Deno.connect = connect;
}

async function stub(options: Deno.ConnectOptions): Promise<Deno.Conn> {
  return connections.get(options?.port) ?? await connect(options);
}

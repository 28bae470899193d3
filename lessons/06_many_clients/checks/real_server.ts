import {
  connectTcp,
  listenTcp,
  readToEnd,
  writeAll,
} from "../../../lib/net/mod.ts";
import type { Trial } from "../../../lib/workbook/kit/mod.ts";
import type { Handler } from "../types.ts";
import { CLOSING, START } from "./explain.ts";
import type { Server } from "./server_run.ts";

const echoOnce: Handler = async (conn) => {
  const buffer = new Uint8Array(100);
  const count = await conn.read(buffer) ?? 0;
  await writeAll(conn, buffer.subarray(0, count));
};

/** Checks that an answer serves clients over real sockets. */
export async function checkRealServer(
  { name, serve, limit }: Server,
  trial: Trial,
): Promise<void> {
  trial.step("over real sockets: a client is silent, and three others talk");
  const listener = trial.use(listenTcp());
  const serving = trial.start(name, () => serve(listener, echoOnce, limit));
  const connect = async () => trial.use(await connectTcp(listener.addr.port));
  const silent = await connect();
  for (let i = 0; i < 3; i++) {
    const client = await connect();
    await writeAll(client, new Uint8Array([i]));
    const answer = await trial.waitFor(readToEnd(client), {
      waitingFor: "a client's answer, and the end of its connection",
      likely:
        "The silent client's handler is waiting, and your server waits, " +
        "too. Keep accepting, and close each connection when its handler is " +
        "done.",
      read: START,
    });
    trial.equalBytes(answer, new Uint8Array([i]), {
      likely: "This isn't what the handler sent. Pass it the connection that " +
        "accept() returned, and don't write anything yourself.",
      read: START,
    });
  }
  listener.close();
  silent.close();
  await trial.waitFor(serving, {
    waitingFor: `${name}() to return after the listener has closed`,
    likely: "You didn't return when accept() threw BadResource, which means " +
      "that the listener is closed.",
    read: CLOSING,
  });
}

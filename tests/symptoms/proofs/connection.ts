import {
  connectResettable,
  listenTcp,
  readExact,
} from "../../../lib/net/mod.ts";
import type { Proof } from "./proof.ts";
import { bytes, Pair, readOnce, thrownBy } from "./sockets.ts";

export const connection: Record<string, Proof> = {
  async "end"() {
    using pair = await Pair.connect();
    pair.server.close();
    return `read() gave ${await readOnce(pair.client)}`;
  },

  async "too-early"() {
    using pair = await Pair.connect();
    await pair.server.write(bytes("ab"));
    pair.server.close();
    return await thrownBy(() => readExact(pair.client, 4));
  },

  async "reset"() {
    using listener = listenTcp();
    using client = await connectResettable(listener.addr.port);
    using server = await listener.accept();
    client.reset();
    return await thrownBy(() => readOnce(server));
  },

  async "broken-pipe"() {
    using pair = await Pair.connect();
    pair.server.close();
    await readOnce(pair.client);
    // The first write is taken; its answer is an RST.
    return await thrownBy(async () => {
      while (true) await pair.client.write(bytes("a"));
    });
  },

  async "not-connected"() {
    using listener = listenTcp();
    using client = await connectResettable(listener.addr.port);
    client.reset();
    return await thrownBy(async () => {
      using _conn = await listener.accept();
    });
  },

  async "empty-reply"() {
    using listener = listenTcp();
    const closed = listener.accept().then(async (conn) => {
      await readOnce(conn);
      conn.close();
    });
    const url = `http://127.0.0.1:${listener.addr.port}`;
    const error = await thrownBy(() => fetch(url));
    await closed;
    return error;
  },
};

import { connect } from "node:net";
import { once } from "node:events";
import { listenTcp } from "../../../lib/net/mod.ts";
import type { Proof } from "./proof.ts";
import { thrownByChild } from "./child.ts";
import { Pair, readOnce, thrownBy } from "./sockets.ts";

export const program: Record<string, Proof> = {
  async "interrupted"() {
    using pair = await Pair.connect();
    const reading = thrownBy(() => readOnce(pair.client));
    pair.client.close();
    return await reading;
  },

  async "bad-resource"() {
    using pair = await Pair.connect();
    pair.client.close();
    const listener = listenTcp();
    listener.close();
    return [
      await thrownBy(() => readOnce(pair.client)),
      await thrownBy(() => listener.accept()),
    ];
  },

  async "write-after-end"() {
    using listener = listenTcp();
    const client = connect(listener.addr.port, "127.0.0.1");
    using _server = await listener.accept();
    client.end();
    client.write("late");
    const [error] = await once(client, "error");
    client.destroy();
    return error;
  },

  async "busy"() {
    using listener = listenTcp();
    listener.accept().catch(() => {});
    return await thrownBy(() => listener.accept());
  },

  "too-many-files": () =>
    thrownByChild(
      `const all = [];
       const options = { hostname: "127.0.0.1", port: 0 };
       while (true) all.push(Deno.listen(options));`,
      { flags: ["-A"], shell: "ulimit -n 64" },
    ),

  "not-capable": () => thrownByChild("await Deno.connect({ port: 9 });"),
};

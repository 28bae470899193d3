import { connectTcp, listenTcp } from "../../../lib/net/mod.ts";
import type { Proof } from "./proof.ts";
import { thrownBy } from "./sockets.ts";

export const reach: Record<string, Proof> = {
  async "localhost-only"() {
    using listener = listenTcp();
    const { port } = listener.addr;
    const error = await thrownBy(() =>
      Deno.connect({ hostname: "127.0.0.2", port })
    );
    return error instanceof Deno.errors.ConnectionRefused
      ? "bound to 127.0.0.1, the server refused at 127.0.0.2"
      : String(error);
  },

  async "by-ip-not-by-name"() {
    using listener = listenTcp();
    const { port } = listener.addr;
    using _conn = await connectTcp(port);
    const error = await thrownBy(() => Deno.connect({ hostname: "::1", port }));
    return error instanceof Deno.errors.ConnectionRefused ||
        error instanceof Deno.errors.AddrNotAvailable
      ? "127.0.0.1 connects, [::1] is refused: localhost is both"
      : String(error);
  },

  async "connects-without-accept"() {
    using listener = listenTcp();
    using _conn = await connectTcp(listener.addr.port);
    return "connect() succeeded before accept()";
  },

  async "source-port"() {
    using listener = listenTcp();
    using a = await connectTcp(listener.addr.port);
    using b = await connectTcp(listener.addr.port);
    return a.localAddr.port === b.localAddr.port
      ? "the same port"
      : "two connections, two local ports";
  },
};

import { FullBacklog } from "../../../lessons/08_failures/full_backlog.ts";
import { connectTcp } from "../../../lib/net/mod.ts";
import type { Proof } from "./proof.ts";
import { freePort, thrownBy } from "./sockets.ts";

export const connecting: Record<string, Proof> = {
  "refused": () => thrownBy(() => Deno.connect({ port: freePort() })),

  async "timed-out"() {
    using full = await FullBacklog.make();
    const { port } = full;
    const signal = AbortSignal.timeout(50);
    return [
      await thrownBy(() => connectTcp(port, { timeoutMs: 50 })),
      await thrownBy(() => Deno.connect({ port, signal })),
    ];
  },

  "aborted": () =>
    thrownBy(() =>
      Deno.connect({ port: freePort(), signal: AbortSignal.abort() })
    ),

  // A label of more than 63 characters fails before any server is asked.
  "name-not-found": () =>
    thrownBy(() => Deno.connect({ hostname: "x".repeat(64), port: 9 })),

  "bad-port": async () => [
    await thrownBy(() => Deno.connect({ port: 65_536 })),
    await thrownBy(() => Deno.connect({ port: 0 })),
  ],
};

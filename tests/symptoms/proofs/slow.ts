import { SendQueue, writeAll } from "../../../lib/net/mod.ts";
import type { Proof } from "./proof.ts";
import { bytes, isPending, Pair, readOnce } from "./sockets.ts";

export const slow: Record<string, Proof> = {
  async "forty-ms"() {
    using pair = await Pair.connect();
    pair.client.setNoDelay(false);
    pair.server.setNoDelay(true);
    let longest = 0;
    // At first, Linux acknowledges at once, to get the connection going.
    for (let i = 0; i < 40 && longest < 20; i++) {
      const start = performance.now();
      await pair.client.write(bytes("head"));
      await pair.client.write(bytes("body"));
      for (let got = 0; got < 8;) got += (await readOnce(pair.server))!.length;
      await pair.server.write(bytes("answer"));
      await readOnce(pair.client);
      longest = Math.max(longest, performance.now() - start);
    }
    return longest >= 20
      ? "two small writes with Nagle's algorithm: the second waited"
      : `the longest took ${longest} ms`;
  },

  async "slow-client"() {
    using slow = await Pair.connect();
    using other = await Pair.connect();
    const line = new Uint8Array(32 * 1024 * 1024);
    const broadcast = (async () => {
      for (const { server } of [slow, other]) await writeAll(server, line);
    })();
    broadcast.catch(() => {});
    return await isPending(readOnce(other.client))
      ? "one client didn't read, and the broadcast stopped for all"
      : "the other client got it";
  },

  async "memory-grows"() {
    using pair = await Pair.connect();
    const queue = new SendQueue(pair.server, { maxBytes: 64 * 1024 * 1024 });
    const sizes = [1, 2].map(() => {
      for (let i = 0; i < 16; i++) queue.send(new Uint8Array(1024 * 1024));
      return queue.unsentBytes;
    });
    queue.drop();
    await queue.ended;
    return sizes[1] > sizes[0]
      ? "what a client never reads piles up in the queue"
      : sizes.join(" ");
  },
};

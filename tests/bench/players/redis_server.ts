/**
 * Lesson 22's server, without the log that `--serve` prints.
 *
 * @module
 */
import { serveRedis } from "../../../lessons/22_redis_by_hand/server.ts";
import { Store } from "../../../lessons/22_redis_by_hand/solution.ts";
import { listenTcp } from "../../../lib/net/mod.ts";
import { play } from "./play.mjs";

play({
  lesson22() {
    const listener = listenTcp();
    serveRedis(listener, new Store());
    return listener.addr.port;
  },
});

/**
 * Records `recording.ts` again. It needs tcpdump, and permission to capture.
 *
 *     deno run -A lessons/12_handshake/make_recording.ts
 */
import type { Packet } from "../../lib/wire/mod.ts";
import { observe } from "../11_tcp_segment/observe.ts";
import { writeRecording } from "../11_tcp_segment/write_recording.ts";
import { ENDINGS, makeConnection } from "./connections.ts";

const packets: Packet[] = [];
for (const ending of ENDINGS) {
  const observed = await observe(async () => [await makeConnection(ending)]);
  if ("reason" in observed) throw new Error(observed.reason);
  packets.push(...observed.packets);
}
await writeRecording(packets, import.meta.url);

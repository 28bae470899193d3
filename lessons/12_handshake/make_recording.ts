/**
 * Makes `recording.ts` anew. It needs tcpdump, and the right to capture.
 *
 *     deno run -A lessons/12_handshake/make_recording.ts
 */
import type { Packet } from "../../lib/wire/mod.ts";
import { observe } from "../11_tcp_segment/observe.ts";
import { writeRecording } from "../11_tcp_segment/write_recording.ts";
import { ENDS, live } from "./lives.ts";

const packets: Packet[] = [];
for (const end of ENDS) {
  const observed = await observe(async () => [await live(end)]);
  if ("reason" in observed) throw new Error(observed.reason);
  packets.push(...observed.packets);
}
await writeRecording(packets, import.meta.url);

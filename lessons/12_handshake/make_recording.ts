/**
 * Makes `recording.ts` anew. It needs tcpdump, and the right to capture.
 *
 *     deno run -A lessons/12_handshake/make_recording.ts
 */
import { observe } from "../11_tcp_segment/observe.ts";
import { writeRecording } from "../11_tcp_segment/write_recording.ts";
import { live, livesOf } from "./lives.ts";

const observed = await observe(live);
if ("reason" in observed) throw new Error(observed.reason);
const { atOnce, later, reset } = livesOf(observed.packets)!;
const packets = [atOnce, later, reset]
  .flatMap(({ segments }) => segments.map(({ packet }) => packet));
await writeRecording(packets, import.meta.url);

/**
 * Records `recording.ts` again. It needs tcpdump, and permission to capture.
 *
 *     deno run -A lessons/17_flow_and_congestion/make_recording.ts
 */
import { observe } from "../11_tcp_segment/observe.ts";
import { writeRecording } from "../11_tcp_segment/write_recording.ts";
import { flowControlOf, starve } from "./flow_control.ts";

const observed = await observe(async () => [await starve()]);
if ("reason" in observed) throw new Error(observed.reason);
if (flowControlOf(observed.packets) === undefined) {
  throw new Error("The capture shows no zero window that opens again");
}
await writeRecording(observed.packets, import.meta.url);

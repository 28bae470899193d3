/**
 * Makes `recording.ts` anew. It needs tcpdump, and the right to capture.
 *
 *     deno run -A lessons/11_tcp_segment/make_recording.ts
 *
 * It keeps the connection on which words are said, the beginnings of six
 * others, and the three packets around the end of the circle.
 */
import type { Packet } from "../../lib/wire/mod.ts";
import { observe } from "./observe.ts";
import {
  bytesToWrap,
  directionsOf,
  findWrap,
  openMany,
  sendPastWrap,
  speak,
} from "./traffic.ts";
import { writeRecording } from "./write_recording.ts";

const spoken = await packetsOf(async () => [await speak()]);
const pairs = await openManyObserved();
const directions = directionsOf(pairs.packets);
const nearest = directions.reduce((a, b) =>
  bytesToWrap(a) < bytesToWrap(b) ? a : b
);
const ends = pairs.ends.find(({ port }) => port === nearest.port)!;
const stream = await packetsOf(async () => {
  await sendPastWrap(ends, nearest);
  return [nearest.port];
});
const { last, next, ack } = findWrap(stream)!;

const ports = directions.slice(0, 10).map(({ port }) => port);
const beginnings = pairs.packets.filter(({ tcp }) =>
  tcp?.flags.syn &&
  [...ports, nearest.port].some((port) =>
    port === tcp.sourcePort || port === tcp.destinationPort
  )
);
const kept = [...spoken, ...beginnings, last, next, ack!];
await writeRecording(kept, import.meta.url);
Deno.exit();

async function packetsOf(run: () => Promise<number[]>): Promise<Packet[]> {
  const observed = await observe(run);
  if ("reason" in observed) throw new Error(observed.reason);
  return observed.packets;
}

async function openManyObserved() {
  let ends: Awaited<ReturnType<typeof openMany>> = [];
  const packets = await packetsOf(async () => {
    ends = await openMany(100);
    return ends.map(({ port }) => port);
  });
  return { ends, packets };
}

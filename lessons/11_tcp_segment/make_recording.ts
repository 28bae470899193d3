/**
 * Records `recording.ts` again. It needs tcpdump, and permission to capture.
 *
 *     deno run -A lessons/11_tcp_segment/make_recording.ts
 *
 * It keeps the connection that carries the words, the handshakes of six others,
 * and the three packets around the wraparound.
 */
import type { Packet } from "../../lib/wire/mod.ts";
import { observe } from "./observe.ts";
import {
  directionsOf,
  type Ends,
  findWrap,
  nearestToWrap,
  openMany,
  sendPastWrap,
  sendWords,
} from "./traffic.ts";
import { writeRecording } from "./write_recording.ts";

const words = await packetsOf(async () => [await sendWords()]);
let connections: Ends[] = [];
const handshakes = await packetsOf(async () => {
  connections = await openMany(100);
  return connections.map(({ port }) => port);
});
const directions = directionsOf(handshakes);
const nearest = nearestToWrap(directions);
const stream = await packetsOf(async () => {
  const ends = connections.find(({ port }) => port === nearest.port)!;
  await sendPastWrap(ends, nearest);
  return [nearest.port];
});
const { last, next, ack } = findWrap(stream)!;

const kept = new Set(directions.slice(0, 10).map(({ port }) => port));
kept.add(nearest.port);
const keptHandshakes = handshakes.filter(({ tcp }) =>
  tcp!.flags.syn &&
  (kept.has(tcp!.sourcePort) || kept.has(tcp!.destinationPort))
);
const packets = [...words, ...keptHandshakes, last, next, ack!];
await writeRecording(packets, import.meta.url);
Deno.exit();

async function packetsOf(run: () => Promise<number[]>): Promise<Packet[]> {
  const observed = await observe(run);
  if ("reason" in observed) throw new Error(observed.reason);
  return observed.packets;
}

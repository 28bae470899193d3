/** Segments for the checks of lesson 12, made up and recorded. */
import { counted } from "../../lib/show/counted.ts";
import { encodeTcp, type TcpFields } from "../../lib/wire/mod.ts";
import { readRecording } from "../11_tcp_segment/observe.ts";
import { decodeSegment } from "../11_tcp_segment/solution.ts";
import type { Segment } from "../11_tcp_segment/types.ts";
import { type Life, livesOf } from "./lives.ts";
import { RECORDING } from "./recording.ts";

const CLIENT = { sourcePort: 50000, destinationPort: 7000 };
const SERVER = { sourcePort: 7000, destinationPort: 50000 };

/** What matters of a segment here; the rest is 0, or empty. */
export type Fields = Omit<TcpFields, "sourcePort" | "destinationPort"> & {
  data?: string;
};

/**
 * Makes a segment of the client.
 *
 * @param fields What matters of it.
 * @returns It, as `decodeSegment` gives it.
 */
export function fromClient(fields: Fields): Segment {
  return make({ ...CLIENT, ...fields });
}

/**
 * Makes a segment of the server.
 *
 * @param fields What matters of it.
 * @returns It, as `decodeSegment` gives it.
 */
export function fromServer(fields: Fields): Segment {
  return make({ ...SERVER, ...fields });
}

function make({ data = "", ...fields }: TcpFields & { data?: string }) {
  const payload = new TextEncoder().encode(data);
  return decodeSegment(encodeTcp(fields, { payload }));
}

/**
 * The recorded connections, one that closes in three segments, one in four, and
 * one that is reset.
 *
 * @returns The segments of each, in their order.
 */
export function recordedSegments(): Segment[][] {
  return livesOf(readRecording(RECORDING)).map(segmentsOf);
}

function segmentsOf({ segments }: Life): Segment[] {
  return segments.map(({ packet: { bytes, link, ip } }) =>
    decodeSegment(bytes.slice(link!.headerBytes + ip!.headerBytes))
  );
}

/**
 * Writes a segment as `tcpdump` would.
 *
 * @param segment The segment.
 * @returns For example `SYN,ACK seq 300 ack 101`.
 */
export function describe(segment: Segment): string {
  const { flags, sequence, acknowledgment, payload } = segment;
  const names = (["syn", "fin", "rst", "psh", "ack", "urg"] as const)
    .filter((name) => flags[name])
    .map((name) => name.toUpperCase());
  return [
    names.join(",") || "no flags",
    `seq ${sequence}`,
    ...(flags.ack ? [`ack ${acknowledgment}`] : []),
    ...(payload.length > 0 ? [counted(payload.length, "byte")] : []),
  ].join(" ");
}

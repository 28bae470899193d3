/** Made-up and recorded segments for the checks of lesson 12. */
import { counted } from "../../../lib/show/counted.ts";
import { encodeTcp, type TcpFields } from "../../../lib/wire/mod.ts";
import { readRecording } from "../../11_tcp_segment/observe.ts";
import { decodeSegment } from "../../11_tcp_segment/solution.ts";
import type { Segment } from "../../11_tcp_segment/types.ts";
import { connectionsOf } from "../connections.ts";
import { RECORDING } from "../recording.ts";

/** The fields that matter for a check. The others are 0 or empty. */
export type Fields = Omit<TcpFields, "sourcePort" | "destinationPort"> & {
  data?: string;
};

/** Makes a segment from the client, as `decodeSegment` returns it. */
export function fromClient(fields: Fields): Segment {
  return make({ sourcePort: 50000, destinationPort: 7000, ...fields });
}

/** Makes a segment from the server, as `decodeSegment` returns it. */
export function fromServer(fields: Fields): Segment {
  return make({ sourcePort: 7000, destinationPort: 50000, ...fields });
}

function make({ data = "", ...fields }: TcpFields & Fields): Segment {
  const payload = new TextEncoder().encode(data);
  return decodeSegment(encodeTcp(fields, { payload }));
}

/** Returns the segments of each recorded connection, in order. */
export function recordedConnections(): Segment[][] {
  return connectionsOf(readRecording(RECORDING)).map(({ segments }) =>
    segments.map(({ packet: { bytes, link, ip } }) =>
      decodeSegment(bytes.slice(link!.headerBytes + ip!.headerBytes))
    )
  );
}

/** The flags, in the order in which they are shown. */
const SHOWN = ["syn", "fin", "rst", "psh", "ack", "urg", "ece", "cwr"] as const;

/** Describes a segment as `tcpdump` does: `SYN,ACK seq 300 ack 101`. */
export function describe(segment: Segment): string {
  const { flags, sequence, acknowledgment, payload } = segment;
  const names = SHOWN.filter((name) => flags[name])
    .map((name) => name.toUpperCase());
  return [
    names.join(",") || "no flags",
    `seq ${sequence}`,
    ...(flags.ack ? [`ack ${acknowledgment}`] : []),
    ...(payload.length > 0 ? [counted(payload.length, "byte")] : []),
  ].join(" ");
}

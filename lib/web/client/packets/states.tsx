import { useMemo } from "../../deps/hooks.ts";
import type { ShowEvent } from "../../../show/events.ts";
import { diagramSegment } from "../../../show/segment_diagram.ts";
import { Run } from "../../draw/mod.ts";
import type { CapturePacket } from "./read_file.ts";

/**
 * The most segments in a diagram: more would take too long to read and draw.
 */
const MAX_SEGMENTS = 300;

/** Draws a TCP connection, segment by segment, with the states of both ends. */
export function States({ packets, width }: {
  packets: CapturePacket[];
  width: number;
}) {
  const segments = useMemo(
    () =>
      packets.flatMap(({ packet, tracked: { segment } }) =>
        segment === null ? [] : [diagramSegment(packet, segment)]
      ),
    [packets],
  );
  const events: ShowEvent[] = useMemo(() => [{
    kind: "segments",
    atMs: 0,
    client: "client",
    server: "server",
    numbers: "relative",
    segments: segments.slice(0, MAX_SEGMENTS),
  }], [segments]);
  return (
    <>
      <Run events={events} width={width} />
      {segments.length > MAX_SEGMENTS && (
        <p class="run-note">
          These are the first {MAX_SEGMENTS} of {segments.length} segments.
        </p>
      )}
    </>
  );
}

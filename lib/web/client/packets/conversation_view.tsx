import { useMemo, useState } from "preact/hooks";
import { diagramSegment } from "../../../show/segment_diagram.ts";
import type { ShowEvent } from "../../../show/events.ts";
import { Run } from "../../draw/mod.ts";
import type { CapturePacket } from "./read_file.ts";
import { streamsOf } from "./streams.ts";

/** A diagram of more segments than this takes too long to read and to draw. */
const MAX_SEGMENTS = 500;

/** One conversation: as a flow graph, or as what its two ends said. */
export function ConversationView({ packets, width }: {
  packets: CapturePacket[];
  width: number;
}) {
  const [view, setView] = useState<"flow" | "stream">("flow");
  const segments = useMemo(
    () =>
      packets.flatMap(({ packet, tracked: { segment } }) =>
        segment === null ? [] : [diagramSegment(packet, segment)]
      ),
    [packets],
  );
  const event: ShowEvent = {
    kind: "segments",
    atMs: 0,
    client: "client",
    server: "server",
    numbers: "relative",
    segments: segments.slice(0, MAX_SEGMENTS),
  };
  const hasFlow = segments.length > 0;
  return (
    <section aria-label="The conversation">
      {hasFlow && (
        <div class="views" role="group" aria-label="How to see it">
          <button
            type="button"
            aria-pressed={view === "flow"}
            onClick={() => setView("flow")}
          >
            Flow graph
          </button>
          <button
            type="button"
            aria-pressed={view === "stream"}
            onClick={() => setView("stream")}
          >
            Follow its data
          </button>
        </div>
      )}
      {hasFlow && view === "flow"
        ? (
          <>
            <Run events={[event]} upTo={1} width={width} />
            {segments.length > MAX_SEGMENTS && (
              <p class="run-note">
                The first {MAX_SEGMENTS} of {segments.length} segments.
              </p>
            )}
          </>
        )
        : <Stream packets={packets} />}
    </section>
  );
}

/** What the two ends said, each in its color. */
function Stream({ packets }: { packets: CapturePacket[] }) {
  const { pieces, isCut } = useMemo(() => streamsOf(packets), [packets]);
  if (pieces.length === 0) return <p>Neither end sent any data.</p>;
  return (
    <>
      <pre class="stream" tabIndex={0}>
        {pieces.map(({ from, text }) => (
          <span class={from}>
            <span class="unseen">{from}: </span>
            {text}
          </span>
        ))}
      </pre>
      <small>
        The client's data is blue, the server's is orange. Bytes that aren't
        text are dots.{isCut ? " This is only the beginning." : ""}
      </small>
    </>
  );
}

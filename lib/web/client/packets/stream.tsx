import { useMemo } from "../../deps/hooks.ts";
import type { CapturePacket } from "./read_file.ts";
import { streamsOf } from "./streams.ts";

/** Shows the data of both ends of a conversation, each in its color. */
export function Stream({ packets }: { packets: CapturePacket[] }) {
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

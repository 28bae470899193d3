import type { TimedCall } from "../../../xray/timeline.ts";

/** Shows a system call: its arguments, its result, and its time. */
export function CallDetails({ call, atMs }: { call: TimedCall; atMs: number }) {
  const { name, tookMs, asked, moved, error, socket, says, data } = call;
  const facts: [string, string | number | undefined][] = [
    ["file descriptor", `${socket.descriptor}, a ${socket.kind} socket`],
    ["its address", socket.local],
    ["its peer", socket.remote ?? call.peer],
    ["bytes asked for", asked],
    ["bytes moved", moved],
    ["error", error],
    ["what it says", says],
    ["at", `${atMs.toFixed(3)} ms`],
    ["took", `${(tookMs * 1000).toFixed(0)} µs`],
    ["first bytes", data],
  ];
  return (
    <div class="call-details">
      <h3>{name}()</h3>
      <p>
        <code>
          {name}({[socket.descriptor, call.given].filter(Boolean).join(", ")}) =
          {" "}
          {error ?? call.returned}
        </code>
      </p>
      <dl>
        {facts.map(([term, value]) =>
          value === undefined || value === "" ? null : (
            <div>
              <dt>{term}</dt>
              <dd>{value}</dd>
            </div>
          )
        )}
      </dl>
    </div>
  );
}

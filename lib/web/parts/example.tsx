import { useState } from "../deps/hooks.ts";
import type { ExampleResult } from "../protocol.ts";

/** An example in a reading, which the reader can run. */
export interface ExampleProps {
  lesson: number;
  /** The example's place in the reading, from 1. */
  number: number;
  /** Runs it; not given if there's no script, and then there's no button. */
  run?: () => Promise<ExampleResult>;
}

/** Shows the button that runs an example, and the example's result. */
export function Example({ number, run }: ExampleProps) {
  const [state, setState] = useState<ExampleResult | "running" | undefined>();
  async function press() {
    setState("running");
    try {
      setState(await run!());
    } catch (error) {
      setState({ ok: false, output: String(error), tookMs: 0 });
    }
  }
  const isRunning = state === "running";
  return (
    <div class="example-run">
      <button
        type="button"
        disabled={isRunning}
        onClick={press}
        aria-label={`Run example ${number}`}
      >
        {isRunning ? "Running …" : "Run"}
      </button>
      <div role="status">
        {state !== undefined && state !== "running" && (
          <>
            {state.output !== "" && (
              <pre class="said" tabIndex={0}>{state.output}</pre>
            )}
            <p class={state.ok ? "good" : "bad"}>
              {state.ok
                ? `✓ It ran to its end in ${Math.round(state.tookMs)} ms: ` +
                  "every assertion holds."
                : "✗ It ended with an error."}
            </p>
          </>
        )}
      </div>
    </div>
  );
}

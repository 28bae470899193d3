import type { FailureReport } from "../../workbook/checker/check_events.ts";
import { slugOf } from "../reading/slug.ts";
import type { ExerciseResult } from "../protocol.ts";

/** The most steps to show at first. */
const MAX_STEPS = 8;

/** Shows the whole result of a check. */
export function Verdict({ result }: { result: ExerciseResult }) {
  const { verdict, typeErrors = [], printed = "" } = result;
  return (
    <>
      {typeErrors.length > 0 && (
        <div class="types">
          <p>The compiler says:</p>
          <ul>{typeErrors.map((error) => <li key={error}>{error}</li>)}</ul>
        </div>
      )}
      {verdict.state === "broken" && (
        <>
          <p class="problem">Your file can't be loaded.</p>
          <pre class="said" tabIndex={0}>{verdict.message}</pre>
        </>
      )}
      {verdict.state === "failed" && <Failure report={verdict.report} />}
      {printed !== "" && verdict.state !== "not started" && (
        <details open>
          <summary>Your code printed</summary>
          <pre class="said" tabIndex={0}>{printed.trimEnd()}</pre>
        </details>
      )}
    </>
  );
}

function Failure({ report }: { report: FailureReport }) {
  const { steps, problem, likely, read, expected, received } = report;
  return (
    <>
      <p class="problem">{problem}</p>
      <p>{likely}</p>
      {expected.length + received.length > 0 && (
        <dl class="comparison">
          <Lines name="expected" lines={expected} />
          <Lines name="received" lines={received} />
        </dl>
      )}
      <Steps steps={steps} />
      {read !== "" && (
        <p class="read">
          Read: <a href={`#${slugOf(read)}`}>{read}</a>
        </p>
      )}
    </>
  );
}

/** Lists the steps of the check. It failed in the last one. */
function Steps({ steps }: { steps: string[] }) {
  if (steps.length === 0) return null;
  const folded = steps.length > MAX_STEPS ? steps.length - MAX_STEPS / 2 : 0;
  const list = (from: number, to: number) => (
    <ol start={from + 1}>
      {steps.slice(from, to).map((step, i) => (
        <li class={from + i === steps.length - 1 ? "bad" : "good"}>{step}</li>
      ))}
    </ol>
  );
  return (
    <div class="steps">
      <p>What the check did:</p>
      {folded > 0 && (
        <details>
          <summary>the first {folded} steps, all right</summary>
          {list(0, folded)}
        </details>
      )}
      {list(folded, steps.length)}
    </div>
  );
}

function Lines({ name, lines }: { name: string; lines: string[] }) {
  if (lines.length === 0) return null;
  return (
    <>
      <dt>{name}</dt>
      <dd>
        <pre tabIndex={0}>{markedLines(lines)}</pre>
      </dd>
    </>
  );
}

/** Marks bytes in a line, in place of the line of carets below it. */
function markedLines(lines: string[]) {
  return lines.map((line, i) => {
    if (/^ *\^+ *$/.test(line) && i > 0) return null;
    const carets = lines[i + 1] ?? "";
    if (!/^ *\^+ *$/.test(carets)) return <div key={i}>{line}</div>;
    const from = carets.indexOf("^");
    const to = carets.lastIndexOf("^") + 1;
    return (
      <div key={i}>
        {line.slice(0, from)}
        <mark>{line.slice(from, to)}</mark>
        {line.slice(to)}
      </div>
    );
  });
}

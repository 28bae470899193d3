import { useEffect, useState } from "../deps/hooks.ts";
import type { ExerciseResult } from "../protocol.ts";
import { STATE_WORDS } from "./dots.tsx";
import { Verdict } from "./verdict.tsx";

/** An exercise, as its page shows it. The texts are HTML from the workbook. */
export interface ExerciseProps {
  id: string;
  title: string;
  task: string;
  hints: string[];
  /** The heading of the section that explains it. */
  read: string;
  /** A text about an answer that passes, as HTML. */
  passed?: string;
  /** The file with the workbook's own version. */
  real?: { path: string; href: string };
  /** The file to edit, and the line; not given on a page without a server. */
  file?: { file: string; line: number };
  /** The file's path in the workbook. */
  path: string;
  /** The page that says how to get the workbook. */
  start: string;
  /** The result of the last check, if it's known. */
  result?: ExerciseResult;
}

/** The actions on an exercise that need a server. */
export interface ExerciseActions {
  /** Loads the solution, as highlighted HTML. */
  loadSolution?: (id: string) => Promise<string>;
  /** Copies a text, for example into the editor's dialog for opening a file. */
  copy?: (text: string) => Promise<void>;
  /** Whether it's being checked now. */
  isChecking?: boolean;
}

const MARKS = {
  "passed": "✓",
  "failed": "✗",
  "broken": "✗",
  "not started": "",
};

/**
 * Shows an exercise: its task, the state of the answer, hints, and the
 * solution.
 */
export function Exercise(props: ExerciseProps & ExerciseActions) {
  const { id, title, file, path, result, isChecking = false } = props;
  const state = result?.verdict.state ?? "not started";
  const [isOpen, setOpen] = useState(true);
  const word = isChecking ? "checking …" : STATE_WORDS[state];
  return (
    <section
      class={`exercise ${state.replace(" ", "-")}`}
      id={`exercise-${id}`}
      aria-labelledby={`title-${id}`}
    >
      <header>
        <h3 id={`title-${id}`}>
          <span class="number">{id}</span> {title}
        </h3>
        {file !== undefined && (
          <p class="state" role="status">
            <b>{isChecking ? "" : MARKS[state]} {word}</b>
            {result !== undefined && result.atMs > 0 && !isChecking &&
              state !== "not started" && <Ago atMs={result.atMs} />}
          </p>
        )}
      </header>
      <Where {...props} />
      {file !== undefined && state === "not started" && (
        <p class="how">
          Edit this file in any editor. Each time you save it, the verdict
          appears here.
        </p>
      )}
      {result !== undefined && !isChecking && <Verdict result={result} />}
      {state === "passed" && <Passed {...props} />}
      <details
        open={isOpen}
        onToggle={(event) => setOpen(event.currentTarget.open)}
      >
        <summary>Task</summary>
        <div dangerouslySetInnerHTML={{ __html: props.task }} />
      </details>
      {state !== "passed" && <Hints hints={props.hints} />}
      {file === undefined && (
        <p class="aside">
          To solve it, <a href={props.start}>get the workbook</a>: it checks
          {" "}
          <code>{path}</code> each time you save it.
        </p>
      )}
    </section>
  );
}

/** Shows the file to edit, and a link that opens it in the editor. */
function Where({ file, path, copy }: ExerciseProps & ExerciseActions) {
  const [isCopied, setCopied] = useState(false);
  if (file === undefined) return null;
  const address = encodeURI(file.file.replaceAll("\\", "/"));
  const slash = address.startsWith("/") ? "" : "/";
  return (
    <p class="file">
      <code>{path}:{file.line}</code>{" "}
      <a class="button" href={`vscode://file${slash}${address}:${file.line}`}>
        Open in VS Code
      </a>{" "}
      {copy !== undefined && (
        <button
          type="button"
          onClick={async () => {
            await copy(file.file);
            setCopied(true);
            setTimeout(() => setCopied(false), 3000);
          }}
        >
          {isCopied ? "Copied" : "Copy path"}
        </button>
      )}
    </p>
  );
}

/** Says what was right about the answer, and offers ours for comparison. */
function Passed({ id, passed, real, loadSolution }:
  & ExerciseProps
  & ExerciseActions) {
  const [solution, setSolution] = useState<string>();
  return (
    <>
      {passed !== undefined && (
        <div class="passed-text" dangerouslySetInnerHTML={{ __html: passed }} />
      )}
      {solution === undefined
        ? (
          <p class="actions">
            <button
              type="button"
              onClick={async () => setSolution(await loadSolution!(id))}
            >
              Show our solution
            </button>
            {real !== undefined && (
              <>
                {" "}The workbook's own version is{" "}
                <a href={real.href}>{real.path}</a>.
              </>
            )}
          </p>
        )
        : (
          <pre class="code ts" tabIndex={0}>
            <code dangerouslySetInnerHTML={{ __html: solution }} />
          </pre>
        )}
    </>
  );
}

/** Shows hints, one at a time. */
function Hints({ hints }: { hints: string[] }) {
  const [shown, setShown] = useState(0);
  return (
    <div class="hints">
      {hints.slice(0, shown).map((hint, i) => (
        <div class="hint">
          <p class="label">Hint {i + 1} of {hints.length}</p>
          <div dangerouslySetInnerHTML={{ __html: hint }} />
        </div>
      ))}
      {shown < hints.length && (
        <button
          type="button"
          onClick={() => setShown(shown + 1)}
        >
          {shown === 0 ? "Show a hint" : "Show the next hint"}
        </button>
      )}
    </div>
  );
}

/** Says how long ago something happened, and keeps that up to date. */
function Ago({ atMs }: { atMs: number }) {
  const [nowMs, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 5000);
    return () => clearInterval(timer);
  }, []);
  const seconds = Math.max(0, Math.round((nowMs - atMs) / 1000));
  const text = seconds < 5
    ? "just now"
    : seconds < 60
    ? `${seconds} s ago`
    : `${Math.round(seconds / 60)} min ago`;
  return <span class="ago">· saved {text}</span>;
}

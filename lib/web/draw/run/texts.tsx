/**
 * Shows the texts of a run: paragraphs, questions, facts, and tables.
 *
 * @module
 */
import { formatElapsed } from "../../../show/elapsed.ts";
import { Inline, Unbroken } from "../inline.tsx";
import type { VNode } from "../preact.ts";
import type { EventOf } from "../types.ts";

/** Shows a question to answer before reading on. */
export function Prediction({ question }: EventOf<"predict">): VNode {
  return (
    <p class="draw-callout draw-predict">
      <strong>Predict.</strong> <Inline text={question} />
    </p>
  );
}

/** Shows the learner's prediction, next to the result. */
export function Predicted({ text }: EventOf<"predicted">): VNode {
  return (
    <p class="draw-callout draw-predicted">
      <strong>You predicted:</strong> {text}
    </p>
  );
}

/** Lists measured values, with their names. */
export function Facts({ facts }: { facts: EventOf<"fact">[] }): VNode {
  return (
    <dl class="draw-facts">
      {facts.map(({ name, value, isCommand }) => (
        <div class={isCommand ? "command" : undefined}>
          <dt>{name}</dt>
          <dd>
            {isCommand ? <code>{value}</code> : value}
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** The most notes to show at once: a server may run for days. */
const MAX_NOTES = 60;
const KEPT_FIRST = 10;

/** Lists a server's notes while it runs. */
export function Notes({ notes }: { notes: EventOf<"note">[] }): VNode {
  const left = notes.length - MAX_NOTES;
  const shown = left > 0
    ? [...notes.slice(0, KEPT_FIRST), null, ...notes.slice(KEPT_FIRST + left)]
    : notes;
  return (
    <ol class="draw-notes">
      {shown.map((note) =>
        note === null
          ? <li key="more" class="draw-more">{left} more notes</li>
          : (
            <li>
              <time>{formatElapsed(note.atMs)}</time> {note.text}
            </li>
          )
      )}
    </ol>
  );
}

/** Shows rows of cells under the names of their columns. */
export function Table({ columns, rows }: EventOf<"table">): VNode {
  // Align numbers to the right, so that their digits can be compared.
  const isNumeric = columns.map((_, i) =>
    rows.every((row) => /^[\d.,]*$/.test(row[i] ?? ""))
  );
  const kindOf = (i: number) => isNumeric[i] ? "number" : undefined;
  return (
    <div
      class="draw-table"
      role="region"
      tabindex={0}
      aria-label={`Table: ${columns.join(", ")}`}
    >
      <table>
        <thead>
          <tr>
            {columns.map((name, i) => (
              <th scope="col" class={kindOf(i)}>{name}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((cells) => (
            <tr>
              {cells.map((cell, i) => (
                <td key={i} class={kindOf(i)}>
                  <Unbroken text={cell} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

import { Drawing, Figure } from "../figure.tsx";
import type { VNode } from "../preact.ts";
import { sentence } from "../sentence.ts";
import { round } from "../shapes.tsx";
import type { EventOf } from "../types.ts";
import type { PlotLayout } from "./plot_layout.ts";

/** Draws a value over time, and its limit. */
export function Plot(
  { chart, layout }: { chart: EventOf<"bars">; layout: PlotLayout },
): VNode {
  const { left, right, bottom, points, notes } = layout;
  const line = points.map(({ x, y }) => `${round(x)},${round(y)}`).join(" ");
  const area = `${round(points[0].x)},${bottom} ${line} ` +
    `${round(points.at(-1)!.x)},${bottom}`;
  return (
    <Figure
      kind="plot"
      caption={[
        <strong key="title">{sentence(withoutBar(chart.title))}</strong>,
        ` In ${chart.unit}, over time. Look at where the line falls.`,
        layout.marks !== "" && !chart.title.includes("│")
          ? " The dashed line is the limit."
          : "",
      ]}
      text={points.map(({ words }) => words)}
    >
      <Drawing width={layout.width} height={layout.height}>
        {layout.yTicks.map(({ at, label }) => (
          <g class="draw-tick">
            <line x1={left} x2={right} y1={round(at)} y2={round(at)} />
            <text x={left - 6} y={round(at + 4)} text-anchor="end">
              {label}
            </text>
          </g>
        ))}
        {layout.xTicks.map(({ at, label }) => (
          <g class="draw-tick">
            <line x1={round(at)} x2={round(at)} y1={bottom} y2={bottom + 4} />
            <text x={round(at)} y={bottom + 18} text-anchor="middle">
              {label}
            </text>
          </g>
        ))}
        <polygon class="draw-area" points={area} />
        <polyline class="draw-line" points={line} />
        {layout.marks === ""
          ? null
          : <polyline class="draw-limit" points={layout.marks} />}
        {points.map(({ x, y, note, words }) => (
          <Mark x={x} y={y} note={note} title={words} />
        ))}
      </Drawing>
      {notes.length === 0 ? null : (
        <ul class="draw-legend" aria-hidden="true">
          {notes.map((note, i) => (
            <li>
              <svg width={16} height={16} viewBox="-8 -8 16 16">
                <Mark x={0} y={0} note={i} title="" />
              </svg>
              {note}
            </li>
          ))}
        </ul>
      )}
    </Figure>
  );
}

/** Changes a title that names the bar that marks a limit in a terminal. */
export function withoutBar(title: string): string {
  return title.replace("│", "the dashed line");
}

/**
 * The shapes of the notes, because not everyone can tell their colors apart.
 */
const SHAPES = [
  "-4,-4 4,-4 4,4 -4,4",
  "0,-6 6,5 -6,5",
  "0,-6 6,0 0,6 -6,0",
  "0,6 6,-5 -6,-5",
  "-5,-2 -2,-2 -2,-5 2,-5 2,-2 5,-2 5,2 2,2 2,5 -2,5 -2,2 -5,2",
  "-6,0 -3,-5 3,-5 6,0 3,5 -3,5",
];

/** Draws a point of the plot, in the shape of its note. */
function Mark({ x, y, note, title }: {
  x: number;
  y: number;
  note: number;
  title: string;
}): VNode {
  return (
    <g
      class={`draw-mark note-${note + 1}`}
      transform={`translate(${round(x)} ${round(y)})`}
    >
      {title === "" ? null : <title>{title}</title>}
      {note < 0 ? <circle r={3} /> : <polygon points={SHAPES[note]} />}
    </g>
  );
}

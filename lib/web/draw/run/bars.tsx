/** @jsxRuntime classic */
/** @jsx h */
import { Drawing, Figure } from "../figure.tsx";
import { h, type VNode } from "../preact.ts";
import { round } from "../shapes.tsx";
import type { EventOf } from "../types.ts";
import { BAR_HEIGHT, layoutBars } from "./bars_layout.ts";

/** Measurements, to be compared by length. */
export function Bars(
  { chart, width }: { chart: EventOf<"bars">; width: number },
): VNode {
  const layout = layoutBars(chart, width);
  const look = chart.series
    ? "From top to bottom: the same value, measured again and again."
    : "Compare the lengths; × says how many times the smallest value it is.";
  return (
    <Figure
      kind="bars"
      caption={[<strong>{sentence(chart.title)}</strong>, " ", look]}
      text={layout.bars.map(({ name, value }) => `${name}: ${value}`)}
    >
      <Drawing width={layout.width} height={layout.height}>
        <line
          class="draw-axis"
          x1={layout.axis}
          x2={layout.axis}
          y1={0}
          y2={layout.height}
        />
        {layout.bars.map(({ name, value, nameAt: [x, y], ...bar }) => (
          <g class="draw-bar">
            <text class="name" x={x} y={y}>{name}</text>
            <rect
              x={bar.x}
              y={bar.y}
              width={round(bar.width)}
              height={BAR_HEIGHT}
              rx={2}
            />
            <text class="value" x={round(bar.x + bar.width + 7)} y={bar.y + 12}>
              {value}
            </text>
          </g>
        ))}
      </Drawing>
    </Figure>
  );
}

/** A title as a sentence. */
function sentence(title: string): string {
  return `${title[0]?.toUpperCase() ?? ""}${title.slice(1)}.`;
}

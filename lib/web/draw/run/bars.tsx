import { Drawing, Figure } from "../figure.tsx";
import type { VNode } from "../preact.ts";
import { sentence } from "../sentence.ts";
import { round } from "../shapes.tsx";
import type { EventOf } from "../types.ts";
import { BAR_HEIGHT, layoutBars } from "./bars_layout.ts";
import { Plot, withoutBar } from "./plot.tsx";
import { layoutPlot } from "./plot_layout.ts";

/** Draws measurements as bars, or as a line if they're a series over time. */
export function Bars(
  { chart, width }: { chart: EventOf<"bars">; width: number },
): VNode {
  const plot = layoutPlot(chart, width);
  if (plot !== undefined) return <Plot chart={chart} layout={plot} />;
  const layout = layoutBars(chart, width);
  const look = chart.series
    ? "Read from top to bottom: look at where the bars grow or shrink."
    : "Compare the lengths. × 2.0 means twice the smallest value.";
  return (
    <Figure
      kind="bars"
      caption={[
        <strong key="title">{sentence(withoutBar(chart.title))}</strong>,
        " ",
        look,
      ]}
      text={layout.bars.map(({ name, value }) => `${name}: ${value}`)}
    >
      <Drawing width={layout.width} height={layout.height}>
        {layout.bars.map(({ name, value, nameAt: [x, y], mark, ...bar }) => (
          <g class="draw-bar">
            <text class="name" x={x} y={y}>{name}</text>
            <line
              class="draw-axis"
              x1={bar.x}
              x2={bar.x}
              y1={bar.y - 3}
              y2={bar.y + BAR_HEIGHT + 3}
            />
            <rect
              x={bar.x}
              y={bar.y}
              width={round(bar.width)}
              height={BAR_HEIGHT}
              rx={2}
            />
            {mark === undefined ? null : (
              <line
                class="draw-limit"
                x1={round(mark)}
                x2={round(mark)}
                y1={bar.y - 3}
                y2={bar.y + BAR_HEIGHT + 3}
              />
            )}
            <text class="value" x={round(bar.x + bar.width + 7)} y={bar.y + 12}>
              {value}
            </text>
          </g>
        ))}
      </Drawing>
    </Figure>
  );
}

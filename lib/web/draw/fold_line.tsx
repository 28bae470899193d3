import { textWidth } from "./metrics.ts";
import type { VNode } from "./preact.ts";
import { LINE_HEIGHT, Lines, round } from "./shapes.tsx";

/** Says across the lifelines what is left out here. */
export function FoldLine({ from, to, y, lines }: {
  from: number;
  to: number;
  /** The middle, in pixels. */
  y: number;
  lines: string[];
}): VNode {
  const middle = (from + to) / 2;
  const width = Math.max(...lines.map((line) => textWidth(line))) + 24;
  const height = foldHeight(lines);
  return (
    <g class="draw-fold">
      <rect
        x={round(middle - width / 2)}
        y={round(y - height / 2)}
        width={width}
        height={height}
        rx={11}
      />
      <Lines
        x={middle}
        y={y - (lines.length - 1) * LINE_HEIGHT / 2 + 4}
        lines={lines}
        kind="packet"
      />
    </g>
  );
}

/** Returns the height of a fold, in pixels. */
export function foldHeight(lines: string[]): number {
  return lines.length * LINE_HEIGHT + 7;
}

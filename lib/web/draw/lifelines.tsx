import { fitText, nameWidth } from "./metrics.ts";
import type { VNode } from "./preact.ts";
import { round } from "./shapes.tsx";

/** One vertical line of a sequence diagram, and the box at its head. */
export interface Lifeline {
  /** Its place, in pixels. */
  x: number;
  /** Its name. */
  name: string;
  /** A second line, smaller. */
  detail?: string;
  /** The width of its box, in pixels. */
  box: number;
  /**
   * The size of its name, in pixels.
   *
   * @default {13} or less, so that it fits
   */
  size?: number;
  /** Classes: the side, and `program`, `socket`, or `wire`. */
  kind: string;
}

/** The height of a head, in pixels. */
export const HEAD_HEIGHT = 46;

/** Draws the box at the head of a lifeline. */
export function LifelineHead(
  { x, name, detail = "", box, kind, ...line }: Lifeline,
): VNode {
  const fitting = nameWidth(name, 13) <= box - 8 ? 13 : 11;
  const size = Math.min(fitting, line.size ?? fitting);
  const nameY = detail === "" ? 27 : 20;
  return (
    <g class={`draw-head ${kind}`}>
      <rect
        x={round(x - box / 2)}
        y={1}
        width={box}
        height={HEAD_HEIGHT - 4}
        rx={7}
      />
      <text class="name" x={x} y={nameY} text-anchor="middle" font-size={size}>
        {fitText(name, box - 6, size)}
      </text>
      {detail === ""
        ? null
        : (
          <text class="detail" x={x} y={35} text-anchor="middle" font-size={11}>
            {fitText(detail, box - 6, 11)}
          </text>
        )}
    </g>
  );
}

/** Draws the line itself, behind everything else. */
export function LifelineBody(
  { x, kind, top, bottom }: {
    x: number;
    kind: string;
    top: number;
    bottom: number;
  },
): VNode {
  return (
    <line
      class={`draw-lifeline ${kind}`}
      x1={x}
      x2={x}
      y1={round(top)}
      y2={round(bottom)}
    />
  );
}

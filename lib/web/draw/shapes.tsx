/**
 * The shapes that all drawings share, so that an arrow, a call, and a byte look
 * the same everywhere.
 *
 * @module
 */
import { FONT_SIZE, textWidth } from "./metrics.ts";
import type { VNode } from "./preact.ts";

/** Half of a call's height, in pixels. */
export const PILL_RADIUS = 12;

/** Space at each end of a call's text. */
const PILL_PADDING = 10;

/** Returns the width of a call with a text, in pixels. */
export function pillWidth(text: string): number {
  return textWidth(text) + 2 * PILL_PADDING;
}

/**
 * Draws a call of the program, on a filled pill in its side's color. Words that
 * aren't a call, such as `gives up`, are on a pale one.
 */
export function Pill({ x, y, text, kind }: {
  /** The middle, in pixels. */
  x: number;
  /** The middle, in pixels. */
  y: number;
  text: string;
  /** The class that colors it: `client`, `server`, `fail`. */
  kind: string;
}): VNode {
  const width = pillWidth(text);
  const isCall = /^[\w.]+\(/.test(text);
  return (
    <g class={`draw-pill ${kind}${isCall ? "" : " aside"}`}>
      <rect
        x={round(x - width / 2)}
        y={round(y - PILL_RADIUS)}
        width={width}
        height={2 * PILL_RADIUS}
        rx={PILL_RADIUS}
      />
      <text x={round(x)} y={round(y + FONT_SIZE * 0.34)} text-anchor="middle">
        {text}
      </text>
    </g>
  );
}

/** Draws an arrow from one place to another at the same height. */
export function Arrow({ from, to, y, kind = "" }: {
  from: number;
  to: number;
  y: number;
  /** Classes that color it. */
  kind?: string;
}): VNode {
  const way = Math.sign(to - from);
  const size = 8;
  const points = [
    [to, y],
    [to - way * size, y - size * 0.55],
    [to - way * size, y + size * 0.55],
  ].map((point) => point.map(round).join(",")).join(" ");
  return (
    <g class={`draw-arrow ${kind} ${way > 0 ? "right" : "left"}`}>
      <line
        x1={round(from)}
        y1={round(y)}
        x2={round(to - way * (size - 1))}
        y2={round(y)}
      />
      <polygon points={points} />
    </g>
  );
}

/** Draws the background of an arrow with bytes and of its label. */
export function Band({ from, to, top, bottom }: {
  from: number;
  to: number;
  top: number;
  bottom: number;
}): VNode {
  const way = Math.sign(to - from);
  const end = to - way * 10;
  return (
    <rect
      class="draw-band"
      x={round(Math.min(from, end))}
      y={round(top)}
      width={round(Math.abs(end - from))}
      height={round(bottom - top)}
      rx={5}
    />
  );
}

/** Draws lines of text, one below the other. */
export function Lines({ x, y, lines, anchor = "middle", kind = "" }: {
  x: number;
  /** The baseline of the first line. */
  y: number;
  lines: string[];
  anchor?: "start" | "middle" | "end";
  kind?: string;
}): VNode {
  return (
    <text class={`draw-label ${kind}`} text-anchor={anchor}>
      {lines.map((line, i) => (
        <tspan x={round(x)} y={round(y + i * LINE_HEIGHT)}>{line}</tspan>
      ))}
    </text>
  );
}

/** The height of a line of a label, in pixels. */
export const LINE_HEIGHT = 15;

/**
 * Rounds to a tenth of a pixel, which is exact enough and keeps the page small.
 */
export function round(value: number): number {
  return Math.round(value * 10) / 10;
}

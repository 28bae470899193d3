import { formatElapsed } from "../../show/elapsed.ts";
import type { VNode } from "./preact.ts";
import { round } from "./shapes.tsx";

/** The shortest wait between two rows that's drawn, in milliseconds. */
const PAUSE_MS = 50;

/** The height of a wait, in pixels. */
export const PAUSE_HEIGHT = 28;

/** A wait between two rows, placed. */
export interface PlacedPause {
  /** The middle, in pixels. */
  y: number;
  text: string;
}

/**
 * Places a wait if it's long.
 *
 * @param waitedMs How long nothing happened, in milliseconds.
 * @param top The top of the room for it, in pixels.
 */
export function placePause(
  waitedMs: number,
  top: number,
): PlacedPause | undefined {
  return waitedMs < PAUSE_MS
    ? undefined
    : { y: top + PAUSE_HEIGHT / 2, text: `${formatElapsed(waitedMs)} later` };
}

/** Draws a wait, in words. */
export function Pause({ x, y, text }: PlacedPause & { x: number }): VNode {
  return (
    <text
      class="draw-pause"
      x={round(x)}
      y={round(y + 4)}
      text-anchor="middle"
    >
      ⋮ {text}
    </text>
  );
}

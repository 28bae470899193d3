import { formatElapsed } from "../../show/elapsed.ts";
import type { VNode } from "./preact.ts";
import { round } from "./shapes.tsx";

/** A longer wait between two rows is drawn as one, in milliseconds. */
const PAUSE_MS = 50;

/** The height of a wait, in pixels. */
export const PAUSE_HEIGHT = 28;

/** A wait between two rows. */
export interface PlacedPause {
  /** The middle, in pixels. */
  y: number;
  text: string;
}

/**
 * Places a wait if it's long.
 *
 * @param waitedMs How long nothing happened, in milliseconds.
 * @param top Where there's room for it, in pixels.
 */
export function placePause(
  waitedMs: number,
  top: number,
): PlacedPause | undefined {
  return waitedMs < PAUSE_MS
    ? undefined
    : { y: top + PAUSE_HEIGHT / 2, text: `${formatElapsed(waitedMs)} later` };
}

/** A wait, in words. */
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

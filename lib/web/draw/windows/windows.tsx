import { Drawing, Figure } from "../figure.tsx";
import { useMemo, type VNode } from "../preact.ts";
import { round } from "../shapes.tsx";
import type { TimelineItem } from "../types.ts";
import { type StreamWindow, windowsAt } from "./stream_windows.ts";
import { layoutWindow, type WindowPart } from "./windows_layout.ts";

/** The properties of {@linkcode SlidingWindows}. */
export interface SlidingWindowsProps {
  /** The items of a timeline. */
  items: TimelineItem[];
  /**
   * How many of them have happened.
   *
   * @default all of them
   */
  upTo?: number;
  /** The available width, in pixels, at least 320. */
  width: number;
}

const CAPTION =
  "Each bar is one direction of the connection, with its first byte at the " +
  "left, and isn't to scale. A SYN or a FIN counts as a byte. An " +
  "acknowledgment moves the window to the right. If nothing may be sent, the " +
  "sender waits.";

const MAX_WIDTH = 760;
const HEAD = 24;
const BAR = 42;
const HEIGHT = HEAD + BAR + 26;

/**
 * Draws the sliding windows of the connection that was active last. As packets
 * go by, they move along the stream.
 */
export function SlidingWindows(
  { items, upTo = items.length, width }: SlidingWindowsProps,
): VNode | null {
  const windows = useMemo(
    () => windowsAt(items, upTo),
    [items, items.length, upTo],
  );
  const shown = windows.filter(({ next }) => next > 1);
  if (shown.length === 0) return null;
  const size = Math.min(width, MAX_WIDTH);
  return (
    <Figure
      kind="windows"
      caption={CAPTION}
      text={shown.map(wordsOf)}
    >
      <Drawing width={size} height={shown.length * HEIGHT}>
        {shown.map((window, i) => (
          <Window
            key={window.side}
            window={window}
            top={i * HEIGHT}
            width={size}
          />
        ))}
      </Drawing>
    </Figure>
  );
}

function Window({ window, top, width }: {
  window: StreamWindow;
  top: number;
  width: number;
}): VNode {
  const { parts, edges } = layoutWindow(window, width);
  const y = top + HEAD;
  const from = parts[1].x;
  const to = parts[3].x;
  return (
    <g class={`draw-window ${window.side}`}>
      <text class="name" x={0} y={top + 14}>{titleOf(window)}</text>
      {parts.map((part) => <Part key={part.kind} {...part} y={y} />)}
      <rect
        class="frame"
        x={round(from)}
        y={y - 2}
        width={round(to - from)}
        height={BAR + 4}
        rx={4}
      />
      {edges.map(({ x, label }, i) => (
        <text
          key={i}
          class="number"
          x={round(x)}
          y={y + BAR + 17}
          text-anchor="middle"
        >
          {label}
        </text>
      ))}
    </g>
  );
}

function Part(
  { kind, name, size, bytes, x, width, y }: WindowPart & { y: number },
): VNode {
  const middle = round(x + width / 2);
  return (
    <g class={`part ${kind}${bytes === 0 ? " none" : ""}`}>
      <rect x={round(x)} y={y} width={round(width)} height={BAR} />
      <text x={middle} y={y + (size === "" ? 25 : 18)} text-anchor="middle">
        {name}
      </text>
      {size === ""
        ? null
        : (
          <text class="size" x={middle} y={y + 33} text-anchor="middle">
            {size}
          </text>
        )}
    </g>
  );
}

function titleOf({ side }: StreamWindow): string {
  return side === "client" ? "client → server" : "server → client";
}

function wordsOf(window: StreamWindow): string {
  const { unacknowledged, next, edge } = window;
  return `${
    titleOf(window)
  }: acknowledged before ${unacknowledged}, in flight ` +
    `up to ${next}, may send up to ${Math.max(edge, next)}`;
}

import { formatBytes } from "../format_bytes.ts";
import { textWidth } from "../metrics.ts";
import type { VNode } from "../preact.ts";
import { round } from "../shapes.tsx";
import type { PlacedGauge } from "./timeline_layout.ts";
import { SMALL } from "./timeline_layout.ts";
import { textOf } from "./words.ts";

/** The most bytes of a buffer for which each byte has its own cell. */
const MAX_CELLS = 16;
/** The least width of a cell that can show its character. */
const READABLE = 8.5;
const HEIGHT = 13;

/**
 * Draws a buffer of the kernel: a cell for each byte if there are few, or a
 * bar. A full cell of a send buffer is only an outline: its byte has been sent,
 * and is kept until it's acknowledged.
 */
export function Gauge(
  { level, x, y, room, isLeft }: PlacedGauge & { isLeft: boolean },
): VNode {
  const { bytes, most, which, content } = level;
  const words = formatBytes(bytes);
  const wordsRoom = textWidth(longestWords(most), SMALL) + 5;
  const barRoom = Math.max(20, room - wordsRoom);
  const hasCells = most > 0 && most <= MAX_CELLS;
  const cell = Math.min(11, barRoom / Math.max(1, most));
  const barWidth = hasCells ? cell * most : Math.min(110, barRoom);
  // The bar is next to its socket, and its words are on the other side.
  const barX = isLeft ? x + room - barWidth : x;
  const wordsX = isLeft ? barX - 5 : barX + barWidth + 5;
  const text = content === undefined ? undefined : textOf(content, bytes);
  return (
    <g class={`draw-gauge ${which}`}>
      {hasCells
        ? Array.from({ length: most }, (_, i) => {
          const at = i - (most - bytes);
          return (
            <Cell
              x={barX + i * cell}
              y={y}
              width={cell - 1}
              isFull={at >= 0}
              text={cell >= READABLE && text?.length === bytes
                ? text[at]
                : undefined}
            />
          );
        })
        : (
          <g>
            <rect
              class="empty"
              x={round(barX)}
              y={round(y - HEIGHT / 2)}
              width={round(barWidth)}
              height={HEIGHT}
              rx={2}
            />
            <rect
              class="full"
              x={round(
                barX + (isLeft ? barWidth * (1 - shareOf(bytes, most)) : 0),
              )}
              y={round(y - HEIGHT / 2)}
              width={round(barWidth * shareOf(bytes, most))}
              height={HEIGHT}
              rx={2}
            />
          </g>
        )}
      <text
        class="words"
        x={round(wordsX)}
        y={round(y + 4)}
        text-anchor={isLeft ? "end" : "start"}
        font-size={SMALL}
      >
        {words}
      </text>
    </g>
  );
}

function Cell({ x, y, width, isFull, text }: {
  x: number;
  y: number;
  width: number;
  isFull: boolean;
  text: string | undefined;
}): VNode {
  return (
    <g class={isFull ? "full" : "empty"}>
      <rect
        x={round(x)}
        y={round(y - HEIGHT / 2)}
        width={round(width)}
        height={HEIGHT}
        rx={1.5}
      />
      {text === undefined || text === " " ? null : (
        <text
          x={round(x + width / 2)}
          y={round(y + 3.5)}
          text-anchor="middle"
        >
          {text}
        </text>
      )}
    </g>
  );
}

/** The longest words for any level: "63.9 KiB" is longer than "1 MiB". */
function longestWords(most: number): string {
  return most < 1024 ? formatBytes(most) : "63.9 KiB";
}

function shareOf(bytes: number, most: number): number {
  return most === 0 ? 0 : bytes / most;
}

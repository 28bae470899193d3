/**
 * Rows that a reader can select, with the pointer or the keyboard. Only the
 * rows in sight are drawn.
 *
 * @module
 */
import type { ComponentChildren, VNode } from "./preact.ts";
import { round } from "./shapes.tsx";

/** A part of a drawing, in pixels from its top. */
export interface Viewport {
  top: number;
  height: number;
}

/** How much is drawn above and below the part in sight, in pixels. */
const MARGIN = 300;

/** The place of a row, in pixels. */
interface Placed {
  top: number;
  height: number;
}

/**
 * Returns the rows that are in sight, and a few more.
 *
 * @param rows All rows, from top to bottom.
 * @param viewport What's in sight; `undefined` is all.
 */
export function rowsInSight<Row extends Placed>(
  rows: Row[],
  viewport: Viewport | undefined,
): Row[] {
  if (viewport === undefined) return rows;
  const { top, bottom } = sightOf(viewport, Infinity);
  return rows.slice(firstBelow(rows, top), firstBelow(rows, bottom) + 1);
}

/**
 * Returns the part to draw, from top to bottom.
 *
 * @param viewport What's in sight; `undefined` is all.
 * @param height The height of the whole drawing.
 */
export function sightOf(
  viewport: Viewport | undefined,
  height: number,
): { top: number; bottom: number } {
  if (viewport === undefined) return { top: 0, bottom: height };
  return {
    top: Math.max(0, viewport.top - MARGIN),
    bottom: Math.min(height, viewport.top + viewport.height + MARGIN),
  };
}

/** Finds the first row that ends below a height, with a binary search. */
function firstBelow(rows: Placed[], y: number): number {
  let [low, high] = [0, rows.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (rows[middle].top + rows[middle].height < y) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Draws rows that are the options of a list. */
export function SelectableRows({ label, width, height, children }: {
  /** A label for the list. */
  label: string;
  width: number;
  height: number;
  children: ComponentChildren;
}): VNode {
  const rounded = Math.ceil(height);
  return (
    <svg
      class="draw-svg"
      width={width}
      height={rounded}
      viewBox={`0 0 ${width} ${rounded}`}
      role="listbox"
      aria-label={label}
      onKeyDown={moveFocus}
    >
      {children}
    </svg>
  );
}

/** Draws one of the rows. */
export function SelectableRow(
  { top, height, width, kind, label, index, children, ...props }: Placed & {
    width: number;
    /** Classes of the row. */
    kind: string;
    /** The row in words. */
    label: string;
    /** The index of its item. */
    index: number;
    isSelected: boolean;
    /** Whether Tab moves the focus here. The arrow keys move it from there. */
    isFocusable: boolean;
    onSelect?: (index: number) => void;
    /**
     * Called instead of `onSelect` when the reader clicks, or presses Enter.
     */
    onOpen?: (index: number) => void;
    children: ComponentChildren;
  },
): VNode {
  const { isSelected, isFocusable, onSelect, onOpen = onSelect } = props;
  return (
    <g
      class={`draw-row ${kind}${isSelected ? " selected" : ""}`}
      role="option"
      aria-selected={isSelected}
      tabindex={isFocusable ? 0 : -1}
      data-index={index}
      onClick={() => onOpen?.(index)}
      onFocus={() => onSelect?.(index)}
      onKeyDown={(event: KeyboardEvent) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        onOpen?.(index);
      }}
    >
      {/* The row's name is what can be seen of it; this says the rest. */}
      <desc>{label}</desc>
      <rect
        class="hit"
        x={0}
        y={round(top)}
        width={width}
        height={round(height)}
        rx={5}
      />
      {children}
    </g>
  );
}

/** Moves the focus with the arrow keys, Home, and End. */
function moveFocus(event: KeyboardEvent): void {
  const list = event.currentTarget as Element;
  const rows = [...list.querySelectorAll<SVGGElement>(".draw-row")];
  const at = rows.indexOf(list.ownerDocument.activeElement as SVGGElement);
  const next = {
    ArrowDown: rows[at + 1],
    ArrowUp: rows[at - 1],
    Home: rows[0],
    End: rows.at(-1),
  }[event.key];
  if (next === undefined) return;
  event.preventDefault();
  next.focus();
}

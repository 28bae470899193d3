import { FoldLine } from "../fold_line.tsx";
import { LifelineBody, LifelineHead } from "../lifelines.tsx";
import { Pause } from "../pause.tsx";
import { useMemo, useState, type VNode } from "../preact.ts";
import {
  rowsInSight,
  SelectableRow,
  SelectableRows,
  sightOf,
  type Viewport,
} from "../selectable.tsx";
import { Arrow, Band, Lines, Pill, round } from "../shapes.tsx";
import type { TimelineItem } from "../types.ts";
import { Gauge } from "./gauge.tsx";
import { describeRow } from "./row_words.ts";
import { rowsOf } from "./rows.ts";
import { findSides } from "./sides.ts";
import {
  type Columns,
  columnsFor,
  layoutTimeline,
  lifelinesOf,
  type PlacedRow,
  staysInMemory,
  TIMELINE_HEAD,
} from "./timeline_layout.ts";
import { rowTime } from "./row_words.ts";

/** The properties of {@linkcode Timeline}. */
export interface TimelineProps {
  /** The items, in order. */
  items: TimelineItem[];
  /**
   * How many of them to draw. The drawing keeps its height, so that it doesn't
   * jump as you go back and forth.
   *
   * @default all of them
   */
  upTo?: number;
  /** The index of the selected item. */
  selected?: number;
  /** Receives the index of an item that the reader selects. */
  onSelect?: (index: number) => void;
  /** The available width, in pixels, at least 320. */
  width: number;
  /**
   * The part of the drawing that's in sight, in pixels from its top. Only that
   * part is drawn.
   *
   * @default all of it
   */
  viewport?: Viewport;
}

/**
 * A run on five lifelines: your program, its socket, the wire, the peer's socket,
 * and the peer's program. System calls go from a program to its socket, packets
 * go between the sockets, and between them the sockets' buffers fill and drain.
 */
export function Timeline(
  { items, upTo = items.length, selected, onSelect, width, viewport }:
    TimelineProps,
): VNode {
  const [opened, setOpened] = useState<ReadonlySet<number>>(new Set());
  const columns = useMemo(() => columnsFor(width), [width]);
  const sides = useMemo(() => findSides(items), [items, items.length]);
  const layout = useMemo(
    () => layoutTimeline(rowsOf(items, sides, opened), columns),
    [items, items.length, opened, columns],
  );
  const lifelines = useMemo(
    () => lifelinesOf(items, columns, sides),
    [items, items.length, columns],
  );
  const rows = rowsInSight(layout.rows, viewport)
    .filter(({ row }) => row.index < upTo);
  const { top, bottom } = sightOf(viewport, layout.height);
  // One row can have the focus by Tab; the arrow keys go on from there.
  const focusable = rows.find(({ row }) => row.index === selected) ?? rows[0];
  const now = upTo < items.length ? lastBefore(layout.rows, upTo) : undefined;
  return (
    <figure class="draw-figure draw-timeline">
      <div class="draw-sticky">
        <svg
          class="draw-svg"
          width={columns.width}
          height={TIMELINE_HEAD}
          viewBox={`0 0 ${columns.width} ${TIMELINE_HEAD}`}
          aria-hidden="true"
        >
          <line
            class="draw-wire"
            x1={columns.socket.client}
            x2={columns.socket.server}
            y1={24}
            y2={24}
          />
          {lifelines.map((line) => <LifelineHead key={line.x} {...line} />)}
        </svg>
      </div>
      <SelectableRows
        label="System calls and packets, in order"
        width={columns.width}
        height={layout.height}
      >
        <g aria-hidden="true">
          {(["program", "socket"] as const).flatMap((what) =>
            (["client", "server"] as const).map((side) => (
              <LifelineBody
                x={columns[what][side]}
                kind={`${side} ${what}`}
                top={top}
                bottom={bottom}
              />
            ))
          )}
        </g>
        {rows.map((placed) => (
          <Row
            key={placed.row.index}
            placed={placed}
            columns={columns}
            upTo={upTo}
            isSelected={placed.row.index === selected}
            isNow={placed === now}
            isFocusable={placed === focusable}
            onSelect={onSelect}
            onOpen={(index) => setOpened(new Set([...opened, index]))}
          />
        ))}
      </SelectableRows>
      <figcaption>
        {captionOf(items, layout.rows)}
      </figcaption>
    </figure>
  );
}

/** Says what to look at, of what's there. */
function captionOf(items: TimelineItem[], rows: PlacedRow[]): string {
  const hasBuffers = rows.some(({ gauges }) => gauges.length > 0);
  const inMemory = staysInMemory(items);
  return [
    "Each system call goes between a program and its socket.",
    inMemory
      ? "Unix sockets send no packets: the kernel copies the bytes."
      : "Each packet goes between the sockets.",
    ...(hasBuffers
      ? [
        "Watch the green cells: the bytes that wait in a socket's receive " +
        "buffer.",
      ]
      : []),
    ...(hasBuffers && !inMemory
      ? [
        "Outlined cells are bytes in a send buffer that aren't acknowledged " +
        "yet.",
      ]
      : []),
    "Times are in milliseconds since the lesson began. Select a row to see " +
    "its details.",
  ].join(" ");
}

interface RowProps {
  placed: PlacedRow;
  columns: Columns;
  upTo: number;
  isSelected: boolean;
  isNow: boolean;
  isFocusable: boolean;
  onSelect?: (index: number) => void;
  onOpen: (index: number) => void;
}

function Row(props: RowProps): VNode {
  const { placed, columns, upTo, isNow, onOpen } = props;
  const { row, top, height, pause } = placed;
  const pills = placed.pills.filter(({ index }) => index < upTo).length;
  // While the reader scrolls, most rows stay the same.
  const content = useMemo(
    () => <RowContent placed={placed} columns={columns} upTo={upTo} />,
    [placed, columns, pills],
  );
  return (
    <SelectableRow
      top={top}
      height={height}
      width={columns.width}
      kind={`${row.kind}${isNow ? " now" : ""}`}
      label={describeRow(row, props.upTo)}
      index={row.index}
      isSelected={props.isSelected}
      isFocusable={props.isFocusable}
      onSelect={props.onSelect}
      onOpen={row.kind === "fold" && row.opens ? onOpen : undefined}
    >
      {pause === undefined ? null : (
        <Pause
          {...pause}
          x={(columns.socket.client + columns.socket.server) / 2}
        />
      )}
      {content}
    </SelectableRow>
  );
}

function RowContent(
  { placed, columns, upTo }: Pick<RowProps, "placed" | "columns" | "upTo">,
): VNode {
  const {
    row,
    top,
    height,
    arrow,
    carried,
    labels,
    pills,
    gauges,
    fold,
    title,
  } = placed;
  if (title !== undefined) {
    return (
      <StepLine
        lines={title}
        top={top}
        height={height}
        width={columns.width}
      />
    );
  }
  if (fold !== undefined) {
    return (
      <FoldLine
        from={columns.time}
        to={columns.width}
        y={top + height / 2}
        lines={fold}
      />
    );
  }
  const moving = [
    ...(arrow === undefined ? [] : [arrow]),
    ...(carried === undefined ? [] : [{ ...carried, kind: "bytes" }]),
  ];
  const timeY = (arrow?.y ?? pills[0]?.y ?? top) + (arrow ? -1 : 4);
  return (
    <g>
      <text
        class="draw-time"
        x={columns.time - 6}
        y={round(timeY)}
        text-anchor="end"
      >
        {rowTime(row.atMs, columns.isNarrow)}
      </text>
      {moving.map(({ from, to, y, kind }) => (
        <g key={kind}>
          {kind === "bytes"
            ? <Band from={from} to={to} top={top + 3} bottom={y + 6} />
            : null}
          <Arrow from={from} to={to} y={y} kind={kind} />
        </g>
      ))}
      <g class={columns.isNarrow ? "small" : undefined}>
        {labels.map((label) => <Lines key={label.y} {...label} />)}
      </g>
      {gauges.map((gauge) => (
        <Gauge {...gauge} isLeft={gauge.level.side === "client"} />
      ))}
      {pills.filter((pill) => pill.index < upTo).map(({ side, ...pill }) => (
        <Pill {...pill} kind={side} />
      ))}
    </g>
  );
}

function StepLine({ lines, top, height, width }: {
  lines: string[];
  top: number;
  height: number;
  width: number;
}): VNode {
  return (
    <g class="draw-step-line">
      {["behind", "tint"].map((kind) => (
        <rect
          key={kind}
          class={kind}
          x={0}
          y={round(top + 8)}
          width={width}
          height={height - 14}
          rx={6}
        />
      ))}
      <text>
        {lines.map((line, i) => (
          <tspan key={i} x={12} y={round(top + 28 + i * 18)}>{line}</tspan>
        ))}
      </text>
    </g>
  );
}

/** The last row that's drawn so far. */
function lastBefore(rows: PlacedRow[], upTo: number): PlacedRow | undefined {
  return rows.findLast(({ row }) => row.index < upTo);
}

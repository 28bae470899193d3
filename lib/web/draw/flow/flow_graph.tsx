import { formatElapsed } from "../../../show/elapsed.ts";
import type { Packet } from "../../../wire/capture/packet.ts";
import { LifelineBody, LifelineHead } from "../lifelines.tsx";
import { useMemo, type VNode } from "../preact.ts";
import {
  rowsInSight,
  SelectableRow,
  SelectableRows,
  sightOf,
  type Viewport,
} from "../selectable.tsx";
import { Arrow, LINE_HEIGHT, Lines, round } from "../shapes.tsx";
import { FLOW_HEAD, layoutFlow, type PlacedFlowRow } from "./flow_layout.ts";
import { type FlowRow, flowRows } from "./flow_rows.ts";

/** The properties of {@linkcode FlowGraph}. */
export interface FlowGraphProps {
  /** The packets of a capture, in order. */
  packets: Packet[];
  /**
   * How many of them to draw.
   *
   * @default all of them
   */
  upTo?: number;
  /** The index of the selected packet. */
  selected?: number;
  /** Receives the index of a packet that the reader selects. */
  onSelect?: (index: number) => void;
  /** The available width, in pixels, at least 320. */
  width: number;
  /**
   * The part of the graph that's in sight; only that part is drawn.
   *
   * @default all of it
   */
  viewport?: Viewport;
}

/** Draws the packets of a capture, from end to end. */
export function FlowGraph(
  { packets, upTo = packets.length, selected, onSelect, width, viewport }:
    FlowGraphProps,
): VNode {
  const layout = useMemo(
    () => layoutFlow(flowRows(packets), width),
    [packets, packets.length, width],
  );
  const rows = rowsInSight(layout.rows, viewport)
    .filter(({ row }) => row.index < upTo);
  const { top, bottom } = sightOf(viewport, layout.height);
  const focusable = rows.find(({ row }) => row.index === selected) ?? rows[0];
  return (
    <figure class="draw-figure draw-flow">
      <div class="draw-sticky">
        <svg
          class="draw-svg"
          width={layout.width}
          height={FLOW_HEAD}
          viewBox={`0 0 ${layout.width} ${FLOW_HEAD}`}
          aria-hidden="true"
        >
          {layout.columns.map((column) => (
            <LifelineHead key={column.x} {...column} />
          ))}
        </svg>
      </div>
      <SelectableRows
        label="Packets, in order"
        width={layout.width}
        height={layout.height}
      >
        <g aria-hidden="true">
          {layout.columns.map(({ x }) => (
            <LifelineBody key={x} x={x} kind="" top={top} bottom={bottom} />
          ))}
        </g>
        {rows.map((placed) => (
          <SelectableRow
            key={placed.row.index}
            top={placed.top}
            height={placed.height}
            width={layout.width}
            kind="packet"
            label={wordsOf(placed.row)}
            index={placed.row.index}
            isSelected={placed.row.index === selected}
            isFocusable={placed === focusable}
            onSelect={onSelect}
          >
            <FlowArrow {...placed} time={layout.time} />
          </SelectableRow>
        ))}
      </SelectableRows>
      <figcaption>
        Each vertical line is one end of a conversation, and each arrow is a
        packet. Green packets carry data. Red ones are resets, errors, or
        retransmissions. Select a packet to see its headers.
      </figcaption>
    </figure>
  );
}

function FlowArrow(
  { row, from, to, y, main, details, time }: PlacedFlowRow & { time: number },
): VNode {
  const x = (from + to) / 2;
  const first = y - 6 - (main.length + details.length - 1) * LINE_HEIGHT;
  return (
    <g>
      <text class="draw-time" x={time - 6} y={round(y - 1)} text-anchor="end">
        {row.atMs === undefined ? "" : formatElapsed(row.atMs)}
      </text>
      <Arrow
        from={from + Math.sign(to - from) * 3}
        to={to - Math.sign(to - from) * 3}
        y={y}
        kind={row.kind}
      />
      <Lines x={x} y={first} lines={main} kind={row.kind} />
      <Lines
        x={x}
        y={first + main.length * LINE_HEIGHT}
        lines={details}
        kind="packet"
      />
    </g>
  );
}

/** Describes a packet in words. */
function wordsOf({ atMs, from, to, main, details }: FlowRow): string {
  const at = atMs === undefined ? "" : `${formatElapsed(atMs)}: `;
  return `${at}${from} to ${to}: ${[main, ...details].join(", ")}`;
}

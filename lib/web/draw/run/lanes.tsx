import { formatElapsed } from "../../../show/elapsed.ts";
import { Drawing, Figure } from "../figure.tsx";
import { FoldLine } from "../fold_line.tsx";
import { HEAD_HEIGHT, LifelineBody, LifelineHead } from "../lifelines.tsx";
import { Pause } from "../pause.tsx";
import type { VNode } from "../preact.ts";
import { Arrow, Band, LINE_HEIGHT, Lines, Pill, round } from "../shapes.tsx";
import type { LaneEvent, LanesBlock } from "./blocks.ts";
import {
  kindOf,
  type LaneRow,
  layoutLanes,
  TIME_WIDTH,
} from "./lanes_layout.ts";

/** Draws a sequence diagram: calls on two lanes, and arrows between them. */
export function Lanes(
  { block, width }: { block: LanesBlock; width: number },
): VNode {
  const layout = layoutLanes(block, width);
  const { lanes, rows, height } = layout;
  return (
    <Figure
      kind="lanes"
      caption={captionOf(block)}
      text={block.events.map(lineOf)}
    >
      <Drawing width={layout.width} height={height}>
        {[lanes.client, lanes.server].map(({ x, kind }) => (
          <LifelineBody
            key={kind}
            x={x}
            kind={kind}
            top={HEAD_HEIGHT}
            bottom={height}
          />
        ))}
        {[lanes.client, lanes.server].map((lane) => (
          <LifelineHead key={lane.kind} {...lane} />
        ))}
        {rows.map((row) => <Row key={row.y} {...row} lanes={lanes} />)}
      </Drawing>
    </Figure>
  );
}

function Row(
  { y, time, pills, arrow, fold, pause, lanes }: LaneRow & {
    lanes: ReturnType<typeof layoutLanes>["lanes"];
  },
): VNode {
  return (
    <g>
      {time === "" ? null : (
        <text
          class="draw-time"
          x={TIME_WIDTH - 8}
          y={round(y + 4)}
          text-anchor="end"
        >
          {time}
        </text>
      )}
      {pause === undefined
        ? null
        : <Pause {...pause} x={(lanes.client.x + lanes.server.x) / 2} />}
      {fold === undefined ? null : (
        <FoldLine
          from={lanes.client.x}
          to={lanes.server.x}
          y={y}
          lines={[fold]}
        />
      )}
      {arrow === undefined ? null : <Carried {...arrow} />}
      {pills.map(({ side, ...pill }) => (
        <Pill key={pill.y} {...pill} kind={side} />
      ))}
    </g>
  );
}

/** Draws an arrow in a band, with a label that says what it carries. */
function Carried({ from, to, y, lines, kind }: {
  from: number;
  to: number;
  y: number;
  lines: string[];
  kind: string;
}): VNode {
  const way = Math.sign(to - from);
  const middle = (from + to - way * 8) / 2;
  const top = y - lines.length * LINE_HEIGHT - 4;
  const band = lines.length > 0 && kind === "bytes";
  return (
    <g class={`draw-carried ${kind}`}>
      {band ? <Band from={from} to={to} top={top} bottom={y + 6} /> : null}
      <Arrow from={from} to={to} y={y} kind={kind} />
      <Lines
        x={middle}
        y={y - 6 - (lines.length - 1) * LINE_HEIGHT}
        lines={lines}
        kind={kind}
      />
    </g>
  );
}

function captionOf({ left, right, events }: LanesBlock): string {
  const hasBytes = events.some((event) =>
    event.kind === "arrow" && kindOf(event.label) === "bytes"
  );
  const time = "Time runs from top to bottom, as measured in this run.";
  return hasBytes
    ? `Follow the green arrows: what ${left} and ${right} send each other, ` +
      `and the calls that move it. ${time}`
    : `Compare the calls of ${left} (left) with those of ${right} (right). ${time}`;
}

/** Describes an event in words. */
function lineOf(event: LaneEvent): string {
  const at = formatElapsed(event.atMs);
  if (event.kind === "call") return `${at}: ${event.lane}: ${event.call}`;
  const { from, to, label, sent, received } = event;
  return [
    `${at}: ${from} to ${to}: ${label}`,
    ...(sent === "" ? [] : [`${from}: ${sent}`]),
    ...(received === "" ? [] : [`${to}: ${received}`]),
  ].join("; ");
}

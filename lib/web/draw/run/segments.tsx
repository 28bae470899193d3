import type { TcpState } from "../../../wire/tcp/state.ts";
import { Figure } from "../figure.tsx";
import { FoldLine } from "../fold_line.tsx";
import { HEAD_HEIGHT, LifelineBody, LifelineHead } from "../lifelines.tsx";
import { useState, type VNode } from "../preact.ts";
import { segmentPhrases } from "../segment_words.ts";
import { Arrow, LINE_HEIGHT, Lines, round } from "../shapes.tsx";
import type { EventOf, Side } from "../types.ts";
import { TIME_WIDTH } from "./lanes_layout.ts";
import {
  hasStates,
  isOpening,
  layoutSegments,
  type PlacedState,
  type SegmentRow,
  STATE_HEIGHT,
  STATE_WIDTH,
  statesBefore,
} from "./segments_layout.ts";
import { StateMachine } from "./state_machine.tsx";
import { MACHINE_WIDTH } from "./state_machine_layout.ts";
import { walkStates } from "./state_walk.ts";

/** The least width of the segments beside the states. */
const MIN_WIDTH = 380;
const GAP = 28;

/**
 * Draws the segments of a connection, and beside them the states of TCP: those
 * after the segment under the pointer or with the focus, or after the last one.
 */
export function Segments(
  { event, width }: { event: EventOf<"segments">; width: number },
): VNode {
  const [pointed, setPointed] = useState<number | undefined>(undefined);
  const { client, server, segments } = event;
  const showsStates = hasStates(event);
  const isWide = showsStates && width >= MIN_WIDTH + GAP + MACHINE_WIDTH;
  const layout = layoutSegments(
    event,
    isWide ? width - GAP - MACHINE_WIDTH : width,
  );
  const at = Math.min(pointed ?? Infinity, segments.length - 1);
  const wasOpen = segments.length > 0 && !isOpening(segments[0]);
  const walks = {
    client: walkStates(statesUpTo(event, at, "client"), wasOpen),
    server: walkStates(statesUpTo(event, at, "server"), wasOpen),
  };
  const caption = !showsStates
    ? "Each arrow is a segment, with its number in the stream. Look for the " +
      "one that's lost or sent again."
    : `Point at a segment to see both ends' states after it; ` +
      `${client} is blue, ${server} is orange. The colored arrows show how ` +
      "they got there.";
  return (
    <Figure kind="segments" caption={caption} text={[]}>
      <div class={isWide ? "draw-beside" : "draw-below"}>
        <svg
          class="draw-svg"
          width={layout.width}
          height={Math.ceil(layout.height)}
          viewBox={`0 0 ${layout.width} ${Math.ceil(layout.height)}`}
          role="group"
          aria-label={`Segments between ${client} and ${server}`}
          onMouseLeave={() => setPointed(undefined)}
        >
          <g aria-hidden="true">
            {Object.values(layout.lanes).map(({ x, kind }) => (
              <LifelineBody
                x={x}
                kind={kind}
                top={HEAD_HEIGHT}
                bottom={layout.height}
              />
            ))}
            {Object.values(layout.lanes).map((lane) => (
              <LifelineHead {...lane} />
            ))}
            {layout.before.map((state) => (
              <StateBox key={state.side} {...state} />
            ))}
          </g>
          {layout.folds.map(({ y, text }) => (
            <FoldLine
              key={y}
              from={layout.lanes.client.x}
              to={layout.lanes.server.x}
              y={y}
              lines={[text]}
            />
          ))}
          {layout.rows.map((row) => (
            <Row
              key={row.index}
              row={row}
              width={layout.width}
              isAt={row.index === at &&
                (showsStates || pointed !== undefined)}
              label={lineOf(event, row.index)}
              onPoint={() => setPointed(row.index)}
            />
          ))}
        </svg>
        {showsStates
          ? <StateMachine walks={walks} names={{ client, server }} />
          : null}
      </div>
    </Figure>
  );
}

function Row({ row, width, isAt, label, onPoint }: {
  row: SegmentRow;
  width: number;
  isAt: boolean;
  label: string;
  onPoint: () => void;
}): VNode {
  const { top, height, time, from, to, y, lines, kind, states, side } = row;
  const middle = (from + to) / 2 - Math.sign(to - from) * 4;
  return (
    <g
      class={`draw-row ${isAt ? "selected" : ""}`}
      role="button"
      tabindex={0}
      onClick={onPoint}
      onFocus={onPoint}
      onMouseEnter={onPoint}
    >
      <desc>{label}</desc>
      <rect
        class="hit"
        x={TIME_WIDTH - 52}
        y={round(top + 1)}
        width={width - TIME_WIDTH + 52}
        height={round(height - 2)}
        rx={5}
      />
      <text
        class="draw-time"
        x={TIME_WIDTH - 8}
        y={round(y - 1)}
        text-anchor="end"
      >
        {time}
      </text>
      {kind === "lost"
        ? <LostArrow from={from} to={to} y={y} />
        : <Arrow from={from} to={to} y={y} kind={`${kind} ${side}`} />}
      <Lines
        x={middle}
        y={y - 7 - (lines.length - 1) * LINE_HEIGHT}
        lines={lines}
        kind={kind}
      />
      {states.map((state) => <StateBox key={state.side} {...state} />)}
    </g>
  );
}

/** Draws an arrow that doesn't arrive. */
function LostArrow(
  { from, to, y }: { from: number; to: number; y: number },
): VNode {
  return (
    <g class="draw-lost">
      <line x1={round(from)} y1={y} x2={round(to)} y2={y} />
      <path
        d={`M${round(to - 5)} ${y - 5}l10 10m-10 0l10 -10`}
      />
    </g>
  );
}

function StateBox({ side, name, x, y }: PlacedState): VNode {
  return (
    <g class={`draw-state ${side} outline`}>
      <rect
        x={round(x - STATE_WIDTH / 2)}
        y={round(y - STATE_HEIGHT / 2)}
        width={STATE_WIDTH}
        height={STATE_HEIGHT}
        rx={6}
      />
      <text x={round(x)} y={round(y + 4)} text-anchor="middle">{name}</text>
    </g>
  );
}

/** Returns the states that an end has been in, up to a segment. */
function statesUpTo(
  { segments }: EventOf<"segments">,
  at: number,
  side: Side,
): TcpState[] {
  const before = statesBefore(segments)[side];
  return [
    ...(before === undefined ? [] : [before]),
    ...segments.slice(0, at + 1).map((segment) => segment[`${side}State`]),
  ];
}

/** Describes a segment in words. */
function lineOf(
  { segments, numbers, client, server }: EventOf<"segments">,
  i: number,
) {
  const segment = segments[i];
  const [from, to] = segment.from === "client"
    ? [client, server]
    : [server, client];
  const words = segmentPhrases(segment, numbers).join(", ");
  return `${from} to ${to}: ${words}. Then ${client} is in ` +
    `${segment.clientState}, ${server} in ${segment.serverState}.`;
}

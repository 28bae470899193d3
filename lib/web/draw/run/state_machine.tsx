import { Unbroken } from "../inline.tsx";
import { Drawing } from "../figure.tsx";
import type { VNode } from "../preact.ts";
import { round } from "../shapes.tsx";
import type { Side } from "../types.ts";
import {
  layoutStateMachine,
  NODE,
  type StateEdge,
  type StateNode,
} from "./state_machine_layout.ts";
import type { Walk } from "./state_walk.ts";

/** Draws the states of TCP: where each end is, and how it got there. */
export function StateMachine({ walks, names }: {
  walks: Record<Side, Walk>;
  names: Record<Side, string>;
}): VNode {
  const { nodes, edges, width, height } = layoutStateMachine();
  return (
    <div class="draw-machine">
      <Drawing width={width} height={height}>
        {edges.map((edge) => <Edge key={edge.id} {...edge} walks={walks} />)}
        {nodes.map((node) => <Node key={node.place} {...node} walks={walks} />)}
      </Drawing>
      <ul>
        {(["client", "server"] as const).map((side) => (
          <li class={side}>
            <strong>{names[side]}</strong>{" "}
            <Unbroken text={walks[side].words.join(" → ")} />
          </li>
        ))}
      </ul>
    </div>
  );
}

function Edge(
  { id, ...edge }: StateEdge & { walks: Record<Side, Walk> },
): VNode {
  const { walks } = edge;
  const sides = (["client", "server"] as const)
    .filter((side) => walks[side].taken.has(id));
  return (
    <g>
      <EdgeLine {...edge} kind="" offset={0} />
      {sides.map((side, i) => (
        <EdgeLine
          {...edge}
          kind={side}
          offset={sides.length === 1 ? 0 : i === 0 ? -3 : 3}
        />
      ))}
    </g>
  );
}

function EdgeLine(
  { from, to, kind, offset }: {
    from: StateEdge["from"];
    to: StateEdge["to"];
    kind: string;
    offset: number;
  },
): VNode {
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
  const length = Math.hypot(dx, dy);
  const [ux, uy] = [dx / length, dy / length];
  // If both ends took the same arrow, draw their ways side by side.
  const shift = (
    [x, y]: [number, number],
  ) => [x - uy * offset, y + ux * offset];
  const [ax, ay] = shift(from);
  const [bx, by] = shift(to);
  const head = 7;
  const [cx, cy] = [bx - ux * head, by - uy * head];
  const points = [
    [bx, by],
    [cx - uy * 3.5, cy + ux * 3.5],
    [cx + uy * 3.5, cy - ux * 3.5],
  ].map((point) => point.map(round).join(",")).join(" ");
  return (
    <g class={`draw-edge ${kind}`}>
      <line x1={round(ax)} y1={round(ay)} x2={round(cx)} y2={round(cy)} />
      <polygon points={points} />
    </g>
  );
}

function Node(
  { place, name, x, y, walks }: StateNode & { walks: Record<Side, Walk> },
): VNode {
  const sides = (["client", "server"] as const)
    .filter((side) => walks[side].at === place);
  const kind = sides.length === 2 ? "both" : sides[0] ?? "";
  return (
    <g class={`draw-state ${kind}`}>
      <rect
        x={round(x - NODE.width / 2)}
        y={round(y - NODE.height / 2)}
        width={NODE.width}
        height={NODE.height}
        rx={6}
      />
      {sides.length < 2 ? null : sides.map((side, i) => (
        <rect
          class={`half ${side}`}
          x={round(x - NODE.width / 2 + (i === 0 ? 0 : NODE.width - 6))}
          y={round(y - NODE.height / 2)}
          width={6}
          height={NODE.height}
          rx={3}
        />
      ))}
      <text x={round(x)} y={round(y + 4)} text-anchor="middle">{name}</text>
    </g>
  );
}

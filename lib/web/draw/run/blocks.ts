/**
 * Groups a run's events into blocks that are drawn together: a step and its
 * events, facts in a row, and the events of one sequence diagram.
 *
 * @module
 */
import type { EventOf, RunEvent } from "../types.ts";

/** An event of two lanes. */
export type LaneEvent = EventOf<"call"> | EventOf<"arrow">;

/** A sequence diagram of two lanes. */
export interface LanesBlock {
  kind: "lanes";
  left: string;
  right: string;
  /** The address of each lane's socket, by the lane's name. */
  endpoints: Record<string, string>;
  events: LaneEvent[];
}

/** Events that are drawn together. */
export type Block =
  | LanesBlock
  | { kind: "facts"; facts: EventOf<"fact">[] }
  | { kind: "notes"; notes: EventOf<"note">[] }
  | EventOf<"say">
  | EventOf<"predict">
  | EventOf<"predicted">
  | EventOf<"bytes">
  | EventOf<"bars">
  | EventOf<"table">
  | EventOf<"headers">
  | EventOf<"segments">;

/** A step, or the events before the first one. */
export interface Section {
  lesson?: EventOf<"lesson">;
  step?: EventOf<"step">;
  blocks: Block[];
}

/**
 * Groups events.
 *
 * @param events The events, in order.
 * @returns The sections, in order.
 */
export function sectionsOf(events: RunEvent[]): Section[] {
  const sections: Section[] = [];
  // A lesson may give its sockets' addresses before it draws the lanes.
  let endpoints: Record<string, string> = {};

  for (const event of events) {
    if (event.kind === "lesson") {
      sections.push({ lesson: event, blocks: [] });
      continue;
    }
    if (event.kind === "step") {
      endpoints = {};
      sections.push({ step: event, blocks: [] });
      continue;
    }
    if (sections.length === 0) sections.push({ blocks: [] });
    const { blocks } = sections.at(-1)!;
    const last = blocks.at(-1);
    switch (event.kind) {
      case "fact":
        if (last?.kind === "facts") last.facts.push(event);
        else blocks.push({ kind: "facts", facts: [event] });
        break;
      case "note":
        if (last?.kind === "notes") last.notes.push(event);
        else blocks.push({ kind: "notes", notes: [event] });
        break;
      case "lanes": {
        const { left, right } = event;
        blocks.push({ kind: "lanes", left, right, endpoints, events: [] });
        break;
      }
      case "endpoint":
        endpoints[event.lane] = event.endpoint;
        break;
      case "call":
      case "arrow":
        lanesOf(blocks, event).events.push(event);
        break;
      case "say":
      case "predict":
      case "predicted":
      case "bytes":
      case "bars":
      case "table":
      case "headers":
      case "segments":
        blocks.push(event);
        break;
      default:
        // A new kind of event doesn't compile until it's drawn.
        event satisfies never;
    }
  }
  return sections;
}

/** Returns the diagram that an event belongs to: the last one, or a new one. */
function lanesOf(blocks: Block[], event: LaneEvent): LanesBlock {
  const last = blocks.findLast((block) => block.kind === "lanes");
  if (last !== undefined && blocks.at(-1) === last) return last;
  const [left, right] = last !== undefined
    ? [last.left, last.right]
    : event.kind === "arrow"
    ? [event.from, event.to]
    : [event.lane, ""];
  const endpoints = last?.endpoints ?? {};
  const block: LanesBlock = {
    kind: "lanes",
    left,
    right,
    endpoints,
    events: [],
  };
  blocks.push(block);
  return block;
}

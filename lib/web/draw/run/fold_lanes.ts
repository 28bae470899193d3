import { type Fold, foldRepeats } from "../../../xray/fold.ts";
import type { LaneEvent } from "./blocks.ts";

/** An event of a diagram, or many that are left out. */
export type FoldedEvent = LaneEvent | { kind: "fold"; text: string };

/**
 * Leaves out the middle of long repetitions, and says what it has left out.
 *
 * @param events The events of one diagram.
 * @returns The events, with one line for each stretch that is left out.
 *
 * @example A hundred reads
 * ```ts
 * import { foldLaneEvents } from "./fold_lanes.ts";
 * import type { LaneEvent } from "./blocks.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const read: LaneEvent = {
 *   atMs: 0,
 *   kind: "call",
 *   lane: "server",
 *   call: "read() gave 4",
 * };
 * const folded = foldLaneEvents(Array.from({ length: 100 }, () => read));
 * assertEquals(folded.length, 8);
 * assertEquals(folded[4], { kind: "fold", text: "93 more: read()" });
 * ```
 */
export function foldLaneEvents(events: LaneEvent[]): FoldedEvent[] {
  const rows = events.map((event) => ({ event, like: likeOf(event) }));
  return foldRepeats(rows).map((row) =>
    "folded" in row ? { kind: "fold", text: wordsOf(row) } : row.event
  );
}

/**
 * Returns an event without its numbers and data, to find ones that look alike.
 */
function likeOf(event: LaneEvent): string {
  return event.kind === "call"
    ? `${event.lane} ${nameOf(event.call)}`
    : `${event.from} ${nameOf(event.sent)} ${nameOf(event.received)}`;
}

/** Returns a call's name: `read()` for `read() gave 4: "ten "`. */
function nameOf(call: string): string {
  return call.match(/^\w+\(/) === null
    ? call.replaceAll(/\d+/g, "#")
    : `${call.match(/^\w+/)![0]}()`;
}

function wordsOf({ folded }: Fold<{ event: LaneEvent }>): string {
  const names = new Set(
    folded.map(({ event }) =>
      event.kind === "call"
        ? nameOf(event.call)
        : nameOf(event.sent || event.received) || `${event.from} → ${event.to}`
    ),
  );
  return `${folded.length} more: ${[...names].join(", ")}`;
}

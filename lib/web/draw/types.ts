/**
 * The data for the drawings: the events of a run, and the items of its
 * timeline. Both are plain data: one line of JSON each, in `--json` and `--xray
 * --json`.
 *
 * @module
 */
import type { ShowEvent } from "../../show/events.ts";

export type { ShowEvent } from "../../show/events.ts";
export type { DiagramSegment } from "../../show/segment_diagram.ts";
export type { Socket } from "../../xray/socket_calls.ts";
export type { LeftOut, TimedCall, TimelineItem } from "../../xray/timeline.ts";
export type { WirePacket } from "../../xray/wire_packet.ts";

/** One line of `deno task lesson 3 --json`. */
export type RunEvent = ShowEvent;

/** The event of one kind. */
export type EventOf<Kind extends RunEvent["kind"]> = Extract<
  RunEvent,
  { kind: Kind }
>;

/** An end of a conversation. Each has a color, and a side of the drawing. */
export type Side = "client" | "server";

/** Returns the other end. */
export function otherSide(side: Side): Side {
  return side === "client" ? "server" : "client";
}

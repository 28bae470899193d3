import type { ShowEvent } from "../../../show/events.ts";
import type { TimelineItem } from "../../../xray/timeline.ts";
import type { Predictions } from "./use_predictions.ts";

/** Whether a run waits for its reader after an item. */
export function isQuestion(item: TimelineItem): boolean {
  return item.seen === "story" && item.event.kind === "predict";
}

/**
 * Returns a run's events, with each of the reader's predictions after the
 * events that answer it, before the next step or question.
 *
 * @param items The items that are shown.
 * @param options `predictions`: the reader's. `isOver`: whether the run has
 * ended.
 * @returns The events.
 */
export function storyOf(
  items: TimelineItem[],
  { predictions, isOver }: { predictions: Predictions; isOver: boolean },
): ShowEvent[] {
  const events: ShowEvent[] = [];
  let open = "";
  function recall(atMs: number) {
    if (open !== "") events.push({ kind: "predicted", text: open, atMs });
    open = "";
  }
  for (const item of items) {
    if (item.seen !== "story") continue;
    const { event } = item;
    if (event.kind === "step" || event.kind === "predict") recall(item.atMs);
    events.push(event);
    if (event.kind === "predict") {
      open = predictions.textOf(event.question).trim();
    }
  }
  const last = events.at(-1);
  // While the run waits at the question, the field shows the reader's words.
  if (isOver && last?.kind !== "predict") recall(last?.atMs ?? 0);
  return events;
}

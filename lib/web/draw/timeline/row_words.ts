/**
 * Describes rows of the timeline in words, for readers who can't see them.
 *
 * @module
 */
import { formatElapsed } from "../../../show/elapsed.ts";
import { counted } from "../../../show/counted.ts";
import type { TimelineRow } from "./rows.ts";

/**
 * Returns a row's time in milliseconds, without the unit.
 *
 * @param atMs The time, in milliseconds.
 * @param isNarrow Whether there's room for few digits.
 */
export function rowTime(atMs: number, isNarrow: boolean): string {
  // Events of one exchange are a hundredth of a millisecond apart.
  if (!isNarrow) return atMs.toFixed(2);
  return atMs < 9999.5
    ? atMs.toFixed(atMs < 9.995 ? 2 : atMs < 999.5 ? 1 : 0)
    : `${Math.round(atMs / 1000)} s`;
}

/**
 * Describes a row.
 *
 * @param row The row.
 * @param upTo How many items are drawn. Later calls aren't described.
 */
export function describeRow(row: TimelineRow, upTo: number): string {
  if (row.kind === "step") return `Step ${row.number}: ${row.title}`;
  if (row.kind === "fold") return row.words;
  return [
    `${formatElapsed(row.atMs)}: ${eventWords(row)}`,
    ...row.levels.map(({ side, which, bytes }) =>
      `${side}'s ${which} buffer: ${counted(bytes, "byte")}`
    ),
    ...row.pills.filter(({ index }) => index < upTo)
      .map(({ side, text }) => `${side} program: ${text}`),
  ].filter((part) => part !== "").join("; ");
}

function eventWords(row: TimelineRow): string {
  if (row.kind === "call") {
    const { side, words, carries } = row;
    return `${side}: ${words}` +
      (carries === undefined ? "" : ", straight to the peer's socket");
  }
  if (row.kind === "packet") {
    const { main, numbers, notes } = row.words;
    const to = row.side === "client" ? "server" : "client";
    const words = [main, numbers, notes].filter((text) => text !== "");
    return `packet from ${row.side} to ${to}: ${words.join(", ")}`;
  }
  return "the program reports";
}

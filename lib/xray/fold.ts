import type { TimelineItem } from "./timeline.ts";

/** The data that {@linkcode foldRepeats} needs about a row. */
export interface Foldable {
  /** A key: rows with the same key look alike. It's empty for a unique row. */
  like: string;
}

/** The omitted rows of a repetition. */
export interface Fold<Row> {
  /** The omitted rows. */
  folded: Row[];
}

/** The longest pattern to look for, and the fewest rows to fold. */
const PATTERNS = [{ length: 4, atLeast: 16 }, { length: 16, atLeast: 64 }];
/** The number of rows to keep at a repetition's end. */
const KEPT_AT_END = 3;

/**
 * Leaves out the middle of long repetitions, such as the 5000 datagrams of a
 * flood, and keeps their start and end.
 *
 * @param rows Rows in order.
 * @returns The rows, with one {@linkcode Fold} for each series left out.
 *
 * @example A hundred rows of the same kind
 * ```ts
 * import { foldRepeats } from "./fold.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const rows = Array.from({ length: 100 }, () => ({ like: "sendto" }));
 * const folded = foldRepeats(rows);
 * assertEquals(folded.length, 4 + 1 + 3);
 * assertEquals("folded" in folded[4] && folded[4].folded.length, 93);
 * ```
 */
export function foldRepeats<Row extends Foldable>(
  rows: Row[],
): (Row | Fold<Row>)[] {
  const shown: (Row | Fold<Row>)[] = [];
  for (let at = 0; at < rows.length;) {
    const [kept, end] = repetitionAt(rows, at);
    const rest = Math.max(at + kept, end - KEPT_AT_END);
    for (const row of rows.slice(at, at + kept)) shown.push(row);
    if (end > at + kept) {
      shown.push({ folded: rows.slice(at + kept, rest) });
      for (const row of rows.slice(rest, end)) shown.push(row);
    }
    at = Math.max(end, at + kept);
  }
  return shown;
}

/** Returns how many rows to keep from `at`, and where the repetition ends. */
function repetitionAt(rows: Foldable[], at: number): [number, number] {
  for (const { length, atLeast } of PATTERNS) {
    const pattern = new Set(
      rows.slice(at, at + length).map(({ like }) => like),
    );
    pattern.delete("");
    let end = at;
    while (end < rows.length && pattern.has(rows[end].like)) end++;
    if (end - at >= atLeast) return [length, end];
  }
  return [1, at + 1];
}

/** Notes that appear all the time in a flood. */
const FREQUENT_NOTES = ["window full", "window update", "zero window"];

/**
 * Returns a text that is the same for calls or packets that look alike.
 *
 * @param item The item.
 * @returns The text; empty for a unique item.
 */
export function likeOf(item: TimelineItem): string {
  if (item.seen === "call") {
    const { name, socket, error = "" } = item.call;
    return `${name} ${socket.role} ${error}`;
  }
  if (item.seen !== "packet") return "";
  const { protocol, flags = "", bytes, notes = [] } = item.packet;
  const rare = notes.filter((note) => !FREQUENT_NOTES.includes(note));
  return `${protocol} ${flags} ${bytes > 0} ${rare.join()}`;
}

/**
 * Returns the name of an item's kind, for the line about omitted items.
 *
 * @param item A call or a packet.
 * @returns Text such as `sendto`, `PSH,ACK`, or `zero window`; empty for
 * anything else.
 */
export function kindOf(item: TimelineItem): string {
  if (item.seen === "call") return item.call.name;
  if (item.seen !== "packet") return "";
  const { protocol, flags, notes = [] } = item.packet;
  return notes[0] ?? flags ?? protocol.toUpperCase();
}

/**
 * Describes the items that a fold leaves out.
 *
 * @param counts The number of items of each kind.
 * @returns Text such as `98 × socket, connect, accept4` or `98 × sendto, 7 ×
 * close`.
 *
 * @example Kinds with the same count share a number
 * ```ts
 * import { countedKinds } from "./fold.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(countedKinds({ socket: 98, connect: 98 }), "98 × socket, connect");
 * assertEquals(countedKinds({ sendto: 98, close: 7 }), "98 × sendto, 7 × close");
 * ```
 */
export function countedKinds(counts: Record<string, number>): string {
  const byCount = Map.groupBy(Object.entries(counts), ([, count]) => count);
  return [...byCount].map(([count, kinds]) =>
    `${count} × ${kinds.map(([kind]) => kind).join(", ")}`
  ).join(", ");
}

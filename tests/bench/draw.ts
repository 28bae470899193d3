import { bold, cyan, dim } from "@std/fmt/colors";
import { drawBar, padEndVisible, wrapText } from "../../lib/show/mod.ts";
import type { Result } from "./contest.ts";

/** The longest bar, in columns. */
const MAX_BAR = 24;
/** Columns of `3.44M`, of `× 0.98`, of `10.95 to 11.01`, and of the gaps. */
const NUMBERS = 5 + 7 + 14 + 4 * 2;

/**
 * Draws how a contest ended: for each contender a bar, its median, and its ratio
 * to the first one with the quartiles.
 *
 * @param result How it ended.
 * @param options Columns to fit into, and what it says in a sentence.
 * @returns Lines, the first of which is empty.
 */
export function drawResult(
  result: Result,
  { width, verdict }: { width: number; verdict?: string },
): string[] {
  const { title, unit, better, rounds, standings } = result;
  const most = Math.max(...standings.map(({ median }) => median));
  const nameWidth = Math.max(...standings.map(({ name }) => name.length));
  const barWidth = Math.min(MAX_BAR, Math.max(1, width - nameWidth - NUMBERS));
  return [
    "",
    ...wrapText(`${bold(title)}: ${unit}, ${better} is better`, { width }),
    ...standings.map(({ name, median, ratio }, place) => {
      const bar = cyan(drawBar(most > 0 ? median / most : 0, barWidth));
      const spread = ratio.quartiles.map((number) => number.toFixed(2));
      return [
        name.padEnd(nameWidth),
        padEndVisible(bar, barWidth),
        short(median).padStart(5),
        `× ${ratio.median.toFixed(2)}`.padStart(7),
        // The first is its own measure, and one round has no spread.
        place === 0 || rounds === 1 ? "" : dim(spread.join(" to ")),
      ].join("  ").trimEnd();
    }),
    ...(verdict === undefined ? [] : wrapText(verdict, { width })),
  ];
}

/**
 * Writes a number in five columns at the most.
 *
 * @param number A number >= 0.
 * @returns For example `3.44M`, `41.2K`, `0.95`.
 */
export function short(number: number): string {
  return new Intl.NumberFormat("en", {
    notation: "compact",
    maximumSignificantDigits: 3,
  }).format(number);
}

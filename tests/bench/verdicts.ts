import { ratioOf, type Result, type Standing } from "./contest.ts";
import { LIB, RAW } from "./team.ts";

/** What the helpers should keep of the rate of Deno's own calls, in percent. */
const ENOUGH = 95;

/**
 * Says how much of the rate of Deno's own calls the helpers keep.
 *
 * @param result A contest of the two, and perhaps of others.
 * @returns One sentence.
 */
export function keeps({ standings }: Result): string {
  const { ratio } = find(standings, LIB);
  const kept = Math.round(100 * ratio.median);
  const verdict = `${LIB} keeps ${kept} % of the rate of ${RAW}`;
  if (kept >= ENOUGH) return `${verdict}.`;
  // The upper quartile: what is within the spread may be otherwise next time.
  return 100 * ratio.quartiles[1] >= ENOUGH
    ? `${verdict}: no clear difference from the ${ENOUGH} % that it should.`
    : `${verdict}: less than the ${ENOUGH} % that it should.`;
}

/**
 * Says which contenders one of them beats.
 *
 * @param result A contest with others than Deno's own calls.
 * @param who The contender's name.
 * @returns One sentence.
 */
export function beats({ standings }: Result, who = LIB): string {
  const own = find(standings, who);
  const beaten: string[] = [];
  const equal: string[] = [];
  const better: string[] = [];
  for (const { name, numbers } of standings) {
    if (name.startsWith(LIB) || name === RAW) continue;
    const { median, quartiles: [lower, upper] } = ratioOf(own.numbers, numbers);
    // Where the quartiles lie on both sides, it may be otherwise next time.
    const list = lower > 1 ? beaten : upper < 1 ? better : equal;
    list.push(`${name} (× ${median.toFixed(median < 1 ? 2 : 1)})`);
  }
  const parts = [
    `${who} beats ${beaten.join(", ") || "nobody"}`,
    `is beaten by ${better.join(", ") || "nobody"}`,
    ...equal.length === 0
      ? []
      : [`no clear difference from ${equal.join(", ")}`],
  ];
  return `${parts.join("; ")}.`;
}

function find(standings: Standing[], name: string): Standing {
  return standings.find((standing) => standing.name === name)!;
}

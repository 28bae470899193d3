import type { Result, Standing } from "./contest.ts";
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
 * Says whom the helpers beat.
 *
 * @param result A contest with others than Deno's own calls.
 * @returns One sentence.
 */
export function beats({ standings }: Result): string {
  const own = find(standings, LIB);
  const others = standings.filter(({ name }) => name !== LIB && name !== RAW);
  const list = (faster: boolean) =>
    others.filter(({ median }) => own.median > median === faster)
      .map(({ name, median }) =>
        `${name} (× ${(own.median / median).toFixed(1)})`
      )
      .join(", ") || "nobody";
  return `${LIB} beats ${list(true)}; is beaten by ${list(false)}.`;
}

function find(standings: Standing[], name: string): Standing {
  return standings.find((standing) => standing.name === name)!;
}

/** How fairly streams share a link. */

/**
 * Computes Jain's fairness index: (Σx)² / (n Σx²).
 *
 * @param rates The streams' rates, in any unit.
 * @returns 1 if all are equal, and 1/n if one stream has everything.
 */
export function jainIndex(rates: number[]): number {
  const sum = rates.reduce((a, b) => a + b, 0);
  const squares = rates.reduce((a, b) => a + b * b, 0);
  return squares === 0 ? 1 : sum * sum / (rates.length * squares);
}

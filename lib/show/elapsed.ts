/**
 * Formats a duration with at most three significant digits.
 *
 * @param ms The duration, in milliseconds.
 * @returns Text such as `0.25 ms`, `12.3 ms`, `640 ms`, or `1.25 s`.
 *
 * @example From a fraction of a millisecond to minutes
 * ```ts
 * import { formatElapsed } from "./elapsed.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(formatElapsed(0.25), "0.25 ms");
 * assertEquals(formatElapsed(12.34), "12.3 ms");
 * assertEquals(formatElapsed(640.4), "640 ms");
 * assertEquals(formatElapsed(61_250), "61.3 s");
 * ```
 */
export function formatElapsed(ms: number): string {
  const [value, unit] = ms < 999.5 ? [ms, "ms"] : [ms / 1000, "s"];
  const digits = value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
  return `${value.toFixed(digits)} ${unit}`;
}

/**
 * Times with nanoseconds. They need two numbers: the nanoseconds since 1970
 * have more digits than one JavaScript number can hold.
 *
 * @module
 */

/** A time since the start of 1970, UTC. */
export interface Timestamp {
  /** Whole seconds since the start of 1970, UTC. */
  seconds: number;
  /** Nanoseconds after that second, from 0 to 999999999. */
  nanoseconds: number;
}

/**
 * Returns the time from one moment to another.
 *
 * @param from The first moment.
 * @param to The second moment.
 * @returns The milliseconds, with a fraction; negative if `to` is earlier.
 *
 * @example Into the next second
 * ```ts
 * import { elapsedMs } from "./timestamp.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const from = { seconds: 1, nanoseconds: 999_500_000 };
 * const to = { seconds: 2, nanoseconds: 250_000 };
 * assertEquals(elapsedMs(from, to), 0.75);
 * ```
 */
export function elapsedMs(from: Timestamp, to: Timestamp): number {
  return (to.seconds - from.seconds) * 1000 +
    (to.nanoseconds - from.nanoseconds) / 1e6;
}

/**
 * Formats a time as seconds since 1970, as tshark does.
 *
 * @param time The moment.
 * @returns The seconds, a decimal point, and nine digits.
 *
 * @example Leading zeros are kept
 * ```ts
 * import { formatTimestamp } from "./timestamp.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const time = { seconds: 1700000000, nanoseconds: 42 };
 * assertEquals(formatTimestamp(time), "1700000000.000000042");
 * ```
 */
export function formatTimestamp(time: Timestamp): string {
  return `${time.seconds}.${String(time.nanoseconds).padStart(9, "0")}`;
}

/**
 * Converts a time to a JavaScript date, which has only milliseconds.
 *
 * @param time The moment.
 * @returns The date.
 *
 * @example As ISO 8601 text
 * ```ts
 * import { toDate } from "./timestamp.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const date = toDate({ seconds: 1, nanoseconds: 500_000_000 });
 * assertEquals(date.toISOString(), "1970-01-01T00:00:01.500Z");
 * ```
 */
export function toDate(time: Timestamp): Date {
  return new Date(time.seconds * 1000 + Math.floor(time.nanoseconds / 1e6));
}

/**
 * Limits on a message's size (RFC 9110, section 17.5).
 *
 * @module
 */

/** Limits for one message. A larger message is rejected without storing it. */
export interface HttpLimits {
  /**
   * The longest first line, in bytes; a longer one gets status 414. RFC 9112,
   * section 3, recommends at least 8000.
   *
   * @default 8192
   */
  maxLineBytes?: number;
  /**
   * The longest head or trailer section, in bytes, including the empty line; a
   * longer one gets status 431.
   *
   * @default 16384
   */
  maxHeadBytes?: number;
  /**
   * The most fields in a head or a trailer section; more get status 431.
   *
   * @default 100
   */
  maxFields?: number;
  /**
   * The longest decoded body, in bytes; a longer one gets status 413.
   *
   * @default 1048576
   */
  maxBodyBytes?: number;
  /**
   * The longest line before a chunk, in bytes; a longer one gets status 400.
   * The line has the chunk's size, and extensions, which are hardly ever used.
   *
   * @default 256
   */
  maxChunkLineBytes?: number;
}

/**
 * Replaces each missing limit with its default.
 *
 * @param limits The limits that are set.
 * @returns All limits.
 * @throws {RangeError} If a limit isn't a number >= 0.
 *
 * @example One limit
 * ```ts
 * import { withDefaults } from "./limits.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const limits = withDefaults({ maxBodyBytes: 10 });
 * assertEquals(limits.maxBodyBytes, 10);
 * assertEquals(limits.maxHeadBytes, 16384);
 * ```
 */
export function withDefaults(limits: HttpLimits = {}): Required<HttpLimits> {
  const all = { ...DEFAULTS };
  for (const name of Object.keys(DEFAULTS) as (keyof HttpLimits)[]) {
    const limit = limits[name];
    if (limit === undefined) continue;
    if (!(limit >= 0)) {
      throw new RangeError(
        `Cannot limit HTTP: ${name} ${limit} is not a number >= 0`,
      );
    }
    all[name] = limit;
  }
  return all;
}

const DEFAULTS: Required<HttpLimits> = {
  maxLineBytes: 8192,
  maxHeadBytes: 16384,
  maxFields: 100,
  maxBodyBytes: 1024 * 1024,
  maxChunkLineBytes: 256,
};

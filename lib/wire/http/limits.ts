/**
 * Limits on a message's size (RFC 9110, section 17.5).
 *
 * @module
 */

/** Limits for one message. A larger message is rejected without storing it. */
export interface HttpLimits {
  /**
   * The longest first line, in bytes; a longer one is a 414. RFC 9112, section
   * 3, asks for 8000 at least.
   *
   * @default 8192
   */
  maxLineBytes?: number;
  /**
   * The longest head, and the longest trailer section, in bytes with the blank
   * line; a longer one is a 431.
   *
   * @default 16384
   */
  maxHeadBytes?: number;
  /**
   * The most fields in a head, or in a trailer section; more are a 431.
   *
   * @default 100
   */
  maxFields?: number;
  /**
   * The longest body, in bytes as decoded; a longer one is a 413.
   *
   * @default 1048576
   */
  maxBodyBytes?: number;
  /**
   * The longest line in front of a chunk, in bytes; a longer one is a 400. It
   * holds a number, and extensions that nobody uses.
   *
   * @default 256
   */
  maxChunkLineBytes?: number;
}

/**
 * Puts a default in the place of each limit that isn't given.
 *
 * @param limits Those that are.
 * @returns All of them.
 * @throws {RangeError} If one isn't a number >= 0.
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

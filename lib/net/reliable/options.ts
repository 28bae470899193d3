/**
 * What can be set for a reliable stream, with its units.
 *
 * @module
 */

import { assertTimer } from "../timer.ts";
import { MAX_SEGMENT_BYTES } from "./segment.ts";
import type { ReliableEvent } from "./trace.ts";

/** Options for one end of a reliable stream. */
export interface ReliableOptions {
  /**
   * The most data in one segment, in bytes, from 1 to 65491. With its header it
   * should fit into what the link carries whole: 1500 bytes on Ethernet, 65536
   * on a loopback interface.
   *
   * @default 1200
   */
  segmentBytes?: number;
  /**
   * Room for what has come and is not read yet, in bytes. It is the window that
   * the other end sees. What the system's own buffer cannot hold gets lost: on
   * Linux that is 92 segments of 1200 bytes, 13 of 16384, 4 of 65491.
   *
   * @default 65536
   */
  receiveBytes?: number;
  /**
   * Room for what is written and not acknowledged yet, in bytes.
   *
   * @default 262144
   */
  sendBytes?: number;
  /**
   * How many segments may be under way at first (RFC 5681, section 3.1).
   *
   * @default 4
   */
  initialSegments?: number;
  /**
   * The retransmission time-out before anything is measured, in milliseconds.
   *
   * @default 1000
   */
  initialRtoMs?: number;
  /**
   * The shortest retransmission time-out, in milliseconds. It should be longer
   * than the other end's `ackDelayMs`.
   *
   * @default 200
   */
  minRtoMs?: number;
  /**
   * The longest retransmission time-out, in milliseconds.
   *
   * @default 60000
   */
  maxRtoMs?: number;
  /**
   * How long a single segment may wait for its acknowledgment, in milliseconds,
   * so that one acknowledgment can serve two (RFC 9293, section 3.8.6.3).
   *
   * @default 20
   */
  ackDelayMs?: number;
  /**
   * How long the other end may be silent when it owes an answer, in
   * milliseconds, before it is taken for gone.
   *
   * @default 20000
   */
  giveUpMs?: number;
  /**
   * After how long a silence the other end is asked whether it is still there,
   * in milliseconds (RFC 9293, section 3.8.4).
   *
   * @default {undefined} never
   */
  keepAliveMs?: number;
  /**
   * How long the end that closed first stays in TIME-WAIT, in milliseconds:
   * twice the longest life of a segment, 2MSL.
   *
   * @default 1000
   */
  timeWaitMs?: number;
  /**
   * The number of this end's SYN, from 0 to 4294967295. Unless a test needs to
   * know it, it should be a surprise (RFC 9293, section 3.4.1).
   *
   * @default {undefined} a random one
   */
  initialSequence?: number;
  /**
   * Called for each thing that happens, at once; it must not throw.
   *
   * @default {undefined}
   */
  onEvent?: (event: ReliableEvent) => void;
}

/** The options with their defaults filled in. */
export type ReliableSettings =
  & Required<Omit<ReliableOptions, "keepAliveMs" | "onEvent">>
  & Pick<ReliableOptions, "keepAliveMs" | "onEvent">;

/**
 * Fills in the defaults, and turns away what cannot be.
 *
 * @param options What somebody asks for.
 * @returns All settings.
 * @throws {RangeError} If one is out of range.
 *
 * @example An odd segment size
 * ```ts
 * import { settingsOf } from "./options.ts";
 * import { assertEquals, assertThrows } from "@std/assert";
 *
 * assertEquals(settingsOf({ segmentBytes: 100 }).receiveBytes, 65536);
 * assertThrows(
 *   () => settingsOf({ segmentBytes: 65_536 }),
 *   RangeError,
 *   "segmentBytes 65536 is not an integer from 1 to 65491",
 * );
 * ```
 */
export function settingsOf(options: ReliableOptions): ReliableSettings {
  const settings = {
    segmentBytes: 1200,
    receiveBytes: 64 * 1024,
    sendBytes: 256 * 1024,
    initialSegments: 4,
    initialRtoMs: 1000,
    minRtoMs: 200,
    maxRtoMs: 60_000,
    ackDelayMs: 20,
    giveUpMs: 20_000,
    timeWaitMs: 1000,
    initialSequence: crypto.getRandomValues(new Uint32Array(1))[0],
    ...options,
  };
  const sizes = {
    segmentBytes: [1, MAX_SEGMENT_BYTES],
    receiveBytes: [1, 2 ** 30],
    sendBytes: [1, 2 ** 30],
    initialSegments: [1, 1000],
    initialSequence: [0, 2 ** 32 - 1],
  } as const;
  for (const [name, [min, max]] of Object.entries(sizes)) {
    const value = settings[name as keyof typeof sizes];
    if (Number.isInteger(value) && value >= min && value <= max) continue;
    throw new RangeError(
      `Cannot make a reliable stream: ` +
        `${name} ${value} is not an integer from ${min} to ${max}`,
    );
  }
  for (const [name, value] of Object.entries(settings)) {
    if (!name.endsWith("Ms") || value === undefined) continue;
    assertTimer(value as number, `Cannot make a reliable stream: ${name}`);
  }
  return settings;
}

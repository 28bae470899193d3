/**
 * The options of a reliable connection, with their units.
 *
 * @module
 */

import { assertTimer } from "../timer.ts";
import { MAX_SEGMENT_BYTES } from "./segment.ts";
import type { ReliableEvent } from "./trace.ts";

/** Options for one end of a reliable connection. */
export interface ReliableOptions {
  /**
   * The most data in one segment (MSS), in bytes, from 1 to 65491. With its headers
   * it should fit in the link's MTU: 1500 bytes on Ethernet, 65536 on a loopback
   * interface.
   *
   * @default 1200
   */
  segmentBytes?: number;
  /**
   * The size of the receive buffer, in bytes. This end advertises it as its
   * window. Datagrams that don't fit in the system's own buffer get lost: on
   * Linux, it holds 92 segments of 1200 bytes, 13 of 16384, or 4 of 65491.
   *
   * @default 65536
   */
  receiveBytes?: number;
  /**
   * The size of the send buffer, for data that isn't acknowledged yet, in bytes.
   *
   * @default 262144
   */
  sendBytes?: number;
  /**
   * The initial congestion window, in segments (RFC 5681, section 3.1).
   *
   * @default 4
   */
  initialSegments?: number;
  /**
   * The retransmission timeout before the first measurement, in milliseconds.
   *
   * @default 1000
   */
  initialRtoMs?: number;
  /**
   * The shortest retransmission timeout, in milliseconds. It should be longer than
   * the peer's `ackDelayMs`.
   *
   * @default 200
   */
  minRtoMs?: number;
  /**
   * The longest retransmission timeout, in milliseconds.
   *
   * @default 60000
   */
  maxRtoMs?: number;
  /**
   * How long to delay the ACK of a single segment, in milliseconds, so that one
   * ACK can be for two segments (RFC 9293, section 3.8.6.3).
   *
   * @default 20
   */
  ackDelayMs?: number;
  /**
   * The user timeout: how long data may stay unacknowledged, in milliseconds,
   * before the connection fails with TimedOut (RFC 9293, section 3.9.1.1, and RFC
   * 5482).
   *
   * @default 20000
   */
  userTimeoutMs?: number;
  /**
   * How long the peer may be silent before this end sends a keep-alive, in
   * milliseconds (RFC 9293, section 3.8.4).
   *
   * @default {undefined} no keep-alives
   */
  keepAliveMs?: number;
  /**
   * How long the end that closed first stays in TIME-WAIT, in milliseconds: twice
   * the maximum segment lifetime, 2MSL.
   *
   * @default 1000
   */
  timeWaitMs?: number;
  /**
   * The initial sequence number, from 0 to 4294967295. Except in tests, attackers
   * mustn't be able to guess it (RFC 9293, section 3.4.1).
   *
   * @default {undefined} a random one
   */
  initialSequence?: number;
  /**
   * Called for each event, at once; it mustn't throw.
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
 * Fills in the defaults, and throws for an option that is out of range.
 *
 * @param options The options of a connection.
 * @returns All the settings.
 * @throws {RangeError} If an option is out of range.
 *
 * @example Default and invalid options
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
    userTimeoutMs: 20_000,
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
      `Cannot make a reliable connection: ` +
        `${name} ${value} is not an integer from ${min} to ${max}`,
    );
  }
  for (const [name, value] of Object.entries(settings)) {
    if (!name.endsWith("Ms") || value === undefined) continue;
    assertTimer(value as number, `Cannot make a reliable connection: ${name}`);
  }
  return settings;
}

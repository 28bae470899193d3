import type { ShowEvent } from "../show/mod.ts";
import type { Packet } from "../wire/mod.ts";
import { type SocketCall, SocketFollower } from "./socket_calls.ts";
import { StoryClock, type ToldEvent } from "./story_clock.ts";
import { StraceReader, type SystemCall } from "./strace.ts";
import { type TimelineItem, TimelineMerger } from "./timeline.ts";
import { epochMs } from "./wire_packet.ts";

/** How long an event waits for the call that wrote it, in milliseconds. */
const MAX_WAIT_MS = 2000;
/** How long packets matter for later calls, in milliseconds. */
const MEMORY_MS = 500;
/** A thread's end in the log: `7 1.0 +++ exited with 0 +++`. */
const ENDED = /^(\d+) .*\+\+\+ (?:exited|killed)/;

/**
 * Collects the observations of a run while it happens, and merges them: all at
 * the end, or step by step.
 */
export class Observer {
  readonly #traced: boolean;
  readonly #reader = new StraceReader();
  readonly #follower = new SocketFollower();
  readonly #clock = new StoryClock();
  readonly #merger = new TimelineMerger();
  #mainPrefix?: string;
  /** The main thread's last call, until it's known when it returned. */
  #last?: SystemCall;
  #events: ToldEvent[] = [];
  #calls: SocketCall[] = [];
  #packets: Packet[] = [];
  #startedAtMs = 0;

  /**
   * Starts without any observations.
   *
   * @param options `traced`: whether there will be an `strace` log.
   */
  constructor(options: { traced: boolean }) {
    this.#traced = options.traced;
  }

  /** The lesson's process ID, once the log has begun. */
  get pid(): number | undefined {
    return this.#mainPrefix === undefined
      ? undefined
      : Number(this.#mainPrefix);
  }

  /** Whether the log has the end of the lesson's process. */
  hasEnded = false;

  /** The number of observations that haven't been merged. */
  get waiting(): number {
    return this.#events.length + this.#calls.length + this.#packets.length;
  }

  /**
   * Adds an event of the lesson's story.
   *
   * @param told The event.
   */
  tell(told: ToldEvent): void {
    const { event } = told;
    if (event.kind === "lesson") this.#startedAtMs = event.startedAtMs;
    this.#events.push(told);
  }

  /**
   * Adds a line of the log of `strace`.
   *
   * @param line The line, without its end.
   * @returns The time when the call in it began, in milliseconds since 1970, if
   * the line completes one of the main thread.
   */
  line(line: string): number | undefined {
    this.#mainPrefix ??= line.match(/^\d+ /)?.[0];
    // Deno makes every call on a program's sockets in its main thread.
    if (!line.startsWith(this.#mainPrefix ?? "?")) return undefined;
    if (ENDED.test(line)) this.hasEnded = true;
    const call = this.#reader.line(line);
    if (call === undefined) return undefined;
    this.#clock.add(call);
    this.#follow();
    this.#last = call;
    return call.atMs;
  }

  /**
   * Adds a captured packet.
   *
   * @param packet The packet.
   */
  packet(packet: Packet): void {
    this.#packets.push(packet);
  }

  /**
   * Merges the observations so far, or up to a time.
   *
   * @param untilMs The time, in milliseconds since 1970.
   * @returns The items, in order.
   */
  take(untilMs = Infinity): TimelineItem[] {
    if (this.#last !== undefined && this.#last.atMs < untilMs) this.#follow();
    const [calls, laterCalls] = split(
      this.#calls,
      ({ atMs }) => atMs < untilMs,
    );
    const [packets, laterPackets] = split(
      this.#packets,
      ({ time }) => time === null || epochMs(time) < untilMs,
    );
    const { events, toldAtMs } = this.#takeEvents(untilMs);
    this.#calls = laterCalls;
    this.#packets = laterPackets;
    const addresses = this.#traced ? [] : addressesIn(events);
    const observed = { events, toldAtMs, calls, packets, addresses };
    const items = this.#merger.merge(observed);
    this.#merger.forget(untilMs - MEMORY_MS);
    return items;
  }

  #follow(): void {
    if (this.#last === undefined) return;
    const call = this.#follower.follow(this.#last);
    this.#last = undefined;
    if (call !== undefined) this.#calls.push(call);
  }

  /** Removes and returns the events that were written before a time. */
  #takeEvents(untilMs: number): {
    events: ShowEvent[];
    toldAtMs: (number | undefined)[];
  } {
    const events: ShowEvent[] = [];
    const toldAtMs: (number | undefined)[] = [];
    let taken = 0;
    for (const { event, writtenBytes } of this.#events) {
      const toldMs = this.#clock.timeOf(writtenBytes);
      const ownMs = this.#startedAtMs + event.atMs;
      const waitMs = this.#traced ? MAX_WAIT_MS : 0;
      if ((toldMs ?? ownMs + waitMs) >= untilMs) break;
      taken++;
      events.push(event);
      toldAtMs.push(toldMs);
    }
    this.#events.splice(0, taken);
    return { events, toldAtMs };
  }
}

function split<T>(values: T[], isFirst: (value: T) => boolean): [T[], T[]] {
  const [first, second]: [T[], T[]] = [[], []];
  for (const value of values) (isFirst(value) ? first : second).push(value);
  return [first, second];
}

/** Returns every IP address with a port in a lesson's events. */
function addressesIn(events: ShowEvent[]): string[] {
  return JSON.stringify(events).match(/(?:\d+(?:\.\d+){3}|\[::1\]):\d+/g) ?? [];
}

import process from "node:process";
import { ownTimers } from "./own_timers.ts";

/**
 * Sees which timers an answer starts, and which of them are still to fire.
 *
 * A timer that is left running keeps the program from ending, long after what
 * it was for. A check watches while it calls the answer, and may watch for the
 * length of a block (`using`) or leave the end of it to `trial.use`.
 *
 * It knows the delay of each timer started by the global `setTimeout` and
 * `setInterval`. Of `setImmediate` and `AbortSignal.timeout` it knows that they
 * were used; of the timers of node:timers and node:timers/promises, which
 * cannot be replaced from outside, how many are running.
 */
export class TimerWatch implements Disposable {
  readonly #originals = {
    setTimeout,
    clearTimeout,
    setInterval,
    clearInterval,
    setImmediate,
  };
  readonly #signalTimeout = AbortSignal.timeout;
  readonly #running = new Map<unknown, number>();
  readonly #runningBefore = countOfProcess();
  #immediates = 0;
  #isOver = false;
  /**
   * The delay of each timer that was started, in milliseconds; that of an
   * `AbortSignal.timeout` too.
   */
  readonly started: number[] = [];

  /** Begins to watch. Whoever makes it must close it. */
  constructor() {
    const { setTimeout, setInterval, setImmediate } = globalThis;
    globalThis.setTimeout = Object.assign(
      this.#watched(setTimeout, "once"),
      setTimeout,
    );
    globalThis.setInterval = Object.assign(
      this.#watched(setInterval, "again"),
      setInterval,
    );
    globalThis.setImmediate = Object.assign(
      (...args: Parameters<typeof setImmediate>) => {
        this.#immediates++;
        return setImmediate(...args);
      },
      setImmediate,
    );
    globalThis.clearTimeout = this.#unwatching(globalThis.clearTimeout);
    globalThis.clearInterval = this.#unwatching(globalThis.clearInterval);
    AbortSignal.timeout = (ms) => {
      this.started.push(ms);
      return this.#signalTimeout.call(AbortSignal, ms);
    };
  }

  /** How often `setImmediate` was called: a loop that waits by it polls. */
  get immediates(): number {
    return this.#immediates;
  }

  /**
   * The timers that are still to fire. Those that keep no program running do
   * not count.
   *
   * @param leastMs Shorter ones do not count either, in milliseconds: a check
   * that gives the answer a long time need not mind other people's short ones.
   * @returns The delay of each, in milliseconds.
   */
  running(leastMs = 0): number[] {
    return [...this.#running]
      .filter(([timer, ms]) => ms >= leastMs && keepsRunning(timer))
      .map(([, ms]) => ms);
  }

  /**
   * How many timers keep the program running that did not when the watch began,
   * whatever in the answer started them.
   */
  get runningCount(): number {
    const all = countOfProcess() - this.#runningBefore;
    return Math.max(this.running().length, all);
  }

  /**
   * Whether something waits for the next turn of the event loop. If nothing else
   * happens, it looks again and again.
   */
  get isImmediateDue(): boolean {
    return process.getActiveResourcesInfo().includes("Immediate");
  }

  /**
   * Ends the watch; closing twice is fine, also when another one has begun
   * meanwhile. Timers that are left run on: some may be other people's, who wait
   * for them.
   */
  close(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    Object.assign(globalThis, this.#originals);
    AbortSignal.timeout = this.#signalTimeout;
  }

  /** Closes it. */
  [Symbol.dispose](): void {
    this.close();
  }

  #watched(
    start: typeof setTimeout | typeof setInterval,
    firing: "once" | "again",
  ) {
    return (...args: Parameters<typeof setTimeout>) => {
      const [callback, ms = 0, ...rest] = args;
      const timer = start(
        () => {
          if (firing === "once") this.#running.delete(timer);
          if (typeof callback === "function") callback(...rest);
        },
        ms,
      );
      this.started.push(ms);
      this.#running.set(timer, ms);
      return timer;
    };
  }

  #unwatching(end: typeof clearTimeout): typeof clearTimeout {
    return (timer) => {
      // A timer can be named by its number too.
      for (const one of this.#running.keys()) {
        if (Number(one) === Number(timer)) this.#running.delete(one);
      }
      end(timer);
    };
  }
}

/** How many timers keep this process running, besides those of the kit. */
function countOfProcess(): number {
  const all = process.getActiveResourcesInfo()
    .filter((resource) => resource === "Timeout");
  return all.length - ownTimers();
}

/** Whether the program waits for a timer before it ends. */
function keepsRunning(timer: unknown): boolean {
  const { hasRef, _destroyed } = Object(timer);
  // It may have been ended by its own close(), or by the end of a `using`
  // block: neither calls clearTimeout(), and only this tells.
  if (_destroyed === true) return false;
  return typeof hasRef === "function" ? hasRef.call(timer) : true;
}

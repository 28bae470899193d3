import process from "node:process";
import { currentCheck } from "./check_context.ts";
import { Misuse } from "./misuse.ts";
import { ownTimers } from "./own_timers.ts";
import { shown } from "./values.ts";

/**
 * Watches which timers an answer starts, and which of them are still running.
 *
 * A forgotten timer keeps the program from ending, long after it's needed. A
 * check watches while it calls the answer, until the end of a block (`using`),
 * or until the end of the check with `trial.use`.
 *
 * It knows the delay of each timer started by the global `setTimeout` and
 * `setInterval`, and of each `AbortSignal.timeout`, which keeps the program
 * running as long as it has a listener. It knows whether `setImmediate` was
 * used. Timers of node:timers and node:timers/promises can't be replaced from
 * outside, so it knows only how many are running.
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
  readonly #signals: { isAwaited: () => boolean; ms: number }[] = [];
  /** Timers that an earlier answer has started since. */
  readonly #others = new Set<unknown>();
  readonly #runningBefore = countOfProcess();
  readonly #check = currentCheck();
  #immediates = 0;
  #isOver = false;
  /**
   * The delay of each started timer, including `AbortSignal.timeout`, in
   * milliseconds.
   */
  readonly started: number[] = [];

  /** Starts to watch. Call `close` at the end. */
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
        if (this.#isWatched()) this.#immediates++;
        return setImmediate(...args);
      },
      setImmediate,
    );
    globalThis.clearTimeout = this.#unwatching(globalThis.clearTimeout);
    globalThis.clearInterval = this.#unwatching(globalThis.clearInterval);
    AbortSignal.timeout = (ms) => {
      const signal = this.#signalTimeout.call(AbortSignal, ms);
      if (!this.#isWatched()) return signal;
      this.started.push(ms);
      this.#signals.push({ isAwaited: watchListeners(signal), ms });
      return signal;
    };
  }

  /**
   * The number of calls of `setImmediate`: a loop that waits with it is
   * polling.
   */
  get immediates(): number {
    return this.#immediates;
  }

  /**
   * Returns the timers that are still running. Timers that don't keep the
   * program running aren't counted.
   *
   * @param leastMs The shortest delay to count, in milliseconds: a check that
   * gives the answer a long time can ignore other code's short timers.
   * @returns The delay of each timer, in milliseconds.
   */
  running(leastMs = 0): number[] {
    return [
      ...[...this.#running]
        .filter(([timer]) => keepsRunning(timer)).map(([, ms]) => ms),
      ...this.#signals.filter(({ isAwaited }) => isAwaited())
        .map(({ ms }) => ms),
    ].filter((ms) => ms >= leastMs);
  }

  /**
   * The number of timers that keep the program running, minus their number when
   * the watch started. It includes all timers, no matter how the answer started
   * them.
   */
  get runningCount(): number {
    const others = [...this.#others].filter(keepsRunning).length;
    const all = countOfProcess() - this.#runningBefore - others;
    return Math.max(this.running().length, all);
  }

  /**
   * Whether something is waiting for the next turn of the event loop. If
   * nothing else happens, that's polling.
   */
  get isImmediateDue(): boolean {
    return process.getActiveResourcesInfo().includes("Immediate");
  }

  /**
   * Ends the watch. You can close it twice, even if another one has started.
   * Timers that are still running keep running: other code may be waiting for
   * them.
   */
  close(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    Object.assign(globalThis, this.#originals);
    AbortSignal.timeout = this.#signalTimeout;
  }

  /** Ends the watch. */
  [Symbol.dispose](): void {
    this.close();
  }

  /**
   * Whether the calling code belongs to this check, and not to an earlier answer
   * that is still running.
   */
  #isWatched(): boolean {
    const check = currentCheck();
    return check === undefined || check === this.#check;
  }

  #forget(timer: unknown): void {
    this.#running.delete(timer);
    this.#others.delete(timer);
  }

  #watched(
    start: typeof setTimeout | typeof setInterval,
    firing: "once" | "again",
  ) {
    return (...args: Parameters<typeof setTimeout>) => {
      const [callback, ms = 0, ...rest] = args;
      if (Number.isNaN(Number(ms))) {
        throw new Misuse(
          `You passed ${shown(ms)} to a timer, which takes milliseconds`,
          "A timer whose delay isn't a number fires at once. If it's an object " +
            "with options, pass on the one that has the milliseconds.",
        );
      }
      const timer = start(
        () => {
          if (firing === "once") this.#forget(timer);
          if (typeof callback === "function") callback(...rest);
        },
        ms,
      );
      if (this.#isWatched()) {
        this.started.push(ms);
        this.#running.set(timer, ms);
      } else this.#others.add(timer);
      return timer;
    };
  }

  #unwatching(end: typeof clearTimeout): typeof clearTimeout {
    return (timer) => {
      // A timer can also be identified by its number.
      for (const one of [...this.#running.keys(), ...this.#others]) {
        if (Number(one) === Number(timer)) this.#forget(one);
      }
      end(timer);
    };
  }
}

/**
 * Returns the number of timers that keep this process running, except those of
 * the kit.
 */
function countOfProcess(): number {
  const all = process.getActiveResourcesInfo()
    .filter((resource) => resource === "Timeout");
  return all.length - ownTimers();
}

/**
 * Counts the listeners of a signal.
 *
 * @returns Whether the program waits for the signal's timer before it ends.
 */
function watchListeners(signal: AbortSignal): () => boolean {
  const listeners = new Set<unknown>();
  const { addEventListener, removeEventListener } = signal;
  signal.addEventListener = (...args: Parameters<typeof addEventListener>) => {
    listeners.add(args[1]);
    addEventListener.apply(signal, args);
  };
  signal.removeEventListener = (
    ...args: Parameters<typeof removeEventListener>
  ) => {
    listeners.delete(args[1]);
    removeEventListener.apply(signal, args);
  };
  return () => listeners.size > 0 && !signal.aborted;
}

/** Returns whether the program waits for a timer before it ends. */
function keepsRunning(timer: unknown): boolean {
  const { hasRef, _destroyed } = Object(timer);
  // The timer's own close() or the end of a `using` block may have stopped it
  // without calling clearTimeout(), and only this property shows it.
  if (_destroyed === true) return false;
  return typeof hasRef === "function" ? hasRef.call(timer) : true;
}

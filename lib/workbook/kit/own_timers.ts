/**
 * Timers of the kit itself. A `TimerWatch` must neither see these nor count
 * them, since it looks for those of the answer.
 *
 * @module
 */

// A watch replaces the global ones.
const { setTimeout, setInterval, clearInterval } = globalThis;

let running = 0;

/** How many timers of the kit are running. */
export function ownTimers(): number {
  return running;
}

/**
 * Waits for the next turn in which timers fire.
 *
 * @returns Resolves then.
 */
export function nextTimers(): Promise<void> {
  running++;
  return new Promise((resolve) =>
    setTimeout(() => {
      running--;
      resolve();
    }, 0)
  );
}

/**
 * Calls something again and again.
 *
 * @param ms How long after the last call, in milliseconds.
 * @param callback What to call.
 * @returns Ends that.
 */
export function every(ms: number, callback: () => void): () => void {
  running++;
  const timer = setInterval(callback, ms);
  return () => {
    running--;
    clearInterval(timer);
  };
}

/**
 * Timers of the kit itself. A `TimerWatch` mustn't count these, because it
 * looks for the answer's timers.
 *
 * @module
 */

// A watch replaces the global functions.
const { setTimeout, setInterval, clearInterval } = globalThis;

let running = 0;

/** Returns the number of the kit's running timers. */
export function ownTimers(): number {
  return running;
}

/**
 * Waits for the next turn of the event loop in which timers fire.
 *
 * @returns Resolves in that turn.
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
 * Calls a function repeatedly.
 *
 * @param ms The interval, in milliseconds.
 * @param callback The function to call.
 * @returns A function that stops the calls.
 */
export function every(ms: number, callback: () => void): () => void {
  running++;
  const timer = setInterval(callback, ms);
  return () => {
    running--;
    clearInterval(timer);
  };
}

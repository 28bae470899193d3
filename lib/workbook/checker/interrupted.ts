/** Thrown when a signal interrupts a command. */
export class Interrupted extends Error {
  override name = "Interrupted";
}

/** The signals of Ctrl-C, `kill`, a closed terminal, and Ctrl-\. */
const SIGNALS: Deno.Signal[] = Deno.build.os === "windows"
  ? ["SIGINT"]
  : ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"];

/**
 * Handles the signals that would end the process.
 *
 * Code that starts a child process needs it: otherwise, the child would keep
 * running, and an endless loop in it would run forever.
 *
 * @param act The function to call instead.
 * @returns An object that restores the signals at the end of a `using` block.
 */
export function onInterrupt(act: () => void): Disposable {
  for (const signal of SIGNALS) Deno.addSignalListener(signal, act);
  return {
    [Symbol.dispose]() {
      for (const signal of SIGNALS) Deno.removeSignalListener(signal, act);
    },
  };
}

/**
 * Sends a signal to a child process that may have already ended.
 *
 * @param child The child.
 * @param signal The signal.
 */
export function signalChild(
  child: Deno.ChildProcess,
  signal: Deno.Signal,
): void {
  try {
    child.kill(signal);
  } catch {
    // The child has already ended.
  }
}

/**
 * Ends this process when its parent has ended, for whatever reason.
 *
 * @param end The function that ends it.
 */
export function endWithParent(end: () => void): void {
  const parent = Deno.ppid;
  const watch = setInterval(() => {
    if (Deno.ppid !== parent) end();
  }, 1000);
  Deno.unrefTimer(watch);
}

/** Thrown when a signal ends what was under way. */
export class Interrupted extends Error {
  override name = "Interrupted";
}

/** Ctrl-C, `kill`, a terminal that is closed, Ctrl-\. */
const SIGNALS: Deno.Signal[] = Deno.build.os === "windows"
  ? ["SIGINT"]
  : ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"];

/**
 * Does something of one's own when a signal would end the process.
 *
 * Who starts a child process needs it: the child would be left behind, and an
 * endless loop in it would go on for ever.
 *
 * @param act What to do instead.
 * @returns Gives the signals back at the end of a `using` block.
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
 * Sends a signal to a child process that may have ended by itself.
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
    // It has ended, which is what the signal is for.
  }
}

/**
 * Ends this process once the one that started it is gone, however that went.
 *
 * @param end Ends it.
 */
export function endWithParent(end: () => void): void {
  const parent = Deno.ppid;
  const watch = setInterval(() => {
    if (Deno.ppid !== parent) end();
  }, 1000);
  Deno.unrefTimer(watch);
}

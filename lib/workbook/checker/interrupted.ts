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
 * It also ends the line in which the terminal has printed `^C`, so that whatever
 * is printed next, if only the shell's prompt, has a line of its own.
 *
 * @param act The function to call instead.
 * @param options `endLine`: whether to end that line.
 * @returns An object that restores the signals at the end of a `using` block.
 */
export function onInterrupt(
  act: () => void,
  { endLine = true } = {},
): Disposable {
  let line = endLine && Deno.stdout.isTerminal();
  const handle = () => {
    if (line) console.log();
    line = false;
    act();
  };
  for (const signal of SIGNALS) Deno.addSignalListener(signal, handle);
  return {
    [Symbol.dispose]() {
      for (const signal of SIGNALS) Deno.removeSignalListener(signal, handle);
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

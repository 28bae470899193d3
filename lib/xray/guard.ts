/** Waits for the end of its input, and then ends the given processes. */
const SCRIPT = 'read -r _; kill -9 "$@"';

/**
 * Ends other processes if this one is killed. A process that gets SIGKILL can't
 * clean up, so `strace`, the lesson, and `tcpdump` would keep running forever.
 *
 * A shell waits for input that never arrives; when this process ends, the input
 * ends, too, and the shell kills the others. Without `sh`, nothing guards the
 * processes.
 *
 * @param pids The process IDs; a negative one means a whole process group.
 * @returns An object that ends the guard. Dispose it before the processes are
 * reaped.
 */
export function endWithUs(pids: number[]): AsyncDisposable {
  let guard: Deno.ChildProcess;
  try {
    guard = new Deno.Command("sh", {
      args: ["-c", SCRIPT, "sh", ...pids.map(String)],
      stdin: "piped",
      stdout: "null",
      stderr: "null",
      // In another process group, it doesn't get Ctrl-C or a closed terminal's
      // signal.
      detached: true,
    }).spawn();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return { [Symbol.asyncDispose]: () => Promise.resolve() };
  }
  return {
    async [Symbol.asyncDispose]() {
      // Kill the guard first: otherwise, it would mistake the end of its input
      // for the end of this process.
      try {
        guard.kill("SIGKILL");
      } catch {
        // The guard has already ended.
      }
      await guard.status;
      await guard.stdin.close().catch(() => {});
    },
  };
}

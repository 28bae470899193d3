/** Waits for the end of its input, then ends the processes it was given. */
const SCRIPT = 'read -r _; kill -9 "$@"';

/**
 * Ends other processes if this one is killed. A process that gets SIGKILL can't
 * clean up, so `strace`, the lesson, and `tcpdump` would go on forever.
 *
 * A shell waits for input that never comes; when this process is gone, that input
 * ends. Where there is no `sh`, nothing guards the processes.
 *
 * @param pids The process IDs; a negative one means a whole process group.
 * @returns Ends the guard. Dispose it before the processes are reaped.
 */
export function endWithUs(pids: number[]): AsyncDisposable {
  let guard: Deno.ChildProcess;
  try {
    guard = new Deno.Command("sh", {
      args: ["-c", SCRIPT, "sh", ...pids.map(String)],
      stdin: "piped",
      stdout: "null",
      stderr: "null",
      // Ctrl-C and a terminal that closes are not for it.
      detached: true,
    }).spawn();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return { [Symbol.asyncDispose]: () => Promise.resolve() };
  }
  return {
    async [Symbol.asyncDispose]() {
      // Only a guard that is gone doesn't take the end of its input for ours.
      try {
        guard.kill("SIGKILL");
      } catch {
        // Someone else has ended it.
      }
      await guard.status;
      await guard.stdin.close().catch(() => {});
    },
  };
}

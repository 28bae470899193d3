import type { Trial } from "./trial.ts";

/**
 * Returns a folder for a check's Unix sockets.
 *
 * Under `deno task check`, it's the check's current folder, where the process
 * may use only the names in the lesson's `socketFiles`. Elsewhere, as in a
 * test, it's a new one.
 *
 * @param trial The run of the check, which removes leftover files at the end.
 * @param names The names of files that the check or the answer creates there;
 * existing ones are removed first.
 * @returns An absolute path.
 * @throws {CheckFailed} On Windows, where Deno has no Unix sockets.
 */
export function socketFolder(trial: Trial, names: string[]): string {
  if (Deno.build.os === "windows") {
    trial.fail({
      problem: "Deno has no Unix sockets on Windows.",
      likely: "This exercise needs Linux, macOS, or WSL. Your answer isn't " +
        "the problem.",
    });
  }
  const folder = ownFolder(trial) ?? Deno.cwd();
  function clear() {
    for (const name of names) removeAll(`${folder}/${name}`);
  }
  clear();
  trial.use({ close: clear });
  return folder;
}

/** Creates a new folder, if the process has permission. */
function ownFolder(trial: Trial): string | undefined {
  try {
    const folder = Deno.makeTempDirSync({ prefix: "socket-workbook-" });
    trial.use({ close: () => removeAll(folder) });
    return folder;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotCapable)) throw error;
  }
}

function removeAll(path: string): void {
  try {
    Deno.removeSync(path, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

import type { Trial } from "./trial.ts";

/**
 * Gives a check a folder for its Unix sockets.
 *
 * Under `deno task check` that is the folder in which the check runs, where a
 * process may use the names in the lesson's `socketFiles`, and no others.
 * Elsewhere, as in a test, it is a new one.
 *
 * @param trial Removes what is left when the check ends.
 * @param names What the check, or the answer, puts there; whatever has one of
 * these names is removed first.
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

/** A new folder, where the process may make one. */
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

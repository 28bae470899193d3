/**
 * The workbook's command line. `deno.json` has a task for each command.
 *
 * This module imports no @std package, so it starts anywhere. It runs the
 * command with the published packages if they are in Deno's cache, and with the
 * offline editions otherwise. It never waits for the network.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { describeSystemError } from "./cli/system_error.ts";

const resolve = (path: string) => fileURLToPath(import.meta.resolve(path));

/** Returns whether the @std packages that the workbook uses can be loaded. */
async function hasStd(): Promise<boolean> {
  try {
    // The task runs with `--cached-only`, or with the offline editions already.
    await import("../std/deps.ts");
    return true;
  } catch {
    return false;
  }
}

/**
 * Downloads the published packages for the next command, as far as possible
 * while this command runs.
 */
function fetchStd(): Disposable {
  const fetching = new Deno.Command(Deno.execPath(), {
    args: ["cache", "--quiet", resolve("../std/deps.ts")],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  // Don't wait for the download.
  fetching.unref();
  return {
    [Symbol.dispose]() {
      try {
        fetching.kill();
      } catch {
        // The download has ended.
      }
    },
  };
}

/** Runs the command in a process that uses the offline editions. */
async function runOffline(): Promise<number> {
  // Listen for signals before there is a child process to send them to.
  const started: { child?: Deno.ChildProcess } = {};
  // The child decides how to end. It gets Ctrl-C twice (from the terminal and
  // from this process), but the signal of `kill` only once.
  const signals: Deno.Signal[] = Deno.build.os === "windows"
    ? ["SIGINT"]
    : ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"];
  for (const signal of signals) {
    Deno.addSignalListener(signal, () => {
      try {
        started.child?.kill(signal);
      } catch {
        // The child has just ended.
      }
    });
  }
  // If another program runs the commands, don't start a second process.
  using _fetching = Deno.stdin.isTerminal() ? fetchStd() : undefined;
  const child = started.child = new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "-qA", "--cached-only"],
      `--import-map=${resolve("../std/offline.json")}`,
      resolve("./cli/main.ts"),
      ...Deno.args,
    ],
  }).spawn();
  const { code, signal } = await child.status;
  // Ctrl-C ended it at once, and the terminal has printed ^C.
  if (signal === "SIGINT" && Deno.stdout.isTerminal()) console.log();
  return code;
}

/** Returns a line if this Deno is too old for the workbook. */
function complaintAboutVersion(): string | undefined {
  const { deno } = Deno.version;
  const [major, minor] = deno.split(".").map(Number);
  return major > 2 || (major === 2 && minor >= 9)
    ? undefined
    : `needs Deno 2.9 or later; this is ${deno}`;
}

const complaint = complaintAboutVersion();
if (complaint !== undefined) {
  console.error(complaint);
  Deno.exit(2);
}
try {
  const status = await hasStd()
    ? await (await import("./cli/main.ts")).main(Deno.args)
    : await runOffline();
  Deno.exit(status);
} catch (error) {
  const line = describeSystemError(error);
  if (line === undefined) throw error;
  console.error(line);
  Deno.exit(1);
}

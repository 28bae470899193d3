import { stdArgs } from "./std_args.ts";
import { UsageError } from "./usage_error.ts";

/** What a child process may touch. */
export interface SandboxOptions {
  /** A folder of its own, for sockets and files: an absolute path. */
  folder: string;
  /**
   * The names of the Unix sockets that it may make in that folder.
   *
   * @default []
   */
  socketFiles?: string[];
  /**
   * Other paths that it may read.
   *
   * @default []
   */
  read?: string[];
  /**
   * The programs that it may start, by name. A program can do what its user
   * can, so this is for those that only look: `ss`.
   *
   * @default []
   */
  programs?: string[];
  /**
   * The most that its JavaScript heap may hold, in MiB.
   *
   * @default V8's own limit
   */
  heapMiB?: number;
}

/**
 * The arguments that run a module with the narrowest permissions.
 *
 * It may use the loopback network and its own folder, and nothing else but what
 * the options name: a lesson, or a slip in a learner's code, cannot reach
 * another machine, delete a file or start a program.
 *
 * @param module The path of the module to run.
 * @param options What it may touch.
 * @returns Arguments for `deno`, the module's own go behind them.
 * @throws {UsageError} If a path has a comma in it.
 */
export function sandboxArgs(module: string, options: SandboxOptions): string[] {
  const { folder, socketFiles = [], read = [], programs = [], heapMiB } =
    options;
  const net = [
    "127.0.0.1",
    "[::1]",
    "localhost",
    // A Unix socket is named whole: Deno has no permission for a folder of them.
    ...socketFiles.map((name) => `unix:${folder}/${name}`),
  ];
  // Deno takes a list apart at each comma, and knows no way to escape one.
  const unfit = [folder, ...read].find((path) => path.includes(","));
  if (unfit !== undefined) {
    throw new UsageError(
      `the folder ${unfit} has a comma in its name, and Deno can't give ` +
        "permissions for such a path: move the workbook to another folder",
    );
  }
  return [
    "run",
    "--quiet",
    "--no-prompt",
    // Nothing is fetched, not even by a learner's `import("https://…")`.
    "--cached-only",
    ...stdArgs(),
    ...(heapMiB === undefined
      ? []
      : [`--v8-flags=--max-old-space-size=${heapMiB}`]),
    `--allow-net=${net.join(",")}`,
    `--allow-read=${[folder, ...read].join(",")}`,
    `--allow-write=${folder}`,
    ...(programs.length > 0 ? [`--allow-run=${programs.join(",")}`] : []),
    module,
  ];
}

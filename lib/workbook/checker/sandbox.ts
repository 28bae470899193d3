import { stdArgs } from "./std_args.ts";
import { UsageError } from "./usage_error.ts";

/** The permissions of a child process. */
export interface SandboxOptions {
  /** The child's folder for sockets and files: an absolute path. */
  folder: string;
  /**
   * The names of the Unix sockets that it may create in its folder.
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
   * The programs that it may start, by name. A program can do anything that its
   * user can, so list only those that just read, such as `ss`.
   *
   * @default []
   */
  programs?: string[];
  /**
   * The limit of its JavaScript heap, in MiB.
   *
   * @default V8's own limit
   */
  heapMiB?: number;
}

/**
 * Returns the arguments that run a module with minimal permissions.
 *
 * The module may use only the loopback network, its own folder, and the paths
 * and programs in the options. So a lesson, or a bug in a learner's code, can't
 * reach another machine, delete a file, or start any other program.
 *
 * @param module The path of the module to run.
 * @param options The permissions.
 * @returns Arguments for `deno`; the module's own arguments go after them.
 * @throws {UsageError} If a path contains a comma.
 */
export function sandboxArgs(module: string, options: SandboxOptions): string[] {
  const { folder, socketFiles = [], read = [], programs = [], heapMiB } =
    options;
  const net = [
    "127.0.0.1",
    "[::1]",
    "localhost",
    // Name each Unix socket by its full path: Deno has no permission for a
    // folder of them.
    ...socketFiles.map((name) => `unix:${folder}/${name}`),
  ];
  // Deno splits a list at each comma, and has no way to escape one.
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
    // Don't download anything, not even for a learner's `import("https://…")`.
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

import { join } from "node:path";

/** Deno's folder for downloads and compiled code. */
function denoDir(): string | undefined {
  const { env, build } = Deno;
  const given = env.get("DENO_DIR");
  if (given) return given;
  const home = env.get("HOME");
  const caches = {
    windows: env.get("LOCALAPPDATA"),
    darwin: home && join(home, "Library", "Caches"),
  }[build.os as string] ?? env.get("XDG_CACHE_HOME") ??
    (home && join(home, ".cache"));
  return caches && join(caches, "deno");
}

/**
 * Creates a Deno folder for a child process. It shares all caches with the
 * usual folder, except the data that programs store: `caches`, `localStorage`,
 * and similar stores need no permission and would outlive the child.
 *
 * @param folder The child's temporary folder.
 * @returns The environment variables to start the child with.
 */
export async function privateDenoDir(
  folder: string,
): Promise<Record<string, string>> {
  const shared = denoDir();
  // On Windows, only administrators can create links.
  if (shared === undefined || Deno.build.os === "windows") return {};
  const own = join(folder, "deno");
  await Deno.mkdir(own);
  try {
    for await (const { name } of Deno.readDir(shared)) {
      if (name === "location_data") continue;
      await Deno.symlink(join(shared, name), join(own, name));
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return { DENO_DIR: own };
}

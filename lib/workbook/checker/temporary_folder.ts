import process from "node:process";
import { join } from "node:path";
import { UsageError } from "./usage_error.ts";

/**
 * The pattern of the folders' names, which contain the ID of the process that
 * created them: `sockets-4711-…`.
 */
const NAME = /^sockets-(\d+)-/;

/**
 * The longest path that leaves room for the names of Unix sockets, in bytes.
 */
const MAX_BYTES = 60;

/**
 * Creates a folder that's removed at the end of the block (`await using`). It
 * also removes the folders of processes that were killed before they could do
 * so.
 *
 * @returns The folder's absolute path, and a disposer for `await using`.
 * @throws {UsageError} If the folder for temporary files can't be used.
 */
export async function temporaryFolder(): Promise<
  AsyncDisposable & { path: string }
> {
  const path = await makeFolder();
  await sweep(join(path, ".."));
  return { path, [Symbol.asyncDispose]: () => remove(path) };
}

async function makeFolder(): Promise<string> {
  const prefix = `sockets-${Deno.pid}-`;
  const given = Deno.env.get("TMPDIR");
  const wrong = (problem: string) =>
    new UsageError(
      `TMPDIR is ${given}, ${problem}: set it to a folder that you can ` +
        "write to, such as /tmp",
    );
  if (given?.includes(",")) {
    throw wrong(
      "whose name has a comma, and Deno can't give permissions " +
        "for that",
    );
  }
  let path: string;
  try {
    path = await Deno.realPath(await Deno.makeTempDir({ prefix }));
  } catch (error) {
    if (given === undefined || !isAboutFolder(error)) throw error;
    throw wrong(
      error instanceof Deno.errors.NotFound
        ? "which doesn't exist"
        : "where no folder can be created",
    );
  }
  if (new TextEncoder().encode(path).length <= MAX_BYTES) return path;
  // The path of a Unix socket has room for about 100 bytes.
  for (const dir of ["/tmp", "/var/tmp"]) {
    try {
      const shorter = await Deno.makeTempDir({ dir, prefix });
      await remove(path);
      return await Deno.realPath(shorter);
    } catch {
      // Try the next folder.
    }
  }
  return path;
}

function isAboutFolder(error: unknown): boolean {
  return error instanceof Deno.errors.NotFound ||
    error instanceof Deno.errors.PermissionDenied ||
    error instanceof Deno.errors.NotADirectory ||
    /Not a directory|Read-only/.test(String(error));
}

/** Removes folders whose processes have ended. */
async function sweep(folder: string): Promise<void> {
  try {
    for await (const { name, isDirectory } of Deno.readDir(folder)) {
      const pid = Number(NAME.exec(name)?.[1]);
      if (!isDirectory || !(pid > 0) || isAlive(pid)) continue;
      await remove(join(folder, name)).catch(() => {
        // The folder belongs to another user.
      });
    }
  } catch {
    // If the folder can't be listed, there's nothing to do.
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as { code?: string }).code !== "ESRCH";
  }
}

async function remove(path: string): Promise<void> {
  try {
    await Deno.remove(path, { recursive: true });
  } catch (error) {
    // Another process may have removed it.
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

import { fileURLToPath } from "node:url";
import type { WebModule } from "../../web/contract.ts";
import { stdArgs } from "../checker/std_args.ts";

/** The module that needs npm packages. */
const WEB = new URL("../../web/mod.ts", import.meta.url);

/**
 * Loads the browser edition.
 *
 * @returns The module, or `undefined` if its npm packages are missing.
 */
export async function loadWeb(): Promise<WebModule | undefined> {
  try {
    // This process runs with `--cached-only`. The specifier is computed, so
    // that no other command has npm packages in its module graph.
    return await import(WEB.href);
  } catch (error) {
    if (/npm/.test(String(error))) return undefined;
    throw error;
  }
}

/**
 * Downloads the npm packages. This process remembers that they weren't there,
 * so only another one can load them.
 *
 * @returns Whether the registry could be reached.
 */
export async function downloadPackages(): Promise<boolean> {
  const { success } = await new Deno.Command(Deno.execPath(), {
    args: ["cache", "--quiet", ...stdArgs(), fileURLToPath(WEB)],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).output();
  return success;
}

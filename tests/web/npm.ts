import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../lib/workbook/checker/catalog.ts";

/** The files that name the browser edition's packages. */
const DEPS = join(ROOT, "lib", "web", "deps");

const reasons = new Map<string, string | undefined>();

/**
 * Says why npm packages can't be loaded here.
 *
 * @param modules What imports them. By default, it's the browser edition.
 * @returns The reason, or `undefined` if they are there, or can be fetched.
 */
export function whyNoNpm(
  modules: string[] = readdirSync(DEPS).filter((name) => name.endsWith(".ts")),
): string | undefined {
  const key = modules.join();
  if (!reasons.has(key)) {
    const { status } = spawnSync(
      Deno.execPath(),
      ["cache", "--quiet", ...modules],
      { cwd: DEPS, timeout: 60_000, stdio: "ignore" },
    );
    reasons.set(key, status === 0 ? undefined : "can't load npm packages");
  }
  return reasons.get(key);
}

/**
 * Whether npm's registry can be reached. Packages may be in Deno's cache even if
 * it can't.
 */
export async function isRegistryReachable(): Promise<boolean> {
  const registry = Deno.env.get("NPM_CONFIG_REGISTRY") ??
    "https://registry.npmjs.org/";
  const signal = AbortSignal.timeout(10_000);
  return await fetch(registry, { method: "HEAD", signal })
    .then(() => true, () => false);
}

/**
 * Registers a test that needs the browser edition's npm packages. Where they can't
 * be loaded, the test is ignored and its name says why.
 *
 * @param name What the test shows.
 * @param fn The test.
 * @param options `ignore`: whether it's ignored anyway.
 */
export function testWithPackages(
  name: string,
  fn: () => Promise<void>,
  { ignore = false } = {},
): void {
  const why = whyNoNpm();
  Deno.test({
    name: why === undefined ? name : `${name} (ignored: ${why})`,
    ignore: ignore || why !== undefined,
    fn,
  });
}

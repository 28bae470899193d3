import { createHash } from "node:crypto";
import { join } from "node:path";
import { ROOT } from "../workbook/checker/catalog.ts";
import { temporaryFolder } from "../workbook/checker/temporary_folder.ts";

/** The folder for bundles, which git ignores. */
const FOLDER = join(ROOT, ".workbook", "web");

/** The folders whose files can be part of the script. */
const SOURCES = ["lib/show", "lib/web", "lib/wire", "lib/workbook", "lib/xray"];

/** A bundle's name and content. */
export interface Bundle {
  /** A digest of its sources. */
  digest: string;
  /** The script. */
  code: Uint8Array<ArrayBuffer>;
}

/**
 * Bundles the pages' script, unless there's a bundle of the same sources.
 *
 * @returns The script.
 * @throws {Error} If it can't be bundled, with Deno's message.
 */
export async function bundleClient(): Promise<Bundle> {
  const digest = digestOfSources();
  const file = join(FOLDER, `client-${digest}.js`);
  try {
    return { digest, code: await Deno.readFile(file) };
  } catch {
    // There's no bundle yet.
  }
  await using folder = await temporaryFolder();
  const output = join(folder.path, "client.js");
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["bundle", "--quiet", "--platform=browser", "--minify"],
      // In a page, text isn't colored by escape sequences, so use another
      // package.
      `--import-map=${join(ROOT, "lib/web/client/imports.json")}`,
      `--output=${output}`,
      join(ROOT, "lib", "web", "client", "main.tsx"),
    ],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).output();
  if (!success) {
    const said = new TextDecoder().decode(stderr).trim();
    throw new Error(`Cannot bundle the pages' script: ${said}`);
  }
  const code = await Deno.readFile(output);
  await keep(file, code);
  return { digest, code };
}

/** Keeps a bundle for the next time, and removes older ones. */
async function keep(file: string, code: Uint8Array): Promise<void> {
  try {
    await Deno.mkdir(FOLDER, { recursive: true });
    for await (const { name } of Deno.readDir(FOLDER)) {
      if (name.startsWith("client-")) await Deno.remove(join(FOLDER, name));
    }
    // Another process may be reading the file, so write a new one and rename
    // it.
    await Deno.writeFile(`${file}.${Deno.pid}`, code);
    await Deno.rename(`${file}.${Deno.pid}`, file);
  } catch {
    // If the folder can't be written to, there's no bundle to keep.
  }
}

function digestOfSources(): string {
  const hash = createHash("sha256").update(Deno.version.deno)
    .update(Deno.readFileSync(join(ROOT, "deno.json")));
  for (const folder of SOURCES) add(hash, join(ROOT, folder));
  return hash.digest("hex").slice(0, 16);
}

function add(hash: ReturnType<typeof createHash>, folder: string): void {
  const entries = [...Deno.readDirSync(folder)];
  entries.sort((a, b) => a.name < b.name ? -1 : 1);
  for (const { name, isDirectory } of entries) {
    const path = join(folder, name);
    if (isDirectory) add(hash, path);
    else if (/\.(tsx?|json)$/.test(name)) {
      hash.update(name).update(Deno.readFileSync(path));
    }
  }
}

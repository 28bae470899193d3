import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { ROOT } from "../lib/workbook/checker/catalog.ts";
import { examplesIn } from "../lib/workbook/checker/examples.ts";
import { ALL } from "./sample.ts";

const withoutNpm = Deno.env.has("WORKBOOK_WITHOUT_NPM");
/** Its modules import npm packages. */
const WEB = join(ROOT, "lib", "web");

// `deno test --doc` runs each example in an isolate of its own, which takes a
// tenth of a second. So only a run of everything does that; in the sample, all
// examples run here, in one.
if (!ALL) {
  for (const folder of ["lib", "lessons"]) testExamples(join(ROOT, folder));
}

/** Registers a test for each example in the files of a folder. */
function testExamples(folder: string): void {
  for (const { name, isDirectory } of Deno.readDirSync(folder)) {
    const path = join(folder, name);
    if (path === WEB && withoutNpm) continue;
    if (isDirectory) testExamples(path);
    if (!/\.(md|tsx?)$/.test(name)) continue;
    const text = Deno.readTextFileSync(path);
    const markdown = name.endsWith(".md") ? text : commentsOf(text);
    for (const { number, heading, code } of examplesIn(markdown)) {
      Deno.test(`${path.slice(ROOT.length)}: example ${number} ${heading}`, () =>
        run(code, path));
    }
  }
}

/** The doc comments of a module, without their frames. */
function commentsOf(source: string): string {
  const comments = source.match(/^ *\/\*\*[^]*?\*\//gm) ?? [];
  return comments.map((one) => one.replace(/^ *\/?\*+[ /]?/gm, "")).join("\n");
}

/** Runs an example as a module of its own, beside the file that has it. */
async function run(code: string, path: string): Promise<void> {
  const base = pathToFileURL(path);
  const absolute = code.replace(
    /((?:from|import)\s*\(?\s*")(\.[^"]*)"/g,
    (_, before, target) => `${before}${new URL(target, base)}"`,
  );
  await import(`data:application/typescript,${encodeURIComponent(absolute)}`);
}

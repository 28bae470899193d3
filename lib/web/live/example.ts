import { stripVTControlCharacters } from "node:util";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { fileOf, type Lesson, ROOT } from "../../workbook/checker/catalog.ts";
import {
  examplesIn,
  inCurrentFolder,
  joinExamples,
  socketFilesIn,
} from "../../workbook/checker/examples.ts";
import { sandboxArgs } from "../../workbook/checker/sandbox.ts";
import { temporaryFolder } from "../../workbook/checker/temporary_folder.ts";
import type { ExampleResult } from "../protocol.ts";

/** The longest time that an example may take, in milliseconds. */
const LIMIT_MS = 30_000;

/** How many characters of an example's output are kept. */
const MAX_OUTPUT = 20_000;

/**
 * Runs an example of a lesson's reading in the sandbox.
 *
 * @param lesson The lesson.
 * @param number The example's place in the reading, from 1.
 * @returns How it ended, or `undefined` if there's no such example.
 */
export async function runExample(
  lesson: Lesson,
  number: number,
): Promise<ExampleResult | undefined> {
  const reading = await Deno.readTextFile(fileOf(lesson, "README.md"));
  const example = examplesIn(reading)[number - 1];
  if (example === undefined) return undefined;
  await using folder = await temporaryFolder();
  const program = withFullPaths(
    inCurrentFolder(joinExamples([example])),
    pathToFileURL(fileOf(lesson, "README.md")),
  );
  const file = join(folder.path, "example.ts");
  await Deno.writeTextFile(file, program);
  const [run, ...args] = sandboxArgs(file, {
    folder: folder.path,
    socketFiles: socketFilesIn(program, lesson.socketFiles),
    read: [ROOT],
  });
  const startedAt = performance.now();
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [run, `--config=${join(ROOT, "deno.json")}`, ...args],
    cwd: folder.path,
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    signal: AbortSignal.timeout(LIMIT_MS),
  }).output();
  const output = new TextDecoder().decode(stdout) +
    new TextDecoder().decode(stderr);
  return {
    ok: success,
    output: stripVTControlCharacters(output)
      .replaceAll(pathToFileURL(file).href, "example.ts")
      .slice(0, MAX_OUTPUT).trimEnd(),
    tookMs: performance.now() - startedAt,
  };
}

/** Makes an example's paths absolute, because it runs from another folder. */
function withFullPaths(program: string, base: URL): string {
  return program.replaceAll(
    /(from |import\()"(\.{1,2}\/[^"]*)"/g,
    (_, before, path) => `${before}"${new URL(path, base)}"`,
  );
}

import { assertEquals } from "@std/assert";
import { lessons } from "../../lessons/mod.ts";
import { fileOf, folderOf } from "../../lib/workbook/checker/catalog.ts";
import { taskOf } from "../../lib/workbook/checker/describe.ts";
import { splitSections } from "../../lib/workbook/checker/sections.ts";
import { stdArgs } from "../../lib/workbook/checker/std_args.ts";
import { isTested } from "../sample.ts";
import { runDeno, useCopy } from "./workbook_copy.ts";

const copy = useCopy({ whole: true });

/**
 * A learner's file as it is when each placeholder has been replaced by the
 * signature in its task, and nothing more.
 */
function filledIn(placeholder: string): string {
  const { head, sections } = splitSections(placeholder);
  const answers = sections.map(({ id, text }) => {
    // Code is indented in the task, as everywhere in Markdown.
    const blocks = taskOf(text).match(/(^ {4}.*\n?|^\n(?= {4}))+/gm) ?? [];
    const signature = blocks
      .map((block) => block.replaceAll(/^ {4}/gm, "").trimStart())
      .find((block) => block.startsWith("export "));
    if (signature === undefined) throw new Error(`${id} has no signature`);
    return withBodies(signature);
  });
  // Which an answer no longer needs; `deno check` doesn't mind.
  return [head, ...answers].join("\n");
}

/** Functions and methods without a body throw, so that their types are right. */
function withBodies(signature: string): string {
  const empty = /\{\s*\}(?=\s*$|\s*\n)/gm;
  if (!/^export (default )?class /.test(signature)) {
    return signature.replace(empty, "{ throw new Error(); }");
  }
  return /\{\s*\}\n/.test(signature)
    ? signature.replace(empty, "{ throw new Error(); }")
    : signature.replace(/^export class/, "export declare class");
}

Deno.test("a placeholder filled with the signatures in its tasks type-checks", async () => {
  const files: string[] = [];
  for (const lesson of lessons.filter(isTested)) {
    const path = copy().path("lessons", folderOf(lesson), "exercise.ts");
    const text = await Deno.readTextFile(fileOf(lesson, "placeholder.ts"));
    await Deno.writeTextFile(path, filledIn(text));
    files.push(path);
  }
  const { code, stderr } = await runDeno([
    ...["check", "--quiet", ...stdArgs()],
    ...files,
  ], { cwd: copy().root, env: { NO_COLOR: "1" } });
  assertEquals([code, stderr], [0, ""]);
});

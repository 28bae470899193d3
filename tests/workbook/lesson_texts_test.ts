import { assertEquals } from "@std/assert";
import { lessons } from "../../lessons/mod.ts";
import { fileOf, folderOf } from "../../lib/workbook/checker/catalog.ts";

/** A terminal of 80 columns, where `read` indents code by two. */
const MAX_COLUMNS = 78;

for (const lesson of lessons) {
  Deno.test(`${folderOf(lesson)}: code in the README fits 80 columns`, async () => {
    const text = await Deno.readTextFile(fileOf(lesson, "README.md"));
    const wide: string[] = [];
    let inCode = false;
    text.split("\n").forEach((line, i) => {
      if (line.trimStart().startsWith("```")) inCode = !inCode;
      else if (inCode && [...line].length > MAX_COLUMNS) {
        wide.push(`${i + 1}: ${line}`);
      }
    });
    assertEquals(wide, []);
  });
}

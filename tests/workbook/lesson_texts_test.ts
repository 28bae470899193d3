import { assertEquals } from "@std/assert";
import { lessons } from "../../lessons/mod.ts";
import { fileOf, folderOf } from "../../lib/workbook/catalogue.ts";

/** A terminal of 80 columns, where `read` indents code by two. */
const MAX_COLUMNS = 78;

/** Their lines are still to be shortened. */
const LATER = ["datagrams", "unix_streams", "http_by_hand"];

for (const lesson of lessons) {
  const name = `${folderOf(lesson)}: code in the README fits 80 columns`;
  Deno.test(name, { ignore: LATER.includes(lesson.name) }, async () => {
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

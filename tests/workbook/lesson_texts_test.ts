import { assertEquals, assertMatch } from "@std/assert";
import { lessons } from "../../lessons/mod.ts";
import { examplesIn } from "../../lib/workbook/checker/examples.ts";
import { describeExercises } from "../../lib/workbook/checker/describe.ts";
import { Printer, renderMarkdown, visibleWidth } from "../../lib/show/mod.ts";
import { hintLines } from "../../lib/workbook/cli/hints.ts";
import { decodeRecording } from "../../lib/xray/mod.ts";
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

  Deno.test(`${folderOf(lesson)}: the reading begins with questions, and then says how to run it`, async () => {
    const text = await Deno.readTextFile(fileOf(lesson, "README.md"));
    const [, predict] = text.split(/^## /m);
    const command = `^deno task lesson ${lesson.number}$`;
    assertMatch(predict, new RegExp(`^Predict\n[^]*\\?\n[^]*${command}`, "m"));
  });

  Deno.test(`${folderOf(lesson)}: the reading says at its first example how to try it`, async () => {
    const text = await Deno.readTextFile(fileOf(lesson, "README.md"));
    const [section] = text.split(/^## /m).filter((section) =>
      examplesIn(section).length > 0
    );
    assertMatch(section, new RegExp(`deno task try ${lesson.number}\\b`));
  });

  Deno.test(`${folderOf(lesson)}: exercise.ts begins with the commands for it`, async () => {
    const file = fileOf(lesson, "placeholder.ts");
    const [comment] = (await Deno.readTextFile(file)).split("*/");
    const { number } = lesson;
    assertMatch(
      comment,
      new RegExp(`^/\\*\\*\n.*deno task check ${number}\\b`),
    );
    assertMatch(comment, /^[^\n]+\n.*deno task watch/);
  });

  Deno.test(`${folderOf(lesson)}: its run fits 80 columns`, async () => {
    const text = await Deno.readTextFile(fileOf(lesson, "recording.jsonl"));
    let printed = "";
    const printer = new Printer((text) => printed += text, { width: 80 });
    for (const item of decodeRecording(text).items) {
      // A command stays on one line, so that it can be copied.
      if (item.seen !== "story") continue;
      const { event } = item;
      if (event.kind !== "fact" || !event.isCommand) printer.show(event);
    }
    printer.flush();
    assertEquals(tooWide(printed.split("\n")), []);
  });

  Deno.test(`${folderOf(lesson)}: its tasks and hints fit 80 columns`, async () => {
    for (const exercise of await describeExercises(lesson)) {
      const hints = hintLines(exercise, { count: Infinity, width: 80 });
      const task = renderMarkdown(exercise.task, { width: 80 }).split("\n");
      assertEquals(tooWide([...hints, ...task]), []);
    }
  });
}

function tooWide(lines: string[]): string[] {
  return lines.filter((line) => visibleWidth(line) > 80);
}

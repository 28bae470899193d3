import { assertEquals } from "@std/assert";
import { lessons } from "../../lessons/mod.ts";
import { fileOf, folderOf } from "../../lib/workbook/checker/catalog.ts";
import { exercisesOf } from "../../lib/workbook/checker/checker.ts";
import { useCopy } from "./workbook_copy.ts";

// Elsewhere in the tests, a check runs with every permission. Learners' answers
// run with hardly any, and a check must come through with those.
const copy = useCopy({ whole: true });

for (const lesson of lessons) {
  const ignore = Deno.build.os === "windows" &&
    ["unix_streams", "choosing"].includes(lesson.name);
  const note = ignore ? " (ignored: Deno has no Unix sockets on Windows)" : "";

  Deno.test({
    name: `check ${lesson.number} takes the solutions, in its sandbox${note}`,
    ignore,
    async fn() {
      const exercise = ["lessons", folderOf(lesson), "exercise.ts"];
      await Deno.copyFile(
        fileOf(lesson, "solution.ts"),
        copy().path(...exercise),
      );
      const { code, stdout } = await copy().call("check", `${lesson.number}`);
      const expected = exercisesOf(lesson).map(({ id, name }) =>
        `✓ ${id} ${name}  solved`
      );
      assertEquals(stdout.split("\n").slice(0, expected.length), expected);
      assertEquals(code, 0);
    },
  });
}

import { assert, assertEquals } from "@std/assert";
import * as paint from "@std/fmt/colors";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { groups } from "../../lessons/symptoms.ts";
import { visibleWidth } from "../../lib/show/text.ts";
import { ROOT } from "../../lib/workbook/checker/catalog.ts";
import { findSymptoms } from "../../lib/workbook/symptoms/find.ts";
import { symptomLines } from "../../lib/workbook/symptoms/show.ts";
import { readTables } from "./tables.ts";

const symptoms = groups.flatMap(({ symptoms }) => symptoms);

/** Lessons that are being written; their entries have no heading yet. */
const COMING = [
  "23_websocket_by_hand",
];

Deno.test("each symptom has a name of its own", () => {
  const ids = symptoms.map(({ id }) => id);
  assertEquals(ids, [...new Set(ids)]);
});

for (const { id, lesson, heading } of symptoms) {
  Deno.test(`${id}: its lesson exists and has its heading`, () => {
    const readme = join(ROOT, "lessons", lesson, "README.md");
    if (!existsSync(join(ROOT, "lessons", lesson))) {
      assert(COMING.includes(lesson), `there's no lesson ${lesson}`);
      return;
    }
    assert(heading !== undefined, `which heading of ${lesson}?`);
    const lines = Deno.readTextFileSync(readme).split("\n");
    assert(
      lines.some((line) => line.replace(/^##+ /, "") === heading),
      `${lesson} has no heading "${heading}"`,
    );
  });
}

Deno.test("each symptom fits on a screen of 80 columns and 24 lines", () => {
  for (const symptom of symptoms) {
    const lines = symptomLines(symptom, { width: 80, paint });
    assert(lines.length <= 23, `${symptom.id} has ${lines.length} lines`);
    for (const line of lines) assert(visibleWidth(line) <= 80, line);
  }
});

Deno.test("each symptom is the first for all that it says of itself", () => {
  const codes = symptoms.flatMap(({ codes = [] }) => codes);
  const isShared = (code: string) =>
    codes.filter((one) => one === code).length > 1;
  for (const { id, title, codes = [], asked, wording = {} } of symptoms) {
    const own = codes.filter((code) => !isShared(code));
    const said = Object.values(wording).flat();
    for (const text of [id, title, ...own, ...asked, ...said]) {
      const [best] = findSymptoms(symptoms, text);
      assertEquals(best?.symptom.id, id, text);
    }
  }
});

Deno.test("each error number leads to its symptom, on each system", () => {
  for (const { id, numbers = {} } of symptoms) {
    for (const number of Object.values(numbers)) {
      const found = findSymptoms(symptoms, `failed (os error ${number})`);
      assert(found.some(({ symptom }) => symptom.id === id), `${id} ${number}`);
    }
  }
});

for (const { path, text, right } of readTables()) {
  Deno.test(`the table in ${path.slice(ROOT.length)} is that of the list`, () => {
    assert(
      text === right,
      "write it again: deno run -A tests/symptoms/write_tables.ts",
    );
  });
}

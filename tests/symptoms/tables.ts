import { join } from "node:path";
import { groups } from "../../lessons/symptoms.ts";
import { ROOT } from "../../lib/workbook/checker/catalog.ts";
import {
  failureTable,
  replaceBetweenMarks,
  symptomTables,
} from "../../lib/workbook/symptoms/tables.ts";

/** A table in a README that's generated from the list of symptoms. */
interface GeneratedTable {
  path: string;
  mark: string;
  content: string;
}

/** Failures of other calls: fetch() and Deno.mkdir(). */
const OTHER_CALLS = ["empty-reply", "file-exists"];

/** What a call on a stream socket can fail with: lesson 8 is about these. */
const failures = groups.slice(0, 4).map(({ name, symptoms }) => ({
  name,
  symptoms: symptoms.filter(({ id }) => !OTHER_CALLS.includes(id)),
}));

const TABLES: GeneratedTable[] = [
  {
    path: join(ROOT, "README.md"),
    mark: "symptoms",
    content: symptomTables(groups),
  },
  {
    path: join(ROOT, "lessons", "08_failures", "README.md"),
    mark: "failures",
    content: failureTable(failures),
  },
];

/**
 * Reads each README that has a generated table.
 *
 * @returns Each one's path, its text, and what the text should be.
 */
export function readTables() {
  return TABLES.map(({ path, mark, content }) => {
    const text = Deno.readTextFileSync(path);
    return { path, text, right: replaceBetweenMarks(text, mark, content) };
  });
}

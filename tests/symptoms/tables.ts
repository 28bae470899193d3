import { join } from "node:path";
import { groups } from "../../lessons/symptoms.ts";
import { ROOT } from "../../lib/workbook/checker/catalog.ts";
import {
  failureTable,
  replaceBetweenMarks,
  symptomTables,
} from "../../lib/workbook/symptoms/tables.ts";

/** A text with a table that is made from the list of symptoms. */
interface GeneratedTable {
  path: string;
  mark: string;
  content: string;
}

/** What a call on a stream can fail with: lesson 8 is about these. */
const failures = groups.slice(0, 4);

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
 * Reads each text that has a generated table.
 *
 * @returns Each with its path, as it is and as it should be.
 */
export function readTables() {
  return TABLES.map(({ path, mark, content }) => {
    const text = Deno.readTextFileSync(path);
    return { path, text, right: replaceBetweenMarks(text, mark, content) };
  });
}

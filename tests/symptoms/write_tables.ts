/**
 * Updates the tables that are generated from the list of symptoms:
 *
 *     deno run -A tests/symptoms/write_tables.ts
 */
import { readTables } from "./tables.ts";

for (const { path, text, right } of readTables()) {
  if (text === right) continue;
  await Deno.writeTextFile(path, right);
  console.log(`wrote ${path}`);
}

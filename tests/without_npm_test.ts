/**
 * Where no npm package can be loaded, `deno task test` leaves the tests of the
 * browser edition out, because Deno would load no test at all. This says so.
 */
import { join } from "node:path";

if (Deno.env.get("WORKBOOK_WITHOUT_NPM") === "1") {
  const reason =
    "(ignored: the browser edition's npm packages can't be loaded)";
  Deno.test.ignore(`the examples in lib/web ${reason}`, () => {});
  const files = Deno.readDirSync(join(import.meta.dirname!, "web"));
  for (const { name } of files) {
    if (!name.endsWith("_test.ts")) continue;
    Deno.test.ignore(`tests/web/${name} ${reason}`, () => {});
  }
}

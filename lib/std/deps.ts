/**
 * Every @std entry point that the workbook imports, and nothing else.
 * `lib/workbook/cli.ts` loads it to learn whether the published packages are in
 * Deno's cache; where they aren't, `offline.json` names the editions next to
 * this file.
 *
 * @module
 */
import "@std/assert";
import "@std/cli/parse-args";
import "@std/fmt/colors";

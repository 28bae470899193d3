/**
 * Every @std entry point that the workbook imports, and nothing else. The task
 * `std` in deno.json caches this file, so that one command tells whether JSR
 * can be reached; where it cannot, the task links the editions beside this
 * file.
 *
 * @module
 */
import "@std/assert";
import "@std/cli/parse-args";
import "@std/fmt/bytes";
import "@std/fmt/colors";

/**
 * Records a run of every lesson again, for pages and terminals where nothing can
 * be observed. It needs strace and tcpdump, and permission to capture.
 *
 *     deno run -A tests/lessons/write_recordings.ts [NUMBER…]
 */
import { lessons } from "../../lessons/mod.ts";
import { recordRun } from "../../lib/web/record.ts";
import { fileOf } from "../../lib/workbook/checker/catalog.ts";

const { signal } = new AbortController();
const numbers = Deno.args.map(Number);
for (const lesson of lessons) {
  if (numbers.length > 0 && !numbers.includes(lesson.number)) continue;
  const { text, how } = await recordRun(lesson, signal);
  if (how !== "with X-ray") throw new Error(`lesson ${lesson.number}: ${how}`);
  await Deno.writeTextFile(fileOf(lesson, "recording.jsonl"), text);
  console.log(`${lesson.number}: ${(text.length / 1024).toFixed(0)} KiB`);
}

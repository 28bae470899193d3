import { whyNoNpm } from "./npm.ts";

/** What each file of tests renders. */
const FILES = {
  "draw_flow.ts": "flow graphs",
  "draw_packet.ts": "packets",
  "draw_run.ts": "runs",
  "draw_timeline.ts": "timelines",
  "draw_windows.ts": "sliding windows",
  "reading.ts": "readings",
};

const why = whyNoNpm();

for (const [file, what] of Object.entries(FILES)) {
  if (why !== undefined) {
    Deno.test.ignore(`${what} are rendered (ignored: ${why})`, () => {});
    continue;
  }
  // Without npm packages, these files can't be loaded. The specifier is computed,
  // so that this one can be.
  await import(new URL(`./rendered/${file}`, import.meta.url).href);
}

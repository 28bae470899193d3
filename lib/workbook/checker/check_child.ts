/**
 * The child process that checks one answer.
 *
 * It reports each event on a line of its standard output, after a mark that
 * only its parent knows. Each event is written immediately, so the last one
 * names the step where an endless loop began.
 */
import { loadAnswers } from "./answers.ts";
import { watchBuiltins } from "./builtins.ts";
import type { CheckEvent } from "./check_events.ts";
import type { Exercise } from "../kit/exercise.ts";
import { readJob } from "./job.ts";
import { verdictOn } from "./verdict.ts";

const { mark, exercisesUrl, answersUrl, id, name } = readJob();
const { exercises } = await import(exercisesUrl) as {
  exercises: Exercise<unknown>[];
};
const exercise = exercises.find((one) => one.id === id)!;

// The learner's code shares this process and may replace anything, so keep the
// functions that report the verdict.
const { exit, stdout } = Deno;
const writeSync = stdout.writeSync.bind(stdout);
const encoder = new TextEncoder();
const encode = encoder.encode.bind(encoder);
const { stringify } = JSON;

function tell(event: CheckEvent): void {
  const bytes = encode(`${mark}${stringify(event)}\n`);
  // A pipe may take only part of a long line.
  for (let sent = 0; sent < bytes.length;) {
    const rest = new Uint8Array(bytes.buffer, sent, bytes.length - sent);
    sent += writeSync(rest);
  }
}

// The sandbox allows writing only to a temporary folder, but these stores could
// fill the disk.
for (const store of ["caches", "localStorage", "sessionStorage"]) {
  Reflect.deleteProperty(globalThis, store);
}

tell({ kind: "loading" });
const parent = Deno.ppid;
// The heartbeat distinguishes a waiting check from an endless loop.
setInterval(() => {
  tell({ kind: "alive" });
  // End with the parent; otherwise this process would run forever.
  if (Deno.ppid !== parent) exit(1);
}, 500);
const changed = watchBuiltins();
const answerTo = await loadAnswers(() => import(answersUrl));
// Code that an answer left running may fail when the check closes its sockets.
// That mustn't end the process before it reports the verdict.
globalThis.addEventListener("unhandledrejection", (event) => {
  event.preventDefault();
});
tell({ kind: "start" });
const verdict = await verdictOn(exercise, answerTo(name), {
  changed,
  onStep: (text, ifEndless) => tell({ kind: "step", text, ifEndless }),
});
tell({ kind: "verdict", verdict });
exit(0);

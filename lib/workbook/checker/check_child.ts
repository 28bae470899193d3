/**
 * The child process that checks one answer.
 *
 * It says what happens on its standard output, one event a line, each after a
 * mark that only its parent knows. Every event is written at once, so that the
 * last one names the step in which an endless loop began.
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

// The learner's code shares this process and may replace what it likes: what
// tells the verdict is kept.
const { exit, stdout } = Deno;
const writeSync = stdout.writeSync.bind(stdout);
const encoder = new TextEncoder();
const encode = encoder.encode.bind(encoder);
const { stringify } = JSON;

function tell(event: CheckEvent): void {
  const bytes = encode(`${mark}${stringify(event)}\n`);
  // A pipe takes a part of a long line.
  for (let sent = 0; sent < bytes.length;) {
    const rest = new Uint8Array(bytes.buffer, sent, bytes.length - sent);
    sent += writeSync(rest);
  }
}

// Whatever the sandbox allows to write goes to a folder that is removed; these
// would fill it.
for (const store of ["caches", "localStorage", "sessionStorage"]) {
  Reflect.deleteProperty(globalThis, store);
}

tell({ kind: "loading" });
const parent = Deno.ppid;
// The beat tells a check that waits from a loop that never ends.
setInterval(() => {
  tell({ kind: "alive" });
  // Without its parent, nobody would end it.
  if (Deno.ppid !== parent) exit(1);
}, 500);
const changed = watchBuiltins();
const answerTo = await loadAnswers(() => import(answersUrl));
// What an answer leaves behind may fail when its check is over and closes the
// sockets. That must not end the process before it has told the verdict.
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

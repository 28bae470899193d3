/**
 * The child process that checks the answers of one lesson.
 *
 * It says what happens on its standard output, one event a line, each behind a
 * mark that only its parent knows: what the learner's code prints goes to the
 * same place, and must not be taken for a verdict. Every event is written at
 * once, so that the last one names the step in which an endless loop began.
 */
import type { CheckEvent } from "./check_events.ts";
import { loadAnswers } from "./answers.ts";
import type { Exercise } from "../kit/exercise.ts";
import { verdictOn } from "./verdict.ts";

const [mark, exercisesUrl, answersUrl, ...asked] = Deno.args;
const encoder = new TextEncoder();
// The learner's code shares this process and may replace what it likes.
const { exit, stdout } = Deno;

function tell(event: CheckEvent): void {
  let bytes = encoder.encode(`${mark}${JSON.stringify(event)}\n`);
  while (bytes.length > 0) bytes = bytes.subarray(stdout.writeSync(bytes));
}

const { exercises } = await import(exercisesUrl) as {
  exercises: Exercise<unknown>[];
};
tell({ kind: "loading" });
// The beat tells a check that waits from a loop that never ends.
setInterval(() => tell({ kind: "alive" }), 500);
const answerTo = await loadAnswers(() => import(answersUrl));
// What an answer leaves behind may fail when its check is over and closes the
// sockets. That must not end the process, and with it the other exercises.
globalThis.addEventListener("unhandledrejection", (event) => {
  event.preventDefault();
});
for (const one of asked) {
  const [id, name] = one.split(" ");
  const exercise = exercises.find((exercise) => exercise.id === id)!;
  tell({ kind: "start", id });
  const verdict = await verdictOn(exercise, answerTo(name), {
    onStep: (text, ifEndless) => tell({ kind: "step", text, ifEndless }),
  });
  tell({ kind: "verdict", id, verdict });
}
exit(0);

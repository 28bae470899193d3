/**
 * Checks your answers: run `deno test`, or `deno test -P` for all of them.
 *
 * With permissions (`-P`), each answer is checked in its sandbox, just as
 * `deno task check` does it. Without any, only the answers that need none are
 * checked: Deno itself is then the sandbox.
 *
 * @module
 */
import { type Answer, loadAnswers } from "../lib/workbook/checker/answers.ts";
import type { Lesson } from "../lib/workbook/checker/catalog.ts";
import {
  checkLesson,
  type CheckResult,
  exercisesOf,
  startedExercises,
} from "../lib/workbook/checker/checker.ts";
import { reportLines } from "../lib/workbook/checker/report.ts";
import { verdictOn } from "../lib/workbook/checker/verdict.ts";
import type { Exercise } from "../lib/workbook/kit/mod.ts";
import { lessons } from "./mod.ts";

interface LessonFiles {
  /** What the workbook has of its exercises. */
  exercises: () => Promise<{ exercises: Exercise<unknown>[] }>;
  /** Your answers. */
  answers: () => Promise<object>;
}

// Without permissions, Deno loads a file only if its name is written out.
const FILES: LessonFiles[] = [
  {
    exercises: () => import("./01_endpoint/exercises.ts"),
    answers: () => import("./01_endpoint/exercise.ts"),
  },
  {
    exercises: () => import("./02_first_connection/exercises.ts"),
    answers: () => import("./02_first_connection/exercise.ts"),
  },
  {
    exercises: () => import("./03_echo/exercises.ts"),
    answers: () => import("./03_echo/exercise.ts"),
  },
  {
    exercises: () => import("./04_byte_stream/exercises.ts"),
    answers: () => import("./04_byte_stream/exercise.ts"),
  },
  {
    exercises: () => import("./05_framing/exercises.ts"),
    answers: () => import("./05_framing/exercise.ts"),
  },
  {
    exercises: () => import("./06_many_clients/exercises.ts"),
    answers: () => import("./06_many_clients/exercise.ts"),
  },
  {
    exercises: () => import("./07_closing/exercises.ts"),
    answers: () => import("./07_closing/exercise.ts"),
  },
  {
    exercises: () => import("./08_failures/exercises.ts"),
    answers: () => import("./08_failures/exercise.ts"),
  },
  {
    exercises: () => import("./09_chat/exercises.ts"),
    answers: () => import("./09_chat/exercise.ts"),
  },
  {
    exercises: () => import("./10_packets/exercises.ts"),
    answers: () => import("./10_packets/exercise.ts"),
  },
  {
    exercises: () => import("./11_tcp_segment/exercises.ts"),
    answers: () => import("./11_tcp_segment/exercise.ts"),
  },
  {
    exercises: () => import("./12_handshake/exercises.ts"),
    answers: () => import("./12_handshake/exercise.ts"),
  },
  {
    exercises: () => import("./13_datagrams/exercises.ts"),
    answers: () => import("./13_datagrams/exercise.ts"),
  },
  {
    exercises: () => import("./14_many_peers/exercises.ts"),
    answers: () => import("./14_many_peers/exercise.ts"),
  },
  {
    exercises: () => import("./15_lossy_link/exercises.ts"),
    answers: () => import("./15_lossy_link/exercise.ts"),
  },
  {
    exercises: () => import("./16_reliable_stream/exercises.ts"),
    answers: () => import("./16_reliable_stream/exercise.ts"),
  },
  {
    exercises: () => import("./17_flow_and_congestion/exercises.ts"),
    answers: () => import("./17_flow_and_congestion/exercise.ts"),
  },
  {
    exercises: () => import("./18_unix_streams/exercises.ts"),
    answers: () => import("./18_unix_streams/exercise.ts"),
  },
  {
    exercises: () => import("./19_choosing/exercises.ts"),
    answers: () => import("./19_choosing/exercise.ts"),
  },
  {
    exercises: () => import("./20_http_by_hand/exercises.ts"),
    answers: () => import("./20_http_by_hand/exercise.ts"),
  },
  {
    exercises: () => import("./21_dns_by_hand/exercises.ts"),
    answers: () => import("./21_dns_by_hand/exercise.ts"),
  },
  {
    exercises: () => import("./22_redis_by_hand/exercises.ts"),
    answers: () => import("./22_redis_by_hand/exercise.ts"),
  },
  {
    exercises: () => import("./23_websocket_by_hand/exercises.ts"),
    answers: () => import("./23_websocket_by_hand/exercise.ts"),
  },
  {
    exercises: () => import("./24_tls/exercises.ts"),
    answers: () => import("./24_tls/exercise.ts"),
  },
];

const granted = await Deno.permissions.query({ name: "run" });
const sandboxed = granted.state === "granted";

/** The checks that no test has asked for yet, in order. */
const waiting: (() => void)[] = [];

for (const [i, lesson] of lessons.entries()) {
  if (sandboxed) testInSandbox(lesson);
  else await testHere(lesson, FILES[i]);
}

/** One test for each exercise, in a child process with hardly any permission. */
function testInSandbox(lesson: Lesson): void {
  const started = startedExercises(lesson);
  for (const { id, name } of exercisesOf(lesson)) {
    if (!started.includes(id)) {
      Deno.test.ignore(`${id} ${name} (not started)`, () => {});
      continue;
    }
    const check = ahead(() => checkLesson(lesson, { ids: [id] }));
    Deno.test({
      name: `${id} ${name}`,
      sanitizeOps: false,
      sanitizeResources: false,
      async fn() {
        const [result] = await check();
        report(result);
      },
    });
  }
}

/** One test for each exercise that needs no permission, in this process. */
async function testHere(lesson: Lesson, files: LessonFiles): Promise<void> {
  const { exercises } = await files.exercises();
  const answerTo = exercises.some(({ pure }) => pure)
    ? await loadAnswers(files.answers)
    : undefined;
  for (const exercise of exercises) {
    const { id, pure } = exercise;
    const { name } = exercise.solution as { name: string };
    if (!pure) {
      Deno.test.ignore(`${id} ${name} (needs sockets: deno test -P)`, () => {});
      continue;
    }
    const answer: Answer = answerTo!(name);
    if (answer.state === "not started") {
      Deno.test.ignore(`${id} ${name} (not started)`, () => {});
      continue;
    }
    Deno.test({
      name: `${id} ${name}`,
      async fn() {
        const verdict = await verdictOn(exercise, answer);
        report({ lesson, id, name, verdict, printed: "" });
      },
    });
  }
}

/** Fails with the report of `deno task check`, unless the answer passes. */
function report(result: CheckResult): void {
  if (result.verdict.state === "passed") return;
  const text = `\n${reportLines(result, { width: 80 }).join("\n")}\n`;
  const error = new Error(text);
  // Where this line is says nothing about the answer. Deno prints the stack of
  // every real error, whatever its `stack` says.
  Object.setPrototypeOf(error, { name: "" });
  Object.defineProperty(error, "stack", { value: text });
  throw error;
}

/** How many checks run at once: each waits more than it computes. */
const AT_ONCE = navigator.hardwareConcurrency + 6;

/**
 * Puts off a check until its test, or one shortly before it, has begun. The
 * first test begins one more, so that a filter costs one check at most.
 */
function ahead(
  check: () => Promise<CheckResult[]>,
): () => Promise<CheckResult[]> {
  let running: Promise<CheckResult[]> | undefined;
  const begin = () => running ??= check();
  waiting.push(begin);
  return () => {
    const count = running === undefined ? 2 : AT_ONCE;
    const at = waiting.indexOf(begin);
    waiting.slice(at, at + count).forEach((begin) => begin());
    return begin();
  };
}

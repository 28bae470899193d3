/** The exercises of lesson 15, and how an answer to each is checked. */
import { loadAttempts } from "../../lib/workbook/attempts.ts";
import type { Exercise } from "../../lib/workbook/exercise.ts";
import { makeCall } from "./check_call.ts";
import { makeOnceOnly } from "./check_once_only.ts";

const attempt = await loadAttempts(() => import("./exercise.ts"));

/** The exercises of the lesson, in order. */
export const exercises: Exercise<unknown>[] = [
  makeCall(attempt.call),
  makeOnceOnly(attempt.OnceOnly),
];

/** The exercises of lesson 15, and how an answer to each is checked. */
import { loadAttempts } from "../../lib/workbook/checker/attempts.ts";
import type { Exercise } from "../../lib/workbook/kit/mod.ts";
import { makeCall } from "./checks/call.ts";
import { makeOnceOnly } from "./checks/once_only.ts";

const attempt = await loadAttempts(() => import("./exercise.ts"));

/** The exercises of the lesson, in order. */
export const exercises: Exercise<unknown>[] = [
  makeCall(attempt.call),
  makeOnceOnly(attempt.OnceOnly),
];

/** The exercises of lesson 10, and how an answer to each is checked. */
import { loadAttempts } from "../../lib/workbook/attempts.ts";
import type { Exercise } from "../../lib/workbook/exercise.ts";
import { makeReassembler } from "./check_reassembler.ts";
import { makeSplit } from "./check_split.ts";

const attempt = await loadAttempts(() => import("./exercise.ts"));

/** The exercises of the lesson, in order. */
export const exercises: Exercise<unknown>[] = [
  makeSplit(attempt.split),
  makeReassembler(attempt.Reassembler),
];

/** The exercises of lesson 8, and how an answer to each is checked. */
import { loadAttempts } from "../../lib/workbook/attempts.ts";
import type { Exercise } from "../../lib/workbook/exercise.ts";
import { makeConnectWithin } from "./check_connect_within.ts";
import { makePatientReader } from "./check_patient_reader.ts";
import { makeRetry } from "./check_retry.ts";

const attempt = await loadAttempts(() => import("./exercise.ts"));

/** The exercises of the lesson, in order. */
export const exercises: Exercise<unknown>[] = [
  makeConnectWithin(attempt.connectWithin),
  makePatientReader(attempt.PatientReader),
  makeRetry(attempt.retry),
];

/** The exercises of lesson 8, and how an answer to each is checked. */
import type { Exercise } from "../../lib/workbook/kit/mod.ts";
import { makeConnectWithin } from "./checks/connect_within.ts";
import { makeTimedReader } from "./checks/timed_reader.ts";
import { makeRetry } from "./checks/retry.ts";

/** The exercises of the lesson, in order. */
export const exercises: Exercise<unknown>[] = [
  makeConnectWithin(),
  makeTimedReader(),
  makeRetry(),
];

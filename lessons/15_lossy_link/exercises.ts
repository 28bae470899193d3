/** The exercises of lesson 15, and how an answer to each is checked. */
import type { Exercise } from "../../lib/workbook/kit/mod.ts";
import { makeCall } from "./checks/call.ts";
import { makeOnceOnly } from "./checks/once_only.ts";

/** The exercises of the lesson, in order. */
export const exercises: Exercise<unknown>[] = [
  makeCall(),
  makeOnceOnly(),
];

/** The exercises of lesson 10, and how an answer to each is checked. */
import type { Exercise } from "../../lib/workbook/kit/mod.ts";
import { makeReassembler } from "./checks/reassembler.ts";
import { makeSplit } from "./checks/split.ts";

/** The exercises of the lesson, in order. */
export const exercises: Exercise<unknown>[] = [
  makeSplit(),
  makeReassembler(),
];

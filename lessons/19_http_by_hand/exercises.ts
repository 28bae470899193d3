/** The exercises of lesson 19, and how an answer to each is checked. */
import type { Exercise } from "../../lib/workbook/kit/mod.ts";
import { makeEncodeResponse } from "./checks/encode_response.ts";
import { makeRequestReader } from "./checks/request_reader.ts";

/** The exercises of the lesson, in order. */
export const exercises: Exercise<unknown>[] = [
  makeRequestReader(),
  makeEncodeResponse(),
];

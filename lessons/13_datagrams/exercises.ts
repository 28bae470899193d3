/** The exercises of lesson 13, and how an answer to each is checked. */
import type { Exercise } from "../../lib/workbook/kit/mod.ts";
import { makeAsk } from "./checks/ask.ts";
import { makeSendMessage } from "./checks/send_message.ts";

/** The exercises of the lesson, in order. */
export const exercises: Exercise<unknown>[] = [
  makeAsk(),
  makeSendMessage(),
];

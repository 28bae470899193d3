/** The exercises of lesson 13, and how an answer to each is checked. */
import { loadAttempts } from "../../lib/workbook/checker/attempts.ts";
import type { Exercise } from "../../lib/workbook/kit/mod.ts";
import { makeAsk } from "./checks/ask.ts";
import { makeSendMessage } from "./checks/send_message.ts";

const attempt = await loadAttempts(() => import("./exercise.ts"));

/** The exercises of the lesson, in order. */
export const exercises: Exercise<unknown>[] = [
  makeAsk(attempt.ask),
  makeSendMessage(attempt.sendMessage),
];

/** The exercises of lesson 12, and how an answer to each is checked. */
import { loadAttempts } from "../../lib/workbook/checker/attempts.ts";
import type { Exercise } from "../../lib/workbook/kit/mod.ts";
import { makeExpectedAck } from "./checks/expected_ack.ts";
import { makeFindHandshake } from "./checks/find_handshake.ts";
import { makeNextState } from "./checks/next_state.ts";

const attempt = await loadAttempts(() => import("./exercise.ts"));

/** The exercises of the lesson, in order. */
export const exercises: Exercise<unknown>[] = [
  makeExpectedAck(attempt.expectedAck),
  makeFindHandshake(attempt.findHandshake),
  makeNextState(attempt.nextState),
];

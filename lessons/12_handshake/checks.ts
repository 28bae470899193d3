/** The exercises of lesson 12, and how an answer to each is checked. */
import { loadAttempts } from "../../lib/workbook/attempts.ts";
import type { Exercise } from "../../lib/workbook/exercise.ts";
import { makeExpectedAck } from "./check_expected_ack.ts";
import { makeFindHandshake } from "./check_find_handshake.ts";
import { makeNextState } from "./check_next_state.ts";

const attempt = await loadAttempts(() => import("./exercise.ts"));

/** The exercises of the lesson, in order. */
export const exercises: Exercise<unknown>[] = [
  makeExpectedAck(attempt.expectedAck),
  makeFindHandshake(attempt.findHandshake),
  makeNextState(attempt.nextState),
];

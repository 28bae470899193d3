/** The exercises of lesson 12, and how an answer to each is checked. */
import type { Exercise } from "../../lib/workbook/kit/mod.ts";
import { makeExpectedAck } from "./checks/expected_ack.ts";
import { makeFindHandshake } from "./checks/find_handshake.ts";
import { makeNextState } from "./checks/next_state.ts";

/** The exercises of the lesson, in order. */
export const exercises: Exercise<unknown>[] = [
  makeExpectedAck(),
  makeFindHandshake(),
  makeNextState(),
];

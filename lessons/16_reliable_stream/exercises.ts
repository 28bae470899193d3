/** The exercises of lesson 16, and how an answer to each is checked. */
import type { Exercise } from "../../lib/workbook/kit/mod.ts";
import { makeReceiver } from "./checks/receiver.ts";
import { makeRetransmitTimer } from "./checks/retransmit_timer.ts";
import { makeSendWindow } from "./checks/send_window.ts";

/** The exercises of the lesson, in order. */
export const exercises: Exercise<unknown>[] = [
  makeReceiver(),
  makeRetransmitTimer(),
  makeSendWindow(),
];

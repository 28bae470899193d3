/** The exercises of lesson 16. */
import { type Exercise, exercise } from "../../lib/workbook/kit/mod.ts";
import { checkReceiver } from "./checks/receiver.ts";
import { checkRetransmitTimer } from "./checks/retransmit_timer.ts";
import { checkSendWindow } from "./checks/send_window.ts";
import * as solution from "./solution.ts";
import type {
  ReceiverClass,
  RetransmitTimerClass,
  SendWindowClass,
} from "./types.ts";

/** The exercises of the lesson, in order. */
export const exercises: Exercise<unknown>[] = [
  exercise<ReceiverClass>({
    id: "16.1",
    pure: true,
    title: "Put the stream in order",
    passed:
      "It keeps bytes that arrive early, and acknowledges only bytes in order.",
    real: "lib/net/reliable/receiver.ts",
    solution: solution.Receiver,
    hints: [
      "A segment arrives. Which of its bytes are before `ack`, which in the " +
      "window, and which beyond it? What if it starts before `ack` and ends " +
      "after it?",
      "Work with distances from `ack` instead of sequence numbers. As a signed " +
      "32-bit number, `(seq - ack) | 0` is negative for old bytes, and correct " +
      "across the wraparound. Keep early bytes in a Map from sequence number " +
      "to byte.",
      "For each byte i of the segment:\n" +
      "    const at = ((seq - this.#ack) | 0) + i;\n" +
      "    if (at >= 0 && at < capacity) early.set((seq + i) >>> 0, data[i]);\n" +
      "Then, as long as early has this.#ack, take that byte out, and\n" +
      "    this.#ack = (this.#ack + 1) >>> 0;",
    ],
    read: "Sequence numbers put bytes in order",
    check: checkReceiver,
  }),
  exercise<RetransmitTimerClass>({
    id: "16.2",
    pure: true,
    title: "How long to wait",
    passed:
      "It follows RFC 6298: first the variance, then the mean, and never below the minimum.",
    real: "lib/net/reliable/retransmit_timer.ts",
    solution: solution.RetransmitTimer,
    hints: [
      "Round trips of 100, 100, and 100 ms have the same mean as 20, 180, and " +
      "100 ms. Which of the two needs the longer timeout?",
      "Keep three numbers: srtt (undefined before the first sample), rttvar, " +
      "and rto. Apply the limits to rto only, not to srtt and rttvar.",
      "For each sample after the first:\n" +
      "    rttvar = 0.75 * rttvar + 0.25 * Math.abs(srtt - r);\n" +
      "    srtt = 0.875 * srtt + 0.125 * r;\n" +
      "    rto = Math.min(60000, Math.max(200, srtt + 4 * rttvar));",
    ],
    read: "How long to wait",
    check: checkRetransmitTimer,
  }),
  exercise<SendWindowClass>({
    id: "16.3",
    pure: true,
    title: "What to send, and what to send again",
    passed:
      "It sends what the window allows, and retransmits only what's still missing.",
    real: "lib/net/reliable/send_window.ts",
    solution: solution.SendWindow,
    hints: [
      "There are three kinds of bytes: acknowledged, in flight, and never sent. " +
      "Which must you keep, and which call moves which boundary?",
      "Keep one array that starts at the oldest unacknowledged byte, the " +
      "sequence number of that byte, and how many of the bytes are in flight. " +
      "An acknowledgment covers `(ack - oldest) | 0` bytes.",
      "What you may send now:\n" +
      "    const size = Math.min(segmentSize, peerWindow - inFlight,\n" +
      "      bytes.length - inFlight);\n" +
      "    if (size <= 0) return undefined;\n" +
      "It starts at bytes[inFlight], with the sequence number " +
      "(oldest + inFlight) >>> 0. acknowledge() removes bytes from the front, " +
      "and retransmit() starts there.",
    ],
    read: "Two windows",
    check: checkSendWindow,
  }),
];

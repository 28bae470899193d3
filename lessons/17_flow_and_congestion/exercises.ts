/** The exercises of lesson 17. */
import { type Exercise, exercise } from "../../lib/workbook/kit/mod.ts";
import { checkCongestionWindow } from "./checks/congestion_window.ts";
import { checkMaySend } from "./checks/may_send.ts";
import { checkReceiveWindow } from "./checks/receive_window.ts";
import * as solution from "./solution.ts";
import type {
  CongestionWindowClass,
  ReceiveWindowClass,
  SendDecision,
  SendState,
} from "./types.ts";

/** The exercises of the lesson, in order. */
export const exercises: Exercise<unknown>[] = [
  exercise<ReceiveWindowClass>({
    id: "17.1",
    pure: true,
    title: "Which window to advertise",
    passed:
      "It keeps every promise, and promises more only once there's room for a " +
      "segment.",
    real: "lib/net/reliable/receive_side.ts",
    solution: solution.ReceiveWindow,
    hints: [
      "What have you promised the peer? How much of that is left after bytes " +
      "arrive, and after the program reads? Which of the two makes new room?",
      "Keep `ack`, `edge`, and how many bytes are unread. What's left of the " +
      "window is `(edge - ack) >>> 0`, and the free room `capacity - unread`. " +
      "Their difference is the gain.",
      "In advertise():\n" +
      "    const unit = 2 ** shift;\n" +
      "    if (free - left >= Math.min(mss, capacity / 2)) {\n" +
      "      const units = Math.min(65535, Math.floor(free / unit));\n" +
      "      edge = (ack + Math.max(left, units * unit)) >>> 0;\n" +
      "    }\n" +
      "Then return what's left now, divided by unit and rounded down.",
    ],
    read: "The receiver's window",
    check: checkReceiveWindow,
  }),
  exercise<CongestionWindowClass>({
    id: "17.2",
    pure: true,
    title: "How much the network can hold",
    passed:
      "It follows RFC 5681: it grows fast at first, then slowly, and cuts the " +
      "window once per loss.",
    real: "lib/net/reliable/congestion_window.ts",
    solution: solution.CongestionWindow,
    hints: [
      "An ACK arrives. Is it new, a duplicate, or neither? Is the sender in slow " +
      "start, in congestion avoidance, or in fast recovery? Draw a table with a " +
      "row for each and a column for each, and fill it in from the task.",
      "Besides cwnd and ssthresh, keep: the last `ack` and `window`, how many " +
      "duplicates have arrived, the sum for congestion avoidance, where fast recovery " +
      "ends (undefined if you aren't in it), and whether there was a timeout. " +
      "`(segment.ack - ack) | 0` is the count, correct across the wraparound.",
      "The third duplicate:\n" +
      "    ssthresh = Math.max(Math.floor(flightSize / 2), 2 * mss);\n" +
      "    cwnd = ssthresh + 3 * mss;\n" +
      "    recover = (ack + flightSize) >>> 0;\n" +
      "    return true;\n" +
      "New data in fast recovery is a partial ACK as long as\n" +
      "    ((segment.ack - recover) | 0) < 0",
    ],
    read: "The network's window",
    check: checkCongestionWindow,
  }),
  exercise<(state: SendState) => SendDecision>({
    id: "17.3",
    pure: true,
    title: "May the sender send now?",
    passed: "It respects both windows, avoids silly windows, and never waits " +
      "forever.",
    real: "lib/net/reliable/send_side.ts",
    solution: solution.maySend,
    hints: [
      "What are all the reasons to wait? Which of them can last forever, if a " +
      "segment gets lost?",
      "Compute three numbers: how much is in flight, how much room there is in " +
      "the smaller window after that, and the size of the segment: the least of " +
      "`queued`, `mss`, and that room. Then ask whether a segment of that size " +
      "is worth it.",
      "const inFlight = (next - una) >>> 0;\n" +
      "    const size = Math.min(queued, mss, Math.min(window, cwnd) - inFlight);\n" +
      "Full segments may go. Others only if inFlight is 0, and\n" +
      "    size === queued || size >= maxWindow / 2 || hasExpired\n" +
      "The probe comes before all that.",
    ],
    read: "Both windows, and when to wait",
    check: checkMaySend,
  }),
];

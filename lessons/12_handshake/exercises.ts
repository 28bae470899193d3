/** The exercises of lesson 12. */
import { type Exercise, exercise } from "../../lib/workbook/kit/mod.ts";
import { checkExpectedAck } from "./checks/expected_ack.ts";
import { checkFindHandshake } from "./checks/find_handshake.ts";
import { checkNextState } from "./checks/next_state.ts";
import * as solution from "./solution.ts";

/** The exercises of the lesson, in order. */
export const exercises: Exercise<unknown>[] = [
  exercise({
    id: "12.1",
    title: "The acknowledgment number",
    passed: "SYN and FIN each take a sequence number, like a byte.",
    real: "lib/wire/tcp/stream_progress.ts",
    solution: solution.expectedAck,
    hints: [
      "The client's SYN has sequence number A and no data. What does the server " +
      "acknowledge? And what does it acknowledge after a segment with 5 bytes " +
      "and a FIN?",
      "Start at `sequence`, and go forward by the number of data bytes, by one " +
      "for a SYN, and by one for a FIN. The result has 32 bits, so it can wrap " +
      "around, as in 11.3.",
      "Almost the code:\n" +
      "    let length = segment.payload.length;\n" +
      "    if (segment.flags.syn) length++;\n" +
      "and the same for FIN; then `(segment.sequence + length) >>> 0`.",
    ],
    read: "What takes a number",
    pure: true,
    check: checkExpectedAck,
  }),
  exercise({
    id: "12.2",
    title: "Find the handshake",
    passed:
      "It matches acknowledgment numbers, so a retransmitted SYN doesn't fool it.",
    real: "lib/wire/capture/conversation.ts",
    solution: solution.findHandshake,
    hints: [
      "What do you know once you've seen a SYN? What must the next of the three " +
      "segments contain to tell you that it belongs to that SYN and not to " +
      "another one?",
      "Go through the segments once, and remember the last SYN and the SYN-ACK " +
      "that answered it. For each segment, find out which of the three it can " +
      "be: look at its flags, its port, and its acknowledgment number. Ignore " +
      "every segment that isn't one of the three.",
      "Almost the code, where `syn` and `synAck` are what you remember:\n" +
      "    const { flags, sourcePort, acknowledgment } = segment;\n" +
      "    if (\n" +
      "      flags.syn && flags.ack && sourcePort !== syn.sourcePort &&\n" +
      "      acknowledgment === ((syn.sequence + 1) >>> 0)\n" +
      "    ) synAck = segment;\n" +
      "Test the third the same way, against synAck. Forget synAck when you see " +
      "a SYN with another sequence number.",
    ],
    read: "Three segments",
    pure: true,
    check: checkFindHandshake,
  }),
  exercise({
    id: "12.3",
    title: "The state machine",
    passed: "It follows RFC 9293, the rare paths included.",
    real: "lib/wire/tcp/state.ts",
    solution: solution.nextState,
    hints: [
      "Which end goes through FIN-WAIT-1, and which one through CLOSE-WAIT? " +
      "What's different if both send a FIN before the other's arrives?",
      "Write the diagram down as a table: for each state, the events that lead " +
      "somewhere, and where they lead. Then the function is only a lookup, and " +
      "returns the state itself if it finds nothing.",
      "Almost the code:\n" +
      "    const NEXT = {\n" +
      '      "ESTABLISHED": {\n' +
      '        "CLOSE": "FIN-WAIT-1",\n' +
      '        "rcv FIN": "CLOSE-WAIT",\n' +
      '        "rcv RST": "CLOSED",\n' +
      "      },\n" +
      "and so on for the other ten states, then\n" +
      "    return NEXT[state][event] ?? state;\n" +
      "TypeScript needs the table's type: Record<TcpState, " +
      "Partial<Record<TcpEvent, TcpState>>>.",
    ],
    read: "The state machine",
    pure: true,
    check: checkNextState,
  }),
];

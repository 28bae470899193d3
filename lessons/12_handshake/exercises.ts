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
    passed: "You count SYN and FIN like a byte: each takes a sequence number.",
    real: "lib/wire/tcp/stream_progress.ts",
    solution: solution.expectedAck,
    hints: [
      "The client's SYN has sequence number A and no data. What does the server " +
      "acknowledge? And what does it acknowledge after a segment with 5 bytes " +
      "and a FIN?",
      "Start at `sequence`. Go forward by the number of data bytes, by one for a " +
      "SYN, and by one for a FIN. The result has 32 bits, so it can wrap around, " +
      "as in 11.3.",
      "Most of the code:\n" +
      "    let length = segment.payload.length;\n" +
      "    if (segment.flags.syn) length++;\n" +
      "and the same for FIN; then `(segment.sequence + length) >>> 0`.",
    ],
    read: "What takes a sequence number",
    pure: true,
    check: checkExpectedAck,
  }),
  exercise({
    id: "12.2",
    title: "Find the handshake",
    passed:
      "You compare acknowledgment numbers, so a retransmission doesn't fool you.",
    real: "lib/wire/capture/conversation.ts",
    solution: solution.findHandshake,
    hints: [
      "What do you know once you've seen a SYN? How can you tell that a SYN-ACK " +
      "answers this SYN, and not another one?",
      "Go through the segments once, and remember the last SYN and the SYN-ACK " +
      "that answered it. For each segment, find out which of the three it could " +
      "be: look at its flags, its port, and its acknowledgment number. Skip all " +
      "other segments.",
      "Most of the code, where `syn` and `synAck` are what you remember:\n" +
      "    const { flags, sourcePort, acknowledgment } = segment;\n" +
      "    if (\n" +
      "      flags.syn && flags.ack && sourcePort !== syn.sourcePort &&\n" +
      "      acknowledgment === ((syn.sequence + 1) >>> 0)\n" +
      "    ) synAck = segment;\n" +
      "Test the third one in the same way, against synAck. Forget synAck when " +
      "you see a SYN with another sequence number.",
    ],
    read: "Three segments",
    pure: true,
    check: checkFindHandshake,
  }),
  exercise({
    id: "12.3",
    title: "The state machine",
    passed: "Your state machine follows RFC 9293, even on the rare paths.",
    real: "lib/wire/tcp/state.ts",
    solution: solution.nextState,
    hints: [
      "Which end goes through FIN-WAIT-1, and which through CLOSE-WAIT? What " +
      "changes if each sends a FIN before the other's has arrived?",
      "Write the diagram as a table: for each state, the events that lead " +
      "somewhere, and where they lead. Then your function only looks it up, and " +
      "returns the state itself if it finds nothing.",
      "Most of the code:\n" +
      "    const NEXT = {\n" +
      '      "ESTABLISHED": {\n' +
      '        "CLOSE": "FIN-WAIT-1",\n' +
      '        "rcv FIN": "CLOSE-WAIT",\n' +
      '        "rcv RST": "CLOSED",\n' +
      "      },\n" +
      "and so on for the other ten states. Then:\n" +
      "    return NEXT[state][event] ?? state;\n" +
      "For TypeScript, the table's type is Record<TcpState, " +
      "Partial<Record<TcpEvent, TcpState>>>.",
    ],
    read: "The state machine",
    pure: true,
    check: checkNextState,
  }),
];

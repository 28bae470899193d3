import { exercises } from "../../../lessons/12_handshake/exercises.ts";
import * as solution from "../../../lessons/12_handshake/solution.ts";
import type {
  ExpectedAck,
  FindHandshake,
  NextState,
} from "../../../lessons/12_handshake/types.ts";
import { nextState } from "../../../lib/wire/mod.ts";
import { testAccepted, testExercises } from "../gates.ts";
import { wrongAnswers } from "./wrong_answers.ts";

testExercises("handshake", exercises, wrongAnswers);

const [expectedAck, findHandshake, nextStateExercise] = exercises;

testAccepted<ExpectedAck>(expectedAck, {
  "goes forward number by number": ({ sequence, payload, flags }) => {
    const bytes = [...payload, ...[flags.syn, flags.fin].filter(Boolean)];
    return bytes.reduce<number>(
      (next) => next === 4294967295 ? 0 : next + 1,
      sequence,
    );
  },
  "takes the remainder": ({ sequence, payload, flags: { syn, fin } }) =>
    (sequence + payload.length + (syn ? 1 : 0) + (fin ? 1 : 0)) % 4294967296,
  "lets a Uint32Array wrap around": ({ sequence, payload, flags }) => {
    const ack = new Uint32Array([sequence]);
    ack[0] += payload.length;
    if (flags.syn) ack[0]++;
    if (flags.fin) ack[0]++;
    return ack[0];
  },
});

testAccepted<FindHandshake>(findHandshake, {
  "remembers only what it needs": (segments) => {
    let client: { port: number; number: number; server?: number } | undefined;
    for (const segment of segments) {
      const { flags: { syn, ack, rst }, sequence, sourcePort: port } = segment;
      const answers = (number: number) =>
        (segment.acknowledgment - 1) >>> 0 === number;
      if (rst) continue;
      if (syn && !ack) {
        if (client?.number !== sequence) client = { port, number: sequence };
      } else if (client === undefined || !ack) {
        continue;
      } else if (syn) {
        if (port !== client.port && answers(client.number)) {
          client.server = sequence;
        }
      } else if (port === client.port && client.server !== undefined) {
        if (answers(client.server)) {
          return { client: client.number, server: client.server };
        }
      }
    }
    return null;
  },
  "adds a property to the result": (segments) => {
    const found = solution.findHandshake(segments);
    return found && { port: 7000, ...found };
  },
  "searches backward from the third segment": (segments) => {
    const before = (number: number) => (number - 1) >>> 0;
    for (const [i, third] of segments.entries()) {
      if (!third.flags.ack || third.flags.syn || third.flags.rst) continue;
      const earlier = segments.slice(0, i);
      const syn = earlier.findLast((one) =>
        one.flags.syn && !one.flags.ack && one.sourcePort === third.sourcePort
      );
      const start = earlier.findIndex((one) =>
        one.flags.syn && !one.flags.ack && one.sequence === syn?.sequence
      );
      const synAck = earlier.slice(start).findLast((one) =>
        one.flags.syn && one.flags.ack &&
        one.sourcePort === third.destinationPort &&
        one.sequence === before(third.acknowledgment)
      );
      if (syn && synAck && before(synAck.acknowledgment) === syn.sequence) {
        return { client: syn.sequence, server: synAck.sequence };
      }
    }
    return null;
  },
});

testAccepted<NextState>(nextStateExercise, {
  "goes by the event first": (state, event) => {
    if (event === "rcv RST") return state === "LISTEN" ? state : "CLOSED";
    if (event === "active OPEN") {
      return state === "CLOSED" || state === "LISTEN" ? "SYN-SENT" : state;
    }
    return solution.nextState(state, event);
  },
  "uses the table of lib/wire": (state, event) => nextState(state, event),
  "goes back to LISTEN after a reset": (state, event) =>
    nextState(state, event, { passive: true }),
  "goes from SYN-RECEIVED to CLOSE-WAIT after a FIN": (state, event) =>
    state === "SYN-RECEIVED" && event === "rcv FIN"
      ? "CLOSE-WAIT"
      : nextState(state, event),
  "goes from SYN-RECEIVED to ESTABLISHED after a SYN,ACK": (state, event) =>
    state === "SYN-RECEIVED" && event === "rcv SYN,ACK"
      ? "ESTABLISHED"
      : nextState(state, event),
});

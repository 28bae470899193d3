/** Wrong answers to the exercises of lesson 12, and what must be said of each. */
import type { WrongAnswer } from "../gates.ts";
import * as solution from "../../../lessons/12_handshake/solution.ts";
import type {
  ExpectedAck,
  FindHandshake,
  NextState,
  Segment,
  TcpEvent,
  TcpState,
} from "../../../lessons/12_handshake/types.ts";

/** Wrong answers to 12.1. */
export const expectedAckMistakes: WrongAnswer<ExpectedAck>[] = [
  {
    name: "forgets the SYN",
    attempt: ({ sequence, payload, flags }) =>
      (sequence + payload.length + Number(flags.fin)) >>> 0,
    diagnosis: /A SYN takes a number/,
  },
  {
    name: "forgets the FIN",
    attempt: ({ sequence, payload, flags }) =>
      (sequence + payload.length + Number(flags.syn)) >>> 0,
    diagnosis: /A FIN takes a number/,
  },
  {
    name: "does not come round",
    attempt: ({ sequence, payload, flags }) =>
      sequence + payload.length + Number(flags.syn) + Number(flags.fin),
    diagnosis: /After 4294967295 comes 0/,
  },
  {
    name: "comes round with a sign",
    attempt: (segment) => solution.expectedAck(segment) | 0,
    diagnosis: /gives unsigned ones/,
  },
  {
    name: "counts the header, too",
    attempt: (segment) =>
      (solution.expectedAck(segment) + segment.headerBytes) >>> 0,
    diagnosis: /Each byte of data takes a number/,
  },
  {
    name: "counts an ACK",
    attempt: (segment) =>
      segment.payload.length === 0
        ? (segment.sequence + 1) >>> 0
        : solution.expectedAck(segment),
    diagnosis: /An ACK takes no number/,
  },
  {
    name: "counts the options of an ACK",
    attempt: (segment) =>
      (solution.expectedAck(segment) + segment.options.length) >>> 0,
    diagnosis: /neither does any header/,
  },
  {
    name: "counts SYN or FIN, but not both",
    attempt: ({ sequence, payload, flags }) =>
      (sequence + payload.length + (flags.syn || flags.fin ? 1 : 0)) >>> 0,
    diagnosis: /each of them counts/,
  },
  {
    name: "gives the number of the last byte",
    attempt: (segment) => (solution.expectedAck(segment) - 1) >>> 0,
    diagnosis: /the number behind the last/,
  },
];

interface Tests {
  second: (syn: Segment, segment: Segment) => boolean;
  third: (syn: Segment, synAck: Segment, segment: Segment) => boolean;
}

const next = ({ sequence }: Segment) => (sequence + 1) >>> 0;

const RIGHT: Tests = {
  second: (syn, { flags, sourcePort, acknowledgment }) =>
    flags.syn && flags.ack && sourcePort !== syn.sourcePort &&
    acknowledgment === next(syn),
  third: (syn, synAck, { flags, sourcePort, acknowledgment }) =>
    flags.ack && !flags.syn && !flags.rst && sourcePort === syn.sourcePort &&
    acknowledgment === next(synAck),
};

/** A search that is right but for the tests that it is given. */
function findWith(tests: Partial<Tests>): FindHandshake {
  const { second, third } = { ...RIGHT, ...tests };
  return (segments) => {
    let syn: Segment | undefined;
    let synAck: Segment | undefined;
    for (const segment of segments) {
      if (segment.flags.syn && !segment.flags.ack) {
        if (segment.sequence !== syn?.sequence) synAck = undefined;
        syn = segment;
      } else if (syn && synAck && third(syn, synAck, segment)) {
        return { client: syn.sequence, server: synAck.sequence };
      } else if (syn && second(syn, segment)) synAck = segment;
    }
    return null;
  };
}

/** Wrong answers to 12.2. */
export const findHandshakeMistakes: WrongAnswer<FindHandshake>[] = [
  {
    name: "does not compare what the SYN-ACK acknowledges",
    attempt: findWith({
      second: (syn, { flags, sourcePort }) =>
        flags.syn && flags.ack && sourcePort !== syn.sourcePort,
    }),
    diagnosis: /This one answers another, older SYN/,
  },
  {
    name: "does not compare what the third segment acknowledges",
    attempt: findWith({
      third: (syn, _, { flags, sourcePort }) =>
        flags.ack && !flags.syn && !flags.rst && sourcePort === syn.sourcePort,
    }),
    diagnosis: /compare its acknowledgment with B \+ 1/,
  },
  {
    name: "takes a retransmitted SYN for a second one",
    attempt(segments) {
      const [syn, second] = segments.filter(({ flags }) => flags.syn);
      if (syn === undefined || second === undefined) return null;
      // It wants the second one with SYN to be the SYN-ACK.
      return second.flags.ack ? solution.findHandshake(segments) : null;
    },
    diagnosis: /It is the same SYN/,
  },
  {
    name: "begins anew at every SYN",
    attempt(segments) {
      const last = segments.findLastIndex(({ flags }) =>
        flags.syn && !flags.ack
      );
      return last === -1 ? null : solution.findHandshake(segments.slice(last));
    },
    diagnosis: /only another number begins anew/,
  },
  {
    name: "fails where the numbers come round",
    attempt: findWith({
      second: (syn, { flags, sourcePort, acknowledgment }) =>
        flags.syn && flags.ack && sourcePort !== syn.sourcePort &&
        acknowledgment === syn.sequence + 1,
    }),
    diagnosis: /After 4294967295 comes 0/,
  },
  {
    name: "takes the number 0 for none",
    attempt(segments) {
      const found = solution.findHandshake(segments);
      return found?.client && found.server ? found : null;
    },
    diagnosis: /counts as false/,
  },
  {
    name: "does not look who sends the third segment",
    attempt: findWith({
      third: (_, synAck, { flags, acknowledgment }) =>
        flags.ack && !flags.syn && !flags.rst &&
        acknowledgment === next(synAck),
    }),
    diagnosis: /and the server's port/,
  },
  {
    name: "takes a SYN-ACK for the third segment",
    attempt: findWith({
      third: (syn, synAck, segment) =>
        RIGHT.third(syn, synAck, segment) ||
        (segment.flags.syn && segment.acknowledgment === next(synAck)),
    }),
    diagnosis: /an ACK without SYN, from the client/,
  },
  {
    name: "takes a reset for the third segment",
    attempt: findWith({
      third: (syn, synAck, segment) =>
        segment.flags.ack && !segment.flags.syn &&
        segment.sourcePort === syn.sourcePort &&
        segment.acknowledgment === next(synAck),
    }),
    diagnosis: /whatever else it acknowledges/,
  },
  {
    name: "is content with two segments",
    attempt(segments) {
      const found = solution.findHandshake(segments);
      const [syn, synAck] = segments.filter(({ flags }) => flags.syn);
      return !found && syn && synAck && RIGHT.second(syn, synAck)
        ? { client: syn.sequence, server: synAck.sequence }
        : found;
    },
    diagnosis: /Without the third there is no handshake/,
  },
  {
    name: "wants no data in the third segment",
    attempt: findWith({
      third: (syn, synAck, segment) =>
        RIGHT.third(syn, synAck, segment) && segment.payload.length === 0,
    }),
    diagnosis: /may bring data/,
  },
  {
    name: "keeps the first SYN for ever",
    attempt(segments) {
      const first = segments.find(({ flags }) => flags.syn && !flags.ack);
      return solution.findHandshake(
        segments.filter((segment) =>
          !segment.flags.syn || segment.flags.ack ||
          segment.sequence === first!.sequence
        ),
      );
    },
    diagnosis: /forget what answered the first one/,
  },
  {
    name: "keeps the answer to a SYN that counts no more",
    attempt(segments) {
      let syn: Segment | undefined;
      let synAck: Segment | undefined;
      for (const segment of segments) {
        if (segment.flags.syn && !segment.flags.ack) syn = segment;
        else if (syn && synAck && RIGHT.third(syn, synAck, segment)) {
          return { client: syn.sequence, server: synAck.sequence };
        } else if (syn && RIGHT.second(syn, segment)) synAck = segment;
      }
      return null;
    },
    diagnosis: /answered the first SYN/,
  },
  {
    name: "does not look who sends the SYN-ACK",
    attempt: findWith({
      second: (syn, { flags, acknowledgment }) =>
        flags.syn && flags.ack && acknowledgment === next(syn),
    }),
    diagnosis: /Nobody answers herself/,
  },
  {
    name: "looks for each of the three anywhere",
    attempt(segments) {
      const syn = segments.findLast(({ flags }) => flags.syn && !flags.ack);
      const synAck = syn && segments.findLast((one) => RIGHT.second(syn, one));
      const found = synAck &&
        segments.some((one) => RIGHT.third(syn!, synAck, one));
      return found ? { client: syn!.sequence, server: synAck.sequence } : null;
    },
    diagnosis: /An answer passes after what it answers/,
  },
  {
    name: "looks at three in a row only",
    attempt(segments) {
      for (let i = 0; i < segments.length; i++) {
        const found = solution.findHandshake(segments.slice(i, i + 3));
        if (found !== null) return found;
      }
      return null;
    },
    diagnosis: /need not follow one another/,
  },
  {
    name: "returns undefined",
    attempt: (segments) =>
      solution.findHandshake(segments) ?? (undefined as unknown as null),
    diagnosis: /return null/,
  },
];

type Arrow = [from: TcpState, event: TcpEvent, to: TcpState];

/** The right machine, but for some arrows. */
function machineWith(...arrows: Arrow[]): NextState {
  return (state, event) =>
    arrows.find(([from, what]) => from === state && what === event)?.[2] ??
      solution.nextState(state, event);
}

/** Wrong answers to 12.3. */
export const nextStateMistakes: WrongAnswer<NextState>[] = [
  {
    name: "knows no simultaneous close",
    attempt: machineWith(["FIN-WAIT-1", "rcv FIN", "FIN-WAIT-1"]),
    diagnosis: /both closed at once/,
  },
  {
    name: "goes from FIN-WAIT-1 straight to TIME-WAIT",
    attempt: machineWith(["FIN-WAIT-1", "rcv FIN", "TIME-WAIT"]),
    diagnosis: /CLOSING waits for that acknowledgment/,
  },
  {
    name: "skips CLOSE-WAIT",
    attempt: machineWith(["ESTABLISHED", "rcv FIN", "LAST-ACK"]),
    diagnosis: /until its own program closes/,
  },
  {
    name: "ignores a reset",
    attempt: (state, event) =>
      event === "rcv RST" ? state : solution.nextState(state, event),
    diagnosis: /A reset ends the connection at once/,
  },
  {
    name: "lets a reset close a listener",
    attempt: (state, event) =>
      event === "rcv RST" ? "CLOSED" : solution.nextState(state, event),
    diagnosis: /A listener waits for anybody/,
  },
  {
    name: "skips TIME-WAIT",
    attempt: machineWith(["FIN-WAIT-2", "rcv FIN", "CLOSED"]),
    diagnosis: /then TIME-WAIT until the time is over/,
  },
  {
    name: "sends both ends through TIME-WAIT",
    attempt: machineWith(["LAST-ACK", "rcv ACK of FIN", "TIME-WAIT"]),
    diagnosis: /there is no TIME-WAIT here/,
  },
  {
    name: "takes a server to be connected with the SYN",
    attempt: machineWith(["LISTEN", "rcv SYN", "ESTABLISHED"]),
    diagnosis: /does not know yet that it is heard/,
  },
  {
    name: "knows no simultaneous open",
    attempt: machineWith(["SYN-SENT", "rcv SYN", "SYN-SENT"]),
    diagnosis: /the other side opens at the same moment/,
  },
  {
    name: "drops a half-open connection without a FIN",
    attempt: machineWith(["SYN-RECEIVED", "CLOSE", "CLOSED"]),
    diagnosis: /the end needs a FIN/,
  },
  {
    name: "sends a FIN where nothing has begun",
    attempt: machineWith(["SYN-SENT", "CLOSE", "FIN-WAIT-1"]),
    diagnosis: /there is nothing to end/,
  },
  {
    name: "gives undefined where nothing happens",
    attempt(state, event) {
      const to = solution.nextState(state, event);
      return to === state ? undefined as unknown as TcpState : to;
    },
    diagnosis: /undefined is no state/,
  },
  {
    name: "throws where nothing happens",
    attempt(state, event) {
      const to = solution.nextState(state, event);
      if (to === state) throw new Error("not possible");
      return to;
    },
    diagnosis: /no reason to throw/,
  },
  {
    name: "ignores a reset in SYN-RECEIVED",
    attempt: machineWith(["SYN-RECEIVED", "rcv RST", "SYN-RECEIVED"]),
    diagnosis: /CLOSED.*LISTEN is right as well/s,
  },
  {
    name: "connects by a FIN",
    attempt: machineWith(["SYN-RECEIVED", "rcv FIN", "ESTABLISHED"]),
    diagnosis: /CLOSE-WAIT is right as well/,
  },
  {
    name: "closes wherever a FIN comes",
    attempt: machineWith(["LISTEN", "rcv FIN", "CLOSE-WAIT"]),
    diagnosis: /so the state stays/,
  },
];

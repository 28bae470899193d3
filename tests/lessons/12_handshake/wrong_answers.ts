/** Wrong answers of lesson 12, and the diagnosis each must get. */
import { replacing, type WrongAnswer, type WrongAnswers } from "../gates.ts";
import * as solution from "../../../lessons/12_handshake/solution.ts";
import type {
  FindHandshake,
  NextState,
  Segment,
  TcpEvent,
  TcpState,
} from "../../../lessons/12_handshake/types.ts";

const START_OVER = "if (sequence !== syn?.sequence) synAck = undefined;";
const KEEP_SYN_ACK = "if (answers) synAck = segment;";

const findHandshake: WrongAnswer<FindHandshake>[] = [
  ...replacing("next(syn)", {
    "ignores what the SYN-ACK acknowledges": [
      "acknowledgment",
      /This one answers another, older SYN/,
    ],
    "doesn't wrap around": ["syn.sequence + 1", /After 4294967295 comes 0/],
  }),
  {
    name: "ignores what the third segment acknowledges",
    replace: ["next(synAck)", "acknowledgment"],
    diagnosis: /compare its acknowledgment number with B \+ 1/,
  },
  ...replacing(START_OVER, {
    "takes a retransmitted SYN for the second segment": [
      "if (syn !== undefined) return null;",
      /It's the same SYN/,
    ],
    "starts over at every SYN": [
      "synAck = undefined;",
      /start over only if the number is another one/,
    ],
    "keeps the SYN-ACK that answered an older SYN": [
      "",
      /The SYN-ACK answered the first SYN/,
    ],
  }),
  {
    name: "takes sequence number 0 for no SYN",
    replace: ["if (answers) return {", "if (answers && syn.sequence) return {"],
    diagnosis: /it's falsy/,
  },
  {
    name: "accepts a third segment from either end",
    replace: ["sourcePort === syn.sourcePort", "true"],
    diagnosis: /but the server's port/,
  },
  {
    name: "accepts a SYN-ACK from either end",
    replace: ["sourcePort !== syn.sourcePort", "true"],
    diagnosis: /The client doesn't answer itself/,
  },
  {
    name: "remembers the SYN of an earlier call",
    replace: [
      "for (const segment of segments) {",
      `syn = findHandshake.syn;
  for (const segment of segments) {
    findHandshake.syn = syn;`,
    ],
    diagnosis: /Without the client's SYN.*inside the function/,
  },
  ...replacing(KEEP_SYN_ACK, {
    "takes a SYN-ACK for the third segment": [
      `if (synAck && acknowledgment === next(synAck)) {
        return { client: syn.sequence, server: synAck.sequence };
      }
      ${KEEP_SYN_ACK}`,
      /an ACK without SYN, from the client/,
    ],
    "is content with two segments": [
      "if (answers) return { client: syn.sequence, server: sequence };",
      /Without the third there is no handshake/,
    ],
  }),
  ...replacing("if (flags.rst) continue;", {
    "takes a reset for the third segment": ["", /whatever it acknowledges/],
    "gives up at the first reset": [
      "if (flags.rst) return null;",
      /the client may make another one: go on/,
    ],
  }),
  ...replacing("&& flags.ack)", {
    "accepts no data in the third segment": [
      "&& flags.ack && !segment.payload.length)",
      /may carry data/,
    ],
    "accepts no PSH in the third segment": [
      "&& flags.ack && !flags.psh)",
      /Its other flags may be set/,
    ],
    "accepts no FIN in the third segment": [
      "&& flags.ack && !flags.fin)",
      /has ACK, and neither SYN nor RST/,
    ],
  }),
  {
    name: "knows a SYN by its only flag",
    replace: [
      "if (flags.syn && !flags.ack) {",
      "if (flags.syn && !flags.ack && !flags.ece) {",
    ],
    diagnosis: /A SYN is known by SYN and ACK alone/,
  },
  {
    name: "takes segments out of the list",
    replace: ["of segments)", "of segments.splice(0))"],
    diagnosis: /changed its arguments/,
  },
  {
    name: "keeps the first SYN forever",
    replace: ["syn = segment", "syn ??= segment"],
    diagnosis: /A SYN with another number starts over/,
  },
  ...replacing("return null", {
    "returns undefined": [
      "return undefined as never",
      /return null, and nothing else/,
    ],
  }),
  {
    name: "looks for each of the three anywhere",
    attempt(segments) {
      const sorted = segments.toSorted((a, b) => rank(a) - rank(b));
      return solution.findHandshake(sorted);
      function rank({ flags }: typeof segments[number]): number {
        return flags.syn ? Number(flags.ack) : 2;
      }
    },
    diagnosis: /An answer comes after what it answers/,
  },
  {
    name: "looks only at three segments in a row",
    attempt(segments) {
      const starts = segments.keys().map((i) => segments.slice(i, i + 3));
      return starts.map(solution.findHandshake).find(Boolean) ?? null;
    },
    diagnosis: /don't have to follow each other/,
  },
];

/** Where one event leads instead, and the diagnosis. */
type Arrow = [from: TcpState, event: TcpEvent, to: TcpState, diagnosis: RegExp];

const ARROWS: Arrow[] = [
  ["FIN-WAIT-1", "rcv FIN", "FIN-WAIT-1", /CLOSING waits for that/],
  ["ESTABLISHED", "rcv FIN", "LAST-ACK", /its own program closes/],
  ["ESTABLISHED", "rcv RST", "ESTABLISHED", /whatever the state/],
  ["LISTEN", "rcv RST", "CLOSED", /waits for any client/],
  ["FIN-WAIT-2", "rcv FIN", "CLOSED", /then TIME-WAIT until/],
  ["LAST-ACK", "rcv ACK of FIN", "TIME-WAIT", /no TIME-WAIT on this side/],
  ["LISTEN", "rcv SYN", "ESTABLISHED", /the client can hear it/],
  ["SYN-SENT", "rcv SYN", "SYN-SENT", /A simultaneous open/],
  ["SYN-RECEIVED", "CLOSE", "CLOSED", /closing takes a FIN/],
  ["SYN-SENT", "CLOSE", "FIN-WAIT-1", /there's nothing to end/],
  ["SYN-RECEIVED", "rcv RST", "SYN-RECEIVED", /CLOSED.*LISTEN is/s],
  ["SYN-RECEIVED", "rcv FIN", "ESTABLISHED", /CLOSE-WAIT is right/],
  ["SYN-RECEIVED", "rcv SYN,ACK", "CLOSED", /ESTABLISHED is right/],
  ["LISTEN", "rcv FIN", "CLOSE-WAIT", /stays the same: return it\.$/],
];

function leading([from, event, to, diagnosis]: Arrow): WrongAnswer<NextState> {
  const target = "return NEXT";
  const isIt = `state === "${from}" && event === "${event}"`;
  return {
    name: `"${event}" leads from ${from} to ${to}`,
    replace: [target, `if (${isIt}) return "${to}";\n  ${target}`],
    diagnosis,
  };
}

export const wrongAnswers: WrongAnswers = {
  "12.1": [
    {
      name: "forgets the SYN",
      replace: [" + Number(flags.syn)", ""],
      diagnosis: /A SYN takes a sequence number/,
    },
    {
      name: "forgets the FIN",
      replace: [" + Number(flags.fin)", ""],
      diagnosis: /A FIN takes a sequence number/,
    },
    {
      name: "doesn't wrap around",
      replace: ["(sequence + length) >>> 0", "sequence + length"],
      diagnosis: /After 4294967295 comes 0/,
    },
    {
      name: "wraps around into signed numbers",
      replace: ["length) >>> 0", "length) | 0"],
      diagnosis: /gives unsigned ones/,
    },
    {
      name: "counts the characters of the data",
      replace: ["payload.length", "new TextDecoder().decode(payload).length"],
      diagnosis: /Only data, SYN, and FIN take sequence numbers/,
    },
    {
      name: "changes the segment",
      attempt: (segment: Segment) =>
        segment.sequence = solution.expectedAck(segment),
      diagnosis: /changed its arguments/,
    },
    {
      name: "counts an ACK",
      replace: ["flags.fin)", "flags.fin || !(flags.syn || payload.length))"],
      diagnosis: /An ACK takes no sequence number/,
    },
    {
      name: "counts SYN or FIN, but not both",
      replace: ["(flags.syn) + Number(", "(flags.syn || "],
      diagnosis: /each of them counts/,
    },
    {
      name: "gives the number of the last byte",
      replace: ["(sequence + length)", "(sequence + length - 1)"],
      diagnosis: /the number after the last one/,
    },
  ],
  "12.2": findHandshake,
  "12.3": [
    ...replacing("return NEXT[state][event] ?? state", {
      "keeps the state of all ends in one variable": [
        `state = nextState.state ??= state;
  return nextState.state = NEXT[state][event] ?? state`,
        /go by `state`, not by a variable outside/,
      ],
    }),
    {
      name: "returns undefined if nothing happens",
      replace: [" ?? state", ""],
      diagnosis: /undefined isn't a state/,
    },
    {
      name: "throws if nothing happens",
      replace: ["?? state", "?? (() => { throw new Error(); })()"],
      diagnosis: /leads nowhere isn't an error/,
    },
    ...ARROWS.map(leading),
  ],
};

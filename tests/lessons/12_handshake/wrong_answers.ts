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
      /You took a SYN-ACK that answers another, older SYN/,
    ],
    "doesn't wrap around": ["syn.sequence + 1", /After 4294967295 comes 0/],
  }),
  ...replacing("} else if (syn !== undefined && flags.syn) {", {
    "takes any ACK for the second segment": [
      "} else if (syn !== undefined && sourcePort !== syn.sourcePort) {",
      /An ACK without SYN doesn't/,
    ],
  }),
  ...replacing("sourcePort !== syn.sourcePort", {
    "accepts a SYN-ACK from either end": ["true", /doesn't answer itself/],
    "takes the lower port for the server's": [
      "sourcePort < syn.sourcePort",
      /A port's number doesn't say which end is the client/,
    ],
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
      /Start over only if the number is different/,
    ],
    "ignores an earlier SYN with number 0": [
      "if (syn?.sequence && sequence !== syn.sequence) synAck = undefined;",
      /0 is a sequence number.*The second SYN has another number/s,
    ],
    "keeps the SYN-ACK that answered an older SYN": [
      "",
      /The SYN-ACK answered the first SYN/,
    ],
  }),
  {
    name: "ignores a SYN with number 0",
    replace: ["if (answers) return {", "if (answers && syn.sequence) return {"],
    diagnosis: /it's falsy/,
  },
  {
    name: "accepts a third segment from either end",
    replace: ["sourcePort === syn.sourcePort", "true"],
    diagnosis: /but the server's port/,
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
    "lets a late SYN-ACK erase the right one": [
      "synAck = answers ? segment : undefined;",
      /The late SYN-ACK answers another SYN.*keep the SYN-ACK/s,
    ],
    "accepts two segments": [
      "if (answers) return { client: syn.sequence, server: sequence };",
      /Without the third, there's no handshake/,
    ],
  }),
  ...replacing("if (flags.rst) continue;", {
    "takes a reset for the third segment": ["", /whatever it acknowledges/],
    "forgets the SYN at a reset that answers another one": [
      "if (flags.rst) { syn = undefined; continue; }",
      /This one answers an older SYN/,
    ],
    "gives up at the first reset": [
      "if (flags.rst) return null;",
      /the client may make another one\. Go on/,
    ],
  }),
  ...replacing("&& flags.ack)", {
    "accepts a third segment without ACK": [
      ")",
      /Without the ACK flag, the acknowledgment number means nothing/,
    ],
    "requires the next sequence number in the third segment": [
      "&& flags.ack && sequence === next(syn))",
      /It may have any sequence number/,
    ],
    "accepts no data in the third segment": [
      "&& flags.ack && !segment.payload.length)",
      /may carry data/,
    ],
    "accepts no PSH in the third segment": [
      "&& flags.ack && !flags.psh)",
      /Any other flag may be set/,
    ],
    "accepts no FIN in the third segment": [
      "&& flags.ack && !flags.fin)",
      /needs ACK, and must have neither SYN nor RST/,
    ],
  }),
  ...replacing("if (flags.syn && !flags.ack) {", {
    "accepts no ECE in a SYN": [
      "if (flags.syn && !flags.ack && !flags.ece) {",
      /To recognize a SYN, look only at SYN and ACK/,
    ],
    "accepts no data in a SYN": [
      "if (flags.syn && !flags.ack && !segment.payload.length) {",
      /it may carry data/,
    ],
  }),
  ...replacing("{ client: syn.sequence, server: synAck.sequence }", {
    "returns whole segments": [
      "{ client: syn, server: synAck } as never",
      /an object with two numbers, `client` and/,
    ],
    "returns a list": [
      "[syn.sequence, synAck.sequence] as never",
      /an object with two numbers, `client` and/,
    ],
    "swaps the numbers": [
      "{ client: synAck.sequence, server: syn.sequence }",
      /You swapped the two numbers/,
    ],
    "returns the numbers that are acknowledged": [
      "{ client: next(syn), server: next(synAck) }",
      /You returned acknowledgment numbers/,
    ],
  }),
  {
    name: "removes segments from the list",
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

/** An event that leads to the wrong state, and the diagnosis. */
type Arrow = [from: TcpState, event: TcpEvent, to: TcpState, diagnosis: RegExp];

const ARROWS: Arrow[] = [
  ["FIN-WAIT-1", "rcv FIN", "FIN-WAIT-1", /CLOSING waits for that/],
  ["ESTABLISHED", "rcv FIN", "LAST-ACK", /its own program closes/],
  ["ESTABLISHED", "rcv RST", "ESTABLISHED", /whatever the state/],
  ["LISTEN", "rcv RST", "CLOSED", /waits for any client/],
  ["FIN-WAIT-2", "rcv FIN", "CLOSED", /then in TIME-WAIT until/],
  ["LAST-ACK", "rcv ACK of FIN", "TIME-WAIT", /no TIME-WAIT on this side/],
  ["LISTEN", "rcv SYN", "ESTABLISHED", /the client can hear it/],
  ["SYN-SENT", "rcv SYN", "SYN-SENT", /a simultaneous open/],
  ["SYN-RECEIVED", "CLOSE", "CLOSED", /closing takes a FIN/],
  ["SYN-SENT", "CLOSE", "FIN-WAIT-1", /there's nothing to end/],
  ["SYN-RECEIVED", "rcv RST", "SYN-RECEIVED", /CLOSED.*LISTEN is/s],
  ["SYN-RECEIVED", "rcv FIN", "ESTABLISHED", /CLOSE-WAIT is right/],
  ["SYN-RECEIVED", "rcv SYN,ACK", "CLOSED", /ESTABLISHED is right/],
  ["FIN-WAIT-1", "CLOSE", "CLOSED", /doesn't lead anywhere/],
  ["FIN-WAIT-2", "2MSL timeout", "CLOSED", /doesn't lead anywhere/],
  ["TIME-WAIT", "rcv RST", "TIME-WAIT", /whatever the state/],
  ["LISTEN", "active OPEN", "LISTEN", /may change its mind/],
  ["SYN-SENT", "rcv ACK of SYN", "ESTABLISHED", /doesn't lead anywhere/],
  ["LISTEN", "rcv FIN", "CLOSE-WAIT", /stays the same, so return it\.$/],
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
      name: "counts a segment without data as one byte",
      replace: ["flags.fin)", "flags.fin || !(flags.syn || payload.length))"],
      diagnosis: /An ACK takes no sequence number/,
    },
    ...replacing("Number(flags.fin);", {
      ...Object.fromEntries(
        ["ack", "psh", "urg", "ece", "cwr"].map((name) => [
          `counts ${name.toUpperCase()}, too`,
          [
            `Number(flags.fin) + Number(flags.${name});`,
            /look at no other flag/,
          ],
        ]),
      ),
      "counts RST, too": [
        "Number(flags.fin) + Number(flags.rst);",
        /A RST takes no sequence number/,
      ],
    }),
    ...replacing("payload.length + Number(flags.syn) + Number(flags.fin)", {
      "counts all flags": [
        "payload.length + Object.values(flags).filter(Boolean).length",
        /look at no other flag/,
      ],
      "uses a field that doesn't exist": [
        "(payload as any).size + Number(flags.syn)",
        /is undefined, so the sum is NaN/,
      ],
    }),
    ...replacing("payload.length +", {
      "doesn't count the data of a reset": [
        "(flags.rst ? 0 : payload.length) +",
        /but the data that comes with it does/,
      ],
      "counts the header": ["payload.length + 20 +", /The header takes none/],
    }),
    {
      name: "counts urgent data twice",
      attempt: (segment: Segment) =>
        solution.expectedAck(segment) + segment.urgentPointer,
      diagnosis: /don't count it twice/,
    },
    ...replacing("length) >>> 0", {
      "keeps only 31 bits": ["length) % 2 ** 31", /have 32 bits.*Keep all/s],
    }),
    ...replacing("return (sequence + length)", {
      "joins digits": [
        "return Number(`${sequence}${length}`)",
        /You joined the digits.*it joins strings/s,
      ],
      "starts from the sequence number of the first call": [
        `expectedAck.first ??= sequence;
  return (expectedAck.first + length)`,
        /the segment of an earlier call, whose sequence number was 1000/,
      ],
      "returns the highest number so far": [
        `expectedAck.high = Math.max(expectedAck.high ?? 0, sequence + length);
  return expectedAck.high`,
        /keep nothing in a variable outside/,
      ],
    }),
    {
      name: "counts SYN or FIN, but not both",
      replace: ["(flags.syn) + Number(", "(flags.syn || "],
      diagnosis: /each of them counts/,
    },
    {
      name: "returns the number of the last byte",
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
        /Use `state`, not a variable outside/,
      ],
    }),
    {
      name: "returns undefined if nothing happens",
      replace: [" ?? state", ""],
      diagnosis: /undefined isn't a state/,
    },
    {
      name: "returns CLOSED if nothing happens",
      replace: ["?? state", '?? "CLOSED"'],
      diagnosis: /doesn't lead anywhere from here/,
    },
    {
      name: "returns an object",
      attempt: (state: TcpState, event: TcpEvent) => ({
        state: solution.nextState(state, event),
      }),
      diagnosis: /Return only the name of the state/,
    },
    {
      name: "throws if nothing happens",
      replace: ["?? state", "?? (() => { throw new Error(); })()"],
      diagnosis: /doesn't lead anywhere isn't an error/,
    },
    ...ARROWS.map(leading),
  ],
};

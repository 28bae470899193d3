/** Wrong answers of lesson 12, and the diagnosis each must get. */
import type { WrongAnswer, WrongAnswers } from "../gates.ts";
import * as solution from "../../../lessons/12_handshake/solution.ts";
import type {
  FindHandshake,
  Segment,
  TcpEvent,
  TcpState,
} from "../../../lessons/12_handshake/types.ts";

const START_OVER = "if (sequence !== syn?.sequence) synAck = undefined;";
const KEEP_SYN_ACK = "if (answers) synAck = segment;";

const findHandshake: WrongAnswer<FindHandshake>[] = [
  {
    name: "ignores what the SYN-ACK acknowledges",
    replace: ["next(syn)", "acknowledgment"],
    diagnosis: /This one answers another, older SYN/,
  },
  {
    name: "ignores what the third segment acknowledges",
    replace: ["next(synAck)", "acknowledgment"],
    diagnosis: /compare its acknowledgment number with B \+ 1/,
  },
  {
    name: "takes a retransmitted SYN for the second segment",
    replace: [START_OVER, "if (syn !== undefined) return null;"],
    diagnosis: /It's the same SYN/,
  },
  {
    name: "starts over at every SYN",
    replace: [START_OVER, "synAck = undefined;"],
    diagnosis: /start over only if the number is another one/,
  },
  {
    name: "doesn't wrap around",
    replace: ["next(syn)", "syn.sequence + 1"],
    diagnosis: /After 4294967295 comes 0/,
  },
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
  {
    name: "takes a SYN-ACK for the third segment",
    replace: [
      KEEP_SYN_ACK,
      `if (synAck && acknowledgment === next(synAck)) {
        return { client: syn.sequence, server: synAck.sequence };
      }
      ${KEEP_SYN_ACK}`,
    ],
    diagnosis: /an ACK without SYN, from the client/,
  },
  {
    name: "takes a reset for the third segment",
    replace: ["if (flags.rst) continue;", ""],
    diagnosis: /whatever it acknowledges/,
  },
  {
    name: "is content with two segments",
    replace: [
      KEEP_SYN_ACK,
      "if (answers) return { client: syn.sequence, server: sequence };",
    ],
    diagnosis: /Without the third there is no handshake/,
  },
  {
    name: "accepts no data in the third segment",
    replace: ["&& flags.ack)", "&& flags.ack && !segment.payload.length)"],
    diagnosis: /may carry data/,
  },
  {
    name: "accepts no PSH in the third segment",
    replace: ["&& flags.ack)", "&& flags.ack && !flags.psh)"],
    diagnosis: /Its other flags may be set/,
  },
  {
    name: "accepts no FIN in the third segment",
    replace: ["&& flags.ack)", "&& flags.ack && !flags.fin)"],
    diagnosis: /has ACK, and neither SYN nor RST/,
  },
  {
    name: "gives up at the first reset",
    replace: ["if (flags.rst) continue;", "if (flags.rst) return null;"],
    diagnosis: /the client may make another one: go on/,
  },
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
  {
    name: "keeps the SYN-ACK that answered an older SYN",
    replace: [START_OVER, ""],
    diagnosis: /The SYN-ACK answered the first SYN/,
  },
  {
    name: "returns undefined",
    replace: ["return null", "return undefined as never"],
    diagnosis: /return null, and nothing else/,
  },
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
    {
      name: "keeps the state of all ends in one variable",
      replace: [
        "return NEXT[state][event] ?? state",
        `state = nextState.state ??= state;
  return nextState.state = NEXT[state][event] ?? state`,
      ],
      diagnosis: /go by `state`, not by a variable outside/,
    },
    {
      name: "doesn't know simultaneous close",
      replace: arrow("FIN-WAIT-1", "rcv FIN", "FIN-WAIT-1"),
      diagnosis: /CLOSING waits for that acknowledgment/,
    },
    {
      name: "skips CLOSE-WAIT",
      replace: arrow("ESTABLISHED", "rcv FIN", "LAST-ACK"),
      diagnosis: /until its own program closes/,
    },
    {
      name: "ignores a reset",
      replace: arrow("ESTABLISHED", "rcv RST", "ESTABLISHED"),
      diagnosis: /A reset ends the connection at once, whatever the state/,
    },
    {
      name: "lets a reset close a listener",
      replace: arrow("LISTEN", "rcv RST", "CLOSED"),
      diagnosis: /A listener waits for any client/,
    },
    {
      name: "skips TIME-WAIT",
      replace: arrow("FIN-WAIT-2", "rcv FIN", "CLOSED"),
      diagnosis: /then TIME-WAIT until the timeout/,
    },
    {
      name: "sends both ends through TIME-WAIT",
      replace: arrow("LAST-ACK", "rcv ACK of FIN", "TIME-WAIT"),
      diagnosis: /there's no TIME-WAIT on this side/,
    },
    {
      name: "is connected as soon as the SYN arrives",
      replace: arrow("LISTEN", "rcv SYN", "ESTABLISHED"),
      diagnosis: /doesn't know yet that the client can hear it/,
    },
    {
      name: "doesn't know simultaneous open",
      replace: arrow("SYN-SENT", "rcv SYN", "SYN-SENT"),
      diagnosis: /A simultaneous open/,
    },
    {
      name: "drops a half-open connection without a FIN",
      replace: arrow("SYN-RECEIVED", "CLOSE", "CLOSED"),
      diagnosis: /closing takes a FIN/,
    },
    {
      name: "sends a FIN before there's a connection",
      replace: arrow("SYN-SENT", "CLOSE", "FIN-WAIT-1"),
      diagnosis: /there's nothing to end/,
    },
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
    {
      name: "ignores a reset in SYN-RECEIVED",
      replace: arrow("SYN-RECEIVED", "rcv RST", "SYN-RECEIVED"),
      diagnosis: /CLOSED.*LISTEN is right, too/s,
    },
    {
      name: "treats a FIN in SYN-RECEIVED as the ACK",
      replace: arrow("SYN-RECEIVED", "rcv FIN", "ESTABLISHED"),
      diagnosis: /CLOSE-WAIT is right, too/,
    },
    {
      name: "treats a SYN,ACK in SYN-RECEIVED as a reset",
      replace: arrow("SYN-RECEIVED", "rcv SYN,ACK", "CLOSED"),
      diagnosis: /ESTABLISHED is right, too/,
    },
    {
      name: "lets a FIN close a listener",
      replace: arrow("LISTEN", "rcv FIN", "CLOSE-WAIT"),
      diagnosis: /so the state stays the same: return it\.$/,
    },
  ],
};

/** Changes where one event leads from one state. */
function arrow(
  from: TcpState,
  event: TcpEvent,
  to: TcpState,
): [target: string, replacement: string] {
  const target = "return NEXT";
  const isIt = `state === "${from}" && event === "${event}"`;
  return [target, `if (${isIt}) return "${to}";\n  ${target}`];
}

/** How an answer to 12.3 is checked. */
import { TCP_EVENTS, TCP_STATES } from "../../../lib/wire/mod.ts";
import {
  checkFunction,
  type FunctionCase,
  type Trial,
} from "../../../lib/workbook/kit/mod.ts";
import * as solution from "../solution.ts";
import type { NextState, TcpEvent, TcpState } from "../types.ts";

/** A path through the state machine, and what it means to leave it. */
type Path = [
  step: string,
  from: TcpState,
  path: [event: TcpEvent, to: TcpState][],
  likely: string,
];

const SAME_STATE =
  "In the diagram, this event doesn't lead anywhere from here, " +
  "so the state stays the same: return it.";

const PATHS: Path[] = [
  [
    "a client opens a connection",
    "CLOSED",
    [["active OPEN", "SYN-SENT"], ["rcv SYN,ACK", "ESTABLISHED"]],
    "CLOSED, SYN-SENT, ESTABLISHED: the client waits only for the SYN-ACK.",
  ],
  [
    "a server listens, and a client connects",
    "CLOSED",
    [
      ["passive OPEN", "LISTEN"],
      ["rcv SYN", "SYN-RECEIVED"],
      ["rcv ACK of SYN", "ESTABLISHED"],
    ],
    "LISTEN, SYN-RECEIVED, ESTABLISHED: when the SYN arrives, the server doesn't " +
    "know yet that the client can hear it.",
  ],
  [
    "a segment comes late, and another one twice",
    "ESTABLISHED",
    [["rcv SYN", "ESTABLISHED"], ["rcv ACK of SYN", "ESTABLISHED"]],
    SAME_STATE,
  ],
  [
    "an end closes first",
    "ESTABLISHED",
    [
      ["CLOSE", "FIN-WAIT-1"],
      ["rcv ACK of FIN", "FIN-WAIT-2"],
      ["rcv FIN", "TIME-WAIT"],
      ["2MSL timeout", "CLOSED"],
    ],
    "FIN-WAIT-1 until its FIN is acknowledged, FIN-WAIT-2 until the other end's " +
    "FIN arrives, then TIME-WAIT until the timeout.",
  ],
  [
    "an end closes second",
    "ESTABLISHED",
    [
      ["rcv FIN", "CLOSE-WAIT"],
      ["CLOSE", "LAST-ACK"],
      ["rcv ACK of FIN", "CLOSED"],
    ],
    "A FIN ends only one direction: in CLOSE-WAIT, this end may still send, " +
    "until its own program closes. LAST-ACK then waits for the acknowledgment, " +
    "and there's no TIME-WAIT on this side.",
  ],
  [
    "both ends close at once",
    "ESTABLISHED",
    [
      ["CLOSE", "FIN-WAIT-1"],
      ["rcv FIN", "CLOSING"],
      ["rcv ACK of FIN", "TIME-WAIT"],
      ["2MSL timeout", "CLOSED"],
    ],
    "A simultaneous close: the other end's FIN arrives before the " +
    "acknowledgment of your own. CLOSING waits for that acknowledgment.",
  ],
  [
    "both ends open at once",
    "CLOSED",
    [
      ["active OPEN", "SYN-SENT"],
      ["rcv SYN", "SYN-RECEIVED"],
      ["rcv ACK of SYN", "ESTABLISHED"],
    ],
    "A simultaneous open: a SYN without ACK arrives in SYN-SENT. This end " +
    "answers it as a listener would, and goes to SYN-RECEIVED.",
  ],
  [
    "a program closes before a connection exists",
    "LISTEN",
    [
      ["CLOSE", "CLOSED"],
      ["active OPEN", "SYN-SENT"],
      ["CLOSE", "CLOSED"],
    ],
    "In LISTEN and SYN-SENT there's no connection yet, so there's nothing to " +
    "end: CLOSE leads straight to CLOSED.",
  ],
  [
    "a program closes in SYN-RECEIVED",
    "SYN-RECEIVED",
    [["CLOSE", "FIN-WAIT-1"], ["rcv ACK of FIN", "FIN-WAIT-2"]],
    "Both ends have sent a SYN by now, so closing takes a FIN: CLOSE leads to " +
    "FIN-WAIT-1, as it does from ESTABLISHED.",
  ],
  [
    "a listener opens a connection itself",
    "LISTEN",
    [["active OPEN", "SYN-SENT"]],
    "A program may change its mind: active OPEN sends a SYN from LISTEN, too.",
  ],
];

/** Other answers that are right in SYN-RECEIVED. */
const ALSO_RIGHT: Partial<Record<TcpEvent, [to: TcpState, likely: string]>> = {
  "rcv RST": [
    "LISTEN",
    "A reset ends the connection at once: CLOSED. (LISTEN is right, too, for " +
    "an end that was a listener.)",
  ],
  "rcv FIN": [
    "CLOSE-WAIT",
    `${SAME_STATE} (CLOSE-WAIT is right, too: the text of RFC 9293 says so.)`,
  ],
  "rcv SYN,ACK": [
    "ESTABLISHED",
    `${SAME_STATE} (ESTABLISHED is right, too: in a simultaneous open, a ` +
    "SYN,ACK may carry the ACK of the SYN.)",
  ],
};

/** Checks an answer to 12.3, `nextState()`. */
export async function checkNextState(
  nextState: NextState,
  trial: Trial,
): Promise<void> {
  const call: NextState = (state, event) => {
    const to = nextState(state, event);
    const [alsoRight] = state === "SYN-RECEIVED" && ALSO_RIGHT[event] || [];
    return to === alsoRight ? solution.nextState(state, event) : to;
  };
  await checkFunction(trial, call, [
    ...PATHS.flatMap(alongPath),
    ...TCP_STATES.map(atReset),
    ...TCP_STATES.flatMap(inState),
  ], {
    name: "nextState",
    explain: ({ value }, { args }) =>
      typeof value === "string" && !TCP_STATES.some((one) => one === value)
        ? "There's no state of that name: types.ts lists them all."
        : typeof value === "object" && value !== null
        ? "Return the name of the state, and nothing around it."
        // The path before this call ends in ESTABLISHED.
        : args.join() === "CLOSED,passive OPEN" && value === "ESTABLISHED"
        ? "An earlier call of another end led to ESTABLISHED, and must not " +
          "matter: go by `state`, not by a variable outside the function."
        : undefined,
  });
}

/** One call, and what it means if the result is another state. */
function move(
  step: string,
  [state, event, to]: [TcpState, TcpEvent, TcpState],
  likely: string,
): FunctionCase {
  const [, alsoLikely = likely] =
    state === "SYN-RECEIVED" && ALSO_RIGHT[event] || [];
  return {
    step,
    args: [state, event],
    returns: to,
    likely: ({ value, error }) =>
      state !== to
        ? alsoLikely
        : error !== undefined
        ? "An event that leads nowhere isn't an error: segments arrive late " +
          "and twice. The state stays the same."
        : value === undefined || value === null
        ? `Your table has no entry for it, and ${value} isn't a state. An ` +
          "event that leads nowhere leaves the state as it is: `?? state`."
        : alsoLikely,
  };
}

function alongPath([step, from, path, likely]: Path): FunctionCase[] {
  const states = [from, ...path.map(([, to]) => to)];
  return path.map(([event, to], i) =>
    move(step, [states[i], event, to], likely)
  );
}

function atReset(state: TcpState): FunctionCase {
  return move(
    "a reset arrives, in each state",
    [state, "rcv RST", solution.nextState(state, "rcv RST")],
    state === "LISTEN"
      ? "A listener waits for any client. If a stranger's reset closed it, " +
        "nobody could connect anymore."
      : "A reset ends the connection at once, whatever the state: CLOSED.",
  );
}

function inState(state: TcpState): FunctionCase[] {
  return TCP_EVENTS
    .filter((event) => event !== "SEND" && event !== "ABORT")
    .map((event) => {
      const to = solution.nextState(state, event);
      return move(
        "an event that leads nowhere leaves the state as it is",
        [state, event, to],
        to === state ? SAME_STATE : "Look for this arrow in the diagram.",
      );
    });
}

/** Checks answers to 12.3. */
import { TCP_EVENTS, TCP_STATES } from "../../../lib/wire/mod.ts";
import {
  checkFunction,
  type FunctionCase,
  type Trial,
} from "../../../lib/workbook/kit/mod.ts";
import * as solution from "../solution.ts";
import type { NextState, TcpEvent, TcpState } from "../types.ts";

/** A path through the state machine, and the diagnosis for leaving it. */
type Path = [
  step: string,
  from: TcpState,
  path: [event: TcpEvent, to: TcpState][],
  likely: string,
];

const SAME_STATE =
  "In the diagram, this event doesn't lead anywhere from here. " +
  "The state stays the same, so return it.";

const PATHS: Path[] = [
  [
    "a client opens a connection",
    "CLOSED",
    [["active OPEN", "SYN-SENT"], ["rcv SYN,ACK", "ESTABLISHED"]],
    "The client goes from CLOSED through SYN-SENT to ESTABLISHED. It only waits " +
    "for the SYN-ACK.",
  ],
  [
    "a server listens, and a client connects",
    "CLOSED",
    [
      ["passive OPEN", "LISTEN"],
      ["rcv SYN", "SYN-RECEIVED"],
      ["rcv ACK of SYN", "ESTABLISHED"],
    ],
    "The server goes from LISTEN through SYN-RECEIVED to ESTABLISHED. When the " +
    "SYN arrives, it doesn't know yet that the client can hear it.",
  ],
  [
    "one segment arrives late, and another one twice",
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
    "The end that closes first stays in FIN-WAIT-1 until its FIN is acknowledged, " +
    "in FIN-WAIT-2 until the other end's FIN arrives, and then in TIME-WAIT until " +
    "the timeout.",
  ],
  [
    "an end closes second",
    "ESTABLISHED",
    [
      ["rcv FIN", "CLOSE-WAIT"],
      ["CLOSE", "LAST-ACK"],
      ["rcv ACK of FIN", "CLOSED"],
    ],
    "A FIN ends only one direction. In CLOSE-WAIT, this end may still send until " +
    "its own program closes. Then it waits for the acknowledgment in LAST-ACK. " +
    "There's no TIME-WAIT on this side.",
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
    "This is a simultaneous close: the other end's FIN arrives before the " +
    "acknowledgment of this end's FIN. CLOSING waits for that acknowledgment.",
  ],
  [
    "both ends open at once",
    "CLOSED",
    [
      ["active OPEN", "SYN-SENT"],
      ["rcv SYN", "SYN-RECEIVED"],
      ["rcv ACK of SYN", "ESTABLISHED"],
    ],
    "This is a simultaneous open: a SYN without ACK arrives in SYN-SENT. This " +
    "end answers it as a listener would, and goes to SYN-RECEIVED.",
  ],
  [
    "a program closes before a connection exists",
    "LISTEN",
    [
      ["CLOSE", "CLOSED"],
      ["active OPEN", "SYN-SENT"],
      ["CLOSE", "CLOSED"],
    ],
    "In LISTEN and SYN-SENT, there's no connection yet, so there's nothing to " +
    "end. CLOSE leads straight to CLOSED.",
  ],
  [
    "a program closes in SYN-RECEIVED",
    "SYN-RECEIVED",
    [["CLOSE", "FIN-WAIT-1"], ["rcv ACK of FIN", "FIN-WAIT-2"]],
    "Both ends have sent a SYN by now, so closing takes a FIN. CLOSE leads to " +
    "FIN-WAIT-1, as it does from ESTABLISHED.",
  ],
  [
    "a listener opens a connection itself",
    "LISTEN",
    [["active OPEN", "SYN-SENT"]],
    "A program may change its mind: active OPEN sends a SYN from LISTEN, too.",
  ],
];

/** Other right answers in SYN-RECEIVED. */
const ALSO_RIGHT: Partial<Record<TcpEvent, [to: TcpState, likely: string]>> = {
  "rcv RST": [
    "LISTEN",
    "A reset ends the connection at once, so the state is CLOSED. (LISTEN is " +
    "right, too, for an end that was a listener.)",
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
        ? "There's no state with that name. types.ts lists them all."
        : typeof value === "object" && value !== null
        ? "Return only the name of the state."
        // The path before this call ends in ESTABLISHED.
        : args.join() === "CLOSED,passive OPEN" && value === "ESTABLISHED"
        ? "You returned the state that an earlier call led to, but that call was " +
          "about another end. Use `state`, not a variable outside the function."
        : undefined,
  });
}

/** Makes a case of one call, with the diagnosis for another state. */
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
        ? "Don't throw. An event that doesn't lead anywhere isn't an error: " +
          "segments arrive late and twice. The state stays the same."
        : value === undefined || value === null
        ? `${value} isn't a state. If your table has no entry for this event, ` +
          "the state stays as it is: `?? state`."
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
      ? "A listener waits for any client. If a stranger's reset could close it, " +
        "nobody could connect anymore."
      : "A reset ends the connection at once, whatever the state, so the new " +
        "state is CLOSED.",
  );
}

function inState(state: TcpState): FunctionCase[] {
  return TCP_EVENTS
    .filter((event) => event !== "SEND" && event !== "ABORT")
    .map((event) => {
      const to = solution.nextState(state, event);
      return move(
        "an event that doesn't lead anywhere leaves the state as it is",
        [state, event, to],
        to === state ? SAME_STATE : "Look for this arrow in the diagram.",
      );
    });
}

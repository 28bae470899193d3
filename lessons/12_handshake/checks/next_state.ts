import {
  CLOSED_PAIR,
  TCP_EVENTS,
  TCP_STATES,
  TCP_WALKS,
  walk,
} from "../../../lib/wire/mod.ts";
import type { Trial } from "../../../lib/workbook/kit/mod.ts";
import * as solution from "../solution.ts";
import type { NextState, TcpEvent, TcpState } from "../types.ts";

/** A path through the state machine, and what it means to leave it. */
type Path = [
  step: string,
  from: TcpState,
  path: [event: TcpEvent, to: TcpState][],
  likely: string,
];

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

const SAME_STATE =
  "In the diagram, this event doesn't lead anywhere from here, " +
  "so the state stays the same: return it.";

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
export function checkNextState(nextState: NextState, trial: Trial): void {
  function expectState(
    [state, event]: [TcpState, TcpEvent],
    expected: TcpState,
    likely: string,
  ): void {
    const call = `nextState("${state}", "${event}")`;
    let received: TcpState;
    try {
      received = nextState(state, event);
    } catch (error) {
      trial.fail({
        problem: `${call} threw ${error}.`,
        expected: `"${expected}"`,
        likely: state === expected
          ? "An event that leads nowhere isn't an error: segments arrive late " +
            "and twice. The state stays the same."
          : likely,
      }, { cause: error });
    }
    const [to, alsoLikely] = state === "SYN-RECEIVED" && ALSO_RIGHT[event] ||
      [expected, likely];
    if (received === to) return;
    trial.equal(received, expected, {
      problem: `${call} is wrong.`,
      likely: received === undefined && state === expected
        ? "Your table has no entry for it, and undefined isn't a state. An event " +
          "that leads nowhere leaves the state as it is: `?? state`."
        : alsoLikely,
    });
  }

  for (const [step, from, path, likely] of PATHS) {
    trial.step(step);
    let state = from;
    for (const [event, to] of path) {
      expectState([state, event], to, likely);
      state = to;
    }
  }

  trial.step("a reset arrives, in each state");
  for (const state of TCP_STATES) {
    expectState(
      [state, "rcv RST"],
      solution.nextState(state, "rcv RST"),
      state === "LISTEN"
        ? "A listener waits for any client. If a stranger's reset closed it, " +
          "nobody could connect anymore."
        : "A reset ends the connection at once, whatever the state: CLOSED.",
    );
  }

  trial.step("an event that leads nowhere leaves the state as it is");
  for (const state of TCP_STATES) {
    for (const event of TCP_EVENTS) {
      if (event === "SEND" || event === "ABORT") continue;
      const to = solution.nextState(state, event);
      expectState(
        [state, event],
        to,
        to === state ? SAME_STATE : "Look for this arrow in the diagram.",
      );
    }
  }

  trial.step("two ends go through every way to open and to close");
  const opened = walk(TCP_WALKS["open"]).pair;
  for (const [name, steps] of Object.entries(TCP_WALKS)) {
    if (name === "reset") continue;
    const from = name.endsWith("open") ? CLOSED_PAIR : opened;
    for (const record of walk(steps, from).records) {
      const end = record.events.reduce(
        (state, event) => nextState(state, event as TcpEvent),
        record.from,
      );
      trial.equal(end, record.to, {
        problem: `In "${name}", the ${record.side} went wrong at ` +
          `${record.events.join(", ")}.`,
        likely:
          "nextState() depends only on its two arguments: earlier calls " +
          "must not matter.",
      });
    }
  }
}

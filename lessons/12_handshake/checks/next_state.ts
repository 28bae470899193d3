/** How an answer to 12.3 is checked. */
import {
  CLOSED_PAIR,
  TCP_EVENTS,
  TCP_STATES,
  TCP_WALKS,
  walk,
} from "../../../lib/wire/mod.ts";
import {
  type Exercise,
  exercise,
  type Trial,
} from "../../../lib/workbook/kit/mod.ts";
import * as solution from "../solution.ts";
import type { NextState, TcpEvent, TcpState } from "../types.ts";

const MACHINE = "The state machine";

/**
 * Makes exercise 12.3.
 *
 * @returns The exercise.
 */
export function makeNextState(): Exercise<unknown> {
  return exercise<NextState>({
    id: "12.3",
    pure: true,
    title: "The state machine",
    solution: solution.nextState,
    hints: [
      "Which end goes through FIN-WAIT-1, and which through CLOSE-WAIT? What is " +
      "different when both have sent their FIN before either has arrived?",
      "Write the drawing down as a table: for each state the events that lead " +
      "somewhere, and where. Then the function only looks up, and gives back " +
      "the state where nothing is found.",
      "Nearly the code:\n" +
      "    const NEXT = {\n" +
      '      "ESTABLISHED": {\n' +
      '        "CLOSE": "FIN-WAIT-1",\n' +
      '        "rcv FIN": "CLOSE-WAIT",\n' +
      '        "rcv RST": "CLOSED",\n' +
      "      },\n" +
      "and so on for the other ten states, then\n" +
      "    return NEXT[state][event] ?? state;\n" +
      "TypeScript wants to know what the table is: a Record<TcpState, " +
      "Partial<Record<TcpEvent, TcpState>>>.",
    ],
    read: MACHINE,
    check: checkNextState,
  });
}

/** A way through the machine, and what it means if it is missed. */
interface Way {
  step: string;
  from: TcpState;
  way: [event: TcpEvent, to: TcpState][];
  likely: string;
}

const WAYS: Way[] = [
  {
    step: "a client opens a connection",
    from: "CLOSED",
    way: [["active OPEN", "SYN-SENT"], ["rcv SYN,ACK", "ESTABLISHED"]],
    likely: "CLOSED, SYN-SENT, ESTABLISHED: the SYN-ACK is all that a client " +
      "waits for.",
  },
  {
    step: "a server listens, and a client comes",
    from: "CLOSED",
    way: [
      ["passive OPEN", "LISTEN"],
      ["rcv SYN", "SYN-RECEIVED"],
      ["rcv ACK of SYN", "ESTABLISHED"],
    ],
    likely:
      "LISTEN, SYN-RECEIVED, ESTABLISHED: with the SYN alone the server " +
      "does not know yet that it is heard.",
  },
  {
    step: "an end closes first",
    from: "ESTABLISHED",
    way: [
      ["CLOSE", "FIN-WAIT-1"],
      ["rcv ACK of FIN", "FIN-WAIT-2"],
      ["rcv FIN", "TIME-WAIT"],
      ["2MSL timeout", "CLOSED"],
    ],
    likely: "FIN-WAIT-1 until its FIN is acknowledged, FIN-WAIT-2 until the " +
      "other FIN comes, then TIME-WAIT until the time is over.",
  },
  {
    step: "an end closes second",
    from: "ESTABLISHED",
    way: [
      ["rcv FIN", "CLOSE-WAIT"],
      ["CLOSE", "LAST-ACK"],
      ["rcv ACK of FIN", "CLOSED"],
    ],
    likely: "A FIN ends one direction only: this end may still send, in " +
      "CLOSE-WAIT, until its own program closes. LAST-ACK then waits for the " +
      "acknowledgment, and there is no TIME-WAIT here.",
  },
  {
    step: "both close at once",
    from: "ESTABLISHED",
    way: [
      ["CLOSE", "FIN-WAIT-1"],
      ["rcv FIN", "CLOSING"],
      ["rcv ACK of FIN", "TIME-WAIT"],
      ["2MSL timeout", "CLOSED"],
    ],
    likely:
      "The other FIN comes while this end's own is not acknowledged yet: " +
      "both closed at once. CLOSING waits for that acknowledgment.",
  },
  {
    step: "both open at once",
    from: "CLOSED",
    way: [
      ["active OPEN", "SYN-SENT"],
      ["rcv SYN", "SYN-RECEIVED"],
      ["rcv ACK of SYN", "ESTABLISHED"],
    ],
    likely: "A SYN without ACK in SYN-SENT: the other side opens at the same " +
      "moment. It is answered as a listener would, in SYN-RECEIVED.",
  },
  {
    step: "a program closes before the connection is there",
    from: "LISTEN",
    way: [["CLOSE", "CLOSED"], ["active OPEN", "SYN-SENT"], [
      "CLOSE",
      "CLOSED",
    ]],
    likely: "In LISTEN and SYN-SENT no connection has begun, so there is " +
      "nothing to end: CLOSE leads straight to CLOSED.",
  },
  {
    step: "a program closes in SYN-RECEIVED",
    from: "SYN-RECEIVED",
    way: [["CLOSE", "FIN-WAIT-1"], ["rcv ACK of FIN", "FIN-WAIT-2"]],
    likely:
      "A SYN has been sent and heard here, so the end needs a FIN: CLOSE " +
      "leads to FIN-WAIT-1, as in ESTABLISHED.",
  },
  {
    step: "a listener makes a connection itself",
    from: "LISTEN",
    way: [["active OPEN", "SYN-SENT"]],
    likely: "A program may change its mind: from LISTEN, too, active OPEN " +
      "sends a SYN.",
  },
];

/** Where another answer than the drawing's is right as well. */
const ALSO_RIGHT: {
  state: TcpState;
  event: TcpEvent;
  to: TcpState;
  likely: string;
}[] = [
  {
    state: "SYN-RECEIVED",
    event: "rcv RST",
    to: "LISTEN",
    likely:
      "A reset ends the connection at once, whatever the state: CLOSED. " +
      "(For an end that was a listener before, LISTEN is right as well.)",
  },
  {
    state: "SYN-RECEIVED",
    event: "rcv FIN",
    to: "CLOSE-WAIT",
    likely: "Nothing in the drawing leads away from here with this event, so " +
      "the state stays. (As RFC 9293 puts it in words, CLOSE-WAIT is right as " +
      "well.)",
  },
];

function checkNextState(nextState: NextState, trial: Trial): void {
  for (const { step, from, way, likely } of WAYS) {
    trial.step(step);
    let state = from;
    for (const [event, to] of way) {
      expectState(nextState, state, event, to, trial, likely);
      state = to;
    }
  }

  trial.step("a reset comes, in each state");
  for (const state of TCP_STATES) {
    const to = solution.nextState(state, "rcv RST");
    expectState(
      nextState,
      state,
      "rcv RST",
      to,
      trial,
      state === "LISTEN"
        ? "A listener waits for anybody. If one stranger's reset closed it, " +
          "nobody could connect any more."
        : "A reset ends the connection at once, whatever the state: CLOSED.",
    );
  }

  trial.step("an event that leads nowhere leaves the state as it is");
  for (const state of TCP_STATES) {
    for (const event of TCP_EVENTS) {
      if (event === "SEND" || event === "ABORT") continue;
      const to = solution.nextState(state, event);
      expectState(
        nextState,
        state,
        event,
        to,
        trial,
        to === state
          ? "Nothing in the drawing leads away from here with this event, so " +
            "the state stays: return it."
          : "Look for this arrow in the drawing.",
      );
    }
  }

  trial.step("two ends walk through open, close, and both at once");
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
        problem: `In "${name}" the ${record.side} went astray at ` +
          `${record.events.join(", ")}.`,
        likely: "nextState() depends on nothing but its two arguments: what " +
          "it was asked before must not matter.",
      });
    }
  }
}

function expectState(
  nextState: NextState,
  state: TcpState,
  event: TcpEvent,
  expected: TcpState,
  trial: Trial,
  likely: string,
): void {
  const call = `nextState("${state}", "${event}")`;
  let received: unknown;
  try {
    received = nextState(state, event);
  } catch (error) {
    trial.fail({
      problem: `${call} threw ${error}.`,
      expected: `"${expected}"`,
      likely: state === expected
        ? "What leads nowhere is no reason to throw: segments come late and " +
          "twice. The state stays as it is."
        : likely,
    }, { cause: error });
  }
  const also = ALSO_RIGHT.find((one) =>
    one.state === state && one.event === event
  );
  if (also !== undefined && received === also.to) return;
  trial.equal(received, expected, {
    problem: `${call} is wrong.`,
    likely: received === undefined && state === expected
      ? `Nothing was found for it, and undefined is no state. ${STAYS}`
      : also?.likely ?? likely,
  });
}

const STAYS =
  "An event that leads nowhere leaves the state as it is: `?? state`.";

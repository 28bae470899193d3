import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  CLOSED_PAIR,
  nextState,
  TCP_EVENTS,
  TCP_STATES,
  TCP_WALKS,
  type TcpEvent,
  type TcpState,
  transitionOf,
  walk,
  type WalkPair,
  type WalkStep,
  walkStep,
} from "../../lib/wire/mod.ts";

/**
 * Every arrow of RFC 9293, figure 5, and of the notes under it, in the order of
 * the figure: from, event, to, what is sent.
 */
const FIGURE_5: [TcpState, TcpEvent, TcpState, string | null][] = [
  ["CLOSED", "passive OPEN", "LISTEN", null],
  ["CLOSED", "active OPEN", "SYN-SENT", "SYN"],
  ["LISTEN", "CLOSE", "CLOSED", null],
  ["LISTEN", "SEND", "SYN-SENT", "SYN"],
  ["LISTEN", "rcv SYN", "SYN-RECEIVED", "SYN,ACK"],
  ["SYN-SENT", "CLOSE", "CLOSED", null],
  ["SYN-SENT", "rcv SYN", "SYN-RECEIVED", "SYN,ACK"],
  ["SYN-SENT", "rcv SYN,ACK", "ESTABLISHED", "ACK"],
  ["SYN-RECEIVED", "rcv ACK of SYN", "ESTABLISHED", null],
  ["SYN-RECEIVED", "CLOSE", "FIN-WAIT-1", "FIN"],
  ["ESTABLISHED", "CLOSE", "FIN-WAIT-1", "FIN"],
  ["ESTABLISHED", "rcv FIN", "CLOSE-WAIT", "ACK"],
  ["FIN-WAIT-1", "rcv ACK of FIN", "FIN-WAIT-2", null],
  ["FIN-WAIT-1", "rcv FIN", "CLOSING", "ACK"],
  ["CLOSE-WAIT", "CLOSE", "LAST-ACK", "FIN"],
  ["FIN-WAIT-2", "rcv FIN", "TIME-WAIT", "ACK"],
  ["CLOSING", "rcv ACK of FIN", "TIME-WAIT", null],
  ["LAST-ACK", "rcv ACK of FIN", "CLOSED", null],
  ["TIME-WAIT", "2MSL timeout", "CLOSED", null],
];

/** What section 3.10 says besides: ABORT, OPEN and SEND again, repeated FIN. */
const SECTION_3_10: typeof FIGURE_5 = [
  ["LISTEN", "active OPEN", "SYN-SENT", "SYN"], // 3.10.1
  ["LISTEN", "ABORT", "CLOSED", null], // 3.10.5
  ["SYN-SENT", "ABORT", "CLOSED", null],
  ["SYN-RECEIVED", "ABORT", "CLOSED", "RST"],
  ["ESTABLISHED", "ABORT", "CLOSED", "RST"],
  ["FIN-WAIT-1", "ABORT", "CLOSED", "RST"],
  ["FIN-WAIT-2", "ABORT", "CLOSED", "RST"],
  ["CLOSE-WAIT", "ABORT", "CLOSED", "RST"],
  ["CLOSING", "ABORT", "CLOSED", null],
  ["LAST-ACK", "ABORT", "CLOSED", null],
  ["TIME-WAIT", "ABORT", "CLOSED", null],
  ["CLOSED", "rcv SYN", "CLOSED", "RST"], // 3.10.7.1
  ["CLOSED", "rcv SYN,ACK", "CLOSED", "RST"],
  ["CLOSED", "rcv ACK of SYN", "CLOSED", "RST"],
  ["CLOSED", "rcv FIN", "CLOSED", "RST"],
  ["CLOSED", "rcv ACK of FIN", "CLOSED", "RST"],
  ["LISTEN", "rcv SYN,ACK", "LISTEN", "RST"], // 3.10.7.2, second
  ["LISTEN", "rcv ACK of SYN", "LISTEN", "RST"],
  ["LISTEN", "rcv ACK of FIN", "LISTEN", "RST"],
  ["SYN-SENT", "rcv RST", "CLOSED", null], // 3.10.7.3, second
  ["SYN-RECEIVED", "rcv RST", "CLOSED", null], // 3.10.7.4, second
  ["ESTABLISHED", "rcv RST", "CLOSED", null],
  ["FIN-WAIT-1", "rcv RST", "CLOSED", null],
  ["FIN-WAIT-2", "rcv RST", "CLOSED", null],
  ["CLOSE-WAIT", "rcv RST", "CLOSED", null],
  ["CLOSING", "rcv RST", "CLOSED", null],
  ["LAST-ACK", "rcv RST", "CLOSED", null],
  ["TIME-WAIT", "rcv RST", "CLOSED", null],
  ["SYN-RECEIVED", "rcv FIN", "CLOSE-WAIT", "ACK"], // 3.10.7.4, eighth
  ["TIME-WAIT", "rcv FIN", "TIME-WAIT", "ACK"],
];

Deno.test("transitionOf() has every transition of RFC 9293, and no other", () => {
  const expected = new Map(
    [...FIGURE_5, ...SECTION_3_10].map(([from, event, to, send]) => [
      `${from}: ${event}`,
      { to, send },
    ]),
  );
  assertEquals(expected.size, FIGURE_5.length + SECTION_3_10.length);
  for (const state of TCP_STATES) {
    for (const event of TCP_EVENTS) {
      const row = expected.get(`${state}: ${event}`) ?? null;
      assertEquals(
        transitionOf(state, event) as unknown,
        row,
        `${state}: ${event}`,
      );
      assertEquals(nextState(state, event), row?.to ?? state);
    }
  }
});

Deno.test("nextState() returns a listener to LISTEN when a half-open connection is reset", () => {
  const reset = (passive: boolean) =>
    nextState("SYN-RECEIVED", "rcv RST", { passive });
  assertEquals(reset(true), "LISTEN");
  assertEquals(reset(false), "CLOSED");
  assertEquals(
    nextState("ESTABLISHED", "rcv RST", { passive: true }),
    "CLOSED",
  );
});

/** Which states each walk goes through, and what it sends: RFC 9293, section 3.5 and 3.6. */
const WALKS: [
  string,
  from: string[],
  client: TcpState[],
  server: TcpState[],
  sent: string[],
][] = [
  [
    "open",
    [],
    ["SYN-SENT", "ESTABLISHED"],
    ["LISTEN", "SYN-RECEIVED", "ESTABLISHED"],
    ["SYN", "SYN,ACK", "ACK"],
  ],
  [
    "simultaneous open",
    [],
    ["SYN-SENT", "SYN-RECEIVED", "ESTABLISHED"],
    ["SYN-SENT", "SYN-RECEIVED", "ESTABLISHED"],
    ["SYN", "SYN", "SYN,ACK", "SYN,ACK"],
  ],
  [
    "close",
    ["open"],
    ["FIN-WAIT-1", "FIN-WAIT-2", "TIME-WAIT", "CLOSED"],
    ["CLOSE-WAIT", "LAST-ACK", "CLOSED"],
    ["FIN", "ACK", "FIN", "ACK"],
  ],
  [
    "simultaneous close",
    ["open"],
    ["FIN-WAIT-1", "CLOSING", "TIME-WAIT", "CLOSED"],
    ["FIN-WAIT-1", "CLOSING", "TIME-WAIT", "CLOSED"],
    ["FIN", "FIN", "ACK", "ACK"],
  ],
  [
    "half-close",
    ["open"],
    ["FIN-WAIT-1", "FIN-WAIT-2"],
    ["CLOSE-WAIT"],
    ["FIN", "ACK"],
  ],
  ["reset", ["open"], ["CLOSED"], ["CLOSED"], ["RST"]],
];

for (const [name, before, client, server, sent] of WALKS) {
  Deno.test(`walk() goes through the states of ${name}, and leaves nothing on its way`, () => {
    const start = walk(before.flatMap((other) => TCP_WALKS[other])).pair;
    const { pair, records } = walk(TCP_WALKS[name], start);
    const statesOf = (side: string) =>
      records.filter((record) =>
        record.side === side && record.to !== record.from
      )
        .map(({ to }) => to);
    assertEquals(statesOf("client"), client);
    assertEquals(statesOf("server"), server);
    assertEquals(records.flatMap((record) => record.sent) as string[], sent);
    assertEquals(pair.client.incoming, []);
    assertEquals(pair.server.incoming, []);
  });
}

Deno.test("walk() answers a SYN with a reset if no socket is listening", () => {
  const { pair, records } = walk([
    ["client", "active OPEN"],
    ["server", "receive"],
    ["client", "receive"],
  ]);
  assertEquals(records.map((record) => record.sent), [["SYN"], ["RST"], []]);
  assertEquals(pair.client.state, "CLOSED");
});

Deno.test("walk() handles a FIN that acknowledges ours as two events, the ACK first", () => {
  const opened = walk(TCP_WALKS["open"]).pair;
  const closing = walk([
    ["client", "CLOSE"],
    ["server", "receive"],
    ["server", "CLOSE"],
  ], opened).pair;
  // The bare ACK is lost, as if the server had waited to send it with its FIN:
  // then three segments close the connection.
  const { client } = closing;
  const lost = { ...client, incoming: client.incoming.slice(1) };
  const { records } = walk([
    ["client", "receive"],
    ["server", "receive"],
  ], { ...closing, client: lost });
  assertEquals(records[0].received, "FIN,ACK");
  assertEquals(records[0].events, ["rcv ACK of FIN", "rcv FIN"]);
  assertEquals(records.map(({ to }) => to), ["TIME-WAIT", "CLOSED"]);
});

Deno.test("walkStep() throws RangeError if there's nothing to receive", () => {
  assertThrows(
    () => walkStep(CLOSED_PAIR, ["client", "receive"]),
    RangeError,
    "nothing is on its way to client",
  );
});

/** Visits every pair of ends that any order of steps leads to. */
function explore(start: WalkPair, limit: number): WalkPair[] {
  const steps = (["client", "server"] as const).flatMap((side) =>
    (["active OPEN", "CLOSE", "ABORT", "2MSL timeout", "receive"] as const)
      .map((what): WalkStep => [side, what])
  );
  const seen = new Map([[JSON.stringify(start), start]]);
  for (const pair of seen.values()) {
    for (const step of steps) {
      const [side, what] = step;
      const end = pair[side];
      if (what === "receive" && end.incoming.length === 0) continue;
      // One connection: no end opens twice.
      if (what === "active OPEN" && pair !== start) continue;
      const next = walkStep(pair, step).pair;
      seen.set(JSON.stringify(next), next);
    }
    assert(seen.size < limit, "the walk does not end");
  }
  return [...seen.values()];
}

Deno.test("after any order of closes, aborts, and arrivals, the states of both ends fit together", () => {
  const listening = walk([["server", "passive OPEN"]]).pair;
  const opened = walk(TCP_WALKS["open"]).pair;
  const both =
    walk([["client", "active OPEN"], ["server", "active OPEN"]]).pair;
  const visited = new Set<TcpState>();
  for (const start of [listening, opened, both]) {
    const pairs = explore(start, 20_000);
    for (const { client, server } of pairs) {
      visited.add(client.state).add(server.state);
      if (client.incoming.length > 0 || server.incoming.length > 0) continue;
      const states = [client.state, server.state].sort().join(" ");
      assert(AT_REST.has(states), `${states} with nothing on its way`);
    }
  }
  assertEquals(visited, new Set(TCP_STATES));
});

/** Pairs that may wait with nothing between them, alphabetically. */
const AT_REST = new Set([
  "CLOSED CLOSED",
  "CLOSED LISTEN",
  "ESTABLISHED ESTABLISHED",
  "CLOSE-WAIT FIN-WAIT-2",
  "CLOSED TIME-WAIT",
  "TIME-WAIT TIME-WAIT",
  "LISTEN TIME-WAIT",
]);

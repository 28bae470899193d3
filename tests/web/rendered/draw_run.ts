import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Run, type RunEvent } from "../../../lib/web/draw/mod.ts";
import { sectionsOf } from "../../../lib/web/draw/run/blocks.ts";
import { layoutLanes } from "../../../lib/web/draw/run/lanes_layout.ts";
import { layoutBars } from "../../../lib/web/draw/run/bars_layout.ts";
import { layoutPlot } from "../../../lib/web/draw/run/plot_layout.ts";
import { walkStates } from "../../../lib/web/draw/run/state_walk.ts";
import { pillWidth } from "../../../lib/web/draw/shapes.tsx";
import { render, textsOf } from "./draw_fixture.ts";

const LANES: RunEvent[] = [
  { atMs: 0, kind: "step", number: 1, title: "A question" },
  { atMs: 0, kind: "lanes", left: "client", right: "server" },
  { atMs: 0, kind: "endpoint", lane: "client", endpoint: "tcp://127.0.0.1:5" },
  {
    atMs: 1,
    kind: "arrow",
    from: "client",
    to: "server",
    label: '5 bytes "hello"',
    sent: "write() took 5",
    received: "read() gave 5",
  },
  { atMs: 2, kind: "call", lane: "server", call: "close()" },
];

/** One event of each kind, and a text that its drawing must have. */
const KINDS: [event: RunEvent, text: string][] = [
  [{
    atMs: 0,
    kind: "lesson",
    number: 3,
    title: "Echo",
    claim: "Bytes go both ways.",
    startedAtMs: 0,
  }, "Bytes go both ways."],
  [{ atMs: 0, kind: "step", number: 1, title: "First" }, "First"],
  [{ atMs: 0, kind: "say", text: "It `reads`." }, "<code>reads</code>"],
  [{ atMs: 0, kind: "predict", question: "How many?" }, "How many?"],
  [{ atMs: 0, kind: "predicted", text: "three" }, "You predicted:"],
  [{ atMs: 0, kind: "fact", name: "reads", value: "4" }, "<dt>reads</dt>"],
  [{ atMs: 0, kind: "bytes", name: "data", hex: "68690a" }, "hi·"],
  [
    {
      atMs: 0,
      kind: "bars",
      title: "time",
      unit: "ms",
      bars: [{ name: "here", value: 5 }, { name: "there", value: 10 }],
    },
    "10 ms, × 2.0",
  ],
  [
    { atMs: 0, kind: "table", columns: ["event"], rows: [["SYN <1>"]] },
    "SYN &lt;1",
  ],
  [{ atMs: 0, kind: "note", text: "a client came" }, "a client came"],
];

for (const [event, text] of KINDS) {
  Deno.test(`Run draws an event of the kind ${event.kind}`, () => {
    assertStringIncludes(
      render(Run, { events: [event], width: 700 }),
      text,
    );
  });
}

Deno.test("Run draws calls at both ends of an arrow, with its bytes", () => {
  const html = render(Run, { events: LANES, width: 700 });
  assertEquals(textsOf(html, "draw-pill"), [
    "write() took 5",
    "read() gave 5",
    "close()",
  ]);
  assertEquals(textsOf(html, "draw-label"), ['5 bytes "hello"']);
  assertEquals(textsOf(html, "draw-head"), ["client 127.0.0.1:5", "server"]);
});

Deno.test("Run draws no event after `upTo`", () => {
  const html = render(Run, { events: LANES, upTo: 3, width: 700 });
  assertEquals(textsOf(html, "draw-pill"), []);
});

Deno.test("a drawing has its content as text, too", () => {
  const html = render(Run, { events: LANES, width: 700 });
  assertEquals(textsOf(html, "draw-hidden"), [
    '1.00 ms: client to server: 5 bytes "hello"; client: write() took 5; ' +
    "server: read() gave 5 2.00 ms: server: close()",
  ]);
});

Deno.test("no drawing has a style attribute or a script", () => {
  const events = KINDS.map(([event]) => event).concat(LANES);
  const html = render(Run, { events, width: 360 });
  assert(!/\sstyle=|<script|\son\w+=/i.test(html));
});

Deno.test("endpoints that come before their lanes belong to them", () => {
  const [lanes] = sectionsOf([LANES[2], LANES[1], LANES[4]])[0].blocks;
  assert(lanes.kind === "lanes");
  assertEquals(lanes.endpoints, { client: "tcp://127.0.0.1:5" });
});

Deno.test("a hundred calls of one kind fold, and the fold says of which", () => {
  const call: RunEvent = {
    atMs: 1,
    kind: "call",
    lane: "server",
    call: "read() gave 4",
  };
  const events = [...LANES.slice(0, 2), ...Array<RunEvent>(100).fill(call)];
  const html = render(Run, { events, width: 700 });
  assertEquals(textsOf(html, "draw-pill").length, 7);
  assertEquals(textsOf(html, "draw-fold"), ["93 more: read()"]);
});

for (const width of [320, 360, 700, 1200]) {
  Deno.test(`nothing leaves a sequence diagram of ${width} pixels`, () => {
    const [{ blocks: [block] }] = sectionsOf(LANES);
    assert(block.kind === "lanes");
    const layout = layoutLanes(block, width);
    for (const { pills } of layout.rows) {
      for (const { x, text } of pills) {
        assert(x - pillWidth(text) / 2 >= 0);
        assert(x + pillWidth(text) / 2 <= width);
      }
    }
  });
}

Deno.test("a row begins below the one before", () => {
  const [{ blocks: [block] }] = sectionsOf(LANES);
  assert(block.kind === "lanes");
  const ys = layoutLanes(block, 360).rows
    .flatMap(({ pills }) => pills.map(({ y }) => y));
  assertEquals(ys, ys.toSorted((a, b) => a - b));
  assert(ys.slice(1).every((y, i) => y - ys[i] >= 24));
});

Deno.test("the longest bar is the largest value, and 0 has none", () => {
  const { bars } = layoutBars({
    atMs: 0,
    kind: "bars",
    title: "bytes",
    unit: "B",
    bars: [
      { name: "none", value: 0 },
      { name: "half", value: 50 },
      { name: "all", value: 100 },
    ],
  }, 600);
  assertEquals(bars[0].width, 0);
  assertEquals(bars[1].width, bars[2].width / 2);
});

Deno.test("a series over time is a plot, and any other stays bars", () => {
  const times = Array.from({ length: 8 }, (_, i) => ({
    name: `${i * 100} ms, ${i === 3 ? "timeout" : "slow start"}`,
    value: i,
  }));
  const chart = { atMs: 0, kind: "bars", title: "cwnd", unit: "KiB" } as const;
  const plot = layoutPlot({ ...chart, series: true, bars: times }, 600);
  assertEquals(plot?.notes, ["slow start", "timeout"]);
  assertEquals(plot?.points[3].note, 1);
  assertEquals(layoutPlot({ ...chart, bars: times }, 600), undefined);
});

Deno.test("a FIN that also acknowledges takes two steps between states", () => {
  const { at, taken } = walkStates(["ESTABLISHED", "FIN-WAIT-1", "TIME-WAIT"]);
  assertEquals(at, "TIME-WAIT");
  assertEquals([...taken], [
    "ESTABLISHED > FIN-WAIT-1",
    "FIN-WAIT-1 > FIN-WAIT-2",
    "FIN-WAIT-2 > TIME-WAIT",
  ]);
});

Deno.test("an end that has closed is in the CLOSED of the bottom", () => {
  assertEquals(walkStates(["CLOSED"]).at, "CLOSED");
  assertEquals(walkStates(["CLOSED", "SYN-SENT", "CLOSED"]).at, "CLOSED");
  assertEquals(walkStates(["LAST-ACK", "CLOSED"]).at, "CLOSED again");
  assertEquals(walkStates(["CLOSED"], true).at, "CLOSED again");
});

Deno.test("a long transfer folds, and its states stay", () => {
  const data = {
    atMs: 0,
    from: "client",
    flags: "ACK",
    sequence: 1,
    relativeSequence: 1,
    acknowledgment: 1,
    relativeAcknowledgment: 1,
    payloadBytes: 1000,
    retransmission: false,
    clientState: "ESTABLISHED",
    serverState: "ESTABLISHED",
  } as const;
  const fin = {
    ...data,
    flags: "FIN,ACK",
    payloadBytes: 0,
    clientState: "FIN-WAIT-1",
    serverState: "CLOSE-WAIT",
  } as const;
  const html = render(Run, {
    width: 800,
    events: [{
      atMs: 1,
      kind: "segments",
      client: "client",
      server: "server",
      numbers: "relative",
      segments: [...Array(100).fill(data), fin],
    }],
  });
  assertEquals(textsOf(html, "draw-fold"), ["92 more segments"]);
  assert(textsOf(html, "draw-row").at(-1)!.includes("FIN-WAIT-1"));
});

Deno.test("the way through the states says what led where", () => {
  assertEquals(walkStates(["CLOSED", "SYN-SENT", "ESTABLISHED"]).words, [
    "CLOSED",
    "SYN-SENT (active OPEN, send SYN)",
    "ESTABLISHED (rcv SYN,ACK, send ACK)",
  ]);
  const reset = walkStates(["ESTABLISHED", "CLOSE-WAIT", "CLOSED"]);
  assertEquals(reset.words.at(-1), "CLOSED (reset)");
  assertEquals([...reset.taken], ["ESTABLISHED > CLOSE-WAIT"]);
});

Deno.test("the segments of a connection light the state of each end", () => {
  const segment = {
    atMs: 0,
    from: "client",
    flags: "SYN",
    sequence: 700,
    relativeSequence: 0,
    acknowledgment: null,
    relativeAcknowledgment: null,
    payloadBytes: 0,
    retransmission: false,
    clientState: "SYN-SENT",
    serverState: "SYN-RECEIVED",
  } as const;
  const answer = {
    ...segment,
    from: "server",
    flags: "SYN,ACK",
    acknowledgment: 701,
    relativeAcknowledgment: 1,
    clientState: "ESTABLISHED",
  } as const;
  const html = render(Run, {
    width: 800,
    events: [{
      atMs: 1,
      kind: "segments",
      client: "client",
      server: "server",
      numbers: "relative",
      segments: [segment, answer],
    }],
  });
  const states = textsOf(html, "draw-state");
  // On the lifelines, and then all of the machine.
  assertEquals(states.slice(0, 5), [
    ...["CLOSED", "LISTEN", "SYN-SENT", "SYN-RECEIVED", "ESTABLISHED"],
  ]);
  assertStringIncludes(html, '<g class="draw-state client"><rect');
  assertStringIncludes(html, '<g class="draw-state server"><rect');
});

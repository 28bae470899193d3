import { assert, assertEquals } from "@std/assert";
import { Timeline, type TimelineItem } from "../../../lib/web/draw/mod.ts";
import { followBuffers } from "../../../lib/web/draw/timeline/buffers.ts";
import { placeDenoCalls } from "../../../lib/web/draw/timeline/deno_calls.ts";
import { findSides } from "../../../lib/web/draw/timeline/sides.ts";
import { rowsInSight } from "../../../lib/web/draw/selectable.tsx";
import { rowsOf } from "../../../lib/web/draw/timeline/rows.ts";
import {
  columnsFor,
  layoutTimeline,
} from "../../../lib/web/draw/timeline/timeline_layout.ts";
import {
  call,
  CLIENT,
  hex,
  packet,
  render,
  SERVER,
  story,
  TEN_BYTES,
  textsOf,
} from "./draw_fixture.ts";

const NONE: ReadonlySet<number> = new Set();

Deno.test("a Deno call is next to the system call that it made", () => {
  const { at, alone } = placeDenoCalls(TEN_BYTES, findSides(TEN_BYTES));
  assertEquals(
    [...at].map(([index, calls]) => [index, calls[0].text]),
    [[1, "write() took 10"], [6, "read() gave 4"]],
  );
  assertEquals(alone.size, 0);
});

Deno.test("a Deno call of several system calls is at the last one", () => {
  const read = (atMs: number, moved: number) =>
    call(atMs, SERVER, { name: "recvfrom", moves: "in", asked: 9, moved });
  const items = [
    story(0, { atMs: 0, kind: "lanes", left: "client", right: "server" }),
    read(1, 3),
    read(2, 5),
    story(3, {
      atMs: 3,
      kind: "call",
      lane: "server",
      call: "readExact(8) gave 8",
    }),
  ];
  const { at } = placeDenoCalls(items, findSides(items));
  assertEquals([...at.keys()], [2]);
});

Deno.test("a call in words of the lesson's own stays where it is", () => {
  const items = [
    story(0, { atMs: 0, kind: "lanes", left: "clients", right: "server" }),
    story(1, { atMs: 1, kind: "call", lane: "clients", call: "2 still waits" }),
  ];
  const { at, alone } = placeDenoCalls(items, findSides(items));
  assertEquals([at.size, [...alone.keys()]], [0, [1]]);
});

Deno.test("buffers fill with packets, and drain with calls and ACKs", () => {
  const levels = followBuffers(TEN_BYTES, findSides(TEN_BYTES));
  const words = [...levels].flatMap(([index, changes]) =>
    changes.map(({ side, which, bytes, most }) =>
      `${index} ${side} ${which} ${bytes} of ${most}`
    )
  );
  assertEquals(words, [
    "1 client send 10 of 10",
    "2 server receive 10 of 10",
    "3 client send 0 of 10",
    "6 server receive 6 of 10",
  ]);
  assertEquals(levels.get(6)![0].content, hex("bytes!"));
});

Deno.test("bytes that were sent again fill no buffer twice", () => {
  const again = TEN_BYTES.toSpliced(3, 0, TEN_BYTES[2]);
  const levels = followBuffers(again, findSides(again));
  assertEquals(levels.get(3), undefined);
});

Deno.test("after calls that a recording leaves out, no level is claimed", () => {
  const more: TimelineItem = {
    atMs: 0.65,
    step: 1,
    seen: "more",
    more: {
      calls: 3,
      packets: 0,
      sent: { asked: 0, moved: 0 },
      received: { asked: 6, moved: 6 },
      names: { call: { recvfrom: 3 }, packet: {} },
      given: {},
      reached: {},
    },
  };
  const items = [...TEN_BYTES, more];
  const levels = followBuffers(items, findSides(items));
  assertEquals([...levels.values()].flat(), []);
  const row = rowsOf(items, findSides(items), NONE).at(-1)!;
  assert(row.kind === "fold");
  assertEquals(row.words, "3 × recvfrom left out of the recording");
});

Deno.test("the bytes of a Unix stream go straight to the peer's socket", () => {
  const unix = { kind: "unix", remote: "/tmp/box.sock" } as const;
  const client = { ...CLIENT, ...unix, local: undefined };
  const listener = {
    ...SERVER,
    id: 1,
    kind: "unix",
    role: "listening",
    local: "/tmp/box.sock",
    remote: undefined,
  } as const;
  const server = { ...listener, id: 3, role: "accepted" } as const;
  const items = [
    call(0, client, { name: "connect", given: "/tmp/box.sock" }),
    call(1, listener, { name: "accept4", made: server }),
    call(2, client, {
      name: "sendto",
      moves: "out",
      asked: 2,
      moved: 2,
      data: hex("hi"),
    }),
  ];
  const sides = findSides(items);
  const levels = followBuffers(items, sides).get(2)!;
  assertEquals(levels.map(({ side, which, bytes }) => [side, which, bytes]), [
    ["server", "receive", 2],
  ]);
  const row = rowsOf(items, sides, NONE)[2];
  assert(row.kind === "call");
  assertEquals(row.carries, '2\u00a0bytes "hi"');
});

Deno.test("where a step has several connections, packets say which", () => {
  const other = { ...CLIENT, id: 9, descriptor: 29, local: "127.0.0.1:40001" };
  const items = [CLIENT, other].flatMap((socket) => [
    call(0, socket, { name: "connect" }),
    packet(1, socket, { flags: "SYN", relativeSequence: 0 }),
  ]);
  const words = rowsOf(items, findSides(items), NONE).flatMap((row) =>
    row.kind === "packet" ? row.words.numbers.replaceAll("\u00a0", " ") : []
  );
  assertEquals(words, ["seq 0 (socket 22)", "seq 0 (socket 29)"]);
});

Deno.test("of datagrams, the first one's sender is the client", () => {
  const socket = { id: 1, kind: "udp", role: "unconnected" } as const;
  const one = { ...socket, descriptor: 21, local: "127.0.0.1:1" };
  const two = { ...socket, id: 2, descriptor: 22, local: "127.0.0.1:2" };
  const udp = { protocol: "udp", bytes: 2 } as const;
  const items = [
    call(0, two, { name: "bind" }),
    call(1, one, { name: "bind" }),
    packet(2, { ...one, remote: two.local }, udp),
  ];
  const sides = findSides(items);
  assertEquals(sides.ofSocket(one), "client");
  assertEquals(sides.ofSocket(two), "server");
});

Deno.test("Timeline draws calls, packets, buffers, and the program's calls", () => {
  const html = render(Timeline, { items: TEN_BYTES, width: 900 });
  assertEquals(textsOf(html, "draw-pill"), [
    "write() took 10",
    "read() gave 4",
  ]);
  assertEquals(textsOf(html, "draw-gauge"), [
    "10 B",
    "t e n b y t e s ! 10 B",
    "0 B",
    "b y t e s ! 6 B",
  ]);
  const labels = textsOf(html, "draw-label");
  assertEquals(labels[0], "sendto(22, 10 bytes)");
  assertEquals(labels.at(-1), 'recvfrom(23, 4) = 4 "ten "');
});

Deno.test("each row of the timeline says in words what it draws", () => {
  const html = render(Timeline, { items: TEN_BYTES, width: 900 });
  const words = [...html.matchAll(/<desc>([^<]*)</g)]
    .map(([, label]) => label.replaceAll("&quot;", '"'));
  assertEquals(
    words.at(-1)?.replaceAll("\u00a0", " "),
    '0.60 ms: server: recvfrom(23, 4) = 4 "ten "; server\'s receive buffer: ' +
      "6 bytes; server program: read() gave 4",
  );
});

Deno.test("Timeline hides what comes after `upTo`, and keeps its height", () => {
  const all = render(Timeline, { items: TEN_BYTES, width: 900 });
  const some = render(Timeline, { items: TEN_BYTES, upTo: 3, width: 900 });
  assertEquals(textsOf(some, "draw-pill"), []);
  assertEquals(textsOf(some, "draw-row").length, 3);
  const height = /viewBox="([^"]*)" role="listbox"/;
  assertEquals(some.match(height)![1], all.match(height)![1]);
});

Deno.test("one row is selected, and Tab goes to it alone", () => {
  const html = render(Timeline, { items: TEN_BYTES, selected: 2, width: 900 });
  assertEquals(html.match(/aria-selected="true"/g)?.length, 1);
  assertEquals(html.match(/tabindex="0"/g)?.length, 1);
});

/** Many items, no two of which fold. */
function manyItems(count: number): TimelineItem[] {
  return Array.from(
    { length: count },
    (_, i) => call(i / 10, CLIENT, { name: `call${i}` }),
  );
}

Deno.test("of 10,000 items, only what's in sight is drawn", () => {
  const items = manyItems(10_000);
  const viewport = { top: 100_000, height: 800 };
  const html = render(Timeline, { items, width: 900, viewport });
  const rows = textsOf(html, "draw-row").length;
  assert(rows > 20 && rows < 100, `${rows} rows`);
});

Deno.test("the rows in sight are those that a search of all finds", () => {
  const items = manyItems(500);
  const { rows } = layoutTimeline(
    rowsOf(items, findSides(items), NONE),
    columnsFor(700),
  );
  const viewport = { top: 3000, height: 500 };
  const visible = rowsInSight(rows, viewport);
  const expected = rows.filter(({ top, height }) =>
    top + height >= viewport.top - 300 &&
    top <= viewport.top + viewport.height + 300
  );
  assertEquals(
    visible.slice(0, expected.length).map(({ row }) => row.index),
    expected.map(({ row }) => row.index),
  );
});

Deno.test("a hundred calls of one kind fold until the reader opens them", () => {
  const items = Array.from(
    { length: 100 },
    (_, i) => call(i, CLIENT, { name: "close" }),
  );
  const sides = findSides(items);
  const rows = rowsOf(items, sides, NONE);
  assertEquals(rows.length, 8);
  assert(rows[4].kind === "fold");
  assertEquals(rows[4].words, "93 × close left out");
  assertEquals(rowsOf(items, sides, new Set([4])).length, 100);
});

for (const width of [320, 360, 620, 1000]) {
  Deno.test(`rows don't overlap on a timeline of ${width} pixels`, () => {
    const { rows } = layoutTimeline(
      rowsOf(TEN_BYTES, findSides(TEN_BYTES), NONE),
      columnsFor(width),
    );
    for (const { top, height, labels, pills, gauges } of rows) {
      const ys = [
        ...labels.flatMap(({ lines, y }) => [y, y + 15 * (lines.length - 1)]),
        ...pills.map(({ y }) => y),
        ...gauges.map(({ y }) => y),
      ];
      assert(ys.every((y) => y > top && y < top + height));
    }
  });
}

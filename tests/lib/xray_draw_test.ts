import { setColorEnabled } from "@std/fmt/colors";
import { assert, assertEquals, assertMatch } from "@std/assert";
import { type ShowEventBody, visibleWidth } from "../../lib/show/mod.ts";
import { describeItem } from "../../lib/xray/describe.ts";
import { type DrawOptions, drawTimeline } from "../../lib/xray/draw.ts";
import type { View } from "../../lib/xray/layout.ts";
import { foldRepeats } from "../../lib/xray/fold.ts";
import { namesIn, shortPath } from "../../lib/xray/names.ts";
import type { Socket } from "../../lib/xray/socket_calls.ts";
import type { TimedCall, TimelineItem } from "../../lib/xray/timeline.ts";
import type { WirePacket } from "../../lib/xray/wire_packet.ts";

const SERVER = "127.0.0.1:7000";
const CLIENT = "127.0.0.1:50000";
const socket: Socket = {
  id: 1,
  descriptor: 21,
  kind: "tcp",
  role: "listening",
  local: SERVER,
};
const accepted: Socket = {
  ...socket,
  id: 2,
  descriptor: 22,
  role: "accepted",
  remote: CLIENT,
};

let clock = 0;

function story(event: ShowEventBody): TimelineItem {
  clock += 0.5;
  return { atMs: clock, step: 1, seen: "story", event: { atMs: 0, ...event } };
}

function call(name: string, fields: Partial<TimedCall> = {}): TimelineItem {
  clock += 0.5;
  const call = {
    name,
    socket,
    given: "",
    returned: "0",
    housekeeping: name.startsWith("get") || name.startsWith("set"),
    tookMs: 0,
    ...fields,
  };
  return { atMs: clock, step: 1, seen: "call", call };
}

function packet(fields: Partial<WirePacket> = {}): TimelineItem {
  clock += 0.5;
  const packet = {
    protocol: "tcp" as const,
    source: CLIENT,
    destination: SERVER,
    flags: "PSH,ACK",
    relativeSequence: 1,
    relativeAcknowledgment: 1,
    bytes: 0,
    ...fields,
  };
  return { atMs: clock, step: 1, seen: "packet", packet };
}

const UDP = {
  protocol: "udp",
  flags: undefined,
  relativeSequence: undefined,
  relativeAcknowledgment: undefined,
} as const;

function hex(text: string): string {
  return new TextEncoder().encode(text).toHex();
}

/** Something of everything, with long words. */
const ITEMS: TimelineItem[] = [
  call("socket", { made: socket, given: "AF_INET, SOCK_STREAM" }),
  call("setsockopt", { given: "SO_REUSEADDR 1" }),
  story({ kind: "step", number: 1, title: "A server and its client" }),
  call("bind", { given: SERVER }),
  call("getsockname"),
  call("getpeername"),
  story({ kind: "endpoint", lane: "client", endpoint: `tcp://${CLIENT}` }),
  story({
    kind: "endpoint",
    lane: "the very patient server",
    endpoint: `tcp://${SERVER}`,
  }),
  story({ kind: "say", text: "This is not drawn." }),
  packet({ flags: "SYN", relativeAcknowledgment: undefined }),
  call("accept4", { made: accepted, peer: CLIENT }),
  call("sendto", {
    socket: accepted,
    moves: "out",
    given: "67108864 bytes",
    asked: 67108864,
    moved: 3919467,
    returned: "3919467",
    data: hex("0123456789".repeat(4)),
  }),
  packet({ bytes: 65535, data: hex("\0".repeat(32)), retransmission: true }),
  story({
    kind: "fact",
    name: "a fact with a rather long name",
    value: "127.0.0.1:50000 -> 127.0.0.1:7000, and more after that",
  }),
  call("recvfrom", {
    socket: accepted,
    moves: "in",
    given: "room for 1024",
    asked: 1024,
    moved: 6,
    returned: "6 bytes",
    data: hex("日本"),
  }),
  call("recvfrom", { moves: "in", error: "EAGAIN", returned: "EAGAIN" }),
  packet({ flags: "RST,ACK" }),
  call("shutdown", { given: "SHUT_WR", error: "ENOTCONN" }),
];

function draw(
  width: number,
  views: Exclude<View, "story">[],
  options: Partial<DrawOptions> = {},
): string[] {
  setColorEnabled(false);
  return drawTimeline(ITEMS, { width, views, ...options });
}

const ALL: Exclude<View, "story">[] = ["call", "packet"];

for (const colours of [false, true]) {
  Deno.test(`drawTimeline() keeps to its width, ${colours ? "with" : "without"} colors`, () => {
    for (let width = 60; width <= 160; width++) {
      for (const views of [["call"], ["packet"], ALL] as typeof ALL[]) {
        setColorEnabled(colours);
        const lines = drawTimeline(ITEMS, { width, views });
        for (const line of lines) {
          assert(visibleWidth(line) <= width, `${width}: ${line}`);
          assertEquals(line.trimEnd(), line);
          assert(!line.includes("\u00a0"), line);
        }
      }
    }
    setColorEnabled(false);
  });
}

Deno.test("drawTimeline() puts three views side by side from 100 columns on, and otherwise one after another", () => {
  const head = (width: number) =>
    draw(width, ALL).find((line) => /the lesson +\S+ ?system/.test(line))!;
  for (const width of [100, 120, 160]) {
    assertMatch(head(width), /^ +the lesson +│ system calls +│ packets$/);
  }
  for (const width of [60, 80, 99]) {
    assertEquals(
      head(width),
      "           ● the lesson   ▸ system calls   ⇢ packets",
    );
  }
});

Deno.test("drawTimeline() keeps words that belong together on one line", () => {
  const text = draw(100, ALL).map((line) => line.split("│")[1]?.trim() ?? "")
    .join("\n");
  assertMatch(
    text,
    /^socket\(AF_INET, SOCK_STREAM\)\n= 21, the listening socket$/m,
  );
  assertMatch(text, /^accept4\(21\)\n= 22, an accepted socket\nfrom client$/m);
  assertMatch(text, /^= 6 bytes "日本"/m);
});

Deno.test("drawTimeline() explains only what it shows", () => {
  const legend = (width: number, views: typeof ALL) =>
    draw(width, views).join(" ").split("the lesson  ")[0].replace(/\s+/g, " ");
  assertMatch(
    legend(160, ALL),
    /system calls that .* packets that .* 21 are file descriptors.* seq and ack/,
  );
  assert(!legend(100, ALL).includes("seq and ack"));
  assert(!legend(160, ["call"]).includes("packets"));
  assert(!legend(160, ["packet"]).includes("descriptors"));
});

Deno.test("drawTimeline() folds calls that only get settings into one row", () => {
  assertMatch(
    draw(160, ["call"], { all: true }).join("\n"),
    /getsockname\(21\), getpeername\(21\)/,
  );
});

Deno.test("drawTimeline() shows a failed getter call in its own row", () => {
  const items = [
    call("getsockname", { given: "127.0.0.1:1" }),
    call("getpeername", { error: "ENOTCONN" }),
    call("getsockname", { given: "127.0.0.1:1" }),
  ];
  setColorEnabled(false);
  const options = { width: 100, views: ["call" as const] };
  const draw = (all: boolean) => drawTimeline(items, { ...options, all });
  const rows = draw(true)
    .filter((line) => line.includes("get")).map((line) => line.trim());
  assertEquals(rows.length, 3);
  assertMatch(rows[1], /getpeername\(21\)\s=\sENOTCONN$/);
  assertMatch(
    draw(false).join(" "),
    /│ getpeername\(21\)\s=\sENOTCONN {2}2 calls that only get .* --all shows/,
  );
});

Deno.test("drawTimeline() leaves out the middle of a flood", () => {
  const items = Array.from({ length: 500 }, () => [
    call("sendto", { moves: "out", given: "1 byte", asked: 1, moved: 1 }),
    packet({ ...UDP, bytes: 1 }),
  ]).flat();
  setColorEnabled(false);
  const lines = drawTimeline(items, { width: 120, views: ALL });
  assert(lines.length < 16, lines.join("\n"));
  assertMatch(
    lines.join("\n"),
    /│ … 497 × sendto +│ … 496 × UDP/,
  );
});

Deno.test("drawTimeline() explains why Unix sockets have no packets", () => {
  setColorEnabled(false);
  const unix = { ...socket, kind: "unix" as const };
  const items = [call("close", { socket: unix })];
  const text = (views: typeof ALL) =>
    drawTimeline(items, { width: 160, views }).join(" ");
  assertMatch(
    text(ALL),
    /Unix sockets have no packets: the kernel copies .* to the other\./,
  );
  assert(!text(["call"]).includes("Unix"));
});

for (
  const [item, line] of [
    [
      call("connect", { given: SERVER, error: "EINPROGRESS" }),
      "connect(21, 127.0.0.1:7000) = EINPROGRESS, under way",
    ],
    [
      call("sendto", {
        moves: "out",
        given: "2 bytes",
        asked: 2,
        returned: "2",
        data: hex("hi"),
        peer: CLIENT,
      }),
      'sendto(21, 2 bytes "hi" to client) = 2',
    ],
    [
      call("recvfrom", {
        moves: "in",
        given: "room for 9",
        asked: 9,
        moved: 0,
      }),
      "recvfrom(21, room for 9) = 0, the end",
    ],
    [
      call("recvfrom", {
        socket: { ...socket, kind: "udp" },
        moves: "in",
        given: "room for 9",
        asked: 9,
        moved: 0,
        returned: "0 bytes",
        peer: CLIENT,
      }),
      "recvfrom(21, room for 9) = 0 bytes from client",
    ],
    [
      call("sendto", {
        moves: "out",
        given: "9 bytes",
        asked: 9,
        error: "EAGAIN",
        data: hex("123456789"),
      }),
      'sendto(21, 9 bytes "123456789") = EAGAIN',
    ],
    [
      call("getsockopt", {
        given: "SO_ERROR",
        returned: "ECONNREFUSED",
        housekeeping: false,
      }),
      "getsockopt(21, SO_ERROR) = ECONNREFUSED",
    ],
    [
      call("getsockname", { given: SERVER }),
      "getsockname(21) = 127.0.0.1:7000",
    ],
    [
      call("getpeername", { socket: accepted, given: CLIENT }),
      "getpeername(22) = 127.0.0.1:50000",
    ],
    [
      call("setsockopt", {
        socket: accepted,
        given: "SO_LINGER {l_onoff=1, l_linger=0}",
        housekeeping: false,
      }),
      "setsockopt(22, SO_LINGER {l_onoff=1, l_linger=0}) = 0",
    ],
    [
      call("bind", { given: "/tmp/sockets-1f/box.sock" }),
      "bind(21, …/box.sock) = 0",
    ],
    [
      packet({ ...UDP, fragment: true, bytes: 65480 }),
      "client → :7000 UDP 65480 bytes (first fragment)",
    ],
    [
      packet({ ...UDP, fragmentFrom: 65488, bytes: 27, data: "00" }),
      "client → :7000 UDP 27 bytes (fragment from byte 65488)",
    ],
    [
      packet({
        ...UDP,
        protocol: "icmp",
        source: "127.0.0.1",
        destination: "127.0.0.1",
        icmp: "ICMP destination unreachable: port unreachable",
        quoted: { protocol: "udp", source: CLIENT, destination: SERVER },
      }),
      "127.0.0.1 → 127.0.0.1 ICMP destination unreachable: port unreachable, " +
      "about UDP client → :7000",
    ],
    [
      packet({ flags: "ACK", notes: ["zero window"], scaledWindow: 0 }),
      "client → :7000 ACK seq 1 ack 1 (zero window)",
    ],
    [
      packet({
        flags: "ACK",
        notes: ["window update"],
        scaledWindow: 65536,
      }),
      "client → :7000 ACK seq 1 ack 1 (window update: 65536 bytes)",
    ],
    [
      packet({ bytes: 9, notes: ["window full", "retransmission"] }),
      "client → :7000 PSH,ACK seq 1 ack 1 9 bytes (window full, retransmission)",
    ],
    [
      packet({ bytes: 99, data: hex("GET"), says: "HTTP GET /" }),
      "client → :7000 PSH,ACK seq 1 ack 1 99 bytes HTTP GET /",
    ],
    [
      packet({ bytes: 4, data: "00000005" }),
      "client → :7000 PSH,ACK seq 1 ack 1 4 bytes 00 00 00 05",
    ],
    [
      call("sendto", {
        socket: accepted,
        moves: "out",
        given: "5 bytes",
        asked: 5,
        returned: "5",
        data: hex("hello"),
      }),
      'sendto(22 → client, 5 bytes "hello") = 5',
    ],
    [call("close", { socket: accepted }), "close(22 → client) = 0"],
    [
      packet(UDP),
      "client → :7000 UDP 0 bytes",
    ],
    [
      story({
        kind: "arrow",
        from: "a",
        to: "b",
        label: "",
        sent: "close()",
        received: "",
      }),
      "a → b: close()",
    ],
    [story({ kind: "call", lane: "a", call: "read()" }), "a: read()"],
    [story({ kind: "note", text: "a line" }), "a line"],
    [story({ kind: "predict", question: "?" }), ""],
  ] as [TimelineItem, string][]
) {
  Deno.test(`describeItem() says ${line || "nothing of a question"}`, () => {
    const nameOf = namesIn([
      story({ kind: "endpoint", lane: "client", endpoint: `udp://${CLIENT}` }),
    ]);
    const text = describeItem(item, { nameOf }).replaceAll("\u00a0", " ");
    assertEquals(text, line);
  });
}

Deno.test("namesIn() shortens long names, and uses ports for addresses without one", () => {
  const nameOf = namesIn(ITEMS);
  assertEquals(nameOf(CLIENT), "client");
  assertEquals(nameOf(SERVER), "the very pa…");
  assertEquals(nameOf("127.0.0.1:9"), ":9");
  assertEquals(nameOf("/tmp/x/a.sock"), "…/a.sock");
  assertEquals(shortPath(`/tmp/${"a".repeat(60)}`), `…/${"a".repeat(23)}…`);
});

Deno.test("namesIn() uses addresses if ports alone would be ambiguous", () => {
  const [ipv4, ipv6] = [SERVER, "[::1]:7000"].map((destination) => ({
    ...UDP,
    destination,
  }));
  const alone = namesIn([packet(ipv4)]);
  assertEquals([SERVER, CLIENT].map(alone), [":7000", ":50000"]);
  const both = namesIn([packet(ipv4), packet(ipv6)]);
  assertEquals(["[::1]:7000", SERVER, CLIENT].map(both), [
    ...["[::1]:7000", SERVER, ":50000"],
  ]);
  assertEquals(alone("127.0.0.2:7000"), "127.0.0.2:7000");
});

Deno.test("drawTimeline() keeps times exact after the first second", () => {
  const at = (atMs: number) => ({ ...call("listen"), atMs });
  const text = (options: Partial<DrawOptions>) =>
    drawTimeline([at(0.5), at(1471.234), at(1471.28), at(62_000.5)], {
      width: 100,
      views: ["call"],
      ...options,
    }).join("\n");
  setColorEnabled(false);
  assertMatch(
    text({}),
    /\n +0\.50 ms [^]*\n +1\.47123 s [^]*\n +1\.47128 s [^]*\n *62\.00050 s /,
  );
  assertMatch(
    text({ delta: true }),
    / 0\.50 ms +\+0\.00 ms [^]* 1\.47123 s +\+1\.47073 s [^]* 1\.47128 s +\+0\.05 ms /,
  );
});

Deno.test("drawTimeline() stays within its width with times since the previous line", () => {
  for (let width = 60; width <= 160; width++) {
    for (const line of draw(width, ALL, { delta: true, all: true })) {
      assert(visibleWidth(line) <= width, `${width}: ${line}`);
    }
  }
});

Deno.test("drawTimeline() shows the lesson's prose and tables", () => {
  const items = [
    story({ kind: "say", text: "A paragraph." }),
    story({ kind: "predict", question: "And then?" }),
    story({ kind: "bytes", name: "the frame", hex: "0002" }),
    story({ kind: "table", columns: ["kind", "n"], rows: [["tcp", "7"]] }),
    story({
      kind: "bars",
      title: "latency",
      unit: "µs",
      bars: [{ name: "tcp", value: 9 }],
    }),
  ];
  setColorEnabled(false);
  const text = drawTimeline(items, { width: 80, views: ALL }).join("\n");
  assertMatch(
    text,
    /A paragraph\.\n +Predict: And then\?\n +the frame\n +0000.* 00 02.*\n\n +kind +n\n[^]*tcp +7\n\n +latency/,
  );
});

Deno.test("drawTimeline() keeps a command on one line", () => {
  const value = `nc -U /tmp/${"x".repeat(90)}`;
  const fact = { kind: "fact", name: "nc", value, isCommand: true } as const;
  setColorEnabled(false);
  const lines = drawTimeline([story(fact)], { width: 80, views: ALL });
  assertEquals(lines.at(-1), `   nc  ${value}`);
});

Deno.test("drawTimeline() draws one step if asked, with names from the others", () => {
  const name = { kind: "endpoint", lane: "ann", endpoint: CLIENT } as const;
  const items = [
    { ...call("close", { socket: accepted }), step: 1 },
    { ...call("listen"), step: 2 },
    { ...story(name), step: 2 },
  ];
  setColorEnabled(false);
  const lines = drawTimeline(items, { width: 80, views: ["call"], step: 1 });
  assertMatch(lines.at(-1)!, /│ close\(22 → ann\) = 0$/);
});

Deno.test("drawTimeline() explains terms under the first step that has them, in lessons that don't yet", () => {
  const items = (number: number) => [
    story({ kind: "lesson", number, title: "T", claim: "C", startedAtMs: 0 }),
    story({ kind: "step", number: 1, title: "One" }),
    call("connect", { error: "EINPROGRESS", returned: "EINPROGRESS" }),
    packet({ flags: "SYN" }),
    story({ kind: "step", number: 2, title: "Two" }),
    packet({ flags: "SYN" }),
    packet({ flags: "RST,ACK" }),
  ];
  const text = (number: number, views: typeof ALL) =>
    drawTimeline(items(number), { width: 100, views }).join("\n");
  setColorEnabled(false);
  assertMatch(
    text(2, ALL),
    /\n {3}SYN: opens a connection; EINPROGRESS: not done yet \(lessons 8, 12\)\n\n2 {2}Two\n[^]*\n {3}ACK: confirms what arrived; RST: ends the connection at once \(lessons 7, 11\)$/,
  );
  assertMatch(
    text(2, ["call"]),
    /\n {3}EINPROGRESS: not done yet \(lesson 8\)/,
  );
  assert(!text(12, ALL).includes("opens a connection"));
});

Deno.test("drawTimeline() says what folded lines contain", () => {
  const items = Array.from({ length: 100 }, () => [
    call("socket", { made: socket }),
    call("connect"),
    call("accept4", { made: accepted }),
  ]).flat();
  setColorEnabled(false);
  const text = drawTimeline(items, { width: 100, views: ["call"] }).join("\n");
  assertMatch(text, /│ … 98 × connect, accept4, 97 × socket\n/);
});

Deno.test("foldRepeats() keeps short series, and loses no row", () => {
  const rows = (text: string) => [...text].map((like) => ({ like }));
  const some = rows("abcabcabcabd");
  assertEquals(foldRepeats(some), some);
  const many = rows(`x${"ab".repeat(50)}y`);
  const folded = foldRepeats(many);
  const all = folded.flatMap((row) => "folded" in row ? row.folded : [row]);
  assertEquals(all, many);
  assert(folded.length < 20);
  const unique = Array.from({ length: 100 }, () => ({ like: "" }));
  assertEquals(foldRepeats(unique), unique);
});
